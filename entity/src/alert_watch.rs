//! `alert_watch`: Who watches the stock.

use sea_orm::entity::prelude::*;

/// Who watches the stock.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_watch")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// Milliseconds since the epoch, UTC.
    pub lease_until: i64,
    /// The last event of a number that was seen.
    pub seen_event: i64,
    /// Milliseconds since the epoch, UTC.
    pub evaluated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
