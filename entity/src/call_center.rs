//! `call_centers`: An own call center of a group.

use sea_orm::entity::prelude::*;

/// An own call center of a group.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_centers")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `reseller` it belongs to.
    pub reseller_id: i64,
    /// The row of `customer` it belongs to.
    pub customer_id: i64,
    /// The row of `group` it belongs to.
    pub group_id: i64,
    /// Name, unique in its group.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// IANA name of the zone whose days its reports are of.
    #[sea_orm(column_type = "Text")]
    pub time_zone: String,
    /// Whether a report is mailed every day.
    pub generate_daily_report: bool,
    /// Minutes of a row of the report.
    pub collection_period_minutes: i64,
    /// First address of the report.
    #[sea_orm(column_type = "Text", nullable)]
    pub reporting_email_1: Option<String>,
    /// Second address of the report.
    #[sea_orm(column_type = "Text", nullable)]
    pub reporting_email_2: Option<String>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub report_due_at: Option<i64>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub created_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
