use std::str::FromStr;

use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection, Row, postgres::PgConnectOptions};

use super::Burden;
use crate::{
    Result,
    inventory::{Batch, Cell, Table},
};

/// What stands for NULL in the text that is copied.
const NULL: &str = "\\N";

/// See [`super::Writer`].
#[derive(Debug)]
pub struct Writer(PgConnection);

impl Writer {
    pub(super) async fn connect(url: &str) -> Result<Self> {
        let mut connection = PgConnectOptions::from_str(url)?.connect().await?;
        connection
            .execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
            .await?;
        Ok(Self(connection))
    }

    pub(super) async fn execute(&mut self, statement: &str) -> Result<()> {
        self.0.execute(AssertSqlSafe(statement)).await?;
        Ok(())
    }

    /// Indexes first: they stand on their own, and checking foreign keys is faster with them.
    pub(super) async fn burdens(&mut self) -> Result<Vec<Burden>> {
        let rows = sqlx::query(
            "SELECT t.relname::text, 'DROP INDEX ' || i.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x \
             JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
             WHERE t.relnamespace = current_schema()::regnamespace \
             AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid) \
             UNION ALL \
             SELECT t.relname::text, format('ALTER TABLE %I DROP CONSTRAINT %I', t.relname, c.conname), \
             format('ALTER TABLE %I ADD CONSTRAINT %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid)) \
             FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid \
             WHERE c.contype = 'f' AND t.relnamespace = current_schema()::regnamespace",
        )
        .fetch_all(&mut self.0)
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
        if batch.rows.is_empty() {
            return Ok(());
        }
        let Table { name, columns, .. } = batch.table;
        let text = csv(batch)?;
        let statement = format!(
            "COPY {name} ({}) FROM STDIN (FORMAT csv, NULL '{NULL}')",
            columns.join(", ")
        );
        let mut copy = self.0.copy_in_raw(&statement).await?;
        copy.send(text).await?;
        copy.finish().await?;
        Ok(())
    }

    pub(super) async fn finish(&mut self, tables: &[&Table]) -> Result<()> {
        for table in tables.iter().filter(|table| table.has_id) {
            let name = table.name;
            let statement = format!(
                "SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
            );
            self.execute(&statement).await?;
        }
        Ok(())
    }
}

fn csv(batch: &Batch) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::with_capacity(batch.rows.len() * 256));
    for row in &batch.rows {
        for cell in row {
            match cell {
                Cell::Null => writer.write_field(NULL)?,
                Cell::Int(value) => writer.write_field(value.to_string())?,
                Cell::Text(value) => writer.write_field(value.as_bytes())?,
                Cell::Bool(value) => writer.write_field(if *value { "t" } else { "f" })?,
                Cell::Bytes(value) => writer.write_field(hex(value))?,
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer.into_inner().map_err(|error| error.into_error())?)
}

/// Bytes as PostgreSQL reads them.
fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    std::iter::once("\\x".to_owned()).chain(digits).collect()
}
