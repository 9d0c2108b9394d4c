//! `extension_assignments`: Who had an extension, from when until when.

use sea_orm::entity::prelude::*;

/// Who had an extension, from when until when.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "extension_assignments")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `extension` it belongs to.
    pub extension_id: i64,
    /// The row of `employee` it belongs to.
    pub employee_id: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub assigned_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub released_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
