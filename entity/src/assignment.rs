//! `assignments`: Who had a number, from when until when.

use sea_orm::entity::prelude::*;

/// Who had a number, from when until when.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assignments")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `number` it belongs to.
    pub number_id: i64,
    /// The row of `reseller` it belongs to.
    pub reseller_id: i64,
    /// The row of `customer` it belongs to.
    pub customer_id: i64,
    /// The row of `group` it belongs to.
    pub group_id: i64,
    /// The row of `pool` it belongs to.
    pub pool_id: Option<i64>,
    /// The row of `operation` it belongs to.
    pub operation_id: Option<i64>,
    /// Name, for people and reports.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub assigned_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub released_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
