//! Logs, on standard error. Spans of requests carry their request id; no key and no body is ever logged.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, filter::ParseError, fmt, prelude::*};

use crate::config::{LogFormat, LogSettings};

/// What the drivers say of every statement, and PostgreSQL of what it was told to do "if not exists", is noise at
/// whatever level. A wait for a connection is told to whoever waited, by the code BUSY.
const QUIET: &str = "sqlx::query=off,sqlx::postgres::notice=off,sqlx::pool=error,sea_orm=warn";

/// Reads a level such as `info` or `warn,service=debug`.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn filter(level: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().parse(format!("{QUIET},{level}"))
}

/// Starts logging for the process; a second call changes nothing.
pub(crate) fn start(settings: &LogSettings) {
    // The level was checked when the configuration was read.
    let filter = filter(&settings.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let lines = fmt::layer().with_writer(std::io::stderr);
    let started = match settings.format {
        LogFormat::Text => {
            let colored = std::io::stderr().is_terminal();
            registry
                .with(lines.with_target(false).with_ansi(colored))
                .try_init()
        }
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started before");
    }
}
