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

const COLUMNS: &str = "agent, queue, kind, started_at, ended_at";

fn read(row: &QueryResult) -> Result<Presence> {
    let mut columns = Columns::of(row);
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
    sql.all(connection).await?.iter().map(read).collect()
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

/// Sessions and pauses of agents in these queues that touch a range.
///
/// # Errors
/// What the database says.
pub async fn touching_sessions(
    connection: &impl ConnectionTrait,
    group_id: i64,
    queues: &[String],
    range: &Period,
) -> Result<Vec<Presence>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM agent_sessions WHERE group_id = "));
    of_queues(&mut sql, group_id, queues);
    sql.push_bind(" AND started_at < ", range.end().as_millisecond())
        .push_bind(
            " AND (ended_at IS NULL OR ended_at > ",
            range.start().as_millisecond(),
        )
        .push(") ORDER BY agent, started_at, id");
    sql.all(connection).await?.iter().map(read).collect()
}

/// Whether any log has told before an instant when agents work in these queues.
///
/// # Errors
/// What the database says.
pub async fn presence_is_known(
    connection: &impl ConnectionTrait,
    group_id: i64,
    queues: &[String],
    before: Timestamp,
) -> Result<bool> {
    let mut sql = Sql::new("SELECT 1 FROM agent_sessions WHERE group_id = ");
    of_queues(&mut sql, group_id, queues);
    sql.push_bind(" AND kind = 'STAFFED' AND started_at < ", before.as_millisecond())
        .push(" LIMIT 1");
    Ok(sql.one(connection).await?.is_some())
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
    sql.all(connection).await?.iter().map(read).collect()
}
