//! `number_events`: What happened to a number: append-only.

use sea_orm::entity::prelude::*;

/// What happened to a number: append-only.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "number_events")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `number` it belongs to.
    pub number_id: i64,
    /// A word in upper case.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Milliseconds since the epoch, UTC.
    pub at: i64,
    /// Who did it: an API key or a worker.
    #[sea_orm(column_type = "Text")]
    pub actor: String,
    /// What made it happen, for people.
    #[sea_orm(column_type = "Text", nullable)]
    pub cause: Option<String>,
    /// The row of `operation` it belongs to.
    pub operation_id: Option<i64>,
    /// The row of `reseller` it belongs to.
    pub reseller_id: Option<i64>,
    /// The row of `customer` it belongs to.
    pub customer_id: Option<i64>,
    /// The row of `group` it belongs to.
    pub group_id: Option<i64>,
    /// What changed, before, as JSON.
    #[sea_orm(column_type = "Text")]
    pub before: String,
    /// What changed, after, as JSON.
    #[sea_orm(column_type = "Text")]
    pub after: String,
}

impl ActiveModelBehavior for ActiveModel {}
