//! Alert rules, what they fired, how that is delivered, and the exports that links lead to.

use sea_orm_migration::prelude::*;

// Named by this file, which is why it isn't a `mod.rs`: two of those would have one name.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("m20261206_000007_alerts/up.sql")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("m20261206_000007_alerts/down.sql")).await
    }
}
