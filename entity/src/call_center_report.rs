//! `call_center_reports`: A day's report to one address.

use sea_orm::entity::prelude::*;

/// A day's report to one address.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_center_reports")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `call_center` it belongs to.
    pub call_center_id: i64,
    /// The day, as 2026-03-01.
    #[sea_orm(column_type = "Text")]
    pub day: String,
    /// Where it goes to.
    #[sea_orm(column_type = "Text")]
    pub address: String,
    /// What became of it.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// How often it was tried to send it.
    pub attempts: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub next_attempt_at: i64,
    /// Which process sends it.
    #[sea_orm(column_type = "Text", nullable)]
    pub lease_owner: Option<String>,
    /// Why it was not sent.
    #[sea_orm(column_type = "Text", nullable)]
    pub problem: Option<String>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub created_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub finished_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
