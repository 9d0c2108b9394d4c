//! `api_keys`: An access key: a keyed hash, never the key itself.

use sea_orm::entity::prelude::*;

/// An access key: a keyed hash, never the key itself.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Name, for people and reports.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// First characters of the key, to recognise it by.
    #[sea_orm(column_type = "Text")]
    pub prefix: String,
    /// Keyed hash of the key, hexadecimal.
    #[sea_orm(column_type = "Text", unique)]
    pub hash: String,
    /// Access level in upper case.
    #[sea_orm(column_type = "Text")]
    pub level: String,
    /// The row of `reseller` it belongs to.
    pub reseller_id: Option<i64>,
    /// The row of `customer` it belongs to.
    pub customer_id: Option<i64>,
    /// The row of `group` it belongs to.
    pub group_id: Option<i64>,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub expires_at: Option<i64>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub revoked_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
