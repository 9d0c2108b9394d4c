use std::collections::HashSet;

use jiff::Timestamp;
use queues::{EventKind, QueueEvent};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::{
    Result, StoreError, Transaction,
    database::timestamp,
    records::{self, ROWS_PER_INSERT},
    sql::{Columns, Sql},
};

/// Ids of one IN list: far below what a statement may bind.
pub(super) const IDS: usize = 5_000;

const COLUMNS: &str = "at, kind, queue, call_id, agent, wait_ms, lasted_ms, detail";

fn read(row: &QueryResult) -> Result<QueueEvent> {
    let mut columns = Columns::of(row);
    let at = timestamp(columns.get()?);
    let kind: String = columns.get()?;
    Ok(QueueEvent {
        at,
        kind: kind.parse().map_err(|_| StoreError::Corrupt {
            table: "queue_events",
            column: "kind",
            value: kind,
        })?,
        queue: columns.get()?,
        call: columns.get()?,
        agent: columns.get()?,
        wait_ms: columns.get()?,
        lasted_ms: columns.get()?,
        detail: columns.get()?,
    })
}

async fn fetch(connection: &impl ConnectionTrait, sql: Sql) -> Result<Vec<QueueEvent>> {
    sql.all(connection).await?.iter().map(read).collect()
}

/// Lets nobody else import events of a group until the transaction ends.
///
/// # Errors
/// What the database says.
pub async fn lock_queue_log(transaction: &Transaction, group_id: i64) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO queue_logs (group_id, last_event_at) VALUES (");
    sql.bind(group_id).push_bind(", ", i64::MIN);
    // The row that is there is written, and so locked.
    sql.push(") ON CONFLICT (group_id) DO UPDATE SET last_event_at = queue_logs.last_event_at");
    sql.execute(transaction.connection()).await?;
    Ok(())
}

/// Notes that the log of a group reaches to an instant at least.
///
/// # Errors
/// What the database says.
pub async fn set_known_until(transaction: &Transaction, group_id: i64, at: Timestamp) -> Result<()> {
    let mut sql = Sql::new("UPDATE queue_logs SET last_event_at = ");
    sql.bind(at.as_millisecond())
        .push_bind(" WHERE group_id = ", group_id)
        .push_bind(" AND last_event_at < ", at.as_millisecond());
    sql.execute(transaction.connection()).await?;
    Ok(())
}

/// The last instant that the log of a group tells of; nothing where there is none.
///
/// # Errors
/// What the database says.
pub async fn known_until(connection: &impl ConnectionTrait, group_id: i64) -> Result<Option<Timestamp>> {
    let mut sql = Sql::new("SELECT last_event_at FROM queue_logs WHERE group_id = ");
    sql.bind(group_id);
    let row = sql.one(connection).await?;
    let at: Option<i64> = row.map(|row| Columns::of(&row).get()).transpose()?;
    Ok(at.filter(|at| *at > i64::MIN).map(timestamp))
}

/// Writes the events that are not there yet, and gives them.
///
/// # Errors
/// What the database says.
pub async fn insert_queue_events(
    transaction: &Transaction,
    group_id: i64,
    events: &[QueueEvent],
) -> Result<Vec<QueueEvent>> {
    let mut seen = HashSet::new();
    let identified: Vec<(String, &QueueEvent)> = events
        .iter()
        .map(|event| (event.identity(), event))
        .filter(|(identity, _)| seen.insert(identity.clone()))
        .collect();
    let mut new = Vec::new();
    for chunk in identified.chunks(ROWS_PER_INSERT) {
        let into = format!("queue_events (group_id, identity, {COLUMNS})");
        let mut sql = records::insert(&into, chunk, |sql, (identity, event)| {
            sql.bind(group_id)
                .push_bind(", ", identity.as_str())
                .push_bind(", ", event.at.as_millisecond())
                .push_bind(", ", event.kind.to_string())
                .push_bind(", ", event.queue.as_deref())
                .push_bind(", ", event.call.as_deref())
                .push_bind(", ", event.agent.as_deref())
                .push_bind(", ", event.wait_ms)
                .push_bind(", ", event.lasted_ms)
                .push_bind(", ", event.detail.as_deref());
        });
        sql.push(" ON CONFLICT (group_id, identity) DO NOTHING RETURNING identity");
        let rows = sql.all(transaction.connection()).await?;
        let written: HashSet<String> = rows
            .iter()
            .map(|row| Columns::of(row).get())
            .collect::<Result<_>>()?;
        let fresh = chunk.iter().filter(|(identity, _)| written.contains(identity));
        new.extend(fresh.map(|(_, event)| (*event).clone()));
    }
    Ok(new)
}

/// All events of these calls.
///
/// # Errors
/// What the database says.
pub async fn call_events(
    connection: &impl ConnectionTrait,
    group_id: i64,
    calls: &[String],
) -> Result<Vec<QueueEvent>> {
    let mut events = Vec::new();
    for chunk in calls.chunks(IDS) {
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM queue_events WHERE group_id = "));
        sql.bind(group_id)
            .push(" AND call_id IN ")
            .bind_list(chunk.iter().map(String::as_str));
        events.extend(fetch(connection, sql).await?);
    }
    Ok(events)
}

/// The events that tell when an agent works and pauses, from an instant on.
///
/// # Errors
/// What the database says.
pub async fn presence_events(
    connection: &impl ConnectionTrait,
    group_id: i64,
    agent: &str,
    from: Timestamp,
) -> Result<Vec<QueueEvent>> {
    let kinds: Vec<&'static str> = PRESENCE.iter().map(|kind| (*kind).into()).collect();
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM queue_events WHERE group_id = "));
    sql.bind(group_id)
        .push_bind(" AND agent = ", agent)
        .push_bind(" AND at >= ", from.as_millisecond())
        .push(" AND kind IN ")
        .bind_list(kinds);
    fetch(connection, sql).await
}

/// Kinds that are about agents' times.
const PRESENCE: [EventKind; 8] = [
    EventKind::AddMember,
    EventKind::RemoveMember,
    EventKind::AgentLogin,
    EventKind::AgentLogoff,
    EventKind::Pause,
    EventKind::Unpause,
    EventKind::PauseAll,
    EventKind::UnpauseAll,
];
