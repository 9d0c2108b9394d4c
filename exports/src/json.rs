//! JSON: a list that is written entry by entry.

use std::io::Write;

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{Cell, Column, Result, Table};

/// A list in JSON, written entry by entry: rows of a table, or whatever shape a document has.
#[derive(Debug)]
pub struct JsonRows<W: Write> {
    out: W,
    rows: u64,
}

impl<W: Write> JsonRows<W> {
    /// Begins the list.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(mut out: W) -> Result<Self> {
        out.write_all(b"[")?;
        Ok(Self { out, rows: 0 })
    }

    /// Writes an entry.
    ///
    /// # Errors
    /// What `out` says; or the entry can't be written as JSON.
    pub fn entry<T: Serialize + ?Sized>(&mut self, entry: &T) -> Result<()> {
        let separator: &[u8] = if self.rows == 0 { b"\n" } else { b",\n" };
        self.out.write_all(separator)?;
        serde_json::to_writer(&mut self.out, entry)?;
        self.rows += 1;
        Ok(())
    }

    /// Ends the list, and gives back what it was written to.
    ///
    /// # Errors
    /// What `out` says.
    pub fn finish(mut self) -> Result<W> {
        self.out
            .write_all(if self.rows == 0 { b"]\n" } else { b"\n]\n" })?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// A row of a table as an object: the names of the columns are its keys.
pub(crate) struct Row<'r> {
    pub(crate) table: &'r Table,
    pub(crate) cells: &'r [Cell],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.cells.len()))?;
        for (Column { name, .. }, cell) in self.table.columns.iter().zip(self.cells) {
            match cell {
                Cell::Whole(number) | Cell::Seconds(number) => map.serialize_entry(name, number)?,
                other => map.serialize_entry(name, &other.plain(&self.table.zone))?,
            }
        }
        map.end()
    }
}
