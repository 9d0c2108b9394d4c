//! `call_import_faults`: A row that an import could not use, kept as it came.

use sea_orm::entity::prelude::*;

/// A row that an import could not use, kept as it came.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_import_faults")]
pub struct Model {
    /// The row of `call_import` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: i64,
    /// Order inside its owner, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// Line of the file; the first is 1.
    pub line: i64,
    /// Why.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// The row.
    #[sea_orm(column_type = "Text")]
    pub content: String,
}

impl ActiveModelBehavior for ActiveModel {}
