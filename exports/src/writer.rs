use std::io::Write;

use provider_core::domain::ExportFormat;

use crate::{Book, Cell, JsonRows, Result, Table, csv_file::CsvFile, json::Row};

/// Writes one table as a file, row by row.
///
/// CSV and JSON go out as they are written; a workbook is put together in a temporary file, and goes out at the end.
pub struct TableWriter<W: Write + Send> {
    table: Table,
    file: File<W>,
    rows: u64,
}

enum File<W: Write + Send> {
    Csv(Box<CsvFile<W>>),
    Json(JsonRows<W>),
    Book(Box<Book>, W),
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins the file.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(table: Table, format: ExportFormat, out: W) -> Result<Self> {
        let file = match format {
            ExportFormat::Csv => File::Csv(Box::new(CsvFile::new(&table, out)?)),
            ExportFormat::Json => File::Json(JsonRows::new(out)?),
            ExportFormat::Excel => {
                let mut book = Book::new();
                book.begin_sheet(table.clone())?;
                File::Book(Box::new(book), out)
            }
        };
        Ok(Self { table, file, rows: 0 })
    }

    /// Writes a row: a cell for each column.
    ///
    /// # Errors
    /// [`ExportError`](crate::ExportError): the cells are not those of the table, or don't fit into the format, or
    /// what `out` says.
    pub fn row(&mut self, cells: &[Cell]) -> Result<()> {
        let at = self.rows + 1;
        self.table.check(at, cells)?;
        match &mut self.file {
            File::Csv(csv) => csv.row(&self.table, cells),
            File::Json(json) => json.entry(&Row {
                table: &self.table,
                cells,
            }),
            File::Book(book, _) => book.row(cells),
        }?;
        self.rows = at;
        Ok(())
    }

    /// Rows written so far.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Ends the file, and gives back what it was written to.
    ///
    /// # Errors
    /// What `out` says.
    pub fn finish(self) -> Result<W> {
        match self.file {
            File::Csv(csv) => csv.finish(),
            File::Json(json) => json.finish(),
            File::Book(book, mut out) => {
                book.save(&mut out)?;
                out.flush()?;
                Ok(out)
            }
        }
    }
}

/// Writes a table with all its rows, and gives back what it was written to.
///
/// # Errors
/// As [`TableWriter`].
pub fn write_table<W: Write + Send>(
    table: Table,
    format: ExportFormat,
    rows: impl IntoIterator<Item = impl AsRef<[Cell]>>,
    out: W,
) -> Result<W> {
    let mut writer = TableWriter::new(table, format, out)?;
    for row in rows {
        writer.row(row.as_ref())?;
    }
    writer.finish()
}
