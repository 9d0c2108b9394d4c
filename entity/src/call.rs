//! `calls`: A call of a customer, whatever number of legs it had.

use sea_orm::entity::prelude::*;

/// A call of a customer, whatever number of legs it had.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calls")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The row of `reseller` it belongs to.
    pub reseller_id: i64,
    /// The row of `customer` it belongs to.
    pub customer_id: i64,
    /// What its source calls it; unique in its customer.
    #[sea_orm(column_type = "Text")]
    pub call_id: String,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub started_at: i64,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub answered_at: Option<i64>,
    /// Milliseconds since the epoch, UTC; absent where it does not apply.
    pub ended_at: i64,
    /// Seconds until it was answered or given up.
    pub ring_seconds: i64,
    /// Seconds of talk; 0 where nobody answered.
    pub talk_seconds: i64,
    /// How it ended.
    #[sea_orm(column_type = "Text")]
    pub disposition: String,
    /// Who called: E.164 where that is known; absent where it was withheld.
    #[sea_orm(column_type = "Text", nullable)]
    pub caller: Option<String>,
    /// Who was called: E.164 where that is known.
    #[sea_orm(column_type = "Text", nullable)]
    pub callee: Option<String>,
    /// Seen from the customer.
    #[sea_orm(column_type = "Text")]
    pub direction: String,
    /// Whether both ends are extensions of the customer.
    pub local: bool,
    /// The row of `number` it belongs to.
    pub number_id: Option<i64>,
    /// The row of `pool` it belongs to.
    pub pool_id: Option<i64>,
    /// The row of `group` it belongs to.
    pub group_id: Option<i64>,
    /// JSON of its legs.
    #[sea_orm(column_type = "Text")]
    pub legs: String,
    /// Hash of all of it, to see that nothing changed.
    #[sea_orm(column_type = "Text")]
    pub fingerprint: String,
}

impl ActiveModelBehavior for ActiveModel {}
