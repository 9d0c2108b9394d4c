//! Workbooks, read back with calamine.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use exports::{Book, Cell, Column, ExportError, ExportFormat, Kind, Table, TableWriter, write_table};
use jiff::{civil::date, tz::TimeZone};
use rust_decimal::Decimal;

use crate::{at, rows, table};

fn open(file: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(Cursor::new(file)).unwrap()
}

fn sheet(file: Vec<u8>, name: &str) -> Vec<Vec<Data>> {
    let range = open(file).worksheet_range(name).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// A part of a workbook, which is an archive of XML files.
fn part(file: Vec<u8>, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn text(text: &str) -> Data {
    Data::String(text.to_owned())
}

/// A serial date of Excel, and a length of time, as days.
fn days(data: &Data) -> (f64, bool) {
    match data {
        Data::DateTime(value) => (value.as_f64(), value.is_duration()),
        other => panic!("{other:?} is neither a date nor a duration"),
    }
}

#[test]
fn dates_and_durations_are_real_and_text_is_no_formula() {
    let file = write_table(table(), ExportFormat::Excel, rows(), Vec::new()).unwrap();
    let read = sheet(file.clone(), "Calls");
    let headings = [
        "name",
        "number",
        "calls",
        "cost",
        "at (Europe/Copenhagen)",
        "day",
        "talk",
    ];
    assert_eq!(read[0], headings.map(text));
    assert_eq!(read[1][0], text("Bo \"B\" Madsen, Aarhus\nØst"));
    assert_eq!(read[1][1], text("+4586123456"));
    assert_eq!(
        (&read[1][2], &read[1][3]),
        (&Data::Float(66.0), &Data::Float(19.99))
    );
    let since_1899 = |day: jiff::civil::Date| f64::from(day.since(date(1899, 12, 30)).unwrap().get_days());
    let half_past_midnight = since_1899(date(2020, 7, 1)) + 0.5 / 24.0;
    let (instant, is_duration) = days(&read[1][4]);
    assert!(
        (instant - half_past_midnight).abs() < 1e-8 && !is_duration,
        "{instant}"
    );
    assert_eq!(days(&read[1][5]), (since_1899(date(2020, 7, 1)), false));
    let (talk, is_duration) = days(&read[1][6]);
    assert!((talk * 86_400.0 - 90_061.0).abs() < 1e-6 && is_duration, "{talk}");
    assert_eq!(read[2][0], text("=HYPERLINK(\"http://evil.example\")"));
    assert_eq!((&read[2][1], &read[2][5]), (&Data::Empty, &Data::Empty));
    let formulas = open(file).worksheet_formula("Calls").unwrap();
    let written: Vec<_> = formulas.used_cells().map(|(row, _, _)| row).collect();
    assert!(
        written.iter().all(|row| *row == written[0]),
        "only the totals are formulas"
    );
    assert_eq!(written.len(), 3);
}

#[test]
fn the_totals_row_counts_what_stands_above_it() {
    let file = write_table(table(), ExportFormat::Excel, rows(), Vec::new()).unwrap();
    let read = sheet(file.clone(), "Calls");
    let total = read.last().unwrap();
    assert_eq!(read.len(), 4);
    assert_eq!(total[0], text("Total"));
    assert_eq!((&total[2], &total[3]), (&Data::Float(62.0), &Data::Float(19.98)));
    let (talk, is_duration) = days(&total[6]);
    assert!((talk * 86_400.0 - 90_120.0).abs() < 1e-6 && is_duration);
    let formulas = open(file).worksheet_formula("Calls").unwrap();
    assert_eq!(formulas.get_value((3, 2)).unwrap(), "SUM('Calls'!C2:C3)");
}

#[test]
fn the_heading_stays_in_sight_and_columns_are_wide_enough() {
    let file = write_table(table(), ExportFormat::Excel, rows(), Vec::new()).unwrap();
    let xml = part(file, "xl/worksheets/sheet1.xml");
    assert!(xml.contains("<pane ySplit=\"1\""), "{xml}");
    assert!(xml.contains("state=\"frozen\""), "{xml}");
    let wide = "<col min=\"5\" max=\"5\" width=\"24.";
    assert!(xml.contains(wide), "as wide as its heading: {xml}");
}

#[test]
fn what_a_workbook_would_change_is_written_as_text() {
    let columns = [
        Column::new("number", Kind::Whole),
        Column::new("amount", Kind::Decimal(2)),
        Column::new("day", Kind::Date),
        Column::new("at", Kind::Instant),
        Column::new("long", Kind::Seconds),
    ];
    let row = [
        Cell::Whole(i64::MAX),
        Cell::Decimal("1234567890123456.78".parse::<Decimal>().unwrap()),
        Cell::Date(date(1899, 1, 2)),
        Cell::Instant(at("1850-01-01T00:00:00Z")),
        Cell::Seconds(-60),
    ];
    let file = write_table(Table::new("T", columns), ExportFormat::Excel, [row], Vec::new()).unwrap();
    let expected = [
        "9223372036854775807",
        "1234567890123456.78",
        "1899-01-02",
        "1850-01-01T00:00:00Z",
        "-60",
    ];
    assert_eq!(sheet(file, "T")[1], expected.map(text));
}

#[test]
fn a_text_that_no_cell_can_hold_is_refused_with_its_place() {
    let table = Table::new("T", [Column::new("note", Kind::Text)]);
    let mut writer = TableWriter::new(table, ExportFormat::Excel, Vec::new()).unwrap();
    let most = "x".repeat(32_767);
    writer.row(&[Cell::text(most.clone())]).unwrap();
    let refused = writer.row(&[Cell::text(format!("{most}x"))]);
    assert!(matches!(refused, Err(ExportError::TextTooLong { row: 2, column }) if column == "note"));
    let read = sheet(writer.finish().unwrap(), "T");
    assert_eq!(read[1][0], text(&most));
}

#[test]
fn a_workbook_has_several_tables() {
    for mut book in [Book::new(), Book::in_memory()] {
        book.begin_sheet(Table::new("Periods", [Column::totaled("calls", Kind::Whole)]))
            .unwrap();
        book.row(&[Cell::Whole(2)]).unwrap();
        book.row(&[Cell::Whole(3)]).unwrap();
        book.begin_sheet(Table::new("Agents", [Column::new("agent", Kind::Text)]))
            .unwrap();
        book.row(&[Cell::text("Ann")]).unwrap();
        let mut file = Vec::new();
        book.save(&mut file).unwrap();
        let periods = sheet(file.clone(), "Periods");
        assert_eq!(periods[3][0], Data::Float(5.0));
        assert_eq!(sheet(file, "Agents")[1][0], text("Ann"));
    }
}

#[test]
fn instants_are_by_the_clock_of_the_zone_on_both_sides_of_a_change() {
    let zone = TimeZone::get("America/New_York").unwrap();
    let table = Table::new("T", [Column::new("at", Kind::Instant)]).in_zone(zone);
    let rows = [at("2026-11-01T05:30:00Z"), at("2026-11-01T06:30:00Z")].map(|at| [Cell::Instant(at)]);
    let csv = write_table(table.clone(), ExportFormat::Csv, rows.clone(), Vec::new()).unwrap();
    assert_eq!(csv, b"at\n2026-11-01T01:30:00-04:00\n2026-11-01T01:30:00-05:00\n");
    let read = sheet(
        write_table(table, ExportFormat::Excel, rows, Vec::new()).unwrap(),
        "T",
    );
    assert_eq!(days(&read[1][0]), days(&read[2][0]));
    assert_eq!(read[0][0], text("at (America/New_York)"));
}
