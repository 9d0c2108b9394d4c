use std::collections::HashSet;

use jiff::Timestamp;
use provider_core::domain::Period;
use queues::QueueCall;
use sea_orm::{ConnectionTrait, QueryResult};

use super::events::IDS;
use crate::{
    Result, StoreError, Transaction,
    database::timestamp,
    records,
    sql::{Columns, Sql},
};

/// Calls of one statement of [`touching_calls`].
const PAGE: u32 = 20_000;

const COLUMNS: &str =
    "queue, call_id, visit, caller, dialed, entered_at, left_at, outcome, agent, ended_at, ended_by";

/// Calls, and where the next ones begin.
pub type QueueCallPage = (Vec<QueueCall>, Option<i64>);

/// Reads [`COLUMNS`].
fn read(columns: &mut Columns<'_>) -> Result<QueueCall> {
    let (queue, call, visit) = (columns.get()?, columns.get()?, columns.get::<i64>()?);
    Ok(QueueCall {
        queue,
        call,
        visit: u32::try_from(visit).unwrap_or(u32::MAX),
        caller: columns.get()?,
        dialed: columns.get()?,
        entered_at: timestamp(columns.get()?),
        left_at: columns.get::<Option<i64>>()?.map(timestamp),
        outcome: word(columns.get()?, "outcome")?,
        agent: columns.get()?,
        ended_at: columns.get::<Option<i64>>()?.map(timestamp),
        ended_by: word(columns.get()?, "ended_by")?,
    })
}

fn word<T: std::str::FromStr>(text: Option<String>, column: &'static str) -> Result<Option<T>> {
    let Some(value) = text else { return Ok(None) };
    match value.parse() {
        Ok(word) => Ok(Some(word)),
        Err(_) => Err(StoreError::Corrupt {
            table: "queue_calls",
            column,
            value,
        }),
    }
}

/// Writes the calls that the events of `ids` tell of, in place of those that were there. Gives the ids of those.
///
/// # Errors
/// What the database says.
pub async fn replace_queue_calls(
    transaction: &Transaction,
    group_id: i64,
    ids: &[String],
    calls: &[QueueCall],
) -> Result<HashSet<String>> {
    let mut replaced = HashSet::new();
    for chunk in ids.chunks(IDS) {
        let mut sql = Sql::new("DELETE FROM queue_calls WHERE group_id = ");
        sql.bind(group_id)
            .push(" AND call_id IN ")
            .bind_list(chunk.iter().map(String::as_str))
            .push(" RETURNING call_id");
        for row in sql.all(transaction.connection()).await? {
            replaced.insert(Columns::of(&row).get()?);
        }
    }
    let into = format!("queue_calls (group_id, gone_at, {COLUMNS})");
    let milliseconds = |instant: Option<Timestamp>| instant.map(Timestamp::as_millisecond);
    records::insert_all(transaction, &into, calls, |sql, call| {
        sql.bind(group_id)
            .push_bind(", ", milliseconds(call.gone_at()).unwrap_or(i64::MAX))
            .push_bind(", ", call.queue.as_str())
            .push_bind(", ", call.call.as_str())
            .push_bind(", ", i64::from(call.visit))
            .push_bind(", ", call.caller.as_deref())
            .push_bind(", ", call.dialed.as_deref())
            .push_bind(", ", call.entered_at.as_millisecond())
            .push_bind(", ", milliseconds(call.left_at))
            .push_bind(", ", call.outcome.map(|outcome| outcome.to_string()))
            .push_bind(", ", call.agent.as_deref())
            .push_bind(", ", milliseconds(call.ended_at))
            .push_bind(", ", call.ended_by.map(|ending| ending.to_string()));
    })
    .await?;
    Ok(replaced)
}

/// Calls of these queues that waited or talked at some time of a range, behind the one of row `after`, and the row to
/// go on behind.
///
/// # Errors
/// What the database says.
pub async fn touching_calls(
    connection: &impl ConnectionTrait,
    group_id: i64,
    queues: &[String],
    range: &Period,
    after: i64,
) -> Result<QueueCallPage> {
    let mut sql = Sql::new(format!("SELECT id, {COLUMNS} FROM queue_calls WHERE group_id = "));
    sql.bind(group_id)
        .push(" AND queue IN ")
        .bind_list(queues.iter().map(String::as_str))
        .push_bind(" AND gone_at >= ", range.start().as_millisecond())
        .push_bind(" AND entered_at < ", range.end().as_millisecond())
        .push_bind(" AND id > ", after)
        .push(&format!(" ORDER BY id LIMIT {PAGE}"));
    let rows = sql.all(connection).await?;
    let last = rows.len() == PAGE as usize;
    let next = rows.last().filter(|_| last).map(|row| row.try_get_by_index(0));
    let calls = rows.iter().map(|row: &QueryResult| {
        let mut columns = Columns::of(row);
        columns.skip(1);
        read(&mut columns)
    });
    Ok((calls.collect::<Result<_>>()?, next.transpose()?))
}

/// All calls of a group, in the order of call, queue and visit: what tests compare.
///
/// # Errors
/// What the database says.
pub async fn queue_calls_of(connection: &impl ConnectionTrait, group_id: i64) -> Result<Vec<QueueCall>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM queue_calls WHERE group_id = "));
    sql.bind(group_id).push(" ORDER BY call_id, queue, visit");
    let rows = sql.all(connection).await?;
    rows.iter().map(|row| read(&mut Columns::of(row))).collect()
}

/// How many calls of each of these queues rang at each agent in a range and were not answered there: queue, agent and
/// count.
///
/// # Errors
/// What the database says.
pub async fn unanswered_rings(
    connection: &impl ConnectionTrait,
    group_id: i64,
    queues: &[String],
    agents: &[&str],
    range: &Period,
) -> Result<Vec<(String, String, u64)>> {
    let mut sql = Sql::new("SELECT queue, agent, COUNT(*) FROM queue_events WHERE group_id = ");
    sql.bind(group_id)
        .push(" AND agent IN ")
        .bind_list(agents.iter().copied())
        .push_bind(" AND at >= ", range.start().as_millisecond())
        .push_bind(" AND at < ", range.end().as_millisecond())
        .push(" AND kind IN ('RINGNOANSWER', 'RINGCANCELED') AND queue IN ")
        .bind_list(queues.iter().map(String::as_str))
        .push(" GROUP BY queue, agent");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let (queue, agent, count) = (columns.get()?, columns.get()?, columns.get::<i64>()?);
            Ok((queue, agent, u64::try_from(count).unwrap_or(0)))
        })
        .collect()
}

/// When these agents answered last in each of these queues, at an instant or before it: queue, agent and when.
///
/// # Errors
/// What the database says.
pub async fn last_answers(
    connection: &impl ConnectionTrait,
    group_id: i64,
    queues: &[String],
    agents: &[&str],
    until: Timestamp,
) -> Result<Vec<(String, String, Timestamp)>> {
    let mut sql = Sql::new(
        "SELECT queue, agent, at FROM (SELECT m.queue, m.agent, (SELECT e.at FROM queue_events e \
         WHERE e.group_id = m.group_id AND e.agent = m.agent AND e.queue = m.queue AND e.kind = 'CONNECT' \
         AND e.at <= ",
    );
    sql.bind(until.as_millisecond())
        .push_bind(
            " ORDER BY e.at DESC LIMIT 1) AS at FROM queue_members m WHERE m.group_id = ",
            group_id,
        )
        .push(" AND m.queue IN ")
        .bind_list(queues.iter().map(String::as_str))
        .push(" AND m.agent IN ")
        .bind_list(agents.iter().copied())
        .push(") AS answers WHERE at IS NOT NULL");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let (queue, agent) = (columns.get()?, columns.get()?);
            Ok((queue, agent, timestamp(columns.get()?)))
        })
        .collect()
}
