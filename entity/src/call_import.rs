//! `call_imports`: A run of an import of calls.

use sea_orm::entity::prelude::*;

/// A run of an import of calls.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_imports")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `reseller` it belongs to.
    pub reseller_id: i64,
    /// The row of `customer` it belongs to.
    pub customer_id: i64,
    /// Who did it.
    #[sea_orm(column_type = "Text")]
    pub actor: String,
    /// Which way it came in.
    #[sea_orm(column_type = "Text")]
    pub source: String,
    /// Name of the file.
    #[sea_orm(column_type = "Text", nullable)]
    pub file: Option<String>,
    /// Format of the rows.
    #[sea_orm(column_type = "Text")]
    pub format: String,
    /// Rows read so far.
    pub row_count: i64,
    /// Those that could not be used.
    pub bad_rows: i64,
    /// Calls that were not there before.
    pub new_calls: i64,
    /// Calls that got legs or parties.
    pub changed_calls: i64,
    /// Calls that were there already.
    pub unchanged_calls: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub started_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub finished_at: Option<i64>,
    /// The row of `group` whose telephone system logged it, where it is a log of queues.
    pub group_id: Option<i64>,
    /// Digest of the file.
    #[sea_orm(column_type = "Text", nullable)]
    pub digest: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
