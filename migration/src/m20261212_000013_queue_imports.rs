//! Imports of queues' logs have reports as those of calls: of which group, and of which file by its content.

use sea_orm_migration::prelude::*;

// Named by this file, which is why it isn't a `mod.rs`: two of those would have one name.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(
            manager,
            "ALTER TABLE call_imports ADD COLUMN group_id BIGINT REFERENCES groups(id);
             ALTER TABLE call_imports ADD COLUMN digest TEXT;
             CREATE UNIQUE INDEX call_imports_file ON call_imports(group_id, format, digest) WHERE digest IS NOT NULL;",
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(
            manager,
            "DROP INDEX call_imports_file;
             ALTER TABLE call_imports DROP COLUMN digest;
             ALTER TABLE call_imports DROP COLUMN group_id;",
        )
        .await
    }
}
