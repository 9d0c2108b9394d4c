//! `pool_url_triggers`: A parameter that a landing page URL must have for a tracking source to hold.

use sea_orm::entity::prelude::*;

/// A parameter that a landing page URL must have for a tracking source to hold.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pool_url_triggers")]
pub struct Model {
    /// The row of `pool` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pool_id: i64,
    /// Position of the tracking source it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_position: i64,
    /// Order in its list, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// Name of the URL parameter.
    #[sea_orm(column_type = "Text")]
    pub parameter: String,
    /// Value it must have; absent for any.
    #[sea_orm(column_type = "Text", nullable)]
    pub value: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
