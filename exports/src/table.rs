use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use provider_core::domain::E164;
use rust_decimal::Decimal;

use crate::{ExportError, Result};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text. In CSV it is [guarded](crate::guarded).
    Text,
    /// A phone number in E.164 form; a text in every format, so that its plus sign stays.
    E164,
    /// A whole number.
    Whole,
    /// A number with so many digits after the point. JSON has it as a text, since its numbers are binary.
    Decimal(u8),
    /// An instant, shown by the clock of the table's zone: RFC 3339 with the offset in CSV and JSON, a real date and
    /// time in a workbook.
    Instant,
    /// A day of the calendar: `2020-12-31`, a real date in a workbook.
    Date,
    /// A length of time: whole seconds in CSV and JSON, a real duration in a workbook.
    Seconds,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading, and its key in JSON.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether the totals row of a workbook has its sum: whole numbers, decimals and lengths of time.
    pub totaled: bool,
}

impl Column {
    /// A column that is not summed up.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
            totaled: false,
        }
    }

    /// A column whose sum stands in the totals row of a workbook. Texts and dates have no sum.
    pub fn totaled(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            totaled: matches!(kind, Kind::Whole | Kind::Decimal(_) | Kind::Seconds),
            ..Self::new(name, kind)
        }
    }
}

/// What a table is, without its rows.
#[derive(Debug, Clone)]
pub struct Table {
    /// The name of its sheet in a workbook. What a sheet can't be called is made fit.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// By whose clock instants are shown.
    pub zone: TimeZone,
}

impl Table {
    /// A table whose instants are shown in UTC.
    pub fn new(name: impl Into<String>, columns: impl IntoIterator<Item = Column>) -> Self {
        Self {
            name: name.into(),
            columns: columns.into_iter().collect(),
            zone: TimeZone::UTC,
        }
    }

    /// The same with instants by the clock of `zone`.
    #[must_use]
    pub fn in_zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    pub(crate) fn check(&self, row: u64, cells: &[Cell]) -> Result<()> {
        if cells.len() != self.columns.len() {
            return Err(ExportError::Width {
                row,
                found: cells.len(),
                expected: self.columns.len(),
            });
        }
        let misfit = |(column, cell): &(&Column, &Cell)| !cell.is(column.kind);
        match self.columns.iter().zip(cells).find(misfit) {
            None => Ok(()),
            Some((column, _)) => Err(ExportError::Mismatch {
                row,
                column: column.name.clone(),
                kind: column.kind,
            }),
        }
    }
}

/// What stands in a row at a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing: an empty cell, `null` in JSON.
    Empty,
    /// Text.
    Text(String),
    /// A phone number.
    E164(E164),
    /// A whole number.
    Whole(i64),
    /// A number with digits after the point.
    Decimal(Decimal),
    /// An instant.
    Instant(Timestamp),
    /// A day.
    Date(Date),
    /// A length of time.
    Seconds(i64),
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A length of time, its parts of a second dropped.
    #[must_use]
    pub const fn duration(duration: SignedDuration) -> Self {
        Self::Seconds(duration.as_secs())
    }

    fn is(&self, kind: Kind) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(_) => kind == Kind::Text,
            Self::E164(_) => kind == Kind::E164,
            Self::Whole(_) => kind == Kind::Whole,
            Self::Decimal(_) => matches!(kind, Kind::Decimal(_)),
            Self::Instant(_) => kind == Kind::Instant,
            Self::Date(_) => kind == Kind::Date,
            Self::Seconds(_) => kind == Kind::Seconds,
        }
    }

    /// The cell as CSV and JSON write it; nothing where it is empty.
    pub(crate) fn plain(&self, zone: &TimeZone) -> Option<String> {
        Some(match self {
            Self::Empty => return None,
            Self::Text(text) => text.clone(),
            Self::E164(number) => number.to_string(),
            Self::Whole(number) | Self::Seconds(number) => number.to_string(),
            Self::Decimal(number) => number.to_string(),
            Self::Instant(instant) => rfc3339(*instant, zone),
            Self::Date(date) => date.to_string(),
        })
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<E164> for Cell {
    fn from(number: E164) -> Self {
        Self::E164(number)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<Decimal> for Cell {
    fn from(number: Decimal) -> Self {
        Self::Decimal(number)
    }
}

impl From<Timestamp> for Cell {
    fn from(instant: Timestamp) -> Self {
        Self::Instant(instant)
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

fn rfc3339(instant: Timestamp, zone: &TimeZone) -> String {
    if zone == &TimeZone::UTC {
        return instant.to_string();
    }
    instant.display_with_offset(zone.to_offset(instant)).to_string()
}
