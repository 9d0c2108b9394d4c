//! Reports of imports, and the rows that they could not use, as they are written.

use calls::RowFault;
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::{CallImport, ImportedCalls};
use crate::{Customer, Owner, Result, Transaction, records, sql::Sql};

/// Which way calls came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum CallSource {
    /// `switchboard import calls` or `switchboard import queue-log`.
    CommandLine,
    /// The upload route.
    Upload,
    /// The mutation `ingestCalls`.
    Graphql,
}

/// Begins the report of an import and gives its row.
///
/// # Errors
/// What the database says.
pub async fn begin_call_import(
    transaction: &Transaction,
    customer: &Customer,
    actor: &str,
    source: CallSource,
    file: Option<&str>,
    format: &str,
) -> Result<i64> {
    let source: &'static str = source.into();
    let mut sql = Sql::new(
        "INSERT INTO call_imports (reseller_id, customer_id, actor, source, file, format, row_count, bad_rows, \
         new_calls, changed_calls, unchanged_calls, started_at) VALUES (",
    );
    sql.bind(customer.reseller_id)
        .push_bind(", ", customer.id)
        .push_bind(", ", actor)
        .push_bind(", ", source)
        .push_bind(", ", file)
        .push_bind(", ", format)
        .push_bind(", 0, 0, 0, 0, 0, ", transaction.now_ms())
        .push(") RETURNING id");
    sql.one_i64(transaction.connection()).await
}

/// A log of a telephone system's queues, as the report of its import names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLogFile<'a> {
    /// Whose telephone system logged it.
    pub owner: Owner,
    /// Who imports it.
    pub actor: &'a str,
    /// Name of the file.
    pub file: Option<&'a str>,
    /// Name of the format.
    pub format: &'a str,
    /// What tells the content of the file from all others; absent where it is not known before it is read.
    pub digest: Option<&'a str>,
}

/// Begins the report of an import of a log and gives its row. A file that was imported before, or begun to be, has a
/// report: it begins anew, so that its bad lines are not there twice.
///
/// # Errors
/// What the database says.
pub async fn begin_queue_import(transaction: &Transaction, log: &QueueLogFile<'_>) -> Result<i64> {
    let source: &'static str = CallSource::CommandLine.into();
    let mut sql = Sql::new(
        "INSERT INTO call_imports (reseller_id, customer_id, group_id, actor, source, file, format, digest, \
         row_count, bad_rows, new_calls, changed_calls, unchanged_calls, started_at) VALUES (",
    );
    sql.bind(log.owner.reseller_id)
        .push_bind(", ", log.owner.customer_id)
        .push_bind(", ", log.owner.group_id)
        .push_bind(", ", log.actor)
        .push_bind(", ", source)
        .push_bind(", ", log.file)
        .push_bind(", ", log.format)
        .push_bind(", ", log.digest)
        .push_bind(", 0, 0, 0, 0, 0, ", transaction.now_ms())
        .push(
            ") ON CONFLICT (group_id, format, digest) WHERE digest IS NOT NULL DO UPDATE SET \
             actor = excluded.actor, file = excluded.file, row_count = 0, bad_rows = 0, new_calls = 0, \
             changed_calls = 0, unchanged_calls = 0, started_at = excluded.started_at, finished_at = NULL \
             RETURNING id",
        );
    let id = sql.one_i64(transaction.connection()).await?;
    let mut sql = Sql::new("DELETE FROM call_import_faults WHERE import_id = ");
    sql.bind(id);
    sql.execute(transaction.connection()).await?;
    Ok(id)
}

/// Adds a batch to a report: `good` rows that made `calls`, and bad ones.
///
/// # Errors
/// What the database says.
pub async fn add_to_call_import(
    transaction: &Transaction,
    import_id: i64,
    good: u64,
    calls: &ImportedCalls,
    bad: &[RowFault],
) -> Result<()> {
    let before = add_counts(transaction, import_id, good, calls, bad.len()).await?;
    let room = usize::try_from(CallImport::MOST_FAULTS.saturating_sub(before)).unwrap_or(0);
    let rows: Vec<(u64, &RowFault)> = (before..).zip(bad.iter().take(room)).collect();
    let into = "call_import_faults (import_id, position, line, reason, content)";
    records::insert_all(transaction, into, &rows, |sql, (position, fault)| {
        sql.bind(import_id)
            .push_bind(", ", signed(*position))
            .push_bind(", ", signed(fault.line))
            .push_bind(", ", fault.reason.as_str())
            .push_bind(", ", fault.content.as_str());
    })
    .await
}

/// Adds to the counts; gives how many rows were bad before.
async fn add_counts(
    transaction: &Transaction,
    import_id: i64,
    good: u64,
    calls: &ImportedCalls,
    bad: usize,
) -> Result<u64> {
    let bad = signed(bad as u64);
    let mut sql = Sql::new("UPDATE call_imports SET row_count = row_count + ");
    sql.bind(signed(good).saturating_add(bad))
        .push_bind(", bad_rows = bad_rows + ", bad)
        .push_bind(", new_calls = new_calls + ", signed(calls.new))
        .push_bind(", changed_calls = changed_calls + ", signed(calls.changed))
        .push_bind(", unchanged_calls = unchanged_calls + ", signed(calls.unchanged))
        .push_bind(" WHERE id = ", import_id)
        .push(" RETURNING bad_rows");
    let after = sql.one_i64(transaction.connection()).await?;
    Ok(u64::try_from(after - bad).unwrap_or(0))
}

/// Ends a report.
///
/// # Errors
/// What the database says.
pub async fn finish_call_import(transaction: &Transaction, import_id: i64) -> Result<()> {
    let mut sql = Sql::new("UPDATE call_imports SET finished_at = ");
    sql.bind(transaction.now_ms())
        .push_bind(" WHERE id = ", import_id);
    sql.execute(transaction.connection()).await?;
    Ok(())
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
