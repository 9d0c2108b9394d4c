//! `employees`: A person of a customer.

use sea_orm::entity::prelude::*;

/// A person of a customer.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "employees")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `reseller` it belongs to.
    pub reseller_id: i64,
    /// The row of `customer` it belongs to.
    pub customer_id: i64,
    /// The row of `group` it belongs to.
    pub group_id: Option<i64>,
    /// Name, for people and reports.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// E-mail address.
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
