//! `operations`: A durable record of a change that a provider must make, written before the provider is called.

use sea_orm::entity::prelude::*;

/// A durable record of a change that a provider must make, written before the provider is called.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operations")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The tenant that the client reference is unique in.
    #[sea_orm(column_type = "Text")]
    pub tenant: String,
    /// The caller's idempotency key.
    #[sea_orm(column_type = "Text")]
    pub client_reference: String,
    /// A word in upper case.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// State word in upper case.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// SHA-256 of the canonical input, hexadecimal.
    #[sea_orm(column_type = "Text")]
    pub input_hash: String,
    /// The input as canonical JSON.
    #[sea_orm(column_type = "Text")]
    pub input: String,
    /// Id of the configured provider.
    #[sea_orm(column_type = "Text", nullable)]
    pub provider: Option<String>,
    /// What identifies the order upstream; the same across attempts.
    #[sea_orm(column_type = "Text", unique)]
    pub token: String,
    /// The row of `reseller` it belongs to.
    pub reseller_id: i64,
    /// The row of `customer` it belongs to.
    pub customer_id: i64,
    /// The row of `group` it belongs to.
    pub group_id: i64,
    /// The row of `number` it belongs to.
    pub number_id: Option<i64>,
    /// The row of `pool` it belongs to.
    pub pool_id: Option<i64>,
    /// The provider's reference of a pending order.
    #[sea_orm(column_type = "Text", nullable)]
    pub upstream_ref: Option<String>,
    /// Calls made to the provider so far.
    pub attempts: i64,
    /// How often in a row the provider said that it has no such order.
    pub sightings: i64,
    /// What went wrong, as JSON with code and message.
    #[sea_orm(column_type = "Text", nullable)]
    pub problem: Option<String>,
    /// Who did it: an API key or a worker.
    #[sea_orm(column_type = "Text")]
    pub actor: String,
    /// The request that asked for it.
    #[sea_orm(column_type = "Text", nullable)]
    pub request_id: Option<String>,
    /// The process that works on it.
    #[sea_orm(column_type = "Text", nullable)]
    pub lease_owner: Option<String>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub lease_until: i64,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Milliseconds since the epoch, UTC.
    pub updated_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub finished_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
