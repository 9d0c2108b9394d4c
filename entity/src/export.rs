//! `exports`: A file that is made when its link is followed.

use sea_orm::entity::prelude::*;

/// A file that is made when its link is followed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exports")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The key that it is for.
    pub key_id: i64,
    /// What it is about.
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    /// Format of the file.
    #[sea_orm(column_type = "Text")]
    pub format: String,
    /// What the file is called.
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    /// How far it is.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// Rows written so far.
    pub row_count: i64,
    /// Rows that there will be, if that is known.
    pub total_rows: Option<i64>,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Milliseconds since the epoch, UTC.
    pub expires_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub finished_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
