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

    /// Drops the indexes of `tables` that no constraint needs; gives the statements that make them again.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn drop_indexes(&mut self, tables: &[&Table]) -> Result<Vec<String>> {
        let indexes = match self {
            Self::Postgres(writer) => writer.indexes().await?,
            Self::Sqlite(writer) => writer.indexes().await?,
        };
        let mut definitions = Vec::new();
        for Index { name, table, definition } in indexes {
            if tables.iter().any(|known| known.name == table) {
                self.execute(&format!("DROP INDEX {name}")).await?;
                definitions.push(definition);
            }
        }
        Ok(definitions)
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

/// An index that no constraint needs.
struct Index {
    name: String,
    table: String,
    definition: String,
}
