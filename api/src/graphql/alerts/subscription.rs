use async_graphql::{Context, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt};
use service::AlertEventRecord;

use super::{Alert, words::AlertEventKind};
use crate::graphql::{access, error::Result, switchboard};

/// Something that happened to an alert.
#[derive(SimpleObject)]
struct AlertEvent {
    /// What happened.
    kind: AlertEventKind,
    /// The alert.
    alert: Alert,
}

impl From<AlertEventRecord> for AlertEvent {
    fn from(record: AlertEventRecord) -> Self {
        Self {
            kind: record.kind.into(),
            alert: record.alert.into(),
        }
    }
}

#[derive(Default)]
pub(crate) struct AlertSubscriptions;

#[Subscription]
impl AlertSubscriptions {
    /// Alerts that fire or clear from now on, of the rules that this key may see; within a few seconds. A subscriber
    /// that reads too slowly misses some; `alerts` has them all.
    async fn alert_events(&self, ctx: &Context<'_>) -> Result<impl Stream<Item = AlertEvent> + use<>> {
        let who = access::principal(ctx)?;
        let events = switchboard(ctx)?.alert_events(&who).await?;
        Ok(events.map(AlertEvent::from))
    }
}
