//! `queue_calls`: A call's stay in a queue.

use sea_orm::entity::prelude::*;

/// A call's stay in a queue.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "queue_calls")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `group` it belongs to.
    pub group_id: i64,
    /// Name of the queue.
    #[sea_orm(column_type = "Text")]
    pub queue: String,
    /// What the telephone system calls the call.
    #[sea_orm(column_type = "Text")]
    pub call_id: String,
    /// Which of the call's stays in the queue, from 1.
    pub visit: i64,
    /// The caller's number.
    #[sea_orm(column_type = "Text", nullable)]
    pub caller: Option<String>,
    /// The dialed number.
    #[sea_orm(column_type = "Text", nullable)]
    pub dialed: Option<String>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub entered_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub left_at: Option<i64>,
    /// How it left the queue.
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    /// What the telephone system calls the agent.
    #[sea_orm(column_type = "Text", nullable)]
    pub agent: Option<String>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub ended_at: Option<i64>,
    /// Who ended the talk.
    #[sea_orm(column_type = "Text", nullable)]
    pub ended_by: Option<String>,
    /// When the talk or the waiting ended, milliseconds since the epoch, UTC; the largest integer before that.
    pub gone_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
