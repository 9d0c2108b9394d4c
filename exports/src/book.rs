//! Excel workbooks.

use std::io::Write;

use jiff::{civil::DateTime, tz::TimeZone};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use rust_xlsxwriter::{Format, FormatBorder, Formula, Workbook, Worksheet};

use crate::{Cell, Column, ExportError, Kind, Result, Table};

/// Rows of a sheet, its heading among them (Excel's own limit).
const SHEET_ROWS: u32 = 1_048_576;
/// Characters of a cell (Excel's own limit).
const CELL_CHARACTERS: usize = 32_767;
/// Excel keeps fifteen digits of a number: a longer one is written as text, so that none is lost.
const EXACT: i64 = 999_999_999_999_999;

/// An Excel workbook: sheets with one table each, a heading that stays in sight, real dates, durations and numbers,
/// and a totals row where columns are summed up. Text is never a formula.
///
/// A table that is longer than a sheet goes on in another one, "Numbers (2)".
pub struct Book {
    book: Workbook,
    in_memory: bool,
    sheet_rows: u32,
    sheet: Option<Sheet>,
    names: Vec<String>,
}

/// The table that is being written.
struct Sheet {
    table: Table,
    styles: Vec<Format>,
    sums: Vec<Option<Decimal>>,
    /// Place of the sheet in the book.
    at: usize,
    /// Names of the table's sheets, and how many rows each of them has.
    parts: Vec<(String, u32)>,
    rows: u64,
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Book({})", self.names.join(", "))
    }
}

impl Default for Book {
    fn default() -> Self {
        Self::new()
    }
}

impl Book {
    /// An empty workbook, whose rows wait in a temporary file: for tables of any length.
    #[must_use]
    pub fn new() -> Self {
        Self {
            book: Workbook::new(),
            in_memory: false,
            sheet_rows: SHEET_ROWS,
            sheet: None,
            names: Vec::new(),
        }
    }

    /// An empty workbook whose rows wait in memory: for short tables with charts, which hold a copy of what they show.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            in_memory: true,
            ..Self::new()
        }
    }

    /// Begins a sheet with a table; the one before is ended.
    ///
    /// # Errors
    /// What the library says: of a temporary file that can't be made, for one.
    pub fn begin_sheet(&mut self, table: Table) -> Result<()> {
        self.end_sheet()?;
        let styles = table.columns.iter().map(|column| style(column.kind)).collect();
        let sums = table
            .columns
            .iter()
            .map(|column| column.totaled.then_some(Decimal::ZERO))
            .collect();
        let mut sheet = Sheet {
            styles,
            sums,
            at: 0,
            parts: Vec::new(),
            rows: 0,
            table,
        };
        self.begin_part(&mut sheet)?;
        self.sheet = Some(sheet);
        Ok(())
    }

    /// Writes a row of the table.
    ///
    /// # Errors
    /// The cells are not those of the table, or don't fit; or no sheet was begun.
    pub fn row(&mut self, cells: &[Cell]) -> Result<()> {
        let mut sheet = self.sheet.take().ok_or_else(no_sheet)?;
        let written = self.write_row(&mut sheet, cells);
        self.sheet = Some(sheet);
        written
    }

    /// The sheet that was begun last, for what stands beside its table. The table's rows are below one another from
    /// the second row on.
    ///
    /// # Errors
    /// No sheet was begun.
    pub fn worksheet(&mut self) -> Result<&mut Worksheet> {
        let last = self.names.len().checked_sub(1).ok_or_else(no_sheet)?;
        Ok(self.book.worksheet_from_index(last)?)
    }

    /// Ends the last sheet, and writes the workbook.
    ///
    /// # Errors
    /// What `out` says.
    pub fn save<W: Write + Send>(mut self, out: W) -> Result<()> {
        self.end_sheet()?;
        Ok(self.book.save_to_writer(out)?)
    }

    fn begin_part(&mut self, sheet: &mut Sheet) -> Result<()> {
        let name = self.free_name(&sheet.table.name);
        let worksheet = if self.in_memory {
            self.book.add_worksheet()
        } else {
            self.book.add_worksheet_with_constant_memory()?
        };
        worksheet.set_name(&name)?.set_freeze_panes(1, 0)?;
        let heading = Format::new().set_bold().set_border_bottom(FormatBorder::Thin);
        for (at, column) in (0_u16..).zip(&sheet.table.columns) {
            let text = heading_of(column, &sheet.table.zone);
            worksheet.set_column_width(at, width(column.kind, &text))?;
            worksheet.write_string_with_format(0, at, text, &heading)?;
        }
        sheet.at = self.names.len();
        sheet.parts.push((name.clone(), 0));
        self.names.push(name);
        Ok(())
    }

    fn write_row(&mut self, sheet: &mut Sheet, cells: &[Cell]) -> Result<()> {
        sheet.table.check(sheet.rows + 1, cells)?;
        // The last row is kept for the totals.
        let most = self.sheet_rows - 2;
        if sheet.parts.last().is_none_or(|(_, rows)| *rows >= most) {
            self.begin_part(sheet)?;
        }
        let row = sheet.parts.last().map_or(0, |(_, rows)| *rows) + 1;
        let worksheet = self.book.worksheet_from_index(sheet.at)?;
        let columns = sheet.table.columns.iter().zip(&sheet.styles);
        for ((at, cell), (column, style)) in (0_u16..).zip(cells).zip(columns) {
            let long = matches!(cell, Cell::Text(text) if text.encode_utf16().count() > CELL_CHARACTERS);
            if long {
                return Err(ExportError::TextTooLong {
                    row: sheet.rows + 1,
                    column: column.name.clone(),
                });
            }
            write_cell(worksheet, (row, at), cell, style, &sheet.table.zone)?;
        }
        for ((sum, cell), column) in sheet.sums.iter_mut().zip(cells).zip(&sheet.table.columns) {
            add(sum, cell, column)?;
        }
        sheet.rows += 1;
        if let Some((_, rows)) = sheet.parts.last_mut() {
            *rows = row;
        }
        Ok(())
    }

    /// Ends the table that is being written: its totals row, if it has one.
    fn end_sheet(&mut self) -> Result<()> {
        let Some(sheet) = self.sheet.take() else {
            return Ok(());
        };
        if sheet.sums.iter().all(Option::is_none) {
            return Ok(());
        }
        let row = sheet.parts.last().map_or(0, |(_, rows)| *rows) + 1;
        let worksheet = self.book.worksheet_from_index(sheet.at)?;
        let total = |style: &Format| style.clone().set_bold().set_border_top(FormatBorder::Thin);
        for (at, (sum, style)) in (0_u16..).zip(sheet.sums.iter().zip(&sheet.styles)) {
            match sum {
                Some(sum) => {
                    let sum = sum_formula(&sheet.parts, at, shown_sum(*sum, &sheet.table, at));
                    worksheet.write_formula_with_format(row, at, sum, &total(style))?;
                }
                None if at == 0 => {
                    worksheet.write_string_with_format(row, at, "Total", &total(&Format::new()))?;
                }
                None => {
                    worksheet.write_blank(row, at, &total(&Format::new()))?;
                }
            }
        }
        Ok(())
    }

    /// A name that a sheet may have and no other sheet has: at most 31 characters, without those that Excel forbids.
    fn free_name(&self, wanted: &str) -> String {
        let fit: String = wanted
            .chars()
            .map(|c| match c {
                '*' | '?' | ':' | '[' | ']' | '\\' | '/' => ' ',
                c if c.is_control() => ' ',
                c => c,
            })
            .collect();
        let fit = fit.trim_matches(|c: char| c == '\'' || c.is_whitespace());
        let fit = if fit.is_empty() { "Sheet" } else { fit };
        let taken = |name: &str| {
            let folded = name.to_lowercase();
            self.names.iter().any(|other| other.to_lowercase() == folded)
        };
        let numbered = (2_u64..).map(|number| format!(" ({number})"));
        let mut name = cut(fit, "");
        for suffix in numbered {
            if !taken(&name) {
                break;
            }
            name = cut(fit, &suffix);
        }
        name
    }
}

fn no_sheet() -> ExportError {
    ExportError::Workbook(rust_xlsxwriter::XlsxError::UnknownWorksheetNameOrIndex(
        "no sheet was begun".to_owned(),
    ))
}

/// As much of a name as fits before its suffix, in the UTF-16 units that Excel counts.
fn cut(name: &str, suffix: &str) -> String {
    let mut left = 31 - suffix.len().min(30);
    let mut kept = String::new();
    for c in name.chars() {
        let Some(rest) = left.checked_sub(c.len_utf16()) else {
            break;
        };
        left = rest;
        kept.push(c);
    }
    let kept = kept.trim_end_matches(['\'', ' ']);
    format!("{kept}{suffix}")
}

/// Cells show no zone: the heading says it.
fn heading_of(column: &Column, zone: &TimeZone) -> String {
    match (column.kind, zone.iana_name()) {
        (Kind::Instant, Some(zone)) => format!("{} ({zone})", column.name),
        (Kind::Instant, None) => format!("{} (UTC)", column.name),
        _ => column.name.clone(),
    }
}

fn style(kind: Kind) -> Format {
    let format = Format::new();
    match kind {
        Kind::Text | Kind::E164 => format,
        Kind::Whole => format.set_num_format("0"),
        Kind::Decimal(0) => format.set_num_format("0"),
        Kind::Decimal(digits) => format.set_num_format(format!("0.{}", "0".repeat(digits.into()))),
        Kind::Instant => format.set_num_format("yyyy-mm-dd hh:mm:ss"),
        Kind::Date => format.set_num_format("yyyy-mm-dd"),
        Kind::Seconds => format.set_num_format("[h]:mm:ss"),
    }
}

fn width(kind: Kind, heading: &str) -> f64 {
    let least = match kind {
        Kind::Text => 18_u16,
        Kind::E164 => 17,
        Kind::Whole | Kind::Decimal(_) | Kind::Seconds => 11,
        Kind::Instant => 20,
        Kind::Date => 12,
    };
    let heading = u16::try_from(heading.chars().count()).unwrap_or(u16::MAX);
    f64::from(least.max(heading.saturating_add(2)).min(60))
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    cell: &Cell,
    style: &Format,
    zone: &TimeZone,
) -> Result<()> {
    match cell {
        Cell::Empty => return Ok(()),
        Cell::Whole(number) if (-EXACT..=EXACT).contains(number) => {
            sheet.write_number_with_format(row, at, *number as f64, style)?
        }
        Cell::Seconds(seconds) if (0..=EXACT).contains(seconds) => {
            sheet.write_number_with_format(row, at, days(*seconds), style)?
        }
        Cell::Decimal(number) => match exact(*number) {
            Some(number) => sheet.write_number_with_format(row, at, number, style)?,
            None => sheet.write_string(row, at, number.to_string())?,
        },
        Cell::Instant(instant) => {
            let clock = zone.to_datetime(*instant);
            match in_calendar(clock) {
                true => sheet.write_datetime_with_format(row, at, clock, style)?,
                false => sheet.write_string(row, at, cell.plain(zone).unwrap_or_default())?,
            }
        }
        Cell::Date(date) if in_calendar(date.to_datetime(jiff::civil::Time::midnight())) => {
            sheet.write_datetime_with_format(row, at, *date, style)?
        }
        // Texts; and what Excel has no cell for: long numbers, negative durations, days before 1900.
        other => sheet.write_string(row, at, other.plain(zone).unwrap_or_default())?,
    };
    Ok(())
}

/// A length of time as Excel counts it: in days.
fn days(seconds: i64) -> f64 {
    seconds as f64 / 86_400.0
}

/// A number that Excel keeps all digits of.
fn exact(number: Decimal) -> Option<f64> {
    let digits = number.normalize().mantissa().unsigned_abs();
    (digits <= EXACT.unsigned_abs().into())
        .then(|| number.to_f64())
        .flatten()
}

/// Whether Excel's calendar has the day; in March 1900 its mistake about that year's February is over.
fn in_calendar(clock: DateTime) -> bool {
    clock >= jiff::civil::date(1900, 3, 1).to_datetime(jiff::civil::Time::midnight())
}

fn add(sum: &mut Option<Decimal>, cell: &Cell, column: &Column) -> Result<()> {
    let Some(so_far) = sum else { return Ok(()) };
    let more = match cell {
        Cell::Whole(number) | Cell::Seconds(number) => Decimal::from(*number),
        Cell::Decimal(number) => *number,
        _ => return Ok(()),
    };
    *so_far = so_far
        .checked_add(more)
        .ok_or_else(|| ExportError::TotalTooLarge {
            column: column.name.clone(),
        })?;
    Ok(())
}

/// A total as its cell holds it until Excel counts again.
fn shown_sum(sum: Decimal, table: &Table, at: u16) -> String {
    let kind = table.columns.get(usize::from(at)).map(|column| column.kind);
    match kind {
        Some(Kind::Seconds) => sum.to_i64().map_or(0.0, days).to_string(),
        _ => sum.normalize().to_string(),
    }
}

/// `=SUM('Numbers'!C2:C101,'Numbers (2)'!C2:C7)`, so that a filter or a changed cell is counted.
fn sum_formula(parts: &[(String, u32)], at: u16, result: String) -> Formula {
    let column = rust_xlsxwriter::utility::column_number_to_name(at);
    let ranges: Vec<String> = parts
        .iter()
        .filter(|(_, rows)| *rows > 0)
        .map(|(name, rows)| format!("'{}'!{column}2:{column}{}", name.replace('\'', "''"), rows + 1))
        .collect();
    let sum = if ranges.is_empty() {
        "=0".to_owned()
    } else {
        format!("=SUM({})", ranges.join(","))
    };
    Formula::new(sum).set_result(result)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    #[test]
    fn a_table_that_is_longer_than_a_sheet_goes_on_in_another_one() {
        let table = Table::new(
            "Stock",
            [
                Column::new("area", Kind::Text),
                Column::totaled("count", Kind::Whole),
            ],
        );
        let mut book = Book {
            sheet_rows: 4,
            ..Book::new()
        };
        book.begin_sheet(table).unwrap();
        for number in 1..=5 {
            book.row(&[Cell::text(format!("a{number}")), Cell::Whole(number)])
                .unwrap();
        }
        let mut file = Vec::new();
        book.save(&mut file).unwrap();
        let mut read: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file)).unwrap();
        assert_eq!(read.sheet_names(), ["Stock", "Stock (2)", "Stock (3)"]);
        let rows = |name: &str, read: &mut Xlsx<_>| -> Vec<Vec<Data>> {
            let range = read.worksheet_range(name).unwrap();
            range.rows().map(<[Data]>::to_vec).collect()
        };
        let first = rows("Stock", &mut read);
        assert_eq!(first.len(), 3, "a heading and two rows");
        let last = rows("Stock (3)", &mut read);
        assert_eq!(last[1][0], Data::String("a5".to_owned()));
        assert_eq!(last[2], [Data::String("Total".to_owned()), Data::Float(15.0)]);
        let formulas = read.worksheet_formula("Stock (3)").unwrap();
        let total = formulas.get_value((2, 1)).unwrap();
        assert_eq!(total, "SUM('Stock'!B2:B3,'Stock (2)'!B2:B3,'Stock (3)'!B2:B2)");
    }

    #[test]
    fn sheets_get_names_that_excel_takes_and_each_its_own() {
        let mut book = Book::new();
        for name in ["a/b:c", "A b C", "'", "", &"x".repeat(40), &"X".repeat(40)] {
            book.begin_sheet(Table::new(name, [Column::new("n", Kind::Whole)]))
                .unwrap();
        }
        assert_eq!(
            book.names,
            [
                "a b c".to_owned(),
                "A b C (2)".to_owned(),
                "Sheet".to_owned(),
                "Sheet (2)".to_owned(),
                "x".repeat(31),
                format!("{} (2)", "X".repeat(27)),
            ]
        );
    }
}
