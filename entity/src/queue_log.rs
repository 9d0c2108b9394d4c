//! `queue_logs`: How far the log of a group's telephone system reaches.

use sea_orm::entity::prelude::*;

/// How far the log of a group's telephone system reaches.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "queue_logs")]
pub struct Model {
    /// The row of `group` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub last_event_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
