//! A twin that listens.

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::NamedTempFile;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use toml::{Table, Value};

use super::exchange::Ledger;
use super::server::{Server, listen};
use super::{Exchange, Faults, Sold, Twin};

/// A twin behind a real HTTP server on a port of 127.0.0.1. It stops when it is dropped.
///
/// It lets in who knows its secret (`Authorization: Bearer SECRET`, 401 otherwise), and answers 400 with
/// `{ "unexpected": reason }` to what the twin's document does not describe.
pub struct RunningTwin {
    server: Arc<Server>,
    address: SocketAddr,
    secret: Arc<str>,
    secret_file: NamedTempFile,
    listening: Mutex<Option<Listening>>,
}

impl std::fmt::Debug for RunningTwin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RunningTwin({} at {})", self.server.twin.kind(), self.address)
    }
}

impl RunningTwin {
    /// Starts a twin at the root of its server.
    ///
    /// # Errors
    /// When there is no port or no temporary file to be had.
    pub async fn start(twin: Arc<dyn Twin>) -> io::Result<Self> {
        Self::start_under(twin, "").await
    }

    /// Starts a twin below a path, `/v3`: its base URL ends so, and whatever is asked for beside is unexpected.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_under(twin: Arc<dyn Twin>, base_path: &str) -> io::Result<Self> {
        let secret: Arc<str> = new_secret().into();
        let mut secret_file = NamedTempFile::new()?;
        writeln!(secret_file, "{secret}")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let server = Arc::new(Server {
            twin,
            base_path: base_path.trim_end_matches('/').to_owned(),
            authorization: format!("Bearer {secret}"),
            faults: Faults::default(),
            ledger: Ledger::new(Arc::clone(&secret)),
        });
        let (alive, stopped) = watch::channel(());
        let task = tokio::spawn(listen(listener, Arc::clone(&server), stopped));
        Ok(Self {
            server,
            address,
            secret,
            secret_file,
            listening: Mutex::new(Some(Listening { alive, task })),
        })
    }

    /// Where it listens: `http://127.0.0.1:40123`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, self.server.base_path)
    }

    /// The path of its base URL: `/v3`, empty for the root.
    #[must_use]
    pub fn base_path(&self) -> &str {
        &self.server.base_path
    }

    /// A whole `[[provider]]` table of an instance that has this twin as its upstream.
    #[must_use]
    pub fn provider_table(&self, id: &str) -> Table {
        let config = self.server.twin.config(&self.base_url(), self.secret_file.path());
        Table::from_iter([
            ("id".to_owned(), Value::from(id)),
            ("kind".to_owned(), Value::from(self.server.twin.kind())),
            ("config".to_owned(), Value::Table(config)),
        ])
    }

    /// The key that it lets in.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Where the key stands.
    #[must_use]
    pub fn secret_file(&self) -> &Path {
        self.secret_file.path()
    }

    /// What goes wrong with the next requests.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.server.faults
    }

    /// Every request in the order of arrival; of more than ten thousand, the last.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.server.ledger.exchanges()
    }

    /// Why requests were unexpected. A test asserts that it is empty.
    #[must_use]
    pub fn unexpected(&self) -> Vec<String> {
        self.server.ledger.reasons()
    }

    /// Returns when that many requests have arrived since the start.
    pub async fn arrived(&self, requests: usize) {
        self.server.ledger.arrived_in_all(requests).await;
    }

    /// Tells the twin what it sold in an earlier life.
    pub fn remember(&self, sold: &Sold) {
        self.server.twin.remember(sold);
    }

    /// Stops, and returns when nobody listens any more. Requests under way are answered; those that hang are
    /// given up.
    pub async fn stop(self) {
        self.stop_listening().await;
    }

    /// The same, for whoever wants to read the ledger afterwards.
    pub async fn stop_listening(&self) {
        let listening = self
            .listening
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(Listening { alive, task }) = listening {
            drop(alive);
            // A task that panicked does not listen either.
            let _ = task.await;
        }
    }
}

/// The server's task, which ends when this is dropped.
struct Listening {
    alive: watch::Sender<()>,
    task: JoinHandle<()>,
}

fn new_secret() -> String {
    std::iter::repeat_with(fastrand::alphanumeric).take(32).collect()
}
