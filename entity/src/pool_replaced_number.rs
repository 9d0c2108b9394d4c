//! `pool_replaced_numbers`: A number on a page that a pool replaces.

use sea_orm::entity::prelude::*;

/// A number on a page that a pool replaces.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pool_replaced_numbers")]
pub struct Model {
    /// The row of `pool` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pool_id: i64,
    /// Order in its list, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// As the caller wrote it.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// Keypad digits of the text.
    #[sea_orm(column_type = "Text")]
    pub digits: String,
}

impl ActiveModelBehavior for ActiveModel {}
