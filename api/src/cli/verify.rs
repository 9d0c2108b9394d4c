use std::process::ExitCode;

use clap::{Args, Subcommand};
use service::{CallDifference, Switchboard};

use super::{CliResult, open_migrated, output};
use crate::config::Config;

/// Check what the database says of itself
#[derive(Debug, Subcommand)]
pub(super) enum VerifyCommand {
    Kpis(KpisOptions),
    Calls(CallsOptions),
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

/// Count all calls anew and name every day of an employee, number or pool whose packed calls differ
///
/// Days are by UTC. Nothing is held up, and calls that come in meanwhile are no differences. The exit code is 1 when
/// there are differences, also when they are mended.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  switchboard verify calls
  switchboard verify calls --repair")]
pub(super) struct CallsOptions {
    /// Make the days that differ anew
    #[arg(long)]
    repair: bool,
}

pub(super) async fn run(config: Config, command: VerifyCommand) -> CliResult {
    let switchboard = open_migrated(&config).await?;
    match command {
        VerifyCommand::Kpis(options) => kpis(&switchboard, options.repair).await,
        VerifyCommand::Calls(options) => calls(&switchboard, options.repair).await,
    }
}

async fn kpis(switchboard: &Switchboard, repair: bool) -> CliResult {
    let differences = switchboard.verify_counters().await?;
    for difference in &differences {
        output::say(&difference.to_string());
    }
    if differences.is_empty() {
        output::say("the counters are right");
        return Ok(ExitCode::SUCCESS);
    }
    let end = if !repair {
        "switchboard verify kpis --repair builds the counters anew"
    } else if switchboard.rebuild_counters().await? {
        "the counters are built anew"
    } else {
        "another process is at the counters: run it again"
    };
    Ok(differ(u64::try_from(differences.len()).unwrap_or(u64::MAX), end))
}

async fn calls(switchboard: &Switchboard, repair: bool) -> CliResult {
    let told = |difference: &CallDifference| output::say(&difference.to_string());
    let differences = switchboard.verify_calls(repair, told).await?;
    if differences == 0 {
        output::say("the packed days of calls are right");
        return Ok(ExitCode::SUCCESS);
    }
    let end = if repair {
        "the days are made anew"
    } else {
        "switchboard verify calls --repair makes the days anew"
    };
    Ok(differ(differences, end))
}

fn differ(differences: u64, end: &str) -> ExitCode {
    output::complain(&format!("{}; {end}", output::count(differences, "difference")));
    ExitCode::FAILURE
}
