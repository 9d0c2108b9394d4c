//! Counters see the state of stock: whether a dropped number rests or is gone, and its area of the North American
//! Numbering Plan.

use sea_orm_migration::prelude::*;

use crate::{OnEach, change_counters};

// Named by this file, which is why it isn't a `mod.rs`: two of those would have one name.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let triggers = OnEach {
            postgres: include_str!("m20261210_000011_stock_counters/triggers_postgres.sql"),
            sqlite: include_str!("m20261210_000011_stock_counters/triggers_sqlite.sql"),
        };
        change_counters(
            manager,
            include_str!("m20261210_000011_stock_counters/up.sql"),
            triggers,
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let triggers = OnEach {
            postgres: include_str!("m20261202_000003_kpi_counters/up_postgres.sql"),
            sqlite: include_str!("m20261202_000003_kpi_counters/up_sqlite.sql"),
        };
        change_counters(
            manager,
            include_str!("m20261210_000011_stock_counters/down.sql"),
            triggers,
        )
        .await
    }
}
