//! What subscribers are told: whichever replica fired an alert.

use futures_util::Stream;
use store::{AlertEventRecord, Scope};
use tokio::sync::{Mutex, broadcast};
use tokio_stream::{StreamExt, wrappers::BroadcastStream};

use crate::{Principal, ServiceResult, Switchboard};

/// Events that a slow subscriber may lag behind before it misses some.
const BACKLOG: usize = 1024;

/// Where the events of alerts are told to whoever listens in this process.
#[derive(Debug)]
pub(crate) struct AlertNotices {
    sender: broadcast::Sender<AlertEventRecord>,
    /// The last event that was told; none while nobody listens.
    last: Mutex<Option<i64>>,
}

impl Default for AlertNotices {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BACKLOG),
            last: Mutex::new(None),
        }
    }
}

impl Switchboard {
    /// What happens to the alerts that the caller may see from now on, on any replica; within a few seconds.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`](crate::ServiceError::AccessDenied); what the database says.
    pub async fn alert_events(
        &self,
        who: &Principal,
    ) -> ServiceResult<impl Stream<Item = AlertEventRecord> + Send + use<>> {
        who.may_watch_stock()?;
        let scope = who.scope;
        let notices = &self.inner.alert_notices;
        let mut last = notices.last.lock().await;
        let receiver = notices.sender.subscribe();
        if last.is_none() {
            *last = Some(store::last_alert_event(self.database().reader()).await?);
        }
        drop(last);
        Ok(BroadcastStream::new(receiver).filter_map(move |event| {
            let event = event.ok()?;
            let visible = match scope {
                Scope::Platform => true,
                Scope::Reseller { reseller_id } => event.alert.reseller_id == Some(reseller_id),
                Scope::Customer { .. } | Scope::Group { .. } => false,
            };
            visible.then_some(event)
        }))
    }

    /// Tells subscribers of this process what was written since the last time.
    pub(crate) async fn tell_alert_subscribers(&self) -> ServiceResult<()> {
        let notices = &self.inner.alert_notices;
        let mut last = notices.last.lock().await;
        if notices.sender.receiver_count() == 0 {
            *last = None;
            return Ok(());
        }
        let Some(after) = *last else { return Ok(()) };
        for event in store::alert_events_after(self.database().reader(), after).await? {
            *last = Some(event.id);
            // An error means that the last subscriber has just left.
            let _ = notices.sender.send(event);
        }
        Ok(())
    }
}
