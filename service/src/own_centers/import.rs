use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use queues::{EventKind, QueueEvent, fold_calls, fold_presence};
use store::{
    Group, Transaction,
    call_centers::{self as centers, NewCallCenter},
    calls::ImportedCalls,
};

use super::{USUAL_PERIOD, change::time_zone};
use crate::{Principal, ServiceResult, Switchboard, UserErrorCode, validate::Faults};

/// How much later than now an event may be: clocks differ, and a wrong year would make everything last until then.
const LATEST_MS: i64 = 24 * 60 * 60 * 1000;

/// Whose events are imported, and what becomes of queues that have no call center yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueImport {
    /// Row of the group whose telephone system logged them.
    pub group_id: i64,
    /// IANA name of the zone that a new call center gets.
    pub time_zone: String,
    /// The call center that gets queues without one; made if it isn't there. Each such queue gets one of its own name
    /// where this is absent.
    pub call_center: Option<String>,
}

/// What became of some events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueImportReport {
    /// Events that were not there before.
    pub added: u64,
    /// Events that were.
    pub known: u64,
    /// Those that lie in the future, by index: they were left out.
    pub in_the_future: Vec<usize>,
    /// Names of call centers that were made.
    pub new_centers: Vec<String>,
    /// What became of the calls that the events are about.
    pub calls: ImportedCalls,
}

impl Switchboard {
    /// Puts events of a group's telephone system into its queues: one batch, one transaction. Some thousand events a
    /// batch are a good measure. In which order they come, and how often, makes no difference.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`](crate::ServiceError::AccessDenied) unless `who` administers the platform; refusals at `input`; what
    /// the database says. Then nothing of the batch was imported.
    pub async fn import_queue_events(
        &self,
        who: &Principal,
        import: &QueueImport,
        events: Vec<QueueEvent>,
    ) -> ServiceResult<QueueImportReport> {
        let target = self.import_target(who, import).await?;
        let written = self
            .database()
            .write(move |tx| Box::pin(async move { target.writer(tx).write(events).await }));
        Ok(written.await?)
    }

    pub(super) async fn import_target(
        &self,
        who: &Principal,
        import: &QueueImport,
    ) -> ServiceResult<ImportTarget> {
        who.may_administer()?;
        let mut faults = Faults::default();
        let zone = time_zone(&mut faults, &import.time_zone);
        if let Some(name) = &import.call_center
            && faults.name(name) != *name
        {
            let message = "a name has no space around it";
            faults.add(UserErrorCode::InvalidInput, "input.name", message);
        }
        faults.into_result()?;
        Ok(ImportTarget {
            group: self.group_for(who, import.group_id).await?,
            zone,
            center: import.call_center.clone(),
        })
    }
}

/// Where events go to.
#[derive(Debug, Clone)]
pub(super) struct ImportTarget {
    pub(super) group: Group,
    zone: String,
    center: Option<String>,
}

impl ImportTarget {
    pub(super) fn writer<'t>(&'t self, tx: &'t Transaction) -> Writer<'t> {
        Writer {
            tx,
            group: &self.group,
            zone: &self.zone,
            center: self.center.as_deref(),
        }
    }
}

/// One batch on its way into the database.
pub(super) struct Writer<'t> {
    tx: &'t Transaction,
    group: &'t Group,
    zone: &'t str,
    center: Option<&'t str>,
}

impl Writer<'_> {
    pub(super) async fn write(&self, events: Vec<QueueEvent>) -> store::Result<QueueImportReport> {
        let (tx, group) = (self.tx, self.group.id);
        let mut report = QueueImportReport::default();
        let mut sound = Vec::with_capacity(events.len());
        for (index, event) in events.into_iter().enumerate() {
            if event.at.as_millisecond() > tx.now_ms() + LATEST_MS {
                report.in_the_future.push(index);
            } else {
                sound.push(event);
            }
        }
        centers::lock_queue_log(tx, group).await?;
        let new = centers::insert_queue_events(tx, group, &sound).await?;
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        report.added = count(new.len());
        report.known = count(sound.len() - new.len());
        if let Some(last) = new.iter().map(|event| event.at).max() {
            centers::set_known_until(tx, group, last).await?;
        }
        report.new_centers = self.ensure_centers(&new).await?;
        centers::remember_members(tx, group, &pairs(&new)).await?;
        report.calls = self.fold_calls(&sound, &new).await?;
        self.fold_presence(&new).await?;
        Ok(report)
    }

    /// Gives each queue a call center; gives the names of new ones.
    async fn ensure_centers(&self, new: &[QueueEvent]) -> store::Result<Vec<String>> {
        let named: BTreeSet<String> = new.iter().filter_map(|event| event.queue.clone()).collect();
        let named: Vec<String> = named.into_iter().collect();
        let known = centers::queues_with_center(self.tx.connection(), self.group.id, &named).await?;
        let mut made = Vec::new();
        for queue in named.into_iter().filter(|queue| !known.contains(queue)) {
            let name = self.center.unwrap_or(&queue).to_owned();
            let new = NewCallCenter {
                owner: self.group.owner(),
                name: name.clone(),
                time_zone: self.zone.to_owned(),
                collection_period_minutes: USUAL_PERIOD,
            };
            let inserted = centers::insert_call_center(self.tx, &new).await?;
            let id = match inserted {
                Some(id) => {
                    made.push(name);
                    id
                }
                None => {
                    let scope = store::Scope::Platform;
                    let there = centers::lock_call_center(self.tx, scope, self.group.id, &name).await?;
                    there.ok_or(store::StoreError::Aborted)?.id
                }
            };
            centers::set_queues(self.tx, (self.group.id, id), &[queue], true).await?;
        }
        Ok(made)
    }

    /// Makes anew the calls that new events are about, and says what became of those that any of `all` is about.
    async fn fold_calls(&self, all: &[QueueEvent], new: &[QueueEvent]) -> store::Result<ImportedCalls> {
        let (told, touched) = (calls_of(all), calls_of(new));
        let count = |calls: usize| u64::try_from(calls).unwrap_or(u64::MAX);
        let mut imported = ImportedCalls {
            unchanged: count(told.len() - touched.len()),
            ..ImportedCalls::default()
        };
        if touched.is_empty() {
            return Ok(imported);
        }
        let ids: Vec<String> = touched.into_iter().map(str::to_owned).collect();
        let events = centers::call_events(self.tx.connection(), self.group.id, &ids).await?;
        let calls = fold_calls(&events);
        let replaced = centers::replace_queue_calls(self.tx, self.group.id, &ids, &calls).await?;
        imported.changed = count(replaced.len());
        imported.new = count(ids.len() - replaced.len());
        Ok(imported)
    }

    /// Makes anew the sessions that last at the first new event of an agent, and all later ones.
    async fn fold_presence(&self, new: &[QueueEvent]) -> store::Result<()> {
        let (connection, group) = (self.tx.connection(), self.group.id);
        let mut first: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for event in new.iter().filter(|event| event.kind >= EventKind::AddMember) {
            let Some(agent) = &event.agent else { continue };
            let at = first.entry(agent).or_insert(event.at);
            *at = event.at.min(*at);
        }
        for (agent, from) in first {
            let lasting = centers::sessions_from(connection, group, agent, from).await?;
            // What lasts then began at an event that must be seen again; what had ended by then stays as it is.
            let since = lasting.iter().map(|session| session.started_at).min();
            let since = since.map_or(from, |since| since.min(from));
            let events = centers::presence_events(connection, group, agent, since).await?;
            let mut sessions = fold_presence(&events);
            sessions.retain(|session| session.ended_at.is_none_or(|ended| ended >= from));
            centers::replace_sessions(self.tx, group, agent, from, &sessions).await?;
        }
        Ok(())
    }
}

/// The ids of the calls that events are about.
fn calls_of(events: &[QueueEvent]) -> BTreeSet<&str> {
    let of_calls = events.iter().filter(|event| event.kind.is_of_a_call());
    of_calls.filter_map(|event| event.call.as_deref()).collect()
}

/// Who works in which queue, as far as events tell.
fn pairs(events: &[QueueEvent]) -> Vec<(String, String)> {
    let pair = |event: &QueueEvent| Some((event.queue.clone()?, event.agent.clone()?));
    let pairs: BTreeSet<(String, String)> = events.iter().filter_map(pair).collect();
    pairs.into_iter().collect()
}
