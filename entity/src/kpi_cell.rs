//! `kpi_cells`: Counts of numbers that have something in common.

use sea_orm::entity::prelude::*;

/// Counts of numbers that have something in common.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kpi_cells")]
pub struct Model {
    /// Whose numbers; 0 for the whole platform.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reseller_id: i64,
    /// What the numbers are divided by: TOTAL, STATUS, PROVIDER, COUNTRY, AREA_CODE, POOL or STOCK.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub axis: String,
    /// Their type, a category of several types, or empty for any.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub kind: String,
    /// Their dealer; 0 for none, -1 for any.
    #[sea_orm(primary_key, auto_increment = false)]
    pub dealer_id: i64,
    /// What the numbers of the axis have in common.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub word: String,
    /// How many are not dropped.
    pub live: i64,
    /// How many are dropped.
    pub dropped: i64,
    /// How many customers have one that is not dropped.
    pub customers: i64,
}

impl ActiveModelBehavior for ActiveModel {}
