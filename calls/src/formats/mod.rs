//! The formats of call records, row by row: nothing holds more than a line.

mod asterisk;
mod cells;
mod channel;
mod freeswitch;
mod freeswitch_json;
mod lines;
mod own;

use std::io::{self, Read};

use jiff::tz::TimeZone;
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use self::{
    cells::{Clock, Reason, Splitter},
    lines::{Found, Lines},
};
use crate::record::{Row, RowFault};

pub use own::CallLine;

/// Longest line of comma-separated values and of JSON, in bytes.
const LONGEST_CSV: usize = 64 * 1024;
const LONGEST_JSON: usize = 1024 * 1024;

/// A format of call records. `docs/call-records.md` describes each column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Format {
    /// `Master.csv` of Asterisk's `cdr_csv`.
    AsteriskCsv,
    /// `Master.csv` of Asterisk's `cdr_custom`, in the order of its sample configuration.
    AsteriskCustom,
    /// FreeSWITCH's `mod_cdr_csv`, in the order of its template `example`.
    FreeswitchCsv,
    /// FreeSWITCH's `mod_json_cdr`: one document a line.
    FreeswitchJson,
    /// One JSON object a line.
    Jsonl,
    /// The same as comma-separated values with the names of the columns in the first line.
    Csv,
}

/// What rows are read with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The zone of times that name none.
    pub zone: TimeZone,
}

impl Default for Settings {
    fn default() -> Self {
        Self { zone: TimeZone::UTC }
    }
}

impl Settings {
    fn clock(&self) -> Clock {
        Clock {
            zone: self.zone.clone(),
        }
    }
}

/// Reads the line that a format's rows are made of.
enum Parser {
    Asterisk(asterisk::Columns),
    Freeswitch,
    FreeswitchJson,
    Jsonl,
    /// The columns of the first line, once that was read.
    Csv(Option<own::Columns>),
}

/// The rows of a file, read one after the other.
pub struct Rows {
    lines: Lines,
    splitter: Splitter,
    parser: Parser,
    clock: Clock,
    failed: bool,
}

impl Rows {
    /// Rows of `reader` in `format`.
    pub fn new(format: Format, settings: &Settings, reader: Box<dyn Read + Send>) -> Self {
        let (parser, longest) = match format {
            Format::AsteriskCsv => (Parser::Asterisk(asterisk::Columns::Csv), LONGEST_CSV),
            Format::AsteriskCustom => (Parser::Asterisk(asterisk::Columns::Custom), LONGEST_CSV),
            Format::FreeswitchCsv => (Parser::Freeswitch, LONGEST_CSV),
            Format::FreeswitchJson => (Parser::FreeswitchJson, LONGEST_JSON),
            Format::Jsonl => (Parser::Jsonl, LONGEST_JSON),
            Format::Csv => (Parser::Csv(None), LONGEST_CSV),
        };
        Self {
            lines: Lines::new(reader, longest),
            splitter: Splitter::new(),
            parser,
            clock: settings.clock(),
            failed: false,
        }
    }

    /// Bytes read so far.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.lines.position
    }

    fn read(&mut self) -> io::Result<Option<Result<Row, RowFault>>> {
        loop {
            let found = self.lines.next()?;
            let line = self.lines.number;
            let read = match found {
                Found::End => return Ok(None),
                Found::TooLong => Err(format!("is longer than {} bytes", self.lines.longest())),
                Found::Line => self.parse(),
            };
            match read {
                Ok(None) => {}
                Ok(Some((call_id, leg))) => return Ok(Some(Ok(Row { line, call_id, leg }))),
                // Without the names of its columns nothing of a file can be read.
                Err(reason) if matches!(self.parser, Parser::Csv(None)) => {
                    let reason = format!("line {line}: {reason}");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
                }
                Err(reason) => return Ok(Some(Err(RowFault::new(line, reason, self.lines.bytes())))),
            }
        }
    }

    /// The row of a line; nothing for a line of column names.
    fn parse(&mut self) -> Result<Option<(String, crate::Leg)>, Reason> {
        let (line, first) = (self.lines.bytes(), self.lines.number == 1);
        match &mut self.parser {
            Parser::Asterisk(columns) => {
                let cells = self.splitter.split(line)?;
                if first && columns.are_names(cells) {
                    return Ok(None);
                }
                columns.row(cells, &self.clock).map(Some)
            }
            Parser::Freeswitch => {
                let cells = self.splitter.split(line)?;
                if first && freeswitch::are_names(cells) {
                    return Ok(None);
                }
                freeswitch::row(cells, &self.clock).map(Some)
            }
            Parser::FreeswitchJson => freeswitch_json::row(line).map(Some),
            Parser::Jsonl => own::line(line)?.into_row(&self.clock).map(Some),
            Parser::Csv(columns) => {
                let cells = self.splitter.split(line)?;
                match columns {
                    Some(columns) => columns.line(cells)?.into_row(&self.clock).map(Some),
                    None => {
                        *columns = Some(own::Columns::read(cells)?);
                        Ok(None)
                    }
                }
            }
        }
    }
}

impl Iterator for Rows {
    type Item = io::Result<Result<Row, RowFault>>;

    /// The next row; the outer error is the file's, and the last item.
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let read = self.read().transpose();
        self.failed = matches!(read, Some(Err(_)));
        read
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("line", &self.lines.number)
            .finish_non_exhaustive()
    }
}
