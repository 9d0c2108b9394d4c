//! `operation_attempts`: One call to a provider on behalf of an operation, written before the call.

use sea_orm::entity::prelude::*;

/// One call to a provider on behalf of an operation, written before the call.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operation_attempts")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `operation` it belongs to.
    pub operation_id: i64,
    /// 1 for the first call.
    pub attempt: i64,
    /// Id of the configured provider.
    #[sea_orm(column_type = "Text")]
    pub provider: String,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub started_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub finished_at: Option<i64>,
    /// How the call ended; absent while it runs or when the process died.
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    /// More about the outcome, for people.
    #[sea_orm(column_type = "Text", nullable)]
    pub detail: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
