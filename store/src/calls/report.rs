//! Reports of imports, and the rows that they could not use.

use calls::RowFault;
use sea_orm::ConnectionTrait;
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::ImportedCalls;
use crate::{
    Customer, Result, Scope, Transaction,
    error::word,
    records,
    sql::{Columns, Sql},
};

/// Which way calls came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum CallSource {
    /// `switchboard import calls`.
    CommandLine,
    /// The upload route.
    Upload,
    /// The mutation `ingestCalls`.
    Graphql,
}

/// The report of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallImport {
    /// Row id.
    pub id: i64,
    /// Row of the customer.
    pub customer_id: i64,
    /// Which way they came.
    pub source: CallSource,
    /// Name of the file, where there was one.
    pub file: Option<String>,
    /// Name of the format.
    pub format: String,
    /// Rows read.
    pub rows: u64,
    /// Those that can't be used.
    pub bad_rows: u64,
    /// Calls that were not there before.
    pub new_calls: u64,
    /// Calls that got legs, or whose parties are known better than before.
    pub changed_calls: u64,
    /// Calls that were there as they are.
    pub unchanged_calls: u64,
    /// Whether it came to its end.
    pub finished: bool,
}

impl CallImport {
    /// Bad rows of an import that are kept; more are only counted.
    pub const MOST_FAULTS: u64 = 1000;
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

/// The report with this row id, and the bad rows that were kept.
///
/// # Errors
/// What the database says.
pub async fn call_import(
    connection: &impl ConnectionTrait,
    scope: Scope,
    id: i64,
) -> Result<Option<(CallImport, Vec<RowFault>)>> {
    // Of calls no group has its own part.
    if matches!(scope, Scope::Group { .. }) {
        return Ok(None);
    }
    let mut sql = Sql::new(
        "SELECT i.id, i.customer_id, i.source, i.file, i.format, i.row_count, i.bad_rows, i.new_calls, \
         i.changed_calls, i.unchanged_calls, i.finished_at FROM call_imports i WHERE i.id = ",
    );
    sql.bind(id);
    scope.restrict(&mut sql, "i");
    let Some(row) = sql.one(connection).await? else {
        return Ok(None);
    };
    let mut columns = Columns::of(&row);
    let import = CallImport {
        id: columns.get()?,
        customer_id: columns.get()?,
        source: word("call_imports", "source", &columns.get::<String>()?)?,
        file: columns.get()?,
        format: columns.get()?,
        rows: count(columns.get()?),
        bad_rows: count(columns.get()?),
        new_calls: count(columns.get()?),
        changed_calls: count(columns.get()?),
        unchanged_calls: count(columns.get()?),
        finished: columns.get::<Option<i64>>()?.is_some(),
    };
    Ok(Some((import, faults(connection, id).await?)))
}

async fn faults(connection: &impl ConnectionTrait, import_id: i64) -> Result<Vec<RowFault>> {
    let mut sql = Sql::new("SELECT line, reason, content FROM call_import_faults WHERE import_id = ");
    sql.bind(import_id).push(" ORDER BY position");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(RowFault {
                line: count(columns.get()?),
                reason: columns.get()?,
                content: columns.get()?,
            })
        })
        .collect()
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// As databases count.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
