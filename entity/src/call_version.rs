//! `call_versions`: How often a customer's packed calls have changed.

use sea_orm::entity::prelude::*;

/// How often a customer's packed calls have changed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_versions")]
pub struct Model {
    /// The row of `customer` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: i64,
    /// One more with each change.
    pub version: i64,
    /// No packed day lies before this one.
    pub first_day: i64,
    /// No packed day lies after this one.
    pub last_day: i64,
}

impl ActiveModelBehavior for ActiveModel {}
