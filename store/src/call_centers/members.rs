use sea_orm::ConnectionTrait;

use crate::{
    Result, Transaction, records,
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

/// Who works in one of these queues, in order.
///
/// # Errors
/// What the database says.
pub async fn members(
    connection: &impl ConnectionTrait,
    group_id: i64,
    queues: &[String],
) -> Result<Vec<String>> {
    let mut sql = Sql::new("SELECT DISTINCT agent FROM queue_members WHERE group_id = ");
    sql.bind(group_id)
        .push(" AND queue IN ")
        .bind_list(queues.iter().map(String::as_str))
        .push(" ORDER BY agent");
    let rows = sql.all(connection).await?;
    rows.iter().map(|row| Columns::of(row).get()).collect()
}

/// What people call the agents of a group.
///
/// # Errors
/// What the database says.
pub async fn agent_names(connection: &impl ConnectionTrait, group_id: i64) -> Result<Vec<AgentName>> {
    let mut sql = Sql::new("SELECT agent, first_name, last_name FROM queue_agents WHERE group_id = ");
    sql.bind(group_id).push(" ORDER BY agent");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(AgentName {
                agent: columns.get()?,
                first_name: columns.get()?,
                last_name: columns.get()?,
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
