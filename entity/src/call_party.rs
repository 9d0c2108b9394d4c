//! `call_parties`: An employee who took part in a call.

use sea_orm::entity::prelude::*;

/// An employee who took part in a call.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_parties")]
pub struct Model {
    /// The row of `call` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub call_id: i64,
    /// Order inside its owner, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// The row of `customer` it belongs to.
    pub customer_id: i64,
    /// The row of `employee` it belongs to.
    pub employee_id: i64,
    /// The row of `extension` it belongs to.
    pub extension_id: i64,
    /// Which end of the call.
    #[sea_orm(column_type = "Text")]
    pub side: String,
    /// How the call ended here.
    #[sea_orm(column_type = "Text")]
    pub disposition: String,
    /// Talk if it was answered, else the seconds that it rang.
    pub seconds: i64,
    /// Whether both ends are extensions of the customer.
    pub local: bool,
    /// When the whole call started: milliseconds since the epoch, UTC.
    pub started_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
