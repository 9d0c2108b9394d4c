//! `resellers`: The top level of the tenant tree.

use sea_orm::entity::prelude::*;

/// The top level of the tenant tree.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resellers")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
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
