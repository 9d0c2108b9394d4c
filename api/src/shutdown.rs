//! When to stop.

use tokio_util::sync::CancellationToken;

/// A token that is canceled when the process is asked to end: SIGTERM or SIGINT, or Ctrl-C.
pub(crate) fn on_signal() -> CancellationToken {
    let token = CancellationToken::new();
    let canceled = token.clone();
    tokio::spawn(async move {
        let signal = asked_to_end().await;
        tracing::info!(signal, "stopping: requests under way are completed first");
        canceled.cancel();
    });
    token
}

#[cfg(unix)]
async fn asked_to_end() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};

    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut stream) => stream.recv().await,
            Err(error) => unheard("SIGTERM", &error).await,
        }
    };
    tokio::select! {
        _ = terminate => "SIGTERM",
        () = interrupt() => "SIGINT",
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> &'static str {
    interrupt().await;
    "Ctrl-C"
}

async fn interrupt() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        unheard::<()>("SIGINT", &error).await;
    }
}

/// A signal that can't be listened for never comes.
async fn unheard<T>(signal: &str, error: &std::io::Error) -> T {
    tracing::warn!(%error, signal, "this signal will not stop the process gracefully");
    std::future::pending().await
}
