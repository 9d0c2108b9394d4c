//! Figures of days: what changed on each about the numbers of a cell.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

// Named by this file, which is why it isn't a `mod.rs`: two of those would have one name.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (away, back) = match manager.get_database_backend() {
            DbBackend::Postgres => (
                include_str!("m20261202_000003_kpi_counters/down_postgres.sql"),
                include_str!("m20261214_000014_number_days/triggers_postgres.sql"),
            ),
            _ => (
                include_str!("m20261202_000003_kpi_counters/down_sqlite.sql"),
                include_str!("m20261214_000014_number_days/triggers_sqlite.sql"),
            ),
        };
        crate::run(manager, away).await?;
        crate::run(manager, include_str!("m20261214_000014_number_days/up.sql")).await?;
        crate::run(manager, back).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (away, back) = match manager.get_database_backend() {
            DbBackend::Postgres => (
                include_str!("m20261202_000003_kpi_counters/down_postgres.sql"),
                include_str!("m20261210_000011_stock_counters/triggers_postgres.sql"),
            ),
            _ => (
                include_str!("m20261202_000003_kpi_counters/down_sqlite.sql"),
                include_str!("m20261210_000011_stock_counters/triggers_sqlite.sql"),
            ),
        };
        crate::run(manager, away).await?;
        crate::run(manager, include_str!("m20261214_000014_number_days/down.sql")).await?;
        crate::run(manager, back).await
    }
}
