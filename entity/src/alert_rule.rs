//! `alert_rules`: A rule that watches the stock.

use sea_orm::entity::prelude::*;

/// A rule that watches the stock.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_rules")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `reseller` it belongs to; absent for the platform.
    pub reseller_id: Option<i64>,
    /// Name, for people.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// What is measured.
    #[sea_orm(column_type = "Text")]
    pub metric: String,
    /// Which side of the threshold is bad.
    #[sea_orm(column_type = "Text")]
    pub comparison: String,
    /// Where it fires, in thousandths.
    pub threshold: i64,
    /// Where it clears, in thousandths.
    pub clear_threshold: i64,
    /// All numbers together, or each kind by itself.
    #[sea_orm(column_type = "Text")]
    pub breakdown: String,
    /// Type of numbers.
    #[sea_orm(column_type = "Text", nullable)]
    pub number_type: Option<String>,
    /// Their country.
    #[sea_orm(column_type = "Text", nullable)]
    pub country: Option<String>,
    /// Their area code.
    #[sea_orm(column_type = "Text", nullable)]
    pub area_code: Option<String>,
    /// Addresses, as a list in JSON.
    #[sea_orm(column_type = "Text")]
    pub emails: String,
    /// The row of `webhook`.
    pub webhook_id: Option<i64>,
    /// Whether it is evaluated.
    pub enabled: bool,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Milliseconds since the epoch, UTC.
    pub updated_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub deleted_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
