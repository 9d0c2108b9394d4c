//! `call_center_queues`: A queue of a call center.

use sea_orm::entity::prelude::*;

/// A queue of a call center.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_center_queues")]
pub struct Model {
    /// The row of `group` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: i64,
    /// Name of the queue.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub queue: String,
    /// The row of `call_center` it belongs to.
    pub call_center_id: i64,
}

impl ActiveModelBehavior for ActiveModel {}
