//! Logs, on standard error, and figures. Spans of requests carry their request id; no key and no body is ever logged,
//! and no figure is of a tenant.

use std::{io::IsTerminal, sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
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

/// Bounds of the buckets of every time that is measured, in seconds: from a query of the own database to a call that
/// waited for its turn and was tried three times.
const BUCKETS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// How often what was measured is put into the buckets, so that it does not pile up between two scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// The figures of this process, for Prometheus. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Starts to keep figures for the process. A second call gives the same.
    ///
    /// # Errors
    /// What another recorder of the process, or the table of buckets, made of it.
    pub fn start() -> Result<Self, BuildError> {
        static STARTED: OnceLock<PrometheusHandle> = OnceLock::new();
        if let Some(handle) = STARTED.get() {
            return Ok(Self(handle.clone()));
        }
        let builder = PrometheusBuilder::new();
        let handle = builder
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?
            .install_recorder()?;
        provider_core::policy::describe_metrics();
        metrics::describe_gauge!("switchboard_build_info", "1, for the version that runs.");
        metrics::gauge!("switchboard_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Ok(Self(STARTED.get_or_init(|| handle).clone()))
    }

    /// The figures as they are now, in the text format of Prometheus.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Keeps the figures small, for as long as it is polled.
    pub(crate) async fn keep_up(self) {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            self.0.run_upkeep();
        }
    }
}
