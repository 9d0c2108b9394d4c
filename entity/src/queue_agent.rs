//! `queue_agents`: What people call an agent.

use sea_orm::entity::prelude::*;

/// What people call an agent.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "queue_agents")]
pub struct Model {
    /// The row of `group` it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: i64,
    /// What the telephone system calls the agent.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub agent: String,
    /// First name.
    #[sea_orm(column_type = "Text", nullable)]
    pub first_name: Option<String>,
    /// Last name.
    #[sea_orm(column_type = "Text", nullable)]
    pub last_name: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
