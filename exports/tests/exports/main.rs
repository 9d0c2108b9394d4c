//! Files are read back with other libraries than the one that wrote them.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests are here, their helpers included"
)]

mod book;
mod random;
mod text;

use exports::{Cell, Column, Kind, Table};
use jiff::{Timestamp, civil::date, tz::TimeZone};
use rust_decimal::Decimal;

/// A table with a column of each kind.
fn table() -> Table {
    let zone = TimeZone::get("Europe/Copenhagen").unwrap();
    let columns = [
        Column::new("name", Kind::Text),
        Column::new("number", Kind::E164),
        Column::totaled("calls", Kind::Whole),
        Column::totaled("cost", Kind::Decimal(2)),
        Column::new("at", Kind::Instant),
        Column::new("day", Kind::Date),
        Column::totaled("talk", Kind::Seconds),
    ];
    Table::new("Calls", columns).in_zone(zone)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rows() -> Vec<Vec<Cell>> {
    vec![
        vec![
            "Bo \"B\" Madsen, Aarhus\nØst".into(),
            "+4586123456"
                .parse::<provider_core::domain::E164>()
                .unwrap()
                .into(),
            Cell::Whole(66),
            Decimal::new(1999, 2).into(),
            at("2020-06-30T22:30:00Z").into(),
            date(2020, 7, 1).into(),
            Cell::Seconds(90_061),
        ],
        vec![
            "=HYPERLINK(\"http://evil.example\")".into(),
            Cell::Empty,
            Cell::Whole(-4),
            Decimal::new(-1, 2).into(),
            at("2020-12-31T23:30:00Z").into(),
            Cell::Empty,
            Cell::Seconds(59),
        ],
    ]
}
