//! `pool_members`: Which numbers a pool has or had.

use sea_orm::entity::prelude::*;

/// Which numbers a pool has or had.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pool_members")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `pool` it belongs to.
    pub pool_id: i64,
    /// The row of `number` it belongs to.
    pub number_id: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub added_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub removed_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
