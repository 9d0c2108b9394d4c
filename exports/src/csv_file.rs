//! Comma-separated values, as RFC 4180 has them, with the line ends of Unix.

use std::io::Write;

use crate::{Cell, Kind, Result, Table, guarded};

pub(crate) struct CsvFile<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> CsvFile<W> {
    pub(crate) fn new(table: &Table, out: W) -> Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        let names = table
            .columns
            .iter()
            .map(|column| guarded(&column.name).into_owned());
        writer.write_record(names)?;
        Ok(Self { writer })
    }

    pub(crate) fn row(&mut self, table: &Table, cells: &[Cell]) -> Result<()> {
        for (column, cell) in table.columns.iter().zip(cells) {
            let text = cell.plain(&table.zone).unwrap_or_default();
            // Only a text can look like what it is not.
            if column.kind == Kind::Text {
                self.writer.write_field(guarded(&text).as_bytes())?;
            } else {
                self.writer.write_field(text)?;
            }
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<W> {
        self.writer
            .into_inner()
            .map_err(|error| std::io::Error::new(error.error().kind(), error.error().to_string()).into())
    }
}
