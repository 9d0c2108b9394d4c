//! `kpi_days`: How counts of numbers changed on a day.

use sea_orm::entity::prelude::*;

/// How counts of numbers changed on a day.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kpi_days")]
pub struct Model {
    /// Whose numbers; 0 for the whole platform.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reseller_id: i64,
    /// What the numbers are divided by: TOTAL, PROVIDER or COUNTRY.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub axis: String,
    /// Their type, a category of several types, or empty for any.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub kind: String,
    /// Their dealer; 0 for none, -1 for any.
    #[sea_orm(primary_key, auto_increment = false)]
    pub dealer_id: i64,
    /// What the numbers of the axis have in common.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub word: String,
    /// The day: how many it is since the epoch, by UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i64,
    /// How many more, or fewer, are not dropped at its end than at its beginning.
    pub live: i64,
    /// The same of dropped ones.
    pub dropped: i64,
    /// The same of customers who have one that is not dropped.
    pub customers: i64,
    /// How often one got an owner, or came into the cell with one.
    pub assigned: i64,
    /// How often one lost its owner, or left the cell with one.
    pub released: i64,
}

impl ActiveModelBehavior for ActiveModel {}
