//! Writing many rows fast: `COPY` on PostgreSQL, large INSERTs in large transactions on SQLite, and the indexes
//! made again afterwards.

mod postgres;
mod sqlite;

use crate::{
    Result,
    inventory::{Batch, Table},
};

/// A connection that rows are written on.
#[derive(Debug)]
pub enum Writer {
    /// To PostgreSQL.
    Postgres(postgres::Writer),
    /// To a SQLite file.
    Sqlite(sqlite::Writer),
}

impl Writer {
    /// Connects to a migrated database.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn connect(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            Ok(Self::Sqlite(sqlite::Writer::connect(url).await?))
        } else {
            Ok(Self::Postgres(postgres::Writer::connect(url).await?))
        }
    }

    /// Takes away what `tables` pay for with each row: the indexes that no constraint needs and, on PostgreSQL,
    /// the foreign keys. Gives the statements that bring them back, and check them for all rows at once.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn strip(&mut self, tables: &[&Table]) -> Result<Vec<String>> {
        let burdens = match self {
            Self::Postgres(writer) => writer.burdens().await?,
            Self::Sqlite(writer) => writer.burdens().await?,
        };
        let mut restored = Vec::new();
        for Burden { table, drop, restore } in burdens {
            if tables.iter().any(|known| known.name == table) {
                self.execute(&drop).await?;
                restored.push(restore);
            }
        }
        Ok(restored)
    }

    /// Writes the rows of a batch.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn write(&mut self, batch: &Batch) -> Result<()> {
        match self {
            Self::Postgres(writer) => writer.write(batch).await,
            Self::Sqlite(writer) => writer.write(batch).await,
        }
    }

    /// Commits what is open, and lets the database assign ids behind those that were written.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn finish(&mut self, tables: &[&Table]) -> Result<()> {
        match self {
            Self::Postgres(writer) => writer.finish(tables).await,
            Self::Sqlite(writer) => writer.finish().await,
        }
    }

    /// Collects the statistics that plans are made by.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn analyze(&mut self) -> Result<()> {
        match self {
            Self::Postgres(_) => self.execute("VACUUM ANALYZE").await,
            Self::Sqlite(_) => self.execute("ANALYZE").await,
        }
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn execute(&mut self, statement: &str) -> Result<()> {
        match self {
            Self::Postgres(writer) => writer.execute(statement).await,
            Self::Sqlite(writer) => writer.execute(statement).await,
        }
    }
}

/// An index or a constraint that a table can do without for a while.
struct Burden {
    table: String,
    drop: String,
    restore: String,
}
