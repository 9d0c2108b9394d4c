use std::{path::Path, process::ExitCode, time::Instant};

use clap::Args;
use tempfile::TempDir;

use super::{
    CliError, CliResult, open, output,
    run::{self as serving, DemoFace},
};
use crate::{
    config::{Config, Origin},
    demo::{self, KEYS, PLAYGROUND_KEY},
};

/// Run the server on made-up numbers, to try it
///
/// About 6,000 numbers over North America and Great Britain, 200 customers with their dealers, groups, employees and
/// pools, the same every time; for one of them four weeks of calls, and of a call center, until now. A simulated
/// upstream of every kind of carrier runs beside them, and sells. Everything is in a temporary folder that is gone
/// afterwards, unless --database names an empty database (or that of an earlier demo). There is one well-known key a
/// level, so the demo listens on this machine alone.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  switchboard demo
  switchboard demo --listen 127.0.0.1:9000
  switchboard demo --database sqlite://demo.db      # kept")]
pub(super) struct DemoOptions {}

pub(super) async fn run(config: Config, _: DemoOptions) -> CliResult {
    if !config.is_loopback() {
        return Err(CliError::Other(format!(
            "the demo has well-known keys, so it can only listen on this machine: {} is reachable from others. \
             Use --listen 127.0.0.1:8000, or `switchboard serve` with keys of your own",
            config.listen.value
        )));
    }
    let folder = match config.database_url.by {
        Origin::Given => None,
        // A database that the file names is for `serve`.
        Origin::File | Origin::Default => Some(temporary_folder()?),
    };
    let config = match &folder {
        Some(folder) => config.with_database(format!("sqlite://{}", database_in(folder.path()).display())),
        None => config,
    };
    let failed = |error: demo::DemoError| CliError::Other(error.to_string());
    let carriers = demo::Carriers::start().await.map_err(|error| {
        CliError::Other(format!(
            "a simulated carrier can't listen on this machine: {error}"
        ))
    })?;
    let config = config.with_providers(carriers.providers().map_err(failed)?);
    let listener = serving::bind(&config).await?;
    let switchboard = open(&config).await?;
    switchboard.migrate().await?;
    fill(&switchboard).await?;
    carriers.remember(&switchboard).await.map_err(failed)?;
    let face = DemoFace {
        playground_key: PLAYGROUND_KEY.to_owned(),
        guide,
    };
    let code = serving::serve(&config, switchboard, listener, Some(face)).await?;
    if let Some(folder) = folder {
        let place = folder.path().display().to_string();
        folder.close().map_err(|error| CliError::File { place, error })?;
    }
    Ok::<ExitCode, CliError>(code)
}

fn temporary_folder() -> CliResult<TempDir> {
    let failed = |error| CliError::File {
        place: std::env::temp_dir().display().to_string(),
        error,
    };
    tempfile::Builder::new()
        .prefix("switchboard-demo-")
        .tempdir()
        .map_err(failed)
}

fn database_in(folder: &Path) -> std::path::PathBuf {
    folder.join("switchboard.db")
}

async fn fill(switchboard: &service::Switchboard) -> CliResult<()> {
    let start = Instant::now();
    let bar = output::progress(0, "{bar:40} {human_pos} of {human_len} numbers");
    let filled = demo::load(switchboard, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    Box::pin(filled)
        .await
        .map_err(|error| CliError::Other(error.to_string()))?;
    let count = bar.position();
    bar.finish_and_clear();
    tracing::info!(
        numbers = count,
        seconds = start.elapsed().as_secs_f32(),
        "the demo is loaded"
    );
    Ok(())
}

/// What to do with a demo that is ready.
fn guide(url: &str) -> String {
    let base = url.trim_end_matches('/');
    let keys: Vec<String> = KEYS
        .iter()
        .map(|key| format!("  {:<18} {}", key.key, key.about))
        .collect();
    format!(
        "
  Playground  {url}
  GraphQL     {base}/graphql
  WebSocket   {}/graphql/ws

Keys, one a level:
{}

Try:
  curl -s {base}/graphql -H 'Authorization: Bearer {PLAYGROUND_KEY}' -H 'Content-Type: application/json' \\
    -d '{{\"query\":\"{{ numbers(first: 3) {{ totalCount nodes {{ e164 name status locality }} }} }}\"}}'

Ctrl-C ends it.",
        base.replacen("http", "ws", 1),
        keys.join("\n"),
    )
}
