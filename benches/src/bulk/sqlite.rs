use std::str::FromStr;

use sqlx::{
    AssertSqlSafe, ConnectOptions, Executor, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::Burden;
use crate::{
    Result,
    inventory::{Batch, Cell},
};

/// Rows of one INSERT.
const ROWS: usize = 100;
/// Rows of one transaction, about.
const TRANSACTION: usize = 200_000;

/// See [`super::Writer`].
#[derive(Debug)]
pub struct Writer {
    connection: SqliteConnection,
    open: usize,
}

impl Writer {
    pub(super) async fn connect(url: &str) -> Result<Self> {
        let connection = SqliteConnectOptions::from_str(url)?
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A load that dies is begun anew on a fresh file.
            .synchronous(SqliteSynchronous::Off)
            .pragma("cache_size", "-524288")
            .pragma("temp_store", "MEMORY")
            .connect()
            .await?;
        Ok(Self { connection, open: 0 })
    }

    pub(super) async fn execute(&mut self, statement: &str) -> Result<()> {
        self.connection.execute(AssertSqlSafe(statement)).await?;
        Ok(())
    }

    pub(super) async fn burdens(&mut self) -> Result<Vec<Burden>> {
        let rows = sqlx::query(
            "SELECT tbl_name, 'DROP INDEX ' || name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        )
        .fetch_all(&mut self.connection)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Burden {
                    table: row.try_get(0)?,
                    drop: row.try_get(1)?,
                    restore: row.try_get(2)?,
                })
            })
            .collect()
    }

    pub(super) async fn write(&mut self, batch: &Batch) -> Result<()> {
        for rows in batch.rows.chunks(ROWS) {
            if self.open == 0 {
                self.connection.execute("BEGIN IMMEDIATE").await?;
            }
            self.insert(batch, rows).await?;
            self.open += rows.len();
        }
        if self.open >= TRANSACTION {
            self.commit().await
        } else {
            Ok(())
        }
    }

    async fn insert(&mut self, batch: &Batch, rows: &[Vec<Cell>]) -> Result<()> {
        let columns = batch.table.columns;
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        let values = vec![row.as_str(); rows.len()].join(", ");
        let statement = format!(
            "INSERT INTO {} ({}) VALUES {values}",
            batch.table.name,
            columns.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for cell in rows.iter().flatten() {
            query = match cell {
                Cell::Null => query.bind(None::<i64>),
                Cell::Int(value) => query.bind(*value),
                Cell::Text(value) => query.bind(value.as_ref()),
                Cell::Bool(value) => query.bind(*value),
                Cell::Bytes(value) => query.bind(value.as_slice()),
            };
        }
        query.execute(&mut self.connection).await?;
        Ok(())
    }

    async fn commit(&mut self) -> Result<()> {
        if std::mem::take(&mut self.open) > 0 {
            self.connection.execute("COMMIT").await?;
        }
        Ok(())
    }

    pub(super) async fn finish(&mut self) -> Result<()> {
        self.commit().await?;
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        Ok(())
    }
}
