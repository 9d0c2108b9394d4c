//! Lines of a file, one after the other.

use std::io::{self, BufRead, BufReader, Read};

/// Reads lines of bounded length, so that a file without any line break does not fill the memory.
pub(super) struct Lines {
    reader: BufReader<Box<dyn Read + Send>>,
    longest: usize,
    line: Vec<u8>,
    /// The line that was read last; the first is 1.
    pub(super) number: u64,
    /// Bytes read so far.
    pub(super) position: u64,
}

/// What [`Lines::next`] found.
pub(super) enum Found {
    /// A line is in [`Lines::bytes`].
    Line,
    /// The line is longer than it may be; its beginning is in [`Lines::bytes`].
    TooLong,
    /// There is nothing more.
    End,
}

impl Lines {
    pub(super) fn new(reader: Box<dyn Read + Send>, longest: usize) -> Self {
        Self {
            reader: BufReader::with_capacity(64 * 1024, reader),
            longest,
            line: Vec::new(),
            number: 0,
            position: 0,
        }
    }

    /// The line without its end.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.line
    }

    /// The longest line, in bytes.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Reads the next line that has something in it.
    pub(super) fn next(&mut self) -> io::Result<Found> {
        loop {
            self.line.clear();
            let limit = self.longest as u64 + 2;
            let read = self
                .reader
                .by_ref()
                .take(limit)
                .read_until(b'\n', &mut self.line)?;
            if read == 0 {
                return Ok(Found::End);
            }
            self.number += 1;
            self.position += read as u64;
            if self.line.last() == Some(&b'\n') {
                self.line.pop();
                if self.line.last() == Some(&b'\r') {
                    self.line.pop();
                }
            } else if self.line.len() > self.longest {
                self.skip_line()?;
            }
            if self.number == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
                self.line.drain(..3);
            }
            if self.line.len() > self.longest {
                return Ok(Found::TooLong);
            }
            if !self.line.iter().all(u8::is_ascii_whitespace) {
                return Ok(Found::Line);
            }
        }
    }

    /// Reads to the end of the line and forgets it.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let (used, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(index) => (index + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.reader.consume(used);
            self.position += used as u64;
            if ended {
                return Ok(());
            }
        }
    }
}
