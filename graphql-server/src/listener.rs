//! Accepting connections, with limits that keep slow clients from holding them.

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Limits on connections.
///
/// The time for the body of a request is set where the body is read: [`crate::Limits::body_read`].
#[derive(Debug, Clone)]
pub struct SlowClientLimits {
    /// Time for the head of a request to arrive, and for a kept-alive connection to send another.
    pub header_read: Duration,
    /// Time a client may leave a response unread once its buffers are full.
    pub write_stall: Duration,
    /// Connections served at once, WebSocket ones included; more wait to be accepted.
    pub connections: u32,
    /// Time for requests under way to be completed at shutdown.
    pub drain: Duration,
}

impl Default for SlowClientLimits {
    fn default() -> Self {
        Self {
            header_read: Duration::from_secs(5),
            write_stall: Duration::from_secs(30),
            connections: 4_096,
            drain: Duration::from_secs(30),
        }
    }
}

/// Pause after a failure to accept that will not go away at once, such as too many open files.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// A place among the connections served at once. It is part of every request, so that a connection that is
/// upgraded can keep its place.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionSlot {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// Serves `router` over HTTP/1.1 with upgrades until `shutdown` resolves, then lets requests under way end.
///
/// Handlers find the address of the client as `ConnectInfo<SocketAddr>`. WebSocket connections and event
/// streams do not end by themselves: give the token that resolves `shutdown` to
/// [`crate::GraphqlServer::with_shutdown`] too.
///
/// # Errors
/// If the listener has no local address, which means that it is not bound.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: SlowClientLimits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    tracing::info!(address = %listener.local_addr()?, "listening");
    let connections = Connections {
        slots: Arc::new(Semaphore::new(limits.connections as usize)),
        stop: CancellationToken::new(),
        cut: CancellationToken::new(),
        limits,
        router,
    };
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (stream, peer, slot) = connections.accept(&listener) => connections.spawn(stream, peer, slot),
        }
    }
    drop(listener);
    connections.drain().await;
    Ok(())
}

struct Connections {
    slots: Arc<Semaphore>,
    /// Lets each connection end with the request under way.
    stop: CancellationToken,
    /// Ends what is left after the time to drain.
    cut: CancellationToken,
    limits: SlowClientLimits,
    router: Router,
}

impl Connections {
    async fn accept(&self, listener: &TcpListener) -> (TcpStream, SocketAddr, ConnectionSlot) {
        loop {
            // The semaphore is never closed; should it be, there is nothing to serve.
            let Ok(permit) = Arc::clone(&self.slots).acquire_owned().await else {
                std::future::pending::<()>().await;
                continue;
            };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    return (
                        stream,
                        peer,
                        ConnectionSlot {
                            _permit: Arc::new(permit),
                        },
                    );
                }
                Err(error) if is_of_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            }
        }
    }

    fn spawn(&self, stream: TcpStream, peer: SocketAddr, slot: ConnectionSlot) {
        // Results are written in one piece: waiting for more to send only delays them.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.limits.write_stall));
        let router = self.router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(slot.clone());
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_read)
            .serve_connection(TokioIo::new(Box::pin(stream)), service)
            .with_upgrades();
        let (stop, cut) = (self.stop.clone(), self.cut.clone());
        tokio::spawn(async move {
            tokio::pin!(connection);
            let result = tokio::select! {
                result = &mut connection => result,
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    cut.run_until_cancelled(connection).await.unwrap_or(Ok(()))
                }
            };
            if let Err(error) = result {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }

    async fn drain(self) {
        self.stop.cancel();
        let all_ended = self.slots.acquire_many(self.limits.connections);
        if tokio::time::timeout(self.limits.drain, all_ended).await.is_err() {
            tracing::warn!("connections were cut off at shutdown");
            self.cut.cancel();
        }
    }
}

/// Whether a failure to accept concerns the one connection only.
fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
