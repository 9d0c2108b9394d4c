//! Figures of days: what changed on each about the numbers of a cell.

use sea_orm_migration::prelude::*;

use crate::{OnEach, change_counters};

// Named by this file, which is why it isn't a `mod.rs`: two of those would have one name.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let triggers = OnEach {
            postgres: include_str!("m20261214_000014_number_days/triggers_postgres.sql"),
            sqlite: include_str!("m20261214_000014_number_days/triggers_sqlite.sql"),
        };
        change_counters(
            manager,
            include_str!("m20261214_000014_number_days/up.sql"),
            triggers,
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let triggers = OnEach {
            postgres: include_str!("m20261210_000011_stock_counters/triggers_postgres.sql"),
            sqlite: include_str!("m20261210_000011_stock_counters/triggers_sqlite.sql"),
        };
        change_counters(
            manager,
            include_str!("m20261214_000014_number_days/down.sql"),
            triggers,
        )
        .await
    }
}
