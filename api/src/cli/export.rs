use std::{
    io::{BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use exports::guarded;
use service::{ImportRow, NumberFilter, PageRequest, Principal, Switchboard};
use tempfile::NamedTempFile;

use super::{CliError, CliResult, open_migrated, output};
use crate::config::Config;

/// Write data to a file
#[derive(Debug, Subcommand)]
pub(super) enum ExportCommand {
    Numbers(ExportNumbers),
}

/// Export every number, with its owner and pool, as CSV
///
/// `import numbers` of an empty database makes the same inventory of the file. Numbers that are held or being
/// ordered are written as stock. Cells that a spreadsheet would take for a formula begin with '.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  switchboard export numbers > numbers.csv
  switchboard export numbers --output numbers.csv")]
pub(super) struct ExportNumbers {
    /// File to write; it is replaced only when the export is complete [default: standard output]
    #[arg(long, value_name = "FILE.csv")]
    output: Option<PathBuf>,
}

/// Numbers of a page.
const PAGE: u32 = 1_000;

pub(super) async fn run(config: Config, command: ExportCommand) -> CliResult {
    let ExportCommand::Numbers(options) = command;
    let switchboard = open_migrated(&config).await?;
    match options.output {
        Some(path) => to_file(&switchboard, &path).await?,
        None => match write_all(&switchboard, std::io::stdout(), |_| ()).await {
            // A reader that has enough, as `head` has, is no failure.
            Err(CliError::File { error, .. }) if error.kind() == ErrorKind::BrokenPipe => {}
            outcome => outcome?,
        },
    }
    Ok(ExitCode::SUCCESS)
}

async fn to_file(switchboard: &Switchboard, path: &Path) -> CliResult<()> {
    let place = path.display().to_string();
    let failed = |error| CliError::File {
        place: place.clone(),
        error,
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder).map_err(failed)?;
    let all = switchboard
        .count_numbers(&Principal::command_line(), &NumberFilter::default())
        .await?;
    let bar = output::progress(
        u64::try_from(all).unwrap_or_default(),
        "{bar:40} {human_pos} of {human_len}  {eta} left",
    );
    write_all(switchboard, BufWriter::new(file.as_file_mut()), |rows| {
        bar.inc(rows)
    })
    .await?;
    bar.finish_and_clear();
    file.persist(path).map_err(|error| failed(error.error))?;
    output::say(&format!(
        "{} written to {place}",
        output::count(bar.position(), "number")
    ));
    Ok(())
}

async fn write_all(
    switchboard: &Switchboard,
    out: impl Write,
    mut written: impl FnMut(u64),
) -> CliResult<()> {
    let who = Principal::command_line();
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(ImportRow::COLUMNS).map_err(failed)?;
    let mut request = PageRequest::first(PAGE);
    loop {
        let page = switchboard.export_numbers(&who, &request).await?;
        for (_, row) in &page.items {
            writer
                .write_record(cells(row).map(|cell| guarded(cell).into_owned()))
                .map_err(failed)?;
        }
        written(page.items.len() as u64);
        match page.items.last() {
            Some((position, _)) if page.has_next => request.after = Some(position.clone()),
            _ => break,
        }
    }
    writer.flush().map_err(|error| failed(error.into()))
}

/// The cells of a row, in the order of [`ImportRow::COLUMNS`].
fn cells(row: &ImportRow) -> [&str; 20] {
    fn optional(cell: &Option<String>) -> &str {
        cell.as_deref().unwrap_or_default()
    }
    [
        &row.number,
        optional(&row.country),
        optional(&row.status),
        optional(&row.reseller),
        optional(&row.reseller_name),
        optional(&row.dealer),
        optional(&row.dealer_name),
        optional(&row.customer),
        optional(&row.customer_name),
        optional(&row.group),
        optional(&row.name),
        optional(&row.termination_number),
        optional(&row.pool),
        optional(&row.pool_settings),
        optional(&row.tags),
        optional(&row.monthly_cost),
        optional(&row.currency),
        optional(&row.quarantine_until),
        optional(&row.provider),
        optional(&row.external_id),
    ]
}

fn failed(error: csv::Error) -> CliError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => CliError::File {
            place: "the export".to_owned(),
            error,
        },
        other => CliError::Other(format!("the export: {other:?}")),
    }
}
