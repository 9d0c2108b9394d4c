//! Exact counters of numbers, and the changes of numbers that are still to be counted.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

// Named by this file, which is why it isn't a `mod.rs`: two of those would have one name.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("m20261202_000003_kpi_counters/up.sql")).await?;
        let triggers = match manager.get_database_backend() {
            DbBackend::Postgres => include_str!("m20261202_000003_kpi_counters/up_postgres.sql"),
            _ => include_str!("m20261202_000003_kpi_counters/up_sqlite.sql"),
        };
        crate::run(manager, triggers).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let triggers = match manager.get_database_backend() {
            DbBackend::Postgres => include_str!("m20261202_000003_kpi_counters/down_postgres.sql"),
            _ => include_str!("m20261202_000003_kpi_counters/down_sqlite.sql"),
        };
        crate::run(manager, triggers).await?;
        crate::run(manager, include_str!("m20261202_000003_kpi_counters/down.sql")).await
    }
}
