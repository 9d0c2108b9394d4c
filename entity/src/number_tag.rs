//! `number_tags`: A label on a number.

use sea_orm::entity::prelude::*;

/// A label on a number.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "number_tags")]
pub struct Model {
    /// The row of `number` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number_id: i64,
    /// The label.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub tag: String,
}

impl ActiveModelBehavior for ActiveModel {}
