//! Serving until the process is asked to end.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use graphql_server::SlowClientLimits;
use service::Switchboard;
use tokio::{net::TcpListener, sync::watch};

use super::{CliError, CliResult, output};
use crate::{AppOptions, Metrics, app, config::Config, shutdown};

/// Time for workers to end once there are no more requests.
const WORKERS_END: Duration = Duration::from_secs(5);
/// How often a start looks whether it is done.
const LOOK: Duration = Duration::from_millis(10);

/// What serving a demo adds.
pub(super) struct DemoFace {
    /// A key that the playground fills in.
    pub(super) playground_key: String,
    /// What is printed below the line that says that the server is ready, for its URL.
    pub(super) guide: fn(&str) -> String,
}

/// Binds the configured address.
pub(super) async fn bind(config: &Config) -> CliResult<TcpListener> {
    let address = config.listen.value;
    TcpListener::bind(address).await.map_err(|error| {
        let hint = "is another server running there? choose another address with --listen";
        CliError::Other(format!("can't listen on {address}: {error}; {hint}"))
    })
}

/// Serves until SIGTERM or SIGINT, then lets requests under way end.
pub(super) async fn serve(
    config: &Config,
    switchboard: Switchboard,
    listener: TcpListener,
    demo: Option<DemoFace>,
) -> CliResult {
    let shutdown = shutdown::on_signal();
    let address = listener
        .local_addr()
        .map_err(|error| CliError::Other(error.to_string()))?;
    let metrics =
        Metrics::start().map_err(|error| CliError::Other(format!("figures can't be kept: {error}")))?;
    tokio::spawn(
        shutdown
            .clone()
            .run_until_cancelled_owned(metrics.clone().keep_up()),
    );
    let options = AppOptions {
        limits: config.limits.clone(),
        accept_demo_keys: address.ip().to_canonical().is_loopback(),
        playground_key: demo.as_ref().map(|demo| demo.playground_key.clone()),
        metrics: Some(metrics),
        upload_bytes: Some(config.upload_bytes),
        shutdown: shutdown.clone(),
    };
    let router = app(switchboard.clone(), options).await?;
    let (stop, stopped) = watch::channel(false);
    let workers = switchboard.start_workers(stopped);
    let announcement = tokio::spawn(announce(
        switchboard.clone(),
        address,
        demo.map(|demo| demo.guide),
    ));
    let limits = SlowClientLimits {
        connections: config.connections,
        ..SlowClientLimits::default()
    };
    let served = graphql_server::serve(listener, router, limits, shutdown.cancelled_owned()).await;
    announcement.abort();
    stop.send_replace(true);
    if tokio::time::timeout(WORKERS_END, workers).await.is_err() {
        tracing::warn!("the worker was still busy at the end; another process goes on with what it left");
    }
    if let Err(error) = switchboard.database().clone().close().await {
        tracing::warn!(%error, "the database connections did not close");
    }
    served.map_err(|error| CliError::Other(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

/// Says that the server is ready, once it is.
async fn announce(switchboard: Switchboard, address: SocketAddr, guide: Option<fn(&str) -> String>) {
    while !switchboard.is_ready() {
        tokio::time::sleep(LOOK).await;
    }
    let url = url_of(address);
    output::say(&format!("Switchboard is ready at {url}"));
    if let Some(guide) = guide {
        output::say(&guide(&url));
    }
}

/// The URL that reaches the address from the same machine.
fn url_of(address: SocketAddr) -> String {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    };
    format!("http://{}/", SocketAddr::new(ip, address.port()))
}
