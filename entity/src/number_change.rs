//! `number_changes`: What changed about numbers and is not in the counters yet.

use sea_orm::entity::prelude::*;

/// What changed about numbers and is not in the counters yet.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "number_changes")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// 1 when a number came to be like this, -1 when it was and is no longer.
    pub sign: i64,
    /// Its type.
    #[sea_orm(column_type = "Text")]
    pub number_type: String,
    /// Its status.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// Its country.
    #[sea_orm(column_type = "Text", nullable)]
    pub country: Option<String>,
    /// Its area code.
    #[sea_orm(column_type = "Text", nullable)]
    pub area_code: Option<String>,
    /// Id of its provider.
    #[sea_orm(column_type = "Text")]
    pub provider: String,
    /// Its owner's reseller.
    pub reseller_id: Option<i64>,
    /// Its owner's customer.
    pub customer_id: Option<i64>,
    /// Its dealer.
    pub dealer_id: Option<i64>,
    /// Its pool.
    pub pool_id: Option<i64>,
    /// 1 when it has an end of quarantine, else 0.
    pub rests: i64,
    /// Its numbering plan area, for numbers of +1.
    #[sea_orm(column_type = "Text", nullable)]
    pub npa: Option<String>,
    /// When, milliseconds since the epoch.
    pub at: i64,
    /// Its type, provider, country, reseller and dealer before (1) or after (-1) the change, when it had an owner then.
    #[sea_orm(column_type = "Text", nullable)]
    pub beside: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
