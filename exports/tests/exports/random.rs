//! Any text survives any format.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use exports::{Cell, Column, ExportFormat, Kind, Table, unguarded, write_table};
use proptest::{collection::vec, prelude::*};

fn table() -> Table {
    Table::new(
        "T",
        [
            Column::new("text", Kind::Text),
            Column::new("number", Kind::Whole),
        ],
    )
}

/// Texts that are hard on a format: quotes, line ends, signs, what XML escapes, what Excel escapes.
fn hard() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "=",
        "+",
        "-",
        "@",
        "'",
        "\"",
        ",",
        ";",
        "\n",
        "\r",
        "\t",
        " ",
        "<",
        "&",
        "_x0041_",
        "Ø",
        "＝",
        "a",
        "1",
        "\u{1F4DE}",
        "\u{7}",
    ]);
    vec(parts, 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn every_text_comes_back_from_every_format(texts in vec((hard(), any::<i64>()), 0..12)) {
        let rows = || texts.iter().map(|(text, number)| [Cell::text(text.clone()), Cell::Whole(*number)]);
        let csv = write_table(table(), ExportFormat::Csv, rows(), Vec::new()).unwrap();
        let mut reader = csv::Reader::from_reader(csv.as_slice());
        let read: Vec<(String, i64)> = reader.deserialize().map(Result::unwrap).collect();
        let read: Vec<(String, i64)> = read.into_iter().map(|(text, n)| (unguarded(&text).to_owned(), n)).collect();
        prop_assert_eq!(&read, &texts);
        let json = write_table(table(), ExportFormat::Json, rows(), Vec::new()).unwrap();
        let read: Vec<serde_json::Value> = serde_json::from_slice(&json).unwrap();
        let read: Vec<(String, i64)> = read
            .iter()
            .map(|row| (row["text"].as_str().unwrap().to_owned(), row["number"].as_i64().unwrap()))
            .collect();
        prop_assert_eq!(&read, &texts);
        let book = write_table(table(), ExportFormat::Excel, rows(), Vec::new()).unwrap();
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(book)).unwrap();
        prop_assert!(book.worksheet_formula("T").unwrap().is_empty());
        let range = book.worksheet_range("T").unwrap();
        for (row, (text, _)) in (1..).zip(&texts) {
            let cell = range.get_value((row, 0)).cloned().unwrap_or_default();
            let expected = if text.is_empty() { Data::Empty } else { Data::String(text.clone()) };
            let same = cell == expected || (text.is_empty() && cell == Data::String(String::new()));
            prop_assert!(same, "{cell:?} for {text:?}");
        }
    }
}
