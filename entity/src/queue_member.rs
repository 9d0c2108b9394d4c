//! `queue_members`: An agent who works in a queue.

use sea_orm::entity::prelude::*;

/// An agent who works in a queue.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "queue_members")]
pub struct Model {
    /// The row of `group` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: i64,
    /// Name of the queue.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub queue: String,
    /// What the telephone system calls the agent.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub agent: String,
}

impl ActiveModelBehavior for ActiveModel {}
