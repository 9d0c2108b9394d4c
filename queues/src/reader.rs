//! Files of events, line by line.

use std::io::{BufRead, Read};

use jiff::tz::TimeZone;
use strum::{Display, EnumIter, EnumString};

use crate::{asterisk, event::QueueEvent, jsonl};

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter)]
#[strum(serialize_all = "kebab-case")]
pub enum Format {
    /// Asterisk's `queue_log`.
    QueueLog,
    /// One JSON object a line, see `docs/queue-events.md`.
    Jsonl,
}

/// What is wrong with a line, which is left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct LineProblem {
    /// Which one; the first is 1.
    pub line: u64,
    /// Why.
    pub reason: String,
    /// The line as it came, cut where it is long. What is no UTF-8 text is replaced.
    pub content: String,
}

impl LineProblem {
    /// Bytes of a line that are kept.
    const LONGEST_CONTENT: usize = 4_000;
}

/// A line with something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// An event.
    Event(QueueEvent),
    /// An event that says nothing about calls or agents' times.
    Other,
    /// Something else.
    Bad(LineProblem),
}

/// Longest line, in bytes. What is behind is passed over without being kept.
const LONGEST_LINE: u64 = 64 * 1024;

/// Reads events one after the other, however large the file is.
#[derive(Debug)]
pub struct EventReader<R> {
    source: R,
    format: Format,
    zone: TimeZone,
    line: u64,
    bytes: u64,
    buffer: Vec<u8>,
}

impl<R: BufRead> EventReader<R> {
    /// A reader; `zone` is that of times without an offset, which only the real-time table of a `queue_log` has.
    pub fn new(source: R, format: Format, zone: TimeZone) -> Self {
        Self {
            source,
            format,
            zone,
            line: 0,
            bytes: 0,
            buffer: Vec::new(),
        }
    }

    /// How many bytes have been read.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The line that was read last; the first is 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The next line that is not empty; nothing at the end.
    ///
    /// # Errors
    /// When the source can't be read.
    pub fn next_line(&mut self) -> std::io::Result<Option<Line>> {
        loop {
            self.buffer.clear();
            let read = (&mut self.source)
                .take(LONGEST_LINE)
                .read_until(b'\n', &mut self.buffer)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            self.bytes += u64::try_from(read).unwrap_or(0);
            if self.buffer.last() != Some(&b'\n') && u64::try_from(read).unwrap_or(0) == LONGEST_LINE {
                let bad = self.bad(format!("is longer than {LONGEST_LINE} bytes"));
                self.pass_over()?;
                return Ok(Some(bad));
            }
            let Ok(text) = std::str::from_utf8(&self.buffer) else {
                return Ok(Some(self.bad("is not UTF-8 text".to_owned())));
            };
            // The first line of a file may begin with the mark of its encoding.
            let text = text.trim_start_matches('\u{feff}').trim();
            if text.is_empty() {
                continue;
            }
            let event = match self.format {
                Format::QueueLog => asterisk::read(text, &self.zone),
                Format::Jsonl => jsonl::read(text),
            };
            return Ok(Some(match event {
                Ok(Some(event)) => Line::Event(event),
                Ok(None) => Line::Other,
                Err(reason) => self.bad(reason),
            }));
        }
    }

    fn bad(&self, reason: String) -> Line {
        let line = self.buffer.trim_ascii();
        let start = line.get(..LineProblem::LONGEST_CONTENT).unwrap_or(line);
        Line::Bad(LineProblem {
            line: self.line,
            reason,
            content: String::from_utf8_lossy(start).into_owned(),
        })
    }

    /// Reads to the end of a line without keeping it.
    fn pass_over(&mut self) -> std::io::Result<()> {
        loop {
            self.buffer.clear();
            let read = (&mut self.source)
                .take(LONGEST_LINE)
                .read_until(b'\n', &mut self.buffer)?;
            self.bytes += u64::try_from(read).unwrap_or(0);
            if read == 0 || self.buffer.last() == Some(&b'\n') {
                return Ok(());
            }
        }
    }
}
