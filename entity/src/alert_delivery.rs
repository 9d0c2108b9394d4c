//! `alert_deliveries`: An address or a webhook that is told.

use sea_orm::entity::prelude::*;

/// An address or a webhook that is told.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_deliveries")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `alert_event`.
    pub event_id: i64,
    /// Which way.
    #[sea_orm(column_type = "Text")]
    pub channel: String,
    /// An address, or the row of a webhook.
    #[sea_orm(column_type = "Text")]
    pub target: String,
    /// How far it is.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Milliseconds since the epoch, UTC.
    pub next_attempt_at: i64,
    /// Why the last attempt failed.
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub finished_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
