use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::{
    Result, Transaction,
    database::timestamp,
    records,
    records::ROWS_PER_INSERT,
    sql::{Columns, Sql},
};

/// What people call an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentName {
    /// What the telephone system calls the agent.
    pub agent: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
}

/// Notes that agents work in queues: pairs of queue and agent.
///
/// # Errors
/// What the database says.
pub async fn remember_members(
    transaction: &Transaction,
    group_id: i64,
    members: &[(String, String)],
) -> Result<()> {
    for chunk in members.chunks(ROWS_PER_INSERT) {
        let into = "queue_members (group_id, queue, agent)";
        let mut sql = records::insert(into, chunk, |sql, (queue, agent)| {
            sql.bind(group_id)
                .push_bind(", ", queue.as_str())
                .push_bind(", ", agent.as_str());
        });
        sql.push(" ON CONFLICT (group_id, queue, agent) DO NOTHING");
        sql.execute(transaction.connection()).await?;
    }
    Ok(())
}

/// An agent who works in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The queue.
    pub queue: String,
    /// The agent, and what people call them.
    pub name: AgentName,
    /// Since when logs tell when the agent works in the queue, or in all queues; nothing where they never have.
    pub staffed_since: Option<Timestamp>,
}

/// Who works in these queues, in the order of queues and agents.
///
/// # Errors
/// What the database says.
pub async fn memberships(
    connection: &impl ConnectionTrait,
    group_id: i64,
    queues: &[String],
) -> Result<Vec<Membership>> {
    // The first session that fits is found by the index, however many an agent has had since.
    let mut sql = Sql::new(
        "SELECT m.queue, m.agent, a.first_name, a.last_name, (SELECT s.started_at FROM agent_sessions s \
         WHERE s.group_id = m.group_id AND s.agent = m.agent AND s.kind = 'STAFFED' \
         AND (s.queue = m.queue OR s.queue IS NULL) ORDER BY s.started_at LIMIT 1) \
         FROM queue_members m LEFT JOIN queue_agents a ON a.group_id = m.group_id AND a.agent = m.agent \
         WHERE m.group_id = ",
    );
    sql.bind(group_id)
        .push(" AND m.queue IN ")
        .bind_list(queues.iter().map(String::as_str))
        .push(" ORDER BY m.queue, m.agent");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(Membership {
                queue: columns.get()?,
                name: AgentName {
                    agent: columns.get()?,
                    first_name: columns.get()?,
                    last_name: columns.get()?,
                },
                staffed_since: columns.get::<Option<i64>>()?.map(timestamp),
            })
        })
        .collect()
}

/// Writes what people call agents, in place of what they were called before.
///
/// # Errors
/// What the database says.
pub async fn save_agent_names(transaction: &Transaction, group_id: i64, names: &[AgentName]) -> Result<()> {
    for chunk in names.chunks(ROWS_PER_INSERT) {
        let into = "queue_agents (group_id, agent, first_name, last_name)";
        let mut sql = records::insert(into, chunk, |sql, name| {
            sql.bind(group_id)
                .push_bind(", ", name.agent.as_str())
                .push_bind(", ", name.first_name.as_deref())
                .push_bind(", ", name.last_name.as_deref());
        });
        sql.push(
            " ON CONFLICT (group_id, agent) DO UPDATE SET first_name = excluded.first_name, \
             last_name = excluded.last_name",
        );
        sql.execute(transaction.connection()).await?;
    }
    Ok(())
}
