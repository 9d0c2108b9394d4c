//! `format`: the same statistics as tables. The document does not show their layout: one line for each employee
//! and interval.

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::question::{COUNTS, IDENTITY, Question};
use crate::statistics::Row;

/// The media type of a workbook.
pub(crate) const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A cell.
enum Cell {
    Text(&'static str),
    Number(u64),
}

fn heading(question: &Question) -> Vec<&'static str> {
    let wanted = |field: &&str| question.wants(field);
    let identity = IDENTITY.into_iter().filter(wanted);
    let counts = COUNTS.into_iter().filter(wanted);
    identity.chain(["interval"]).chain(counts).collect()
}

fn lines(question: &Question, rows: &[Row]) -> Vec<Vec<Cell>> {
    let line = |row: &Row, interval: i8, counts: &[u64; 10]| {
        let identity = IDENTITY.into_iter().zip(row.identity());
        let identity = identity.filter(|(field, _)| question.wants(field));
        let counts = COUNTS.into_iter().zip(*counts);
        let counts = counts.filter(|(field, _)| question.wants(field));
        identity
            .map(|(_, text)| Cell::Text(text))
            .chain([Cell::Number(interval.unsigned_abs().into())])
            .chain(counts.map(|(_, count)| Cell::Number(count)))
            .collect()
    };
    rows.iter()
        .flat_map(|row| {
            row.data
                .iter()
                .map(move |(interval, counts)| line(row, *interval, counts))
        })
        .collect()
}

pub(crate) fn csv(question: &Question, rows: &[Row]) -> csv::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(heading(question))?;
    for line in lines(question, rows) {
        writer.write_record(line.iter().map(|cell| match cell {
            Cell::Text(text) => (*text).to_owned(),
            Cell::Number(number) => number.to_string(),
        }))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

pub(crate) fn workbook(question: &Question, rows: &[Row]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, heading(question))?;
    for (row, line) in (1..).zip(lines(question, rows)) {
        for (column, cell) in (0..).zip(line) {
            match cell {
                Cell::Text(text) => sheet.write_string(row, column, text)?,
                // Counts of calls are far below what a cell holds exactly.
                Cell::Number(number) => sheet.write_number(row, column, number as f64)?,
            };
        }
    }
    workbook.save_to_buffer()
}
