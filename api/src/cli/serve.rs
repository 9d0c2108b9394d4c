use clap::Args;
use secrecy::ExposeSecret;
use service::IssuedKey;

use super::{CliResult, open, open_migrated, output, run as serving};
use crate::config::Config;

/// Run the server
///
/// GraphQL answers at /graphql (WebSocket: /graphql/ws), the playground at /, probes at /livez and /readyz, figures for
/// Prometheus at /metrics, with a key for the whole installation. The database is made and brought up to date by
/// itself. The first start on a database shows one API key with all rights, once: keep it. SIGTERM and SIGINT let
/// requests under way end, for at most 30 seconds.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  switchboard serve
  switchboard serve --listen 0.0.0.0:8000 --database postgres://switchboard@db/switchboard
  SWITCHBOARD_LOG_FORMAT=json DATABASE_URL=postgres://... switchboard serve --no-migrate")]
pub(super) struct ServeOptions {
    /// Leave the schema of the database alone, and refuse to start while migrations wait to be run
    #[arg(long)]
    no_migrate: bool,
}

pub(super) async fn run(config: Config, options: ServeOptions) -> CliResult {
    let switchboard = if options.no_migrate {
        open_migrated(&config).await?
    } else {
        let switchboard = open(&config).await?;
        switchboard.migrate().await?;
        switchboard
    };
    // Before the key is made: a start that fails for a busy port would have shown it to nobody.
    let listener = serving::bind(&config).await?;
    if let Some(issued) = switchboard.ensure_first_key().await? {
        show(&issued);
    }
    serving::serve(&config, switchboard, listener, None).await
}

/// On standard output alone, which is not a log.
fn show(issued: &IssuedKey) {
    output::say(&format!(
        "This database has no API keys yet. Here is the first one, with all rights.\n\
         It is shown only now; keep it in a safe place:\n\n    {}\n",
        issued.key.expose_secret()
    ));
}
