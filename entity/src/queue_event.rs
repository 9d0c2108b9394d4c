//! `queue_events`: What a telephone system logged about its queues.

use sea_orm::entity::prelude::*;

/// What a telephone system logged about its queues.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "queue_events")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `group` it belongs to.
    pub group_id: i64,
    /// What tells it apart from all others of its group.
    #[sea_orm(column_type = "Text")]
    pub identity: String,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub at: i64,
    /// Which kind.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Name of the queue.
    #[sea_orm(column_type = "Text", nullable)]
    pub queue: Option<String>,
    /// What the telephone system calls the call.
    #[sea_orm(column_type = "Text", nullable)]
    pub call_id: Option<String>,
    /// What the telephone system calls the agent.
    #[sea_orm(column_type = "Text", nullable)]
    pub agent: Option<String>,
    /// Milliseconds that the caller had waited, where the log says.
    pub wait_ms: Option<i64>,
    /// Milliseconds that it had lasted, where the log says.
    pub lasted_ms: Option<i64>,
    /// What else the log says.
    #[sea_orm(column_type = "Text", nullable)]
    pub detail: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
