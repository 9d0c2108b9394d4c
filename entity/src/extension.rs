//! `extensions`: An internal number of a customer.

use sea_orm::entity::prelude::*;

/// An internal number of a customer.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "extensions")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `customer` it belongs to.
    pub customer_id: i64,
    /// Extension number, as dialed inside the customer.
    #[sea_orm(column_type = "Text")]
    pub number: String,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
