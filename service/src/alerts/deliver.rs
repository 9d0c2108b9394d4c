//! Delivering what is told: by mail and by webhooks, again and again until the receiver has it.
//!
//! An attempt is counted before it is made, and its row is nobody else's meanwhile. A process that dies in between
//! leaves it to be tried again: a receiver may get a message twice, with the same id, and never none.

use std::time::Duration;

use futures_util::future::join_all;
use mail::Outcome;
use provider_core::http::{HookClient, HookUrl};
use store::{Attempted, ClaimedDelivery, DeliveryChannel, DeliveryState, Scope, StoreError};

use super::AlertMessage;
use crate::{ServiceError, ServiceResult, Switchboard};

/// How long a delivery is this process's: longer than a receiver may take.
const LEASE: Duration = Duration::from_secs(60);
/// Deliveries at once.
const BATCH: u32 = 16;
/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 300;

/// What became of an attempt.
enum Told {
    Delivered,
    /// Never to be tried again.
    Refused(String),
    /// To be tried again, not before the wait.
    Failed(String, Option<Duration>),
}

impl Switchboard {
    /// Delivers what is due, each thing once across all replicas.
    pub(crate) async fn deliver_due(&self) -> ServiceResult<()> {
        while store::has_due_deliveries(self.database().reader()).await? {
            let lease = self.delivery_lease();
            let claimed = self.database().write::<_, StoreError, _>(move |tx| {
                Box::pin(async move { store::claim_deliveries(tx, lease, BATCH).await })
            });
            let claimed = claimed.await?;
            if claimed.is_empty() {
                break;
            }
            let deliveries = claimed.into_iter().map(|delivery| self.deliver(delivery));
            join_all(deliveries)
                .await
                .into_iter()
                .collect::<ServiceResult<()>>()?;
        }
        Ok(())
    }

    fn delivery_lease(&self) -> i64 {
        let mail = self
            .settings()
            .mailer
            .as_ref()
            .map(|mailer| mailer.settings().timeout);
        let longest = LEASE.max(mail.unwrap_or_default() + LEASE / 2);
        i64::try_from(longest.as_millis()).unwrap_or(i64::MAX)
    }

    async fn deliver(&self, delivery: ClaimedDelivery) -> ServiceResult<()> {
        let told = match delivery.channel {
            DeliveryChannel::Email => self.mail_alert(&delivery).await,
            DeliveryChannel::Webhook => self.call_webhook(&delivery).await,
        };
        let told = told.unwrap_or_else(|error| Told::Failed(error.to_string(), None));
        let attempted = self.attempted(delivery.attempt, told);
        if let Some(error) = &attempted.error {
            let (channel, attempt, state) = (delivery.channel, delivery.attempt, attempted.state);
            tracing::warn!(%channel, attempt, %state, message = delivery.message_id, error, "an alert could not be delivered");
        }
        let finished = self.database().write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { store::finish_delivery(tx, &delivery, &attempted).await })
        });
        finished.await?;
        Ok(())
    }

    /// What follows from an attempt: after the last wait of the settings it is given up.
    fn attempted(&self, attempt: i64, told: Told) -> Attempted {
        let short = |reason: String| Some(reason.chars().take(LONGEST_REASON).collect());
        let (state, error, wait) = match told {
            Told::Delivered => (DeliveryState::Delivered, None, Duration::ZERO),
            Told::Refused(reason) => (DeliveryState::Refused, short(reason), Duration::ZERO),
            Told::Failed(reason, wanted) => {
                let waits = &self.settings().delivery_waits;
                let done = usize::try_from(attempt - 1).ok().and_then(|at| waits.get(at));
                match done {
                    Some(wait) => (
                        DeliveryState::Pending,
                        short(reason),
                        (*wait).max(wanted.unwrap_or_default()),
                    ),
                    None => (DeliveryState::GivenUp, short(reason), Duration::ZERO),
                }
            }
        };
        Attempted {
            state,
            error,
            wait_ms: i64::try_from(wait.as_millis()).unwrap_or(i64::MAX),
        }
    }

    async fn mail_alert(&self, delivery: &ClaimedDelivery) -> ServiceResult<Told> {
        let Some(mailer) = &self.settings().mailer else {
            return Ok(Told::Failed(
                "no mail server is configured: set [mail]".to_owned(),
                None,
            ));
        };
        let Ok(to) = delivery.target.parse() else {
            return Ok(Told::Refused("this is no mail address".to_owned()));
        };
        let message: AlertMessage = serde_json::from_str(&delivery.payload)
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        Ok(match mailer.send(&message.mail(&delivery.message_id, to)).await {
            Outcome::Sent => Told::Delivered,
            Outcome::Refused(reason) => Told::Refused(reason.to_string()),
            // A second mail with the same id is less of a harm than none.
            Outcome::TryAgain(reason) | Outcome::Unclear(reason) => Told::Failed(reason.to_string(), None),
        })
    }

    async fn call_webhook(&self, delivery: &ClaimedDelivery) -> ServiceResult<Told> {
        let id: i64 = delivery.target.parse().unwrap_or_default();
        let mut found = store::webhooks_by_ids(self.database().reader(), Scope::Platform, &[id]).await?;
        let Some(webhook) = found.remove(&id) else {
            return Ok(Told::Refused("the webhook was deleted".to_owned()));
        };
        let inside = self.settings().webhooks.allow_private_addresses;
        let url = match HookUrl::parse(&webhook.url, inside) {
            Ok(url) => url,
            Err(error) => return Ok(Told::Refused(format!("the address {error}"))),
        };
        let client = self.hook_client(inside)?;
        let headers = self
            .webhook_headers(&webhook, &delivery.message_id, &delivery.payload)
            .await?;
        Ok(match client.post(&url, headers, delivery.payload.clone()).await {
            Ok(reply) if (200..300).contains(&reply.status) => Told::Delivered,
            // Standard Webhooks: the receiver wants no more.
            Ok(reply) if reply.status == 410 => Told::Refused("the receiver answered 410: gone".to_owned()),
            Ok(reply) => Told::Failed(
                format!("the receiver answered {}", reply.status),
                reply.retry_after,
            ),
            Err(failure) => Told::Failed(failure.to_string(), None),
        })
    }

    fn hook_client(&self, inside: bool) -> ServiceResult<&HookClient> {
        if let Some(client) = self.inner.hook_client.get() {
            return Ok(client);
        }
        let client = HookClient::new(inside).map_err(|fault| ServiceError::Internal(fault.to_string()))?;
        Ok(self.inner.hook_client.get_or_init(|| client))
    }
}
