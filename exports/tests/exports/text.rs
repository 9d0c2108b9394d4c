//! CSV and JSON.

use exports::{Cell, Column, ExportError, ExportFormat, JsonRows, Kind, Table, TableWriter, write_table};
use serde_json::{Value, json};

use crate::{rows, table};

#[test]
fn a_csv_reader_finds_every_cell_as_it_was_and_formulas_guarded() {
    let file = write_table(table(), ExportFormat::Csv, rows(), Vec::new()).unwrap();
    let mut reader = csv::Reader::from_reader(file.as_slice());
    assert_eq!(
        reader.headers().unwrap(),
        vec!["name", "number", "calls", "cost", "at", "day", "talk"]
    );
    let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(
        read[0],
        vec![
            "Bo \"B\" Madsen, Aarhus\nØst",
            "+4586123456",
            "66",
            "19.99",
            "2020-07-01T00:30:00+02:00",
            "2020-07-01",
            "90061",
        ]
    );
    assert_eq!(
        read[1],
        vec![
            "'=HYPERLINK(\"http://evil.example\")",
            "",
            "-4",
            "-0.01",
            "2021-01-01T00:30:00+01:00",
            "",
            "59",
        ]
    );
    assert_eq!(read.len(), 2, "no totals row: the file is data");
}

#[test]
fn json_has_a_row_as_an_object_of_its_columns() {
    let file = write_table(table(), ExportFormat::Json, rows(), Vec::new()).unwrap();
    let read: Value = serde_json::from_slice(&file).unwrap();
    assert_eq!(
        read[1],
        json!({
            "name": "=HYPERLINK(\"http://evil.example\")",
            "number": null,
            "calls": -4,
            "cost": "-0.01",
            "at": "2021-01-01T00:30:00+01:00",
            "day": null,
            "talk": 59,
        })
    );
    assert_eq!(read[0]["number"], "+4586123456");
}

#[test]
fn a_table_without_rows_is_a_file_of_its_kind() {
    let none: [Vec<Cell>; 0] = [];
    let csv = write_table(table(), ExportFormat::Csv, &none, Vec::new()).unwrap();
    assert_eq!(csv, b"name,number,calls,cost,at,day,talk\n");
    let file = write_table(table(), ExportFormat::Json, &none, Vec::new()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&file).unwrap(), json!([]));
}

#[test]
fn entries_of_any_shape_become_a_list() {
    let mut list = JsonRows::new(Vec::new()).unwrap();
    list.entry(&json!({ "data": { "49": { "inboundCalls": 111 } } }))
        .unwrap();
    list.entry("x").unwrap();
    let read: Value = serde_json::from_slice(&list.finish().unwrap()).unwrap();
    assert_eq!(read, json!([{ "data": { "49": { "inboundCalls": 111 } } }, "x"]));
}

#[test]
fn a_row_that_is_not_the_tables_is_refused_and_the_rest_written() {
    let table = Table::new("T", [Column::new("a", Kind::Whole), Column::new("b", Kind::Text)]);
    for format in [ExportFormat::Csv, ExportFormat::Json, ExportFormat::Excel] {
        let mut writer = TableWriter::new(table.clone(), format, Vec::new()).unwrap();
        writer.row(&[Cell::Whole(1), Cell::Empty]).unwrap();
        let short = writer.row(&[Cell::Whole(1)]);
        assert!(matches!(
            short,
            Err(ExportError::Width {
                row: 2,
                found: 1,
                expected: 2
            })
        ));
        let other = writer.row(&[Cell::text("1"), Cell::Empty]);
        assert!(matches!(
            other,
            Err(ExportError::Mismatch {
                row: 2,
                kind: Kind::Whole,
                ..
            })
        ));
        writer.row(&[Cell::Whole(2), Cell::text("x")]).unwrap();
        assert_eq!(writer.rows(), 2);
        writer.finish().unwrap();
    }
}
