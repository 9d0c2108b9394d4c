//! Database migrations of Switchboard, for SQLite and PostgreSQL.
//!
//! A migration that has been released is frozen: it is never edited, never imports `entity` and is
//! followed by another one instead. Changes are made in two releases (expand, then contract), so that
//! the previous version of the program can still run while replicas are replaced. Every `down` is tested.

#![allow(
    elided_lifetimes_in_paths,
    reason = "the signatures are those of sea-orm-migration's trait"
)]

use sea_orm_migration::{MigrationTrait, async_trait};
pub use sea_orm_migration::{MigratorTrait, SchemaManager};
use sea_orm_migration::{
    prelude::{ConnectionTrait, DbErr},
    sea_orm::DbBackend,
};

mod dialect;
mod m20261121_000001_inventory;
mod m20261201_000002_changes;
mod m20261202_000003_kpi_counters;
mod m20261203_000004_call_days;
mod m20261204_000005_calls;
mod m20261205_000006_call_centers;
mod m20261206_000007_alerts;
mod m20261209_000010_event_times;
mod m20261210_000011_stock_counters;
mod m20261212_000013_queue_imports;
mod m20261214_000014_number_days;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_inventory::Migration),
            Box::new(m20261201_000002_changes::Migration),
            Box::new(m20261202_000003_kpi_counters::Migration),
            Box::new(m20261203_000004_call_days::Migration),
            Box::new(m20261204_000005_calls::Migration),
            Box::new(m20261205_000006_call_centers::Migration),
            Box::new(m20261206_000007_alerts::Migration),
            Box::new(m20261209_000010_event_times::Migration),
            Box::new(m20261210_000011_stock_counters::Migration),
            Box::new(m20261212_000013_queue_imports::Migration),
            Box::new(m20261214_000014_number_days::Migration),
        ]
    }
}

/// Runs a script of statements separated by `;` at a line's end.
pub(crate) async fn run(manager: &SchemaManager<'_>, script: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    for statement in dialect::statements(script, manager.get_database_backend()) {
        connection.execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// Texts of a statement for each database.
pub(crate) struct OnEach {
    pub(crate) postgres: &'static str,
    pub(crate) sqlite: &'static str,
}

/// Runs a script while the triggers of the counters of numbers are away, and gives the counters others.
pub(crate) async fn change_counters(
    manager: &SchemaManager<'_>,
    script: &str,
    triggers: OnEach,
) -> Result<(), DbErr> {
    let (away, back) = match manager.get_database_backend() {
        DbBackend::Postgres => (
            include_str!("m20261202_000003_kpi_counters/down_postgres.sql"),
            triggers.postgres,
        ),
        _ => (
            include_str!("m20261202_000003_kpi_counters/down_sqlite.sql"),
            triggers.sqlite,
        ),
    };
    run(manager, away).await?;
    run(manager, script).await?;
    run(manager, back).await
}
