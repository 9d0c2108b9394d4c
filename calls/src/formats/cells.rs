//! The cells of a line of comma-separated values, and what stands in them.

use csv_core::{ReadRecordResult, Reader};
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

/// Longest id of a call or leg, and longest number or name, in bytes.
const LONGEST_ID: usize = 200;
const LONGEST_NAME: usize = 100;
/// Most cells of a row; no format has half as many.
const MOST_CELLS: usize = 64;

/// Why a row can't be used, for people.
pub(super) type Reason = String;

/// Splits lines into cells; keeps its buffers between lines.
pub(super) struct Splitter {
    reader: Reader,
    text: Vec<u8>,
    ends: [usize; MOST_CELLS],
}

impl Splitter {
    pub(super) fn new() -> Self {
        Self {
            reader: Reader::new(),
            text: Vec::new(),
            ends: [0; MOST_CELLS],
        }
    }

    /// The cells of one line.
    pub(super) fn split(&mut self, line: &[u8]) -> Result<Cells<'_>, Reason> {
        if line.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
            return Err("a quotation mark is not closed".to_owned());
        }
        self.reader.reset();
        self.text.resize(line.len().max(1), 0);
        let (result, read, written, mut cells) =
            self.reader.read_record(line, &mut self.text, &mut self.ends);
        let mut result = result;
        if result == ReadRecordResult::InputEmpty && read == line.len() {
            // No more input ends the record.
            let text = self.text.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(cells..).unwrap_or_default();
            let more;
            (result, _, _, more) = self.reader.read_record(&[], text, ends);
            cells += more;
        }
        if result != ReadRecordResult::Record {
            return Err(format!("has more than {MOST_CELLS} cells"));
        }
        Ok(Cells {
            text: &self.text,
            ends: self.ends.get(..cells).unwrap_or_default(),
        })
    }
}

/// The cells of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'a> {
    text: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Cells<'a> {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of a cell without space around it; empty where there is no such cell.
    pub(super) fn text(&self, index: usize, name: &str) -> Result<&'a str, Reason> {
        let end = self.ends.get(index).copied().unwrap_or(0);
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(end),
            None => 0,
        };
        let bytes = self.text.get(start..end).unwrap_or_default();
        let text = std::str::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8 text"))?;
        Ok(text.trim())
    }
}

/// An id: must be there, printable and not endless.
pub(super) fn id(name: &str, text: &str) -> Result<String, Reason> {
    if text.is_empty() {
        return Err(format!("{name} is empty"));
    }
    if text.len() > LONGEST_ID || text.chars().any(char::is_control) {
        return Err(format!(
            "{name} must be at most {LONGEST_ID} bytes without control characters"
        ));
    }
    Ok(text.to_owned())
}

/// A number or name of one end; absent where the cell is empty.
pub(super) fn party(name: &str, text: &str) -> Result<Option<String>, Reason> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > LONGEST_NAME || text.chars().any(char::is_control) {
        return Err(format!(
            "{name} must be at most {LONGEST_NAME} bytes without control characters"
        ));
    }
    Ok(Some(text.to_owned()))
}

/// Whole seconds; an empty cell is 0.
pub(super) fn seconds(name: &str, text: &str) -> Result<u32, Reason> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse()
        .map_err(|_| format!("{name} \"{}\" is not a whole number of seconds", excerpt(text)))
}

/// How wall-clock times are read.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    pub(super) zone: TimeZone,
}

impl Clock {
    /// An instant: RFC 3339, or a wall-clock time of the zone. `near` tells the two instants apart that one
    /// wall-clock time has when clocks are set back: the nearer one is meant, the first where nothing is known.
    pub(super) fn instant(&self, name: &str, text: &str, near: Option<i64>) -> Result<Timestamp, Reason> {
        let fault = || {
            format!(
                "{name} \"{}\" is not a time such as 2026-03-31 09:30:00 or 2026-03-31T09:30:00Z",
                excerpt(text)
            )
        };
        if text.is_empty() {
            return Err(format!("{name} is empty"));
        }
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(instant);
        }
        let civil = civil(text).ok_or_else(fault)?;
        self.resolve(civil, near).ok_or_else(fault)
    }

    /// The same, absent where the cell is empty.
    pub(super) fn optional(
        &self,
        name: &str,
        text: &str,
        near: Option<i64>,
    ) -> Result<Option<Timestamp>, Reason> {
        match text {
            // What FreeSWITCH and some databases write for "never".
            "" | "0000-00-00 00:00:00" => Ok(None),
            text => self.instant(name, text, near).map(Some),
        }
    }

    fn resolve(&self, civil: DateTime, near: Option<i64>) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_zoned(civil);
        if let (AmbiguousOffset::Fold { before, after }, Some(near)) = (ambiguous.offset(), near) {
            let first = before.to_timestamp(civil).ok()?;
            let second = after.to_timestamp(civil).ok()?;
            let far = |instant: Timestamp| instant.as_second().abs_diff(near);
            return Some(if far(second) < far(first) { second } else { first });
        }
        ambiguous.compatible().ok().map(|zoned| zoned.timestamp())
    }
}

/// A wall-clock time: ISO 8601, or as spreadsheets save it again (`2020/2/10 22:41`).
fn civil(text: &str) -> Option<DateTime> {
    if let Ok(civil) = text.parse() {
        return Some(civil);
    }
    let (date, time) = text.split_once(' ')?;
    let mut date = date.split('/');
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    let mut time = time.split(':');
    let (hour, minute, second) = (time.next()?, time.next()?, time.next().unwrap_or("0"));
    if date.next().is_some() || time.next().is_some() {
        return None;
    }
    DateTime::new(
        year.parse().ok()?,
        month.parse().ok()?,
        day.parse().ok()?,
        hour.parse().ok()?,
        minute.parse().ok()?,
        second.parse().ok()?,
        0,
    )
    .ok()
}

/// The beginning of a text, for messages.
pub(super) fn excerpt(text: &str) -> String {
    let short: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if short.len() < text.len() {
        format!("{short}...")
    } else {
        short
    }
}
