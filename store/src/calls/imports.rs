//! Reports of imports, as they are read.

use calls::RowFault;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::CallSource;
use crate::{
    Key, Keyset, Page, PageRequest, Position, Result, Scope,
    database::timestamp,
    error::word,
    page,
    records::{self, Record},
    sql::{Columns, Sql},
};

/// The report of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallImport {
    /// Row id.
    pub id: i64,
    /// Row of the customer.
    pub customer_id: i64,
    /// Who did it: `key:<id>`.
    pub actor: String,
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
    /// When it began.
    pub started_at: Timestamp,
    /// When it came to its end; none where it is under way or was cut off.
    pub finished_at: Option<Timestamp>,
}

impl CallImport {
    /// Bad rows of an import that are kept; more are only counted.
    pub const MOST_FAULTS: u64 = 1000;
}

impl Record for CallImport {
    const FROM: &'static str = "call_imports i";
    const ALIAS: &'static str = "i";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "customer_id",
        "actor",
        "source",
        "file",
        "format",
        "row_count",
        "bad_rows",
        "new_calls",
        "changed_calls",
        "unchanged_calls",
        "started_at",
        "finished_at",
    ];

    fn read(id: i64, columns: &mut Columns<'_>) -> Result<Self> {
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        Ok(Self {
            id,
            customer_id: columns.get()?,
            actor: columns.get()?,
            source: word("call_imports", "source", &columns.get::<String>()?)?,
            file: columns.get()?,
            format: columns.get()?,
            rows: count(columns.get()?),
            bad_rows: count(columns.get()?),
            new_calls: count(columns.get()?),
            changed_calls: count(columns.get()?),
            unchanged_calls: count(columns.get()?),
            started_at: timestamp(columns.get()?),
            finished_at: columns.get::<Option<i64>>()?.map(timestamp),
        })
    }

    fn id(&self) -> i64 {
        self.id
    }

    fn restrict(scope: Scope, sql: &mut Sql) {
        match scope {
            // Of calls no group has its own part.
            Scope::Group { .. } => {
                sql.push(" AND 1 = 0");
            }
            scope => scope.restrict(sql, Self::ALIAS),
        }
    }
}

/// Which imports a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallImportFilter {
    /// Only those of this customer.
    pub customer_id: Option<i64>,
    /// Only those with bad rows, or only those without.
    pub with_bad_rows: Option<bool>,
}

impl CallImportFilter {
    fn apply(&self, sql: &mut Sql) {
        if let Some(customer_id) = self.customer_id {
            sql.push_bind(" AND i.customer_id = ", customer_id);
        }
        match self.with_bad_rows {
            Some(true) => {
                sql.push(" AND i.bad_rows > 0");
            }
            Some(false) => {
                sql.push(" AND i.bad_rows = 0");
            }
            None => {}
        }
    }
}

/// The newest first.
const NEWEST_FIRST: Keyset = Keyset {
    column: "id",
    unique: true,
    descending: true,
};

/// A page of imports, the newest first.
///
/// # Errors
/// What the database says.
pub async fn call_imports(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &CallImportFilter,
    request: &PageRequest,
) -> Result<Page<CallImport>> {
    records::page(connection, scope, |sql| filter.apply(sql), NEWEST_FIRST, request).await
}

/// How many imports the list has.
///
/// # Errors
/// What the database says.
pub async fn count_call_imports(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &CallImportFilter,
) -> Result<i64> {
    records::count::<CallImport>(connection, scope, |sql| filter.apply(sql)).await
}

/// The import with this row id.
///
/// # Errors
/// What the database says.
pub async fn call_import(
    connection: &impl ConnectionTrait,
    scope: Scope,
    id: i64,
) -> Result<Option<CallImport>> {
    records::by_id(connection, scope, id).await
}

/// A bad row of an import that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFault {
    /// Row of the import.
    pub import_id: i64,
    /// Its place among the bad rows of the import, from 0.
    pub position: i64,
    /// The row, and what is wrong with it.
    pub fault: RowFault,
}

const BY_POSITION: Keyset = Keyset {
    column: "position",
    unique: true,
    descending: false,
};

fn faults_of(scope: Scope, import_id: i64) -> Sql {
    let mut sql = Sql::new(
        "SELECT f.position, f.line, f.reason, f.content FROM call_import_faults f \
         JOIN call_imports i ON i.id = f.import_id WHERE f.import_id = ",
    );
    sql.bind(import_id);
    CallImport::restrict(scope, &mut sql);
    sql
}

fn fault(import_id: i64, row: &QueryResult) -> Result<KeptFault> {
    let mut columns = Columns::of(row);
    Ok(KeptFault {
        import_id,
        position: columns.get()?,
        fault: RowFault {
            line: u64::try_from(columns.get::<i64>()?).unwrap_or(0),
            reason: columns.get()?,
            content: columns.get()?,
        },
    })
}

/// A page of the bad rows of an import that were kept, as they came.
///
/// # Errors
/// What the database says.
pub async fn call_import_faults(
    connection: &impl ConnectionTrait,
    scope: Scope,
    import_id: i64,
    request: &PageRequest,
) -> Result<Page<KeptFault>> {
    let mut sql = faults_of(scope, import_id);
    BY_POSITION.restrict(&mut sql, "f", request);
    page::fetch(connection, sql, request, |row| {
        let kept = fault(import_id, row)?;
        let position = Position {
            key: Key::Int(kept.position),
            id: kept.position,
        };
        Ok((position, kept))
    })
    .await
}

/// A bad row of an import, by its position.
///
/// # Errors
/// What the database says.
pub async fn call_import_fault(
    connection: &impl ConnectionTrait,
    scope: Scope,
    import_id: i64,
    position: i64,
) -> Result<Option<KeptFault>> {
    let mut sql = faults_of(scope, import_id);
    sql.push_bind(" AND f.position = ", position);
    let row = sql.one(connection).await?;
    row.map(|row| fault(import_id, &row)).transpose()
}
