//! Telling which rows are bad.

use std::{fs::File, path::Path};

use indicatif::ProgressBar;
use service::RowFault;

use crate::cli::{CliError, CliResult, output};

/// Bad rows shown on the terminal; a whole file of them helps nobody there.
const SHOWN: u64 = 100;

/// What is wrong in one line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowProblem {
    /// The line; the first is 1.
    pub(super) line: u64,
    /// The column; empty when the whole line is wrong.
    pub(super) column: String,
    /// Why.
    pub(super) reason: String,
}

impl From<RowFault> for RowProblem {
    fn from(fault: RowFault) -> Self {
        Self {
            line: fault.line,
            column: fault.column.to_owned(),
            reason: fault.reason,
        }
    }
}

/// Where problems are reported: standard error and, if wanted, a file.
pub(super) struct FaultLog {
    file: Option<(String, csv::Writer<File>)>,
    reported: u64,
}

impl FaultLog {
    pub(super) fn create(path: Option<&Path>) -> CliResult<Self> {
        let Some(path) = path else {
            return Ok(Self {
                file: None,
                reported: 0,
            });
        };
        let place = path.display().to_string();
        let mut writer = csv::Writer::from_path(path).map_err(|error| failed(&place, error))?;
        writer
            .write_record(["line", "column", "reason"])
            .map_err(|error| failed(&place, error))?;
        Ok(Self {
            file: Some((place, writer)),
            reported: 0,
        })
    }

    pub(super) fn report(&mut self, bar: &ProgressBar, problem: &RowProblem) -> CliResult<()> {
        let RowProblem { line, column, reason } = problem;
        self.reported += 1;
        if self.reported <= SHOWN {
            let column = if column.is_empty() {
                String::new()
            } else {
                format!("{column}: ")
            };
            bar.suspend(|| output::complain(&format!("line {line}: {column}{reason}")));
        }
        if let Some((place, writer)) = &mut self.file {
            writer
                .write_record([&line.to_string(), column, reason])
                .map_err(|error| failed(place, error))?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> CliResult<()> {
        if self.reported > SHOWN {
            let hint = if self.file.is_some() {
                ""
            } else {
                "; --faults FILE.csv writes all of them"
            };
            output::complain(&format!("and {} more{hint}", self.reported - SHOWN));
        }
        match self.file {
            Some((place, mut writer)) => writer.flush().map_err(|error| CliError::File { place, error }),
            None => Ok(()),
        }
    }
}

fn failed(place: &str, error: csv::Error) -> CliError {
    CliError::Other(format!("{place}: {error}"))
}
