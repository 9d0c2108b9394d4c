//! `holds`: A short exclusive claim on a number, with an expiry.

use sea_orm::entity::prelude::*;

/// A short exclusive claim on a number, with an expiry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "holds")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `number` it belongs to.
    pub number_id: i64,
    /// The row of `reseller` it belongs to.
    pub reseller_id: i64,
    /// The row of `customer` it belongs to.
    pub customer_id: i64,
    /// The row of `group` it belongs to.
    pub group_id: i64,
    /// The tenant that the client reference is unique in.
    #[sea_orm(column_type = "Text")]
    pub tenant: String,
    /// The caller's idempotency key.
    #[sea_orm(column_type = "Text")]
    pub client_reference: String,
    /// Who did it: an API key or a worker.
    #[sea_orm(column_type = "Text")]
    pub actor: String,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub held_until: i64,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub ended_at: Option<i64>,
    /// Why it ended, in upper case.
    #[sea_orm(column_type = "Text", nullable)]
    pub end_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
