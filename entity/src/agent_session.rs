//! `agent_sessions`: When an agent worked or paused.

use sea_orm::entity::prelude::*;

/// When an agent worked or paused.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agent_sessions")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `group` it belongs to.
    pub group_id: i64,
    /// What the telephone system calls the agent.
    #[sea_orm(column_type = "Text")]
    pub agent: String,
    /// Name of the queue.
    #[sea_orm(column_type = "Text", nullable)]
    pub queue: Option<String>,
    /// Which kind.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub started_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub ended_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
