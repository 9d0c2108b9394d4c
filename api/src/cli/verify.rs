use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CliResult, open_migrated, output};
use crate::config::Config;

/// Check what the database says of itself
#[derive(Debug, Subcommand)]
pub(super) enum VerifyCommand {
    Kpis(KpisOptions),
}

/// Count all numbers anew and name every difference to the counters of the KPIs
///
/// Nothing is held up, and changes that are made meanwhile are no differences. The exit code is 1 when there are
/// differences, also when they are mended.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  switchboard verify kpis
  switchboard verify kpis --repair")]
pub(super) struct KpisOptions {
    /// Build the counters anew when they are wrong
    #[arg(long)]
    repair: bool,
}

pub(super) async fn run(config: Config, command: VerifyCommand) -> CliResult {
    let VerifyCommand::Kpis(options) = command;
    let switchboard = open_migrated(&config).await?;
    let differences = switchboard.verify_counters().await?;
    for difference in &differences {
        output::say(&difference.to_string());
    }
    if differences.is_empty() {
        output::say("the counters are right");
        return Ok(ExitCode::SUCCESS);
    }
    let count = u64::try_from(differences.len()).unwrap_or(u64::MAX);
    if !options.repair {
        let advice = "switchboard verify kpis --repair builds the counters anew";
        output::complain(&format!("{}; {advice}", output::count(count, "difference")));
    } else if switchboard.rebuild_counters().await? {
        output::complain(&format!(
            "{}; the counters are built anew",
            output::count(count, "difference")
        ));
    } else {
        output::complain(&format!(
            "{}; another process is at the counters: run it again",
            output::count(count, "difference")
        ));
    }
    Ok(ExitCode::FAILURE)
}
