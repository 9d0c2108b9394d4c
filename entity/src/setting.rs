//! `settings`: Values that the program keeps for itself, such as the secret that API keys are hashed with.

use sea_orm::entity::prelude::*;

/// Values that the program keeps for itself, such as the secret that API keys are hashed with.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "settings")]
pub struct Model {
    /// Name, for people and reports.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// The value.
    #[sea_orm(column_type = "Text")]
    pub value: String,
}

impl ActiveModelBehavior for ActiveModel {}
