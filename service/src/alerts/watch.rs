//! Looking at the stock: which rules fire, and which alerts are over.

use std::collections::{HashMap, hash_map::Entry};

use store::{
    AlertEventKind, AlertRecord, AlertRuleRecord, AlertSubject, DeliveryChannel, StoreError, Transaction,
    kpis::StockLevel,
};

use super::{
    AlertMessage,
    measure::{Level, clears, violates, watched},
};
use crate::{ServiceResult, Switchboard, keys::random_token};

/// How long one replica may look before another one does.
const LEASE_MS: i64 = 30_000;
/// How often the stock is looked at though no number has changed: months of stock change with the time.
const AT_LEAST_EVERY_MS: i64 = 60_000;

impl Switchboard {
    /// One round: the rules are evaluated if the stock has changed, and what is due is delivered. Every replica may run
    /// it at any time; each thing is done once.
    ///
    /// # Errors
    /// What the database says; what was done before the failure stays done.
    pub async fn look_after_alerts(&self) -> ServiceResult<()> {
        self.watch_stock().await?;
        self.tell_alert_subscribers().await?;
        self.deliver_due().await
    }

    async fn watch_stock(&self) -> ServiceResult<()> {
        let at_most_every = i64::try_from(self.settings().watch_stock_every.as_millis()).unwrap_or(i64::MAX);
        let reader = self.database().reader();
        let Some(watch) = store::stock_to_watch(reader, at_most_every, AT_LEAST_EVERY_MS).await? else {
            return Ok(());
        };
        let claimed = self
            .database()
            .write::<_, StoreError, _>(|tx| Box::pin(async move { store::claim_watch(tx, LEASE_MS).await }));
        if !claimed.await? {
            return Ok(());
        }
        self.evaluate_rules().await?;
        let ended = self
            .database()
            .write::<_, StoreError, _>(move |tx| Box::pin(async move { store::end_watch(tx, watch).await }));
        Ok(ended.await?)
    }

    async fn evaluate_rules(&self) -> ServiceResult<()> {
        let reader = self.database().reader();
        let open = store::open_alerts(reader).await?;
        let mut levels: HashMap<Option<i64>, Vec<StockLevel>> = HashMap::new();
        for rule in store::enabled_alert_rules(reader).await? {
            let levels = match levels.entry(rule.reseller_id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    unknown.insert(store::kpis::stock_levels(self.database(), rule.scope()).await?)
                }
            };
            let levels = levels.iter().map(|level| (&level.key, Level::from(level)));
            let mut readings = watched(&rule.spec, levels);
            for alert in open.values().filter(|alert| alert.rule_id == rule.id) {
                // Of these there are no numbers any more.
                readings.entry(alert.subject.clone()).or_default();
            }
            for (subject, level) in readings {
                let value = level.value(rule.spec.metric);
                match open.get(&(rule.id, subject.key())) {
                    None if violates(&rule.spec, value) => self.fire(rule.clone(), subject, value).await?,
                    Some(alert) if clears(&rule.spec, value) => {
                        self.clear(rule.clone(), alert.id, value).await?
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    async fn fire(
        &self,
        rule: AlertRuleRecord,
        subject: AlertSubject,
        value: Option<i64>,
    ) -> ServiceResult<()> {
        let fired = self.database().write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                match store::fire_alert(tx, &rule, &subject, value).await? {
                    Some(alert) => tell(tx, AlertEventKind::Fired, &rule, &alert).await,
                    None => Ok(()),
                }
            })
        });
        Ok(fired.await?)
    }

    async fn clear(&self, rule: AlertRuleRecord, id: i64, value: Option<i64>) -> ServiceResult<()> {
        let cleared = self.database().write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                match store::clear_alert(tx, id, value).await? {
                    Some(alert) => tell(tx, AlertEventKind::Cleared, &rule, &alert).await,
                    None => Ok(()),
                }
            })
        });
        Ok(cleared.await?)
    }
}

/// Writes down what is told, and to whom.
async fn tell(
    tx: &Transaction,
    kind: AlertEventKind,
    rule: &AlertRuleRecord,
    alert: &AlertRecord,
) -> store::Result<()> {
    let payload = serde_json::json!(AlertMessage::new(kind, rule, alert)).to_string();
    let message_id = format!("msg_{}", random_token(18));
    let event = store::record_alert_event(tx, alert.id, kind, &message_id, &payload).await?;
    for address in &rule.spec.emails {
        store::insert_delivery(tx, event, DeliveryChannel::Email, address).await?;
    }
    if let Some(webhook) = rule.spec.webhook_id {
        store::insert_delivery(tx, event, DeliveryChannel::Webhook, &webhook.to_string()).await?;
    }
    Ok(())
}
