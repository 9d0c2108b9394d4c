use futures_util::Stream;
use store::{Database, EventRecord, Transaction};
use tokio::sync::broadcast;
use tokio_stream::{StreamExt, wrappers::BroadcastStream};

use crate::{Principal, ServiceResult, Switchboard};

/// Something happened to a number: what subscribers are told.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberNotice {
    /// Row of the number.
    pub number_id: i64,
    /// The entry in its history.
    pub event: EventRecord,
}

/// Events that a slow subscriber may lag behind before it misses some.
const BACKLOG: usize = 4096;

/// Where committed events are told to whoever listens in this process.
#[derive(Debug, Clone)]
pub(crate) struct Notices {
    database: Database,
    sender: broadcast::Sender<NumberNotice>,
}

impl Notices {
    pub(crate) fn new(database: Database) -> Self {
        Self {
            database,
            sender: broadcast::Sender::new(BACKLOG),
        }
    }

    /// Tells subscribers about events that have been committed. A failure to read them back is only logged:
    /// the change has been made, and the history has it.
    pub(crate) async fn announce(&self, events: &[i64]) {
        if events.is_empty() || self.sender.receiver_count() == 0 {
            return;
        }
        let reader = self.database.reader();
        match store::events_by_ids(reader, store::Scope::Platform, events).await {
            Ok(mut found) => {
                for event in events.iter().filter_map(|id| found.remove(id)) {
                    // An error means that the last subscriber has just left.
                    let _ = self.sender.send(NumberNotice {
                        number_id: event.number_id,
                        event,
                    });
                }
            }
            Err(error) => tracing::warn!(%error, "events could not be read back for subscribers"),
        }
    }
}

impl Switchboard {
    /// What happens to the numbers of the caller's scope from now on, in this process. A key for KPIs alone is
    /// told nothing.
    ///
    /// A subscriber that falls far behind misses the oldest events; the history has them all.
    pub fn number_events(&self, who: &Principal) -> impl Stream<Item = NumberNotice> + Send + use<> {
        let (scope, may_view) = (who.scope, who.may_view().is_ok());
        BroadcastStream::new(self.inner.notices.sender.subscribe()).filter_map(move |notice| {
            let notice = notice.ok()?;
            let visible = match notice.event.owner {
                Some(owner) => scope.covers(owner),
                None => scope == store::Scope::Platform,
            };
            (visible && may_view).then_some(notice)
        })
    }

    /// Tells subscribers about events that have been committed.
    pub(crate) async fn announce(&self, events: &[i64]) {
        self.inner.notices.announce(events).await;
    }

    /// Runs a write transaction whose work also gives the ids of the events it wrote; announces them after
    /// the commit.
    pub(crate) async fn write_announced<T, F>(&self, work: F) -> ServiceResult<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Transaction) -> store::Work<'t, (T, Vec<i64>), crate::ServiceError>
            + Send
            + 'static,
    {
        let (value, events) = self.database().write(work).await?;
        self.announce(&events).await;
        Ok(value)
    }
}
