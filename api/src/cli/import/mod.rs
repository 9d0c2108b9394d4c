//! `switchboard import`.

mod calls;
mod employees;
mod faults;
mod queue_log;
mod rows;

use std::{collections::HashMap, fs::File, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, Subcommand};
use provider_core::domain::{CountryCode, E164};
use service::{ImportReport, ImportRow, Principal, RowOutcome, ServiceError, Switchboard};
use tokio::sync::mpsc;

use self::{
    faults::{FaultLog, RowProblem},
    rows::{Batch, Rows},
};
use super::{CliError, CliResult, PARTIAL, open, output};
use crate::config::Config;

/// Bring data in from a file
#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    Numbers(ImportNumbers),
    QueueLog(queue_log::ImportQueueLog),
    Employees(employees::ImportEmployees),
    Calls(calls::ImportCalls),
}

/// Import numbers, with their owners, from a CSV file
///
/// Rows are imported in batches; a number that the inventory has is left as it is, so a file can be imported again
/// after its bad rows were mended. Bad rows are reported with line, column and reason, and the others imported.
#[derive(Debug, Args)]
#[command(after_help = "Columns, in any order; only `number` must be there:
  number              E.164 (+441174960001), or as people of `country` write it (0117 496 0001)
  country             ISO 3166-1 code that numbers without a country code are read in; see --country
  status              AVAILABLE (default without group), ACTIVE (default with one), SUSPENDED, DROPPED
  reseller, reseller_name, dealer, dealer_name, customer, customer_name
                      codes, and names for those that are not there yet; a new customer without a
                      reseller belongs to DIRECT
  group               name of the customer's group that has the number; empty for stock
  name                name of the number, unique in its group
  termination_number  where its calls go
  pool, pool_settings name of its pool; what a pool that is not there yet is made with (as `export` writes it)
  tags                separated by ;
  monthly_cost, currency
                      such as 1.15 and USD
  quarantine_until    when a DROPPED number is stock again, such as 2026-03-31T00:00:00Z
  provider, external_id
                      the configured provider that it comes from, and the provider's own id of it

A cell that begins with ' before one of = + - @ is read without the ', which spreadsheets need.

Examples:
  switchboard import numbers numbers.csv
  switchboard import numbers stock.csv --country GB --faults bad-rows.csv

  number,customer,group,name,termination_number
  +12895550100,,,,
  +12895550101,ACME,Marketing,Spring campaign,+19055550123

Exit code 0 when every row was good, 2 when some were not, 1 when nothing could be read.")]
pub(super) struct ImportNumbers {
    /// The CSV file: comma-separated, UTF-8, column names in the first line
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Country of numbers without a country code, where the row has none
    #[arg(long, value_name = "CODE")]
    country: Option<CountryCode>,
    /// Write line, column and reason of every bad row to this file
    #[arg(long, value_name = "FILE.csv")]
    faults: Option<PathBuf>,
}

/// Rows of a transaction.
const BATCH: usize = 500;
/// Batches that wait to be imported.
const AHEAD: usize = 2;
/// Attempts at a batch while the database is busy, and the pause before the second.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

pub(super) async fn run(config: Config, command: ImportCommand) -> CliResult {
    match command {
        ImportCommand::Numbers(options) => numbers(config, options).await,
        ImportCommand::QueueLog(options) => queue_log::run(config, options).await,
        ImportCommand::Employees(options) => employees::run(config, options).await,
        ImportCommand::Calls(options) => calls::run(config, options).await,
    }
}

async fn numbers(config: Config, options: ImportNumbers) -> CliResult {
    let place = options.file.display().to_string();
    let file = File::open(&options.file).map_err(|error| CliError::File {
        place: place.clone(),
        error,
    })?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    let rows = Rows::open(file, options.country)
        .map_err(|problem| CliError::Other(format!("{place}: {problem}")))?;
    let log = FaultLog::create(options.faults.as_deref())?;
    let switchboard = open(&config).await?;
    switchboard.migrate().await?;
    let (sender, batches) = mpsc::channel(AHEAD);
    let reading = tokio::task::spawn_blocking(move || rows.send(&sender));
    let bar = output::progress(
        size,
        "{bar:40} {percent:>3} %  {binary_bytes_per_sec}  {eta} left  {msg}",
    );
    let mut import = Import {
        switchboard,
        log,
        bar,
        first_lines: HashMap::new(),
        tally: Tally::default(),
    };
    import.all(batches).await?;
    let read = reading
        .await
        .map_err(|error| CliError::Other(error.to_string()))?;
    read.map_err(|error| CliError::Other(format!("{place}: {error}")))?;
    import.finish()
}

/// What became of the rows so far.
#[derive(Debug, Default)]
struct Tally {
    added: u64,
    unchanged: u64,
    bad: u64,
}

struct Import {
    switchboard: Switchboard,
    log: FaultLog,
    bar: indicatif::ProgressBar,
    /// Which line had a number first: a later one with the same is a mistake in the file.
    first_lines: HashMap<E164, u64>,
    tally: Tally,
}

impl Import {
    async fn all(&mut self, mut batches: mpsc::Receiver<Batch>) -> CliResult<()> {
        while let Some(batch) = batches.recv().await {
            for problem in batch.problems {
                self.tally.bad += 1;
                self.log.report(&self.bar, &problem)?;
            }
            let report = import_batch(&self.switchboard, batch.rows).await?;
            for outcome in report.outcomes {
                self.count(outcome)?;
            }
            self.bar.set_position(batch.end);
            self.bar.set_message(output::count(self.tally.added, "number"));
        }
        Ok(())
    }

    fn count(&mut self, outcome: RowOutcome) -> CliResult<()> {
        match outcome {
            RowOutcome::Added { line, number } => {
                self.first_lines.insert(number, line);
                self.tally.added += 1;
            }
            RowOutcome::Unchanged { line, number } => {
                let first = *self.first_lines.entry(number).or_insert(line);
                if first == line {
                    self.tally.unchanged += 1;
                } else {
                    self.tally.bad += 1;
                    let reason = format!("the same number stands in line {first}");
                    self.log.report(
                        &self.bar,
                        &RowProblem {
                            line,
                            column: "number".to_owned(),
                            reason,
                        },
                    )?;
                }
            }
            RowOutcome::Refused(faults) => {
                self.tally.bad += 1;
                for fault in faults {
                    self.log.report(&self.bar, &fault.into())?;
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> CliResult {
        self.bar.finish_and_clear();
        self.log.finish()?;
        let Tally {
            added,
            unchanged,
            bad,
        } = self.tally;
        output::say(&format!(
            "{} added, {} unchanged, {}",
            output::count(added, "number"),
            indicatif::HumanCount(unchanged),
            output::count(bad, "bad row")
        ));
        Ok(if bad == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(PARTIAL)
        })
    }
}

/// Imports a batch, again while the database is busy.
pub(crate) async fn import_batch(switchboard: &Switchboard, rows: Vec<ImportRow>) -> CliResult<ImportReport> {
    let who = Principal::command_line();
    let mut attempt = 1;
    loop {
        match switchboard.import_numbers(&who, rows.clone()).await {
            Err(ServiceError::Busy(detail)) if attempt < ATTEMPTS => {
                tracing::warn!(detail, attempt, "the database is busy; the batch is tried again");
                tokio::time::sleep(PAUSE * attempt).await;
                attempt += 1;
            }
            outcome => return Ok(outcome?),
        }
    }
}
