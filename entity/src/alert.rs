//! `alerts`: A firing of a rule.

use sea_orm::entity::prelude::*;

/// A firing of a rule.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alerts")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `alert_rule`.
    pub rule_id: i64,
    /// The row of `reseller` it belongs to; absent for the platform.
    pub reseller_id: Option<i64>,
    /// What it is about.
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    /// Type of numbers.
    #[sea_orm(column_type = "Text", nullable)]
    pub number_type: Option<String>,
    /// Their country.
    #[sea_orm(column_type = "Text", nullable)]
    pub country: Option<String>,
    /// Their area code.
    #[sea_orm(column_type = "Text", nullable)]
    pub area_code: Option<String>,
    /// Milliseconds since the epoch, UTC.
    pub fired_at: i64,
    /// The value that fired it, in thousandths; absent for no bound.
    pub fired_value: Option<i64>,
    /// Where it fires, in thousandths.
    pub threshold: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub cleared_at: Option<i64>,
    /// The value that cleared it, in thousandths; absent for no bound.
    pub cleared_value: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
