//! Reading texts as files.

use std::collections::BTreeMap;

use calls::{Format, Leg, Row, RowFault, Rows, Settings, merge_legs};
use jiff::{Timestamp, tz::TimeZone};

pub(crate) const MASTER: &str = include_str!("../fixtures/asterisk_master.csv");

pub(crate) fn read_in(zone: TimeZone, format: Format, text: &str) -> Vec<Result<Row, RowFault>> {
    let reader = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
    Rows::new(format, &Settings { zone }, reader)
        .map(|row| row.expect("memory can be read"))
        .collect()
}

pub(crate) fn read(format: Format, text: &str) -> Vec<Result<Row, RowFault>> {
    read_in(TimeZone::UTC, format, text)
}

/// All rows, none of which may be bad.
pub(crate) fn good(format: Format, text: &str) -> Vec<Row> {
    let rows = read(format, text).into_iter();
    rows.map(|row| row.unwrap_or_else(|fault| panic!("{fault:?}")))
        .collect()
}

/// The legs of each call.
pub(crate) fn by_call(rows: impl IntoIterator<Item = Row>) -> BTreeMap<String, Vec<Leg>> {
    let mut calls: BTreeMap<String, Vec<Leg>> = BTreeMap::new();
    for row in rows {
        merge_legs(calls.entry(row.call_id).or_default(), [row.leg]);
    }
    calls
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
