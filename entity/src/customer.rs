//! `customers`: A company that uses numbers; the second level of the tenant tree.

use sea_orm::entity::prelude::*;

/// A company that uses numbers; the second level of the tenant tree.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customers")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `reseller` it belongs to.
    pub reseller_id: i64,
    /// The row of `dealer` it belongs to.
    pub dealer_id: Option<i64>,
    /// Short unique code.
    #[sea_orm(column_type = "Text", unique)]
    pub code: String,
    /// Name, for people and reports.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
