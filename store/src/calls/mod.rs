//! Calls: what imports write and statistics read.

pub mod days;
mod directory;
mod import;
mod imports;
mod list;
mod report;
mod rows;
mod staff;

use sea_orm::{ConnectionTrait, DbBackend};

use crate::{Result, StoreError, sql::Sql};

use import::take_turns;
pub use import::{ImportedCalls, PartialCall, import_calls};
pub use imports::{
    CallImport, CallImportFilter, KeptFault, call_import, call_import_fault, call_import_faults,
    call_imports, count_call_imports,
};
pub use list::{
    CALLS_BY_START, CallFilter, CallView, PartyView, call, call_parties, calls, count_call_parts, count_calls,
};
pub use report::{
    CallSource, QueueLogFile, add_to_call_import, begin_call_import, begin_queue_import, finish_call_import,
};
pub use staff::{StaffExtension, StaffMember, staff};

/// Appends a list that something is IN: one bound value however long it is, so that the statement stays the same.
fn bind_texts<'t>(
    sql: &mut Sql,
    connection: &impl ConnectionTrait,
    texts: impl Iterator<Item = &'t str>,
) -> Result<()> {
    let list: Vec<&str> = texts.collect();
    let json = serde_json::to_string(&list).map_err(|_| StoreError::Aborted)?;
    match connection.get_database_backend() {
        DbBackend::Postgres => sql
            .push("(SELECT value FROM json_array_elements_text(")
            .bind(json)
            .push("::json))"),
        _ => sql.push("(SELECT value FROM json_each(").bind(json).push("))"),
    };
    Ok(())
}
