//! Tables as files: typed columns and rows, written as CSV, as an Excel workbook or as JSON.
//!
//! A file of any length takes the same memory: rows go out as they come in. A [`TableWriter`] writes one table in the
//! format that is asked for; a [`Book`] is a workbook of several sheets, for reports.
//!
//! ```
//! use exports::{Cell, Column, ExportFormat, Kind, Table, TableWriter};
//!
//! # fn main() -> exports::Result<()> {
//! let table = Table::new("Stock", [Column::new("areaCode", Kind::Text), Column::new("available", Kind::Whole)]);
//! let mut writer = TableWriter::new(table, ExportFormat::Csv, Vec::new())?;
//! writer.row(&[Cell::text("416"), Cell::Whole(12)])?;
//! let file = writer.finish()?;
//! assert_eq!(file, b"areaCode,available\n416,12\n");
//! # Ok(())
//! # }
//! ```

mod book;
mod csv_file;
mod error;
mod format;
mod guard;
mod json;
mod table;
mod writer;

pub use book::Book;
pub use error::{ExportError, Result};
pub use format::{extension, media_type};
pub use guard::{guarded, unguarded};
pub use json::JsonRows;
pub use provider_core::domain::ExportFormat;
/// For what a report has besides its tables: charts, for one.
pub use rust_xlsxwriter;
pub use table::{Cell, Column, Kind, Table};
pub use writer::{TableWriter, write_table};
