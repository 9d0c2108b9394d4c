//! `places`: A locality that numbers are in.

use sea_orm::entity::prelude::*;

/// A locality that numbers are in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "places")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// ISO 3166-1 alpha-2 code; absent where a range belongs to no one country.
    #[sea_orm(column_type = "Text")]
    pub country: String,
    /// State, province or nation code.
    #[sea_orm(column_type = "Text")]
    pub region: String,
    /// Name, for people and reports.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The name as uniqueness and search compare it.
    #[sea_orm(column_type = "Text")]
    pub name_key: String,
}

impl ActiveModelBehavior for ActiveModel {}
