use std::io;

use crate::Kind;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A row has more or fewer cells than the table has columns.
    #[error("row {row} has {found} cells, and the table has {expected} columns")]
    Width {
        /// Which row, counted from 1.
        row: u64,
        /// Cells that it has.
        found: usize,
        /// Columns that there are.
        expected: usize,
    },
    /// A cell is not of its column's kind.
    #[error("row {row}, column {column}: the cell is not of the kind {kind:?}")]
    Mismatch {
        /// Which row, counted from 1.
        row: u64,
        /// Name of the column.
        column: String,
        /// What the column holds.
        kind: Kind,
    },
    /// A text does not fit into a cell of a workbook: 32,767 characters.
    #[error(
        "row {row}, column {column}: the text is longer than the 32,767 characters that a cell of a workbook can \
         hold; CSV and JSON have no such limit"
    )]
    TextTooLong {
        /// Which row, counted from 1.
        row: u64,
        /// Name of the column.
        column: String,
    },
    /// A sum is larger than can be counted.
    #[error("the total of the column {column} is too large")]
    TotalTooLarge {
        /// Name of the column.
        column: String,
    },
    /// The library that makes workbooks refused.
    #[error("the workbook can't be made: {0}")]
    Workbook(rust_xlsxwriter::XlsxError),
    /// A value has no form in JSON.
    #[error("the value can't be written as JSON: {0}")]
    Json(serde_json::Error),
    /// Where the file goes takes no more.
    #[error("the file can't be written: {0}")]
    Io(#[from] io::Error),
}

/// The result of everything here.
pub type Result<T, E = ExportError> = std::result::Result<T, E>;

impl From<rust_xlsxwriter::XlsxError> for ExportError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        match error {
            rust_xlsxwriter::XlsxError::IoError(error) => Self::Io(error),
            other => Self::Workbook(other),
        }
    }
}

impl From<serde_json::Error> for ExportError {
    fn from(error: serde_json::Error) -> Self {
        if error.is_io() {
            Self::Io(error.into())
        } else {
            Self::Json(error)
        }
    }
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Io(error),
            other => Self::Io(io::Error::other(format!("{other:?}"))),
        }
    }
}
