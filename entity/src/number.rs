//! `numbers`: A phone number, ours to give out or given out.

use sea_orm::entity::prelude::*;

/// A phone number, ours to give out or given out.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "numbers")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// E.164 text.
    #[sea_orm(column_type = "Text", unique)]
    pub e164: String,
    /// ISO 3166-1 alpha-2 code; absent where a range belongs to no one country.
    #[sea_orm(column_type = "Text", nullable)]
    pub country: Option<String>,
    /// A `NumberType` in upper case.
    #[sea_orm(column_type = "Text")]
    pub number_type: String,
    /// A status word in upper case.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// National destination code without trunk prefix.
    #[sea_orm(column_type = "Text", nullable)]
    pub area_code: Option<String>,
    /// NXX, in the North American plan.
    #[sea_orm(column_type = "Text", nullable)]
    pub exchange: Option<String>,
    /// State, province or nation code.
    #[sea_orm(column_type = "Text", nullable)]
    pub region: Option<String>,
    /// The row of `place` it belongs to.
    pub place_id: Option<i64>,
    /// Rate center, where known.
    #[sea_orm(column_type = "Text", nullable)]
    pub rate_center: Option<String>,
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
    /// Name, for people and reports.
    #[sea_orm(column_type = "Text", nullable)]
    pub name: Option<String>,
    /// The name as uniqueness and search compare it.
    #[sea_orm(column_type = "Text", nullable)]
    pub name_key: Option<String>,
    /// The row of `reseller` it belongs to.
    pub reseller_id: Option<i64>,
    /// The row of `dealer` it belongs to.
    pub dealer_id: Option<i64>,
    /// The row of `customer` it belongs to.
    pub customer_id: Option<i64>,
    /// The row of `group` it belongs to.
    pub group_id: Option<i64>,
    /// The row of `pool` it belongs to.
    pub pool_id: Option<i64>,
    /// E.164 number that calls are forwarded to.
    #[sea_orm(column_type = "Text", nullable)]
    pub termination_number: Option<String>,
    /// Recurring cost in minor units (cents).
    pub monthly_cost_minor: Option<i64>,
    /// ISO 4217 code.
    #[sea_orm(column_type = "Text", nullable)]
    pub monthly_cost_currency: Option<String>,
    /// The token of the order that claimed the number.
    #[sea_orm(column_type = "Text", nullable)]
    pub order_token: Option<String>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub hold_until: Option<i64>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub quarantine_until: Option<i64>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub assigned_at: Option<i64>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub suspended_at: Option<i64>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub dropped_at: Option<i64>,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Milliseconds since the epoch, UTC.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
