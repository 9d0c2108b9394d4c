//! Reading rows of a CSV file, a batch at a time.

use std::fs::File;

use csv::{ByteRecord, ErrorKind, ReaderBuilder, StringRecord};
use exports::unguarded;
use provider_core::domain::CountryCode;
use service::ImportRow;
use tokio::sync::mpsc;

use super::{BATCH, faults::RowProblem};

/// Some rows, and what is wrong with others among them.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<ImportRow>,
    pub(super) problems: Vec<RowProblem>,
    /// How far into the file the batch reaches, in bytes.
    pub(super) end: u64,
}

/// The rows of a file whose columns are known.
#[derive(Debug)]
pub(super) struct Rows {
    reader: csv::Reader<File>,
    columns: StringRecord,
    country: Option<CountryCode>,
}

impl Rows {
    /// Reads the line of column names.
    ///
    /// # Errors
    /// When it can't be read, or a column is unknown, missing or there twice.
    pub(super) fn open(file: File, country: Option<CountryCode>) -> Result<Self, String> {
        let mut reader = ReaderBuilder::new().from_reader(file);
        let headers = reader
            .headers()
            .map_err(|error| format!("the line of column names can't be read: {error}"))?;
        let columns: StringRecord = headers.iter().map(|name| name.trim().to_lowercase()).collect();
        check_columns(&columns)?;
        Ok(Self {
            reader,
            columns,
            country,
        })
    }

    /// Sends all rows, in batches; ends early when nobody wants them any more.
    ///
    /// # Errors
    /// When the file can't be read to its end.
    pub(super) fn send(mut self, sender: &mpsc::Sender<Batch>) -> Result<(), csv::Error> {
        let mut batch = Batch::default();
        let mut record = ByteRecord::new();
        loop {
            match self.reader.read_byte_record(&mut record) {
                Ok(false) => break,
                Ok(true) => match self.row(&record) {
                    Ok(row) => batch.rows.push(row),
                    Err(problem) => batch.problems.push(problem),
                },
                Err(error) => batch.problems.push(line_problem(error)?),
            }
            batch.end = self.reader.position().byte();
            if batch.rows.len() + batch.problems.len() >= BATCH
                && sender.blocking_send(std::mem::take(&mut batch)).is_err()
            {
                return Ok(());
            }
        }
        // Nobody to send to: whoever stopped listening tells why.
        let _ = sender.blocking_send(batch);
        Ok(())
    }

    fn row(&self, record: &ByteRecord) -> Result<ImportRow, RowProblem> {
        let line = record.position().map_or(0, csv::Position::line);
        let mut cells = StringRecord::new();
        for (index, cell) in record.iter().enumerate() {
            let text = std::str::from_utf8(cell).map_err(|_| RowProblem {
                line,
                column: self.columns.get(index).unwrap_or_default().to_owned(),
                reason: "is not UTF-8 text".to_owned(),
            })?;
            cells.push_field(unguarded(text));
        }
        let row = cells.deserialize::<ImportRow>(Some(&self.columns));
        let mut row = row.map_err(|error| RowProblem {
            line,
            column: String::new(),
            reason: error.to_string(),
        })?;
        row.line = line;
        if row
            .country
            .as_deref()
            .is_none_or(|country| country.trim().is_empty())
        {
            row.country = self.country.map(|country| country.to_string());
        }
        Ok(row)
    }
}

/// A line with too many or too few cells is one bad row; after anything else there is nothing more to read.
fn line_problem(error: csv::Error) -> Result<RowProblem, csv::Error> {
    let ErrorKind::UnequalLengths {
        pos,
        expected_len,
        len,
    } = error.kind()
    else {
        return Err(error);
    };
    let line = pos.as_ref().map_or(0, csv::Position::line);
    let reason = format!("has {len} cells where the first line has {expected_len}");
    Ok(RowProblem {
        line,
        column: String::new(),
        reason,
    })
}

fn check_columns(columns: &StringRecord) -> Result<(), String> {
    let mut faults = Vec::new();
    let unknown: Vec<&str> = columns
        .iter()
        .filter(|name| !ImportRow::COLUMNS.contains(name))
        .collect();
    if !unknown.is_empty() {
        faults.push(format!(
            "unknown columns: {}; known: {}",
            unknown.join(", "),
            ImportRow::COLUMNS.join(", ")
        ));
    }
    let twice = |name: &&str| columns.iter().filter(|other| other == name).count() > 1;
    let repeated: Vec<&str> = ImportRow::COLUMNS.into_iter().filter(twice).collect();
    if !repeated.is_empty() {
        faults.push(format!("columns that are there twice: {}", repeated.join(", ")));
    }
    if !columns.iter().any(|name| name == "number") {
        faults.push("the column \"number\" is missing".to_owned());
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("; "))
    }
}
