//! `kpi_customers`: How many numbers of a cell a customer has.

use sea_orm::entity::prelude::*;

/// How many numbers of a cell a customer has.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kpi_customers")]
pub struct Model {
    /// The customer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: i64,
    /// What the numbers are divided by: TOTAL, STATUS, PROVIDER, COUNTRY, AREA_CODE or POOL.
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
    /// How many that are not dropped.
    pub numbers: i64,
}

impl ActiveModelBehavior for ActiveModel {}
