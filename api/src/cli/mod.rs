//! The command line.

mod check_config;
mod demo;
mod export;
mod import;
mod keys;
mod migrate;
mod output;
mod run;
mod serve;
mod verify;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, str::FromStr};

use clap::{Args, Parser, Subcommand};
use service::{ServiceError, StartError, Switchboard};

use crate::{
    AppError,
    config::{Config, ConfigFaults, LogFormat, redacted},
    graphql, telemetry,
};

/// Exit code when a part of the work could not be done, such as bad rows of an import.
const PARTIAL: u8 = 2;
/// Exit code for a command line that makes no sense: `EX_USAGE` of sysexits.h.
const USAGE: u8 = 64;

/// One GraphQL API over every phone-number carrier.
///
/// Switchboard keeps a company's phone numbers: it searches and assigns them, from its own inventory and from
/// carriers, makes pools of them, and remembers who had which number when.
#[derive(Debug, Parser)]
#[command(
    name = "switchboard",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Start here:
  switchboard demo                          try it: made-up numbers, keys to use, nothing kept
  switchboard serve                         run it on ./switchboard.db; the first start shows an admin key
  switchboard import numbers numbers.csv    bring your numbers

Every option can be set by a flag, by its environment variable, or in switchboard.toml, in this order.

Exit codes: 0 done, 1 failed, 2 done in part (bad rows), 64 wrong usage."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    given: GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command has.
#[derive(Debug, Clone, Default, Args)]
pub struct GlobalOptions {
    /// Configuration file [default: switchboard.toml if it is there]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "SWITCHBOARD_CONFIG",
        help_heading = "Global options"
    )]
    pub config: Option<PathBuf>,
    /// Address to serve HTTP on [default: 127.0.0.1:8000]
    #[arg(
        long,
        global = true,
        value_name = "ADDR",
        env = "SWITCHBOARD_LISTEN",
        help_heading = "Global options"
    )]
    pub listen: Option<Listen>,
    /// Database: sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite://switchboard.db]
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "DATABASE_URL",
        hide_env_values = true,
        help_heading = "Global options"
    )]
    pub database: Option<String>,
    /// What to log: error, warn, info, debug, trace, or by module as in warn,service=debug [default: info]
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        env = "SWITCHBOARD_LOG_LEVEL",
        help_heading = "Global options"
    )]
    pub log_level: Option<String>,
    /// Form of a line of the log [default: text]
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        env = "SWITCHBOARD_LOG_FORMAT",
        help_heading = "Global options"
    )]
    pub log_format: Option<LogFormat>,
}

/// An address to listen on; `localhost` may stand for 127.0.0.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen(pub SocketAddr);

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numeric = text
            .strip_prefix("localhost:")
            .map(|port| format!("127.0.0.1:{port}"));
        let address = numeric.as_deref().unwrap_or(text).parse();
        let problem = "an IP address and a port are needed, such as 127.0.0.1:8000 or [::]:8000";
        address.map(Self).map_err(|_| problem.to_owned())
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::ServeOptions),
    Demo(demo::DemoOptions),
    Migrate(migrate::MigrateOptions),
    #[command(subcommand)]
    Import(import::ImportCommand),
    #[command(subcommand)]
    Export(export::ExportCommand),
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    #[command(subcommand)]
    Verify(verify::VerifyCommand),
    /// Print the GraphQL schema definition
    #[command(after_help = "Example:\n  switchboard schema > schema.graphql")]
    Schema,
    /// Print the configuration that would be used, or everything that is wrong with it
    ///
    /// Nothing is connected to. Passwords are not shown. The exit code is 1 when something is wrong.
    #[command(after_help = "Examples:
  switchboard check-config
  switchboard check-config --config /etc/switchboard.toml

A configuration file with everything in it:

  listen = \"127.0.0.1:8000\"
  quarantine_days = 90              # rest of a released number before it is stock again
  call_cache_megabytes = 256        # calls kept in memory for statistics

  [database]
  url = \"postgres://switchboard@db/switchboard\"  # or \"${NAME}\" of the environment, or { file = \"PATH\" }
  readers = 6
  writers = 4

  [log]
  format = \"json\"
  level = \"info\"

  [limits]
  connections = 4096
  upload_bytes = 268435456
  link_seconds = 300                # how long links to files work
  body_bytes = 65536
  response_bytes = 8388608
  execution_seconds = 10
  depth = 15
  requested_nodes = 10000
  websocket_operations = 20

  [mail]                            # without it nothing is mailed
  host = \"mail.example.com\"
  port = 587                        # 465 with tls, 587 with starttls, 25 with none
  encryption = \"starttls\"         # or \"tls\", or \"none\" in a network that is trusted
  user = \"switchboard\"
  password = \"${MAIL_PASSWORD}\"   # or { file = \"PATH\" }
  from = \"Switchboard <switchboard@example.com>\"
  hello = \"numbers.example.com\"   # how this machine calls itself; the domain of from unless said
  trusted_certificates = \"ca.pem\" # of authorities besides those that this machine trusts
  timeout_seconds = 30

  [webhooks]
  allow_private_addresses = false   # true lets webhooks lead into this network, and go without TLS

  [[provider]]                      # one for each account with a carrier
  id = \"telmetrics-uk\"
  kind = \"telmetrics\"
  deny = [\"pools\"]                  # ports that are not to be used
  config = {}                       # as its adapter needs it

  [provider.policy]                 # 0 turns a cache, a bound or the breaker off
  timeout_seconds = 10              # for one attempt
  attempts = 3                      # 1: nothing is tried again
  backoff_ms = 200                  # longest wait before the second attempt; doubles
  longest_wait_seconds = 30         # for a turn, or because the carrier asks for it
  retry_percent = 20                # further attempts for a hundred calls, besides one a second
  cache_seconds = 30                # number KPIs
  closed_cache_seconds = 600        # figures of a time that is over
  health_cache_seconds = 5
  cache_entries = 256
  requests_per_second = 0
  concurrent_requests = 16
  breaker_failures = 8              # in a row, before the carrier is left alone
  breaker_seconds = 30")]
    CheckConfig,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Configuration(#[from] ConfigFaults),
    #[error("{0}")]
    Start(#[from] StartError),
    #[error(transparent)]
    App(#[from] AppError),
    #[error("{}", explain(.0))]
    Service(#[from] ServiceError),
    #[error("{place}: {error}")]
    File { place: String, error: std::io::Error },
    #[error("{0}")]
    Other(String),
}

type CliResult<T = ExitCode> = Result<T, CliError>;

/// A refusal in its own words, anything else as it is.
fn explain(error: &ServiceError) -> String {
    match error {
        ServiceError::Refused(refusals) => refusals
            .iter()
            .map(|refusal| refusal.message.clone())
            .collect::<Vec<_>>()
            .join("\n"),
        other => other.to_string(),
    }
}

/// Runs the program as the process's arguments and environment say.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to tell when the terminal is gone.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            output::complain(&format!("error: {}", error.to_string().trim_end()));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> CliResult {
    if matches!(cli.command, Command::Schema) {
        output::say(graphql::sdl().trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::load(&cli.given)?;
    if matches!(cli.command, Command::CheckConfig) {
        return Ok(check_config::run(&config));
    }
    telemetry::start(&config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| CliError::Other(format!("the program can't start threads: {error}")))?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(options) => Box::pin(serve::run(config, options)).await,
            Command::Demo(options) => Box::pin(demo::run(config, options)).await,
            Command::Migrate(options) => Box::pin(migrate::run(config, options)).await,
            Command::Import(command) => Box::pin(import::run(config, command)).await,
            Command::Export(command) => Box::pin(export::run(config, command)).await,
            Command::Keys(command) => Box::pin(keys::run(config, command)).await,
            Command::Verify(command) => Box::pin(verify::run(config, command)).await,
            Command::Schema | Command::CheckConfig => Ok(ExitCode::SUCCESS),
        }
    })
}

/// Connects to the database and says which when that fails.
async fn open(config: &Config) -> CliResult<Switchboard> {
    let place = redacted(&config.database_url.value);
    let opened = Switchboard::open(config.settings()).await;
    opened.map_err(|error| CliError::Other(format!("{place}: {error}")))
}

/// The same, for commands that leave the schema of the database alone.
async fn open_migrated(config: &Config) -> CliResult<Switchboard> {
    let switchboard = open(config).await?;
    match switchboard.pending_migrations().await? {
        0 => Ok(switchboard),
        count => Err(CliError::Other(format!(
            "{}: {count} migration{} must be run first: switchboard migrate",
            redacted(&config.database_url.value),
            if count == 1 { "" } else { "s" }
        ))),
    }
}
