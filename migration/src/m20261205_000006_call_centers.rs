//! Own call centers: their queues, what telephone systems logged about these, and the reports that were mailed.

use sea_orm_migration::prelude::*;

// Named by this file, which is why it isn't a `mod.rs`: two of those would have one name.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("m20261205_000006_call_centers/up.sql")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, include_str!("m20261205_000006_call_centers/down.sql")).await
    }
}
