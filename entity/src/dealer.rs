//! `dealers`: Who sold a number on; a KPI dimension, not a tenant.

use sea_orm::entity::prelude::*;

/// Who sold a number on; a KPI dimension, not a tenant.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dealers")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `reseller` it belongs to.
    pub reseller_id: i64,
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
