//! `pools`: A number pool for dynamic number insertion.

use sea_orm::entity::prelude::*;

/// A number pool for dynamic number insertion.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pools")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `reseller` it belongs to.
    pub reseller_id: i64,
    /// The row of `customer` it belongs to.
    pub customer_id: i64,
    /// The row of `group` it belongs to.
    pub group_id: i64,
    /// Name, for people and reports.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The name as uniqueness and search compare it.
    #[sea_orm(column_type = "Text")]
    pub name_key: String,
    /// A status word in upper case.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// Id of the configured provider.
    #[sea_orm(column_type = "Text")]
    pub provider: String,
    /// The provider's own id.
    #[sea_orm(column_type = "Text", nullable)]
    pub external_id: Option<String>,
    /// The provider's own name of it, where it told one.
    #[sea_orm(column_type = "Text", nullable)]
    pub external_name: Option<String>,
    /// Where messages go, a word in upper case; absent where the provider did not say.
    #[sea_orm(column_type = "Text", nullable)]
    pub sms_route: Option<String>,
    /// What the pool was ordered by, as JSON.
    #[sea_orm(column_type = "Text")]
    pub matching: String,
    /// How long a session is held open to await a call.
    pub match_period_minutes: i64,
    /// How many numbers the pool should have.
    pub quantity: i64,
    /// Every number on the page is replaced.
    pub replace_all_numbers: bool,
    /// E.164 number that calls are forwarded to.
    #[sea_orm(column_type = "Text")]
    pub termination_number: String,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Milliseconds since the epoch, UTC.
    pub updated_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub retired_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
