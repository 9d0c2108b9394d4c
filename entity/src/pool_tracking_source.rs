//! `pool_tracking_sources`: Where a visitor must come from for a pool to replace numbers.

use sea_orm::entity::prelude::*;

/// Where a visitor must come from for a pool to replace numbers.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pool_tracking_sources")]
pub struct Model {
    /// The row of `pool` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pool_id: i64,
    /// Order in its list, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// "Any", a search engine or a domain.
    #[sea_orm(column_type = "Text")]
    pub referrer_domain: String,
    /// Unpaid search visits count.
    pub track_organic: bool,
}

impl ActiveModelBehavior for ActiveModel {}
