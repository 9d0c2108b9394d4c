//! `call_days`: The calls of an employee at an extension, a number or a pool on one UTC day, packed for statistics.

use sea_orm::entity::prelude::*;

/// The calls of an employee at an extension, a number or a pool on one UTC day, packed for statistics.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_days")]
pub struct Model {
    /// The row of `customer` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: i64,
    /// Whether the calls are those of an employee, a number or a pool.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub kind: String,
    /// The UTC day, counted from 1970-01-01.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i64,
    /// The row of `employee`, `number` or `pool`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: i64,
    /// The row of `extension`; 0 for numbers and pools.
    #[sea_orm(primary_key, auto_increment = false)]
    pub extension_id: i64,
    /// The calls, packed.
    #[sea_orm(column_type = "Blob")]
    pub words: Vec<u8>,
    /// The version of the customer's calls that changed the day last.
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
