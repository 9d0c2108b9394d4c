use jiff::Timestamp;
use provider_core::domain::Period;
use queues::Presence;
use sea_orm::{ConnectionTrait, QueryResult};

use crate::{
    Result, StoreError, Transaction,
    database::timestamp,
    records,
    sql::{Columns, Sql},
};

/// Sessions of one statement of [`touching_sessions`].
const PAGE: u32 = 20_000;

/// Sessions, and where the next ones begin.
pub type SessionPage = (Vec<Presence>, Option<i64>);

const COLUMNS: &str = "agent, queue, kind, started_at, ended_at";

fn read(columns: &mut Columns<'_>) -> Result<Presence> {
    let (agent, queue) = (columns.get()?, columns.get()?);
    let kind: String = columns.get()?;
    Ok(Presence {
        agent,
        queue,
        kind: kind.parse().map_err(|_| StoreError::Corrupt {
            table: "agent_sessions",
            column: "kind",
            value: kind,
        })?,
        started_at: timestamp(columns.get()?),
        ended_at: columns.get::<Option<i64>>()?.map(timestamp),
    })
}

/// Whose sessions count for queues: those in the queues, and those for all queues of agents who work in them.
fn of_queues(sql: &mut Sql, group_id: i64, queues: &[String]) {
    sql.bind(group_id)
        .push(" AND (queue IN ")
        .bind_list(queues.iter().map(String::as_str))
        .push_bind(
            " OR queue IS NULL AND agent IN (SELECT m.agent FROM queue_members m WHERE m.group_id = ",
            group_id,
        )
        .push(" AND m.queue IN ")
        .bind_list(queues.iter().map(String::as_str))
        .push("))");
}

/// An agent's sessions and pauses that last at an instant, or begin or end at it or later.
///
/// # Errors
/// What the database says.
pub async fn sessions_from(
    connection: &impl ConnectionTrait,
    group_id: i64,
    agent: &str,
    from: Timestamp,
) -> Result<Vec<Presence>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM agent_sessions WHERE group_id = "));
    sql.bind(group_id)
        .push_bind(" AND agent = ", agent)
        .push_bind(" AND (ended_at IS NULL OR ended_at >= ", from.as_millisecond())
        .push(")");
    let rows = sql.all(connection).await?;
    rows.iter().map(|row| read(&mut Columns::of(row))).collect()
}

/// Writes an agent's sessions and pauses in place of those of [`sessions_from`].
///
/// # Errors
/// What the database says.
pub async fn replace_sessions(
    transaction: &Transaction,
    group_id: i64,
    agent: &str,
    from: Timestamp,
    sessions: &[Presence],
) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM agent_sessions WHERE group_id = ");
    sql.bind(group_id)
        .push_bind(" AND agent = ", agent)
        .push_bind(" AND (ended_at IS NULL OR ended_at >= ", from.as_millisecond())
        .push(")");
    sql.execute(transaction.connection()).await?;
    let into = format!("agent_sessions (group_id, {COLUMNS})");
    records::insert_all(transaction, &into, sessions, |sql, session| {
        sql.bind(group_id)
            .push_bind(", ", session.agent.as_str())
            .push_bind(", ", session.queue.as_deref())
            .push_bind(", ", session.kind.to_string())
            .push_bind(", ", session.started_at.as_millisecond())
            .push_bind(", ", session.ended_at.map(Timestamp::as_millisecond));
    })
    .await
}

/// Sessions and pauses of agents in these queues that touch a range, behind the one of row `after`, and the row to go
/// on behind: at most so many at once.
///
/// # Errors
/// What the database says.
pub async fn touching_sessions(
    connection: &impl ConnectionTrait,
    group_id: i64,
    queues: &[String],
    range: &Period,
    after: i64,
) -> Result<SessionPage> {
    let mut sql = Sql::new(format!(
        "SELECT id, {COLUMNS} FROM agent_sessions WHERE group_id = "
    ));
    of_queues(&mut sql, group_id, queues);
    sql.push_bind(" AND started_at < ", range.end().as_millisecond())
        .push_bind(
            " AND (ended_at IS NULL OR ended_at > ",
            range.start().as_millisecond(),
        )
        .push_bind(") AND id > ", after)
        .push(&format!(" ORDER BY id LIMIT {PAGE}"));
    let rows = sql.all(connection).await?;
    let last = rows.len() == PAGE as usize;
    let next = rows.last().filter(|_| last).map(|row| row.try_get_by_index(0));
    let sessions = rows.iter().map(|row: &QueryResult| {
        let mut columns = Columns::of(row);
        columns.skip(1);
        read(&mut columns)
    });
    Ok((sessions.collect::<Result<_>>()?, next.transpose()?))
}

/// Sessions and pauses of agents in these queues that have not ended.
///
/// # Errors
/// What the database says.
pub async fn working_agents(
    connection: &impl ConnectionTrait,
    group_id: i64,
    queues: &[String],
) -> Result<Vec<Presence>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM agent_sessions WHERE group_id = "));
    of_queues(&mut sql, group_id, queues);
    sql.push(" AND ended_at IS NULL ORDER BY agent, started_at, id");
    let rows = sql.all(connection).await?;
    rows.iter().map(|row| read(&mut Columns::of(row))).collect()
}
