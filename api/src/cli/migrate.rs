use std::process::ExitCode;

use clap::Args;

use super::{CliResult, open, output};
use crate::config::{Config, redacted};

/// Bring the schema of the database up to date
///
/// `serve`, `import` and `keys` do the same when they start. Running it twice changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  switchboard migrate --database postgres://switchboard@db/switchboard
  switchboard migrate --check        # exit code 1 when migrations wait, for a release script")]
pub(super) struct MigrateOptions {
    /// Only tell whether migrations wait to be run
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(config: Config, options: MigrateOptions) -> CliResult {
    let switchboard = open(&config).await?;
    let place = redacted(&config.database_url.value);
    let waiting = u64::try_from(switchboard.pending_migrations().await?).unwrap_or(u64::MAX);
    if options.check {
        output::say(&format!(
            "{place}: {} to run",
            output::count(waiting, "migration")
        ));
        return Ok(if waiting == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    switchboard.migrate().await?;
    output::say(&match waiting {
        0 => format!("{place} is up to date"),
        count => format!("{place}: {} run", output::count(count, "migration")),
    });
    Ok(ExitCode::SUCCESS)
}
