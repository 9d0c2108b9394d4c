//! The ledger of a running twin.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::TwinRequest;
use super::fault::is_read;

/// A request and what became of it.
#[derive(Clone)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The path and the query as they came, with the base URL's path.
    pub target: String,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The status of the answer; absent while there is none, and for ever if the connection was reset.
    pub status: Option<u16>,
    /// Whether the twin acted on it.
    pub acted: bool,
    secret: Arc<str>,
}

impl Exchange {
    /// Whether it may have changed something, by its method.
    #[must_use]
    pub fn is_change(&self) -> bool {
        !is_read(&self.method)
    }

    /// A header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// The body as text.
    #[must_use]
    pub fn body_text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |text: &str| text.replace(&*self.secret, "[secret]");
        let header = |(name, value): &(String, String)| match name.as_str() {
            // A wrong key may be another twin's.
            "authorization" => (name.clone(), "[hidden]".to_owned()),
            _ => (name.clone(), hidden(value)),
        };
        f.debug_struct("Exchange")
            .field("method", &self.method)
            .field("target", &hidden(&self.target))
            .field("headers", &self.headers.iter().map(header).collect::<Vec<_>>())
            .field("body", &hidden(&self.body_text()))
            .field("status", &self.status)
            .field("acted", &self.acted)
            .finish()
    }
}

/// How much a ledger keeps: a twin may run for days beside a demo.
const KEPT: usize = 10_000;

/// The last exchanges in the order of arrival, and what was unexpected.
#[derive(Debug)]
pub(super) struct Ledger {
    secret: Arc<str>,
    pages: Mutex<Pages>,
    arrived: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Pages {
    forgotten: usize,
    exchanges: VecDeque<Exchange>,
    unexpected: VecDeque<String>,
}

/// Which exchange of a ledger.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry(usize);

impl Ledger {
    pub(super) fn new(secret: Arc<str>) -> Self {
        Self {
            secret,
            pages: Mutex::default(),
            arrived: watch::Sender::new(0),
        }
    }

    pub(super) fn arrived(&self, target: &str, request: &TwinRequest) -> Entry {
        let mut pages = self.pages();
        if pages.exchanges.len() == KEPT {
            pages.exchanges.pop_front();
            pages.forgotten += 1;
        }
        pages.exchanges.push_back(Exchange {
            method: request.method().to_owned(),
            target: target.to_owned(),
            headers: request.headers().to_vec(),
            body: request.body().to_vec(),
            status: None,
            acted: false,
            secret: Arc::clone(&self.secret),
        });
        let in_all = pages.forgotten + pages.exchanges.len();
        self.arrived.send_replace(in_all);
        Entry(in_all - 1)
    }

    pub(super) async fn arrived_in_all(&self, requests: usize) {
        // The sender is here, so there is no other end than the right one.
        let _ = self
            .arrived
            .subscribe()
            .wait_for(|arrived| *arrived >= requests)
            .await;
    }

    pub(super) fn acted(&self, entry: Entry) {
        self.amend(entry, |exchange| exchange.acted = true);
    }

    pub(super) fn answered(&self, entry: Entry, status: u16) {
        self.amend(entry, |exchange| exchange.status = Some(status));
    }

    pub(super) fn unexpected(&self, reason: String) {
        let mut pages = self.pages();
        if pages.unexpected.len() == KEPT {
            pages.unexpected.pop_front();
        }
        pages.unexpected.push_back(reason);
    }

    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.pages().exchanges.iter().cloned().collect()
    }

    pub(super) fn reasons(&self) -> Vec<String> {
        self.pages().unexpected.iter().cloned().collect()
    }

    fn amend(&self, entry: Entry, change: impl FnOnce(&mut Exchange)) {
        let mut pages = self.pages();
        let at = entry.0.checked_sub(pages.forgotten);
        if let Some(exchange) = at.and_then(|at| pages.exchanges.get_mut(at)) {
            change(exchange);
        }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
