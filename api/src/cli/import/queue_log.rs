//! `switchboard import queue-log`.

use std::{
    fs::File,
    io::{BufReader, Read, Seek},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use indicatif::ProgressBar;
use jiff::tz::TimeZone;
use queues::{EventReader, Format, Line, LineProblem};
use service::{
    Principal, QueueFile, QueueImport, QueueImportReport, QueueImporter, QueueLines, ServiceError,
    Switchboard,
};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::{
    AHEAD, ATTEMPTS, PAUSE,
    faults::{FaultLog, RowProblem},
};
use crate::{
    cli::{CliError, CliResult, PARTIAL, open, output},
    config::Config,
};

/// Events of a transaction.
const EVENTS: usize = 2_000;

/// Import what a telephone system logged about its queues
///
/// Calls, agents' times and call centers are made of the events. The order of events and files does not matter, and an
/// event that is there already changes nothing: a file can be imported again, also one that has grown or whose import
/// was cut off. Bad lines are reported with their reasons and kept with the report of the file, of which there is one
/// however often the file is imported; the others are imported.
#[derive(Debug, Args)]
#[command(after_help = "Formats:
  queue-log   Asterisk's /var/log/asterisk/queue_log, of every version
  jsonl       one JSON object a line; docs/queue-events.md describes them

A queue that has no call center yet gets one of its own name, or --center.

Examples:
  switchboard import queue-log --customer ACME --group Support --center-zone Europe/Brussels queue_log queue_log.1
  switchboard import queue-log --customer ACME --group Support --format jsonl events.jsonl --faults bad-lines.csv")]
pub(in crate::cli) struct ImportQueueLog {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Code of the customer
    #[arg(long, value_name = "CODE")]
    customer: String,
    /// Name of the customer's group whose telephone system it is
    #[arg(long, value_name = "NAME")]
    group: String,
    /// IANA time zone of new call centers, and of times that are written without one
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    center_zone: String,
    /// The call center that queues without one belong to
    #[arg(long, value_name = "NAME")]
    center: Option<String>,
    /// How the events are written: queue-log or jsonl
    #[arg(long, value_name = "FORMAT", default_value = "queue-log")]
    format: Format,
    /// Write line, file and reason of every bad line to this file
    #[arg(long, value_name = "FILE.csv")]
    faults: Option<PathBuf>,
}

pub(super) async fn run(config: Config, options: ImportQueueLog) -> CliResult {
    let zone = TimeZone::get(&options.center_zone).map_err(|_| {
        let zone = &options.center_zone;
        CliError::Other(format!("{zone} is no IANA time zone, such as Europe/Brussels"))
    })?;
    let mut files = Vec::new();
    for path in &options.files {
        files.push(open_file(path)?);
    }
    let log = FaultLog::create(options.faults.as_deref())?;
    let switchboard = open(&config).await?;
    switchboard.migrate().await?;
    let import = QueueImport {
        group_id: group(&switchboard, &options).await?,
        time_zone: options.center_zone.clone(),
        call_center: options.center.clone(),
    };
    let size = files.iter().map(|file| file.size).sum();
    let bar = output::progress(
        size,
        "{bar:40} {percent:>3} %  {binary_bytes_per_sec}  {eta} left  {msg}",
    );
    let mut run = Run {
        switchboard,
        import,
        log,
        bar,
        tally: Tally::default(),
    };
    let mut done = 0;
    for file in files {
        let (place, size) = (file.place.clone(), file.size);
        run.file(file, options.format, zone.clone(), done).await?;
        tracing::debug!(file = place, "imported");
        done += size;
    }
    run.finish()
}

/// A file that can be read.
struct Source {
    place: String,
    file: File,
    size: u64,
}

fn open_file(path: &Path) -> CliResult<Source> {
    let place = path.display().to_string();
    let file = File::open(path).map_err(|error| CliError::File {
        place: place.clone(),
        error,
    })?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    Ok(Source { place, file, size })
}

async fn group(switchboard: &Switchboard, options: &ImportQueueLog) -> CliResult<i64> {
    let who = Principal::command_line();
    let ImportQueueLog { customer, group, .. } = options;
    let found = switchboard.customer_by_code(&who, customer).await?;
    let found =
        found.ok_or_else(|| CliError::Other(format!("there is no customer with the code {customer}")))?;
    let found = switchboard.group_by_name(&who, found.id, group).await?;
    let found =
        found.ok_or_else(|| CliError::Other(format!("the customer {customer} has no group \"{group}\"")))?;
    Ok(found.id)
}

/// Some lines of a file.
#[derive(Default)]
struct Batch {
    lines: QueueLines,
    /// How far into the file the batch reaches, in bytes.
    end: u64,
}

/// Sends all events, in batches; ends early when nobody wants them any more.
fn send(mut reader: EventReader<BufReader<File>>, sender: &mpsc::Sender<Batch>) -> std::io::Result<()> {
    let mut batch = Batch::default();
    while let Some(line) = reader.next_line()? {
        match line {
            Line::Event(event) => {
                batch.lines.lines.push(reader.line());
                batch.lines.events.push(event);
            }
            Line::Other => batch.lines.others += 1,
            Line::Bad(problem) => batch.lines.bad.push(problem),
        }
        batch.end = reader.bytes();
        if batch.lines.events.len() + batch.lines.bad.len() >= EVENTS
            && sender.blocking_send(std::mem::take(&mut batch)).is_err()
        {
            return Ok(());
        }
    }
    // Nobody to send to: whoever stopped listening tells why.
    let _ = sender.blocking_send(batch);
    Ok(())
}

/// What became of the lines so far.
#[derive(Default)]
struct Tally {
    added: u64,
    known: u64,
    others: u64,
    bad: u64,
    centers: Vec<String>,
}

struct Run {
    switchboard: Switchboard,
    import: QueueImport,
    log: FaultLog,
    bar: ProgressBar,
    tally: Tally,
}

impl Run {
    async fn file(&mut self, source: Source, format: Format, zone: TimeZone, done: u64) -> CliResult<()> {
        let Source { place, mut file, .. } = source;
        let hashed = tokio::task::spawn_blocking(move || digest(&mut file).map(|digest| (file, digest)));
        let failed = |error| CliError::File {
            place: place.clone(),
            error,
        };
        let (file, digest) = join(hashed).await?.map_err(failed)?;
        let described = QueueFile {
            import: self.import.clone(),
            name: place.clone(),
            format: match format {
                Format::QueueLog => "queue-log".to_owned(),
                Format::Jsonl => "queue-log-jsonl".to_owned(),
            },
            digest,
        };
        let who = Principal::command_line();
        let importer = self.switchboard.begin_queue_import(&who, described).await?;
        let reader = EventReader::new(BufReader::new(file), format, zone);
        let (sender, mut batches) = mpsc::channel(AHEAD);
        let reading = tokio::task::spawn_blocking(move || send(reader, &sender));
        while let Some(batch) = batches.recv().await {
            self.batch(&importer, &place, batch, done).await?;
        }
        join(reading).await?.map_err(failed)?;
        Ok(importer.finish().await?)
    }

    async fn batch(
        &mut self,
        importer: &QueueImporter,
        place: &str,
        batch: Batch,
        done: u64,
    ) -> CliResult<()> {
        let others = batch.lines.others;
        let (report, bad) = add(importer, batch.lines).await?;
        for problem in bad {
            self.bad(place, problem)?;
        }
        self.tally.added += report.added;
        self.tally.known += report.known;
        self.tally.others += others;
        self.tally.centers.extend(report.new_centers);
        self.bar.set_position(done + batch.end);
        self.bar.set_message(output::count(self.tally.added, "event"));
        Ok(())
    }

    fn bad(&mut self, place: &str, problem: LineProblem) -> CliResult<()> {
        self.tally.bad += 1;
        let problem = RowProblem {
            line: problem.line,
            column: place.to_owned(),
            reason: problem.reason,
        };
        self.log.report(&self.bar, &problem)
    }

    fn finish(self) -> CliResult {
        self.bar.finish_and_clear();
        self.log.finish()?;
        let Tally {
            added,
            known,
            others,
            bad,
            centers,
        } = self.tally;
        if !centers.is_empty() {
            output::say(&format!("new call centers: {}", centers.join(", ")));
        }
        output::say(&format!(
            "{} added, {} unchanged, {} without figures, {}",
            output::count(added, "event"),
            indicatif::HumanCount(known),
            indicatif::HumanCount(others),
            output::count(bad, "bad line")
        ));
        Ok(if bad == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(PARTIAL)
        })
    }
}

/// What a task gave.
async fn join<T>(task: tokio::task::JoinHandle<T>) -> CliResult<T> {
    task.await.map_err(|error| CliError::Other(error.to_string()))
}

/// What tells a file's content from all others; nothing for what can be read only once.
fn digest(file: &mut File) -> std::io::Result<Option<String>> {
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hash.update(buffer.get(..read).unwrap_or_default()),
        }
    }
    file.rewind()?;
    // 128 bits are enough to tell files apart.
    let digest = hash.finalize();
    Ok(Some(
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect(),
    ))
}

/// Imports a batch, again while the database is busy.
async fn add(
    importer: &QueueImporter,
    lines: QueueLines,
) -> CliResult<(QueueImportReport, Vec<LineProblem>)> {
    let mut attempt = 1;
    loop {
        match importer.add(lines.clone()).await {
            Err(ServiceError::Busy(detail)) if attempt < ATTEMPTS => {
                tracing::warn!(detail, attempt, "the database is busy; the batch is tried again");
                tokio::time::sleep(PAUSE * attempt).await;
                attempt += 1;
            }
            outcome => return Ok(outcome?),
        }
    }
}
