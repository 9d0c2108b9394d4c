//! `webhooks`: Where webhooks lead.

use sea_orm::entity::prelude::*;

/// Where webhooks lead.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhooks")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `reseller` it belongs to; absent for the platform.
    pub reseller_id: Option<i64>,
    /// Name, for people.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Address.
    #[sea_orm(column_type = "Text")]
    pub url: String,
    /// What its signing key is made of, with the secret of the database.
    #[sea_orm(column_type = "Text")]
    pub salt: String,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub deleted_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
