//! `alert_events`: What is told of an alert.

use sea_orm::entity::prelude::*;

/// What is told of an alert.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_events")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `alert`.
    pub alert_id: i64,
    /// What happened.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// What stays the same when it is told again.
    #[sea_orm(column_type = "Text")]
    pub message_id: String,
    /// The body of webhooks.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    /// Milliseconds since the epoch, UTC.
    pub at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
