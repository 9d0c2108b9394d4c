//! `switchboard import calls`.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use indicatif::ProgressBar;
use jiff::tz::TimeZone;
use provider_core::domain::CountryCode;
use service::{
    CallCustomer, CallFormat, CallImportError, CallImportReport, CallImportRequest, CallRows, CallSettings,
    CallSource, Principal, Switchboard,
};
use strum::IntoEnumIterator;

use super::faults::{FaultLog, RowProblem};
use crate::{
    cli::{CliError, CliResult, PARTIAL, open, output},
    config::Config,
};

/// Import calls from the records of a telephone system
///
/// Rows that are legs of one call become one call; who took part is found by extension, and the call's number and pool
/// by what was dialed, as they were when the call started. Files can be imported again, in any order, also after an
/// import that was cut off: what is there is not written twice. Bad rows are reported and kept, the others imported.
#[derive(Debug, Args)]
#[command(after_help = "Formats:
  asterisk-csv     Asterisk's cdr_csv (Master.csv); with linkedid where it is written
  asterisk-custom  Asterisk's cdr_custom, in the order of its sample configuration
  freeswitch-csv   FreeSWITCH's mod_cdr_csv, template \"example\"
  freeswitch-json  FreeSWITCH's mod_json_cdr, one document a line
  jsonl            one JSON object a line
  csv              the same, comma-separated, with the names of the columns in the first line

docs/call-records.md describes their columns.

Examples:
  switchboard import calls --format asterisk-csv --customer ACME --time-zone Europe/London --country GB Master.csv
  zcat old.jsonl.gz | switchboard import calls --format jsonl --customer ACME -

Exit code 0 when every row was good, 2 when some were not, 1 when a file could not be read to its end.")]
pub(in crate::cli) struct ImportCalls {
    /// Files; - is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Format of the files
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: CallFormat,
    /// Code of the customer whose telephone system wrote them
    #[arg(long, value_name = "CODE")]
    customer: String,
    /// Zone of times that name none, such as Europe/London
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    time_zone: TimeZone,
    /// Country of numbers without a country code; without it, they are not taken for numbers
    #[arg(long, value_name = "CODE")]
    country: Option<CountryCode>,
    /// Write line, column and reason of every bad row to this file
    #[arg(long, value_name = "FILE.csv")]
    faults: Option<PathBuf>,
}

fn formats() -> impl TypedValueParser<Value = CallFormat> {
    let names: Vec<&'static str> = CallFormat::iter().map(Into::into).collect();
    PossibleValuesParser::new(names).try_map(|name| name.parse::<CallFormat>())
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| "is not a time zone such as Europe/London or UTC".to_owned())
}

pub(super) async fn run(config: Config, options: ImportCalls) -> CliResult {
    // A name that is wrong is told before anything is imported.
    let files: Vec<Input> = options
        .files
        .iter()
        .map(|path| Input::open(path))
        .collect::<CliResult<_>>()?;
    let log = FaultLog::create(options.faults.as_deref())?;
    let switchboard = open(&config).await?;
    switchboard.migrate().await?;
    let template = "{bar:40} {percent:>3} %  {binary_bytes_per_sec}  {eta} left  {msg}";
    let bar = output::progress(files.iter().map(|input| input.size).sum(), template);
    let several = files.len() > 1;
    let mut import = Import {
        switchboard,
        options,
        log,
        bar,
        several,
        before: 0,
        total: CallImportReport::default(),
    };
    for input in files {
        import.file(input).await?;
    }
    import.finish()
}

/// A file to read.
struct Input {
    name: String,
    size: u64,
    reader: Box<dyn Read + Send>,
}

impl Input {
    fn open(path: &Path) -> CliResult<Self> {
        if path == Path::new("-") {
            return Ok(Self {
                name: "standard input".to_owned(),
                size: 0,
                reader: Box::new(io::stdin()),
            });
        }
        let name = path.display().to_string();
        let failed = |error| CliError::File {
            place: name.clone(),
            error,
        };
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        Ok(Self {
            name,
            size,
            reader: Box::new(file),
        })
    }
}

/// The last part of a path.
fn file_name(path: &str) -> Option<String> {
    let name = Path::new(path).file_name()?;
    Some(name.to_string_lossy().into_owned())
}

struct Import {
    switchboard: Switchboard,
    options: ImportCalls,
    log: FaultLog,
    bar: ProgressBar,
    several: bool,
    /// Bytes of the files before.
    before: u64,
    total: CallImportReport,
}

impl Import {
    async fn file(&mut self, input: Input) -> CliResult<()> {
        let request = CallImportRequest {
            customer: CallCustomer::Code(self.options.customer.clone()),
            source: CallSource::CommandLine,
            // Customers read the report, and need not know the operator's folders.
            file: file_name(&input.name),
            format: self.options.format.to_string(),
            country: self.options.country,
        };
        let who = Principal::command_line();
        let mut importer = self.switchboard.begin_call_import(&who, request).await?;
        let settings = CallSettings {
            zone: self.options.time_zone.clone(),
        };
        let rows = CallRows::new(self.options.format, &settings, input.reader);
        let (bar, log, before) = (&self.bar, &mut self.log, self.before);
        let (known, prefix) = (
            self.total.new_calls,
            self.several.then(|| format!("{}: ", input.name)),
        );
        let fed = importer.feed(rows, |step| -> Result<(), Stopped> {
            for fault in step.bad {
                let reason = format!("{}{}", prefix.as_deref().unwrap_or_default(), fault.reason);
                let problem = RowProblem {
                    line: fault.line,
                    column: String::new(),
                    reason,
                };
                log.report(bar, &problem)?;
            }
            bar.set_position(before + step.position);
            bar.set_message(output::count(known + step.report.new_calls, "new call"));
            Ok(())
        });
        if let Err(stopped) = fed.await {
            return Err(stopped.told(&input.name, importer.report()));
        }
        let report = importer.finish().await?;
        self.before += input.size;
        self.add(&report);
        Ok(())
    }

    fn add(&mut self, report: &CallImportReport) {
        let total = &mut self.total;
        total.rows += report.rows;
        total.bad_rows += report.bad_rows;
        total.new_calls += report.new_calls;
        total.changed_calls += report.changed_calls;
        total.unchanged_calls += report.unchanged_calls;
    }

    fn finish(self) -> CliResult {
        self.bar.finish_and_clear();
        self.log.finish()?;
        output::say(&summary(&self.total));
        Ok(if self.total.bad_rows == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(PARTIAL)
        })
    }
}

fn summary(report: &CallImportReport) -> String {
    let CallImportReport {
        rows,
        bad_rows,
        new_calls,
        changed_calls,
        unchanged_calls,
        ..
    } = *report;
    format!(
        "{}: {}, {} changed, {} unchanged, {}",
        output::count(rows, "row"),
        output::count(new_calls, "new call"),
        indicatif::HumanCount(changed_calls),
        indicatif::HumanCount(unchanged_calls),
        output::count(bad_rows, "bad row")
    )
}

/// Why a file was not imported to its end.
enum Stopped {
    Import(CallImportError),
    Log(CliError),
}

impl From<CallImportError> for Stopped {
    fn from(error: CallImportError) -> Self {
        Self::Import(error)
    }
}

impl From<CliError> for Stopped {
    fn from(error: CliError) -> Self {
        Self::Log(error)
    }
}

impl Stopped {
    fn told(self, name: &str, report: &CallImportReport) -> CliError {
        match self {
            Self::Log(error) => error,
            Self::Import(CallImportError::Service(error)) => error.into(),
            Self::Import(CallImportError::Read(error)) => {
                CliError::Other(format!("{name}: {error}; imported before: {}", summary(report)))
            }
        }
    }
}
