use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use strum::{Display, EnumString, IntoStaticStr};

use crate::{
    Result, Transaction,
    database::timestamp,
    error,
    sql::{Columns, Sql},
};

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ExportState {
    /// Nobody has followed the link.
    Ready,
    /// It is being made.
    Running,
    /// All of it was sent.
    Done,
    /// It was cut off.
    Failed,
}

/// A file that is made when its link is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRecord {
    /// Row id.
    pub id: i64,
    /// The key that it is for.
    pub key_id: i64,
    /// What is in it, as JSON.
    pub subject: String,
    /// Its format: JSON, CSV or EXCEL.
    pub format: String,
    /// What it is called.
    pub file_name: String,
    /// How far it is.
    pub state: ExportState,
    /// Rows written so far.
    pub row_count: i64,
    /// Rows that there were when it was asked for.
    pub total_rows: Option<i64>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// From when its link no longer works.
    pub expires_at: Timestamp,
    /// When it was done or cut off.
    pub finished_at: Option<Timestamp>,
}

/// A file to note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExport {
    /// The key that it is for.
    pub key_id: i64,
    /// What is in it, as JSON.
    pub subject: String,
    /// Its format: JSON, CSV or EXCEL.
    pub format: &'static str,
    /// What it is called.
    pub file_name: String,
    /// Rows that there are.
    pub total_rows: Option<i64>,
    /// For how long its link works, in milliseconds.
    pub good_for_ms: i64,
}

/// For how long an export stays on record after its link has ended.
const KEPT_MS: i64 = 24 * 60 * 60 * 1_000;

/// Notes a file and gives its row id; forgets those that ended a day ago.
///
/// # Errors
/// What the database says.
pub async fn insert_export(transaction: &Transaction, export: &NewExport) -> Result<i64> {
    let now = transaction.now_ms();
    let mut old = Sql::new("DELETE FROM exports WHERE expires_at < ");
    old.bind(now - KEPT_MS);
    old.execute(transaction.connection()).await?;
    let mut sql = Sql::new(
        "INSERT INTO exports (key_id, subject, format, file_name, state, row_count, total_rows, created_at, \
         expires_at) VALUES (",
    );
    sql.bind(export.key_id)
        .push_bind(", ", export.subject.clone())
        .push_bind(", ", export.format)
        .push_bind(", ", export.file_name.clone())
        .push_bind(", 'READY', 0, ", export.total_rows)
        .push_bind(", ", now)
        .push_bind(", ", now + export.good_for_ms)
        .push(") RETURNING id");
    sql.one_i64(transaction.connection()).await
}

/// A file that is for this key.
///
/// # Errors
/// What the database says.
pub async fn export(connection: &impl ConnectionTrait, key_id: i64, id: i64) -> Result<Option<ExportRecord>> {
    let mut sql = Sql::new(
        "SELECT id, key_id, subject, format, file_name, state, row_count, total_rows, created_at, expires_at, \
         finished_at FROM exports WHERE id = ",
    );
    sql.bind(id).push_bind(" AND key_id = ", key_id);
    sql.one(connection).await?.as_ref().map(read).transpose()
}

/// Notes how far a file is.
///
/// # Errors
/// What the database says.
pub async fn note_export(transaction: &Transaction, id: i64, state: ExportState, rows: i64) -> Result<()> {
    let finished = matches!(state, ExportState::Done | ExportState::Failed).then(|| transaction.now_ms());
    let state: &'static str = state.into();
    let mut sql = Sql::new("UPDATE exports SET state = ");
    sql.bind(state)
        .push_bind(", row_count = ", rows)
        .push_bind(", finished_at = ", finished)
        .push_bind(" WHERE id = ", id);
    sql.execute(transaction.connection()).await?;
    Ok(())
}

fn read(row: &QueryResult) -> Result<ExportRecord> {
    let mut columns = Columns::of(row);
    let (id, key_id, subject) = (columns.get()?, columns.get()?, columns.get()?);
    let (format, file_name) = (columns.get()?, columns.get()?);
    let state: String = columns.get()?;
    Ok(ExportRecord {
        id,
        key_id,
        subject,
        format,
        file_name,
        state: error::word("exports", "state", &state)?,
        row_count: columns.get()?,
        total_rows: columns.get()?,
        created_at: timestamp(columns.get()?),
        expires_at: timestamp(columns.get()?),
        finished_at: columns.get::<Option<i64>>()?.map(timestamp),
    })
}
