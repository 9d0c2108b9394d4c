//! The client of one upstream.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use tokio::net::TcpStream;
use tokio::time::Instant;
use url::Host;

use super::auth::Credentials;
use super::network::{Sent, too_late};
use super::transport::{Outgoing, Transport, within};
use super::{Auth, BaseUrl, HttpSettings, Reply, Request, tls};
use crate::call::{CallContext, Operation};
use crate::config::ConfigFault;
use crate::error::{Effect, ErrorKind, ProviderError, Result};
use crate::provider::HEALTH;

/// The client of one upstream: everything that an adapter sends goes through it. Clones share connections and
/// tokens.
#[derive(Clone)]
pub struct RestClient {
    inner: Arc<Inner>,
}

struct Inner {
    base: BaseUrl,
    others: BTreeMap<String, BaseUrl>,
    credentials: Credentials,
    transport: Transport,
    connect_timeout: Duration,
    request_id_header: Option<HeaderName>,
}

impl RestClient {
    /// A client, of an adapter's settings `base_url`, `auth` and `http`. Reaches for nothing.
    ///
    /// # Errors
    /// All faults at once, with the keys `config.auth`, `config.http` and below.
    pub fn new(base_url: BaseUrl, auth: Auth, http: HttpSettings) -> Result<Self, Vec<ConfigFault>> {
        let mut faults = Vec::new();
        let request_id_header = http.check(&mut faults);
        let prepared = transport(&base_url, &auth, &http)
            .and_then(|transport| Ok((Credentials::prepare(auth, &transport)?, transport)));
        let (credentials, transport) = match prepared {
            Ok(prepared) if faults.is_empty() => prepared,
            Ok(_) => return Err(faults),
            Err(fault) => {
                faults.push(fault);
                return Err(faults);
            }
        };
        let inner = Inner {
            base: base_url,
            connect_timeout: http.connect_timeout(),
            others: http.base_urls,
            credentials,
            transport,
            request_id_header,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// A request for an operation; how often it may be made and what a failure says about its effect follow
    /// from the operation.
    pub fn request(&self, operation: Operation, method: Method) -> Request<'_> {
        Request::new(self, operation, method)
    }

    /// How long it takes to open a connection to the host and port of the base URL (of `provider.health`, where
    /// that has one of its own). Nothing is sent, so this proves no more than that somebody listens there: for
    /// the health of upstreams whose document has nothing that can be read without a change.
    ///
    /// # Errors
    /// `Unavailable` if there is no connection, `Timeout` if the time was over before; without effect.
    pub async fn reach(&self, cx: &CallContext) -> Result<Duration> {
        let begun = Instant::now();
        let patience = begun + self.inner.connect_timeout;
        let connection = within(
            cx.deadline,
            within(Some(patience), connect(self.base_url(HEALTH))),
        )
        .await;
        let unreachable = || {
            let message = "no connection to the upstream can be opened; check base_url and the network";
            ProviderError::new(ErrorKind::Unavailable, HEALTH.name, message).with_effect(Effect::None)
        };
        match connection {
            None => Err(too_late(HEALTH, &Sent::default())),
            Some(None) => Err(unreachable()),
            Some(Some(Err(error))) => Err(unreachable().with_source(error)),
            Some(Some(Ok(_))) => Ok(begun.elapsed()),
        }
    }

    pub(super) fn base_url(&self, operation: Operation) -> &BaseUrl {
        self.inner.others.get(operation.name).unwrap_or(&self.inner.base)
    }

    /// The header for the id of the request that causes a call, if it is to be sent and can be.
    pub(super) fn request_id(&self, cx: &CallContext) -> Option<(HeaderName, HeaderValue)> {
        let name = self.inner.request_id_header.clone()?;
        Some((name, HeaderValue::from_str(&cx.request_id).ok()?))
    }

    /// Sends a request with our credentials.
    pub(super) async fn deliver(&self, outgoing: Outgoing) -> Result<Reply> {
        let Inner {
            credentials,
            transport,
            ..
        } = &*self.inner;
        let source = match credentials {
            Credentials::Fixed(pass) => return transport.exchange(outgoing, pass).await,
            Credentials::Token(source) => source,
        };
        let send = async || {
            let token = within(outgoing.deadline, source.token(&outgoing))
                .await
                .ok_or_else(|| too_late(outgoing.operation, &Sent::default()))??;
            let reply = transport.exchange(outgoing.clone(), &token.pass).await?;
            Ok((reply, token))
        };
        let (reply, token) = send().await?;
        if reply.status() != 401 {
            return Ok(reply);
        }
        // The upstream has done nothing, and may have ended the token early.
        source.forget(&token).await;
        let (reply, _) = send().await?;
        Ok(reply)
    }
}

async fn connect(url: &BaseUrl) -> std::io::Result<TcpStream> {
    let port = url.port().unwrap_or_default();
    match url.host() {
        Some(Host::Domain(name)) => TcpStream::connect((name, port)).await,
        Some(Host::Ipv4(address)) => TcpStream::connect((address, port)).await,
        Some(Host::Ipv6(address)) => TcpStream::connect((address, port)).await,
        None => Err(std::io::ErrorKind::InvalidInput.into()),
    }
}

fn transport(base_url: &BaseUrl, auth: &Auth, http: &HttpSettings) -> Result<Transport, ConfigFault> {
    let token_url = match auth {
        Auth::ClientCredentials { token_url, .. } => Some(token_url),
        _ => None,
    };
    let encrypted = http
        .base_urls
        .values()
        .chain(token_url)
        .chain([base_url])
        .any(BaseUrl::is_encrypted);
    let tls = if encrypted {
        tls::trusting_the_machine(http.trusted_certificates.as_deref())?
    } else {
        tls::trusting_nobody()?
    };
    Transport::new(http, tls)
        .map_err(|_| ConfigFault::new("config.http", "no client can be made of these settings"))
}

impl fmt::Debug for RestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestClient")
            .field("base_url", &self.inner.base)
            .field("auth", &self.inner.credentials)
            .finish()
    }
}
