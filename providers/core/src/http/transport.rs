//! Sending a request and reading its answer.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::{Client, ClientBuilder, Method, Response, redirect};
use rustls::ClientConfig;
use tokio::time::Instant;
use url::Url;

use super::auth::Pass;
use super::network::{Sent, too_late, unanswered};
use super::{HttpSettings, Reply, effect};
use crate::call::{Operation, Safety};
use crate::error::{Effect, ErrorKind, ProviderError, Result};

/// How long a connection is kept for the next call: less than servers usually keep theirs.
const IDLE: Duration = Duration::from_secs(20);

/// How many connections are kept for the next calls to one upstream.
const IDLE_CONNECTIONS: usize = 8;

/// How we call ourselves.
const USER_AGENT: &str = concat!("switchboard/", env!("CARGO_PKG_VERSION"));

/// The connections to an upstream, and the limits for what comes from it. Clones share the connections.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    kept: Client,
    fresh: Client,
    largest_body: usize,
    deepest_json: usize,
}

/// A request, complete but for the credentials.
#[derive(Clone)]
pub(super) struct Outgoing {
    pub(super) operation: Operation,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    pub(super) deadline: Option<Instant>,
}

impl Transport {
    pub(super) fn new(settings: &HttpSettings, tls: ClientConfig) -> reqwest::Result<Self> {
        let build = |idle_connections| builder(settings, tls.clone(), idle_connections).build();
        Ok(Self {
            kept: build(IDLE_CONNECTIONS)?,
            fresh: build(0)?,
            largest_body: settings.largest_body(),
            deepest_json: settings.deepest_json.get().into(),
        })
    }

    /// Sends a request once, and reads the answer.
    ///
    /// # Errors
    /// Whatever keeps the whole answer from being read. An answer that says no is no error here, and counts
    /// even if its body was cut: the status tells more than the loss.
    pub(super) async fn exchange(&self, outgoing: Outgoing, pass: &Pass) -> Result<Reply> {
        let sent = Sent::default();
        let (operation, deadline) = (outgoing.operation, outgoing.deadline);
        let client = self.client(operation.safety);
        let head = client.execute(request(outgoing, pass, &sent));
        let response = within(deadline, head)
            .await
            .ok_or_else(|| too_late(operation, &sent))?
            .map_err(|error| unanswered(operation, &sent, error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = within(deadline, read(response, self.largest_body)).await;
        let mut reply = Reply {
            operation,
            status,
            headers,
            body: Bytes::new(),
            sensitive: pass.sensitive().clone(),
            deepest_json: self.deepest_json,
        };
        match body.unwrap_or(Err(BodyFault::Late)) {
            Ok(body) => reply.body = body,
            Err(fault) if status.is_success() => return Err(fault.about(&reply)),
            Err(_) => {}
        }
        Ok(reply)
    }

    /// A connection that was kept may be closed by the other side at the moment of sending, and then nobody
    /// knows what became of the call. One that must not be made twice gets a connection of its own.
    fn client(&self, safety: Safety) -> &Client {
        match safety {
            Safety::Read | Safety::Idempotent => &self.kept,
            Safety::Unsafe => &self.fresh,
        }
    }
}

fn builder(settings: &HttpSettings, tls: ClientConfig, idle_connections: usize) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .referer(false)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent(USER_AGENT)
        .connect_timeout(settings.connect_timeout())
        .read_timeout(settings.read_timeout())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(idle_connections)
}

fn request(outgoing: Outgoing, pass: &Pass, sent: &Sent) -> reqwest::Request {
    let mut request = reqwest::Request::new(outgoing.method, outgoing.url);
    *request.headers_mut() = outgoing.headers;
    match outgoing.body {
        Some(body) => {
            // A body is asked for its content when the head was written, so that a call which never came so
            // far is known to have done nothing. Its length keeps it from being sent in chunks.
            request.headers_mut().insert(CONTENT_LENGTH, body.len().into());
            let sent = sent.clone();
            let content = stream::once(async move {
                sent.mark();
                Ok::<_, Infallible>(body)
            });
            *request.body_mut() = Some(reqwest::Body::wrap_stream(content));
        }
        None => sent.mark(),
    }
    pass.put(&mut request);
    request
}

/// The answer of a future, unless a deadline passes first.
pub(super) async fn within<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

/// Why the body of an answer could not be read.
enum BodyFault {
    TooLarge(usize),
    Late,
    Broken(reqwest::Error),
}

async fn read(mut response: Response, largest: usize) -> Result<Bytes, BodyFault> {
    let announced = response.content_length().unwrap_or(0);
    if !usize::try_from(announced).is_ok_and(|length| length <= largest) {
        return Err(BodyFault::TooLarge(largest));
    }
    let mut body = BytesMut::new();
    while let Some(part) = response.chunk().await.map_err(BodyFault::Broken)? {
        if body.len() + part.len() > largest {
            return Err(BodyFault::TooLarge(largest));
        }
        body.extend_from_slice(&part);
    }
    Ok(body.freeze())
}

impl BodyFault {
    fn about(self, reply: &Reply) -> ProviderError {
        let operation = reply.operation;
        let failed = |kind, message: String| {
            ProviderError::new(kind, operation.name, message)
                .with_effect(effect(operation, Effect::Unknown))
                .with_upstream(reply.answer())
        };
        match self {
            Self::TooLarge(largest) => {
                let kib = largest / 1024;
                let message = format!("the answer is larger than {kib} KiB (http.largest_body_kib)");
                failed(ErrorKind::BadResponse, message)
            }
            Self::Late => {
                let message = "the time for the answer was over before all of it was there";
                failed(ErrorKind::Timeout, message.to_owned())
            }
            Self::Broken(error) if error.is_timeout() => {
                let message = "the upstream stopped in the middle of its answer for http.read_timeout_ms";
                failed(ErrorKind::Timeout, message.to_owned()).with_source(error.without_url())
            }
            Self::Broken(error) => {
                let message = "the connection to the upstream broke in the middle of its answer";
                failed(ErrorKind::Unavailable, message.to_owned()).with_source(error.without_url())
            }
        }
    }
}
