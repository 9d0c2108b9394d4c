use async_graphql::{ComplexObject, Context, SimpleObject};
use service::{AlertRecord, DeliveryChannel, DeliveryRecord, DeliveryState};

use super::{
    AlertRule, unit,
    words::{AlertDeliveryChannel, AlertDeliveryState, AlertEventKind},
};
use crate::graphql::{
    error::Result,
    loaders,
    node::{NodeId, NodeKind},
    numbers::NumberType,
    scalars::{Country, DateTime},
};

/// A firing of an alert rule. It stays on record when its rule is deleted.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Alert {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// It is about numbers of this type. Null for all that the rule watches.
    number_type: Option<NumberType>,
    /// It is about numbers of this country. Null for all that the rule watches.
    country: Option<Country>,
    /// It is about numbers with this area code. Null for all that the rule watches.
    area_code: Option<String>,
    /// When it fired, by the database's clock.
    fired_at: DateTime,
    /// The value that fired it, in the metric's unit. Null for stock without end.
    fired_value: Option<f64>,
    /// The rule's threshold at that time.
    threshold: f64,
    /// When it cleared. Null while it lasts.
    cleared_at: Option<DateTime>,
    /// The value that cleared it. Null while it lasts, for stock without end, and when it was closed because its rule
    /// was changed or deleted.
    cleared_value: Option<f64>,
    #[graphql(skip)]
    row: i64,
    #[graphql(skip)]
    rule_id: i64,
}

impl From<AlertRecord> for Alert {
    fn from(record: AlertRecord) -> Self {
        Self {
            id: NodeId::new(NodeKind::Alert, record.id),
            number_type: record.subject.number_type.map(Into::into),
            country: record.subject.country.map(Into::into),
            area_code: record.subject.area_code,
            fired_at: record.fired_at.into(),
            fired_value: record.fired_value.map(unit),
            threshold: unit(record.threshold),
            cleared_at: record.cleared_at.map(Into::into),
            cleared_value: record.cleared_value.map(unit),
            row: record.id,
            rule_id: record.rule_id,
        }
    }
}

#[ComplexObject]
impl Alert {
    /// The rule as it is now, or was when it was deleted.
    async fn rule(&self, ctx: &Context<'_>) -> Option<Result<AlertRule>> {
        let rule = loaders::alert_rule(ctx, self.rule_id).await;
        rule.transpose().map(|rule| rule.map(AlertRule::from))
    }

    /// Who was told of it, and what became of that.
    async fn deliveries(&self, ctx: &Context<'_>) -> Option<Result<Vec<AlertDelivery>>> {
        let found = loaders::alert_deliveries(ctx, self.row).await;
        let told = |found: Option<Vec<DeliveryRecord>>| found.unwrap_or_default().into_iter();
        Some(found.map(|found| told(found).map(AlertDelivery::from).collect()))
    }
}

/// Somebody who is told of an alert.
#[derive(SimpleObject)]
#[graphql(complex)]
struct AlertDelivery {
    /// What is told.
    event: AlertEventKind,
    /// Which way.
    channel: AlertDeliveryChannel,
    /// The mail address. Null for webhooks.
    email: Option<String>,
    /// How far it is.
    state: AlertDeliveryState,
    /// How often it was tried.
    attempts: i32,
    /// Why the last attempt failed. Null when none did.
    last_error: Option<String>,
    /// When it is tried next. Null when it has ended.
    next_attempt_at: Option<DateTime>,
    /// When it ended. Null while it is pending.
    finished_at: Option<DateTime>,
    #[graphql(skip)]
    webhook_id: Option<i64>,
}

impl From<DeliveryRecord> for AlertDelivery {
    fn from(record: DeliveryRecord) -> Self {
        let (email, webhook_id) = match record.channel {
            DeliveryChannel::Email => (Some(record.target), None),
            DeliveryChannel::Webhook => (None, record.target.parse().ok()),
        };
        let pending = record.state == DeliveryState::Pending;
        Self {
            event: record.event.into(),
            channel: record.channel.into(),
            email,
            state: record.state.into(),
            attempts: i32::try_from(record.attempts).unwrap_or(i32::MAX),
            last_error: record.last_error,
            next_attempt_at: pending.then(|| record.next_attempt_at.into()),
            finished_at: record.finished_at.map(Into::into),
            webhook_id,
        }
    }
}

#[ComplexObject]
impl AlertDelivery {
    /// The webhook. Null for mail, and when it was deleted.
    async fn webhook(&self, ctx: &Context<'_>) -> Option<Result<super::Webhook>> {
        let webhook = loaders::webhook(ctx, self.webhook_id?).await;
        webhook
            .transpose()
            .map(|webhook| webhook.map(super::Webhook::from))
    }
}
