//! Tokens of a token endpoint: OAuth 2.0 client credentials, RFC 6749 section 4.4.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::Expiry;
use moka::future::Cache;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Deserialize;

use super::auth::Pass;
use super::transport::{Outgoing, Transport};
use super::{BaseUrl, Reply};
use crate::call::Operation;
use crate::error::{ErrorKind, ProviderError, Result};

/// Where tokens come from. One is fetched at a time, and serves all calls until shortly before it ends.
pub(super) struct TokenSource {
    transport: Transport,
    url: BaseUrl,
    pass: Pass,
    form: Bytes,
    tokens: Cache<(), Token>,
}

/// A token, ready to be sent.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) pass: Arc<Pass>,
    good_for: Option<Duration>,
}

/// A token endpoint's answer: RFC 6749 section 5.1.
#[derive(Deserialize)]
struct Issued {
    access_token: String,
    token_type: String,
    expires_in: Option<u64>,
}

/// A token endpoint's refusal: RFC 6749 section 5.2.
#[derive(Deserialize)]
struct Refused {
    error: String,
}

/// How long before its end a token is not used any more: calls take time, and clocks differ.
const MARGIN: Duration = Duration::from_secs(30);

/// The longest that a token is kept, whatever its endpoint says.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl TokenSource {
    pub(super) fn new(transport: Transport, url: BaseUrl, pass: Pass, scope: Option<String>) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if let Some(scope) = scope {
            form.append_pair("scope", &scope);
        }
        Self {
            transport,
            url,
            pass,
            form: form.finish().into(),
            tokens: Cache::builder().max_capacity(1).expire_after(Lifetime).build(),
        }
    }

    /// The token to use now; fetched if there is none. Calls at the same time share one fetch and its failure.
    pub(super) async fn token(&self, outgoing: &Outgoing) -> Result<Token> {
        self.tokens
            .try_get_with((), self.fetch(outgoing))
            .await
            .map_err(|error| ProviderError::clone(&error).in_operation(outgoing.operation.name))
    }

    /// Does not use a token again, unless another call has replaced it already.
    pub(super) async fn forget(&self, refused: &Token) {
        let current = self.tokens.get(&()).await;
        if current.is_some_and(|current| Arc::ptr_eq(&current.pass, &refused.pass)) {
            self.tokens.invalidate(&()).await;
        }
    }

    async fn fetch(&self, outgoing: &Outgoing) -> Result<Token> {
        let request = self.request(outgoing);
        let reply = self.transport.exchange(request, &self.pass).await?;
        if !reply.is_success() {
            return Err(refusal(&reply));
        }
        let issued: Issued = reply.json()?;
        if !issued.token_type.eq_ignore_ascii_case("bearer") {
            return Err(reply.unreadable("the token endpoint gives tokens that are not bearer tokens"));
        }
        let pass = Pass::bearer(&issued.access_token)
            .ok_or_else(|| reply.unreadable("the token endpoint gave a token that no header can carry"))?;
        let good_for = issued.expires_in.map(|seconds| {
            let lifetime = Duration::from_secs(seconds).min(LONGEST);
            lifetime.saturating_sub(MARGIN.min(lifetime / 2))
        });
        Ok(Token {
            pass: Arc::new(pass),
            good_for,
        })
    }

    fn request(&self, outgoing: &Outgoing) -> Outgoing {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
        Outgoing {
            // For whatever call the token is: fetching it changes nothing there.
            operation: Operation::read(outgoing.operation.name),
            method: Method::POST,
            url: self.url.to_url(),
            headers,
            body: Some(self.form.clone()),
            // Others wait for it too: each call gives up waiting by itself, and then another one asks.
            deadline: None,
        }
    }
}

fn refusal(reply: &Reply) -> ProviderError {
    let error = match reply.status() {
        408 | 429 => reply.error(),
        // Also where nothing is found: it is the endpoint that is missing, not what the call is about.
        400..=499 => {
            let message = "the token endpoint gives us no token: check config.auth.client_credentials";
            ProviderError::new(ErrorKind::Unauthenticated, reply.operation.name, message)
        }
        _ => reply.error(),
    };
    let answer = reply.answer();
    error.with_upstream(match reply.error_body::<Refused>() {
        Some(refused) => answer.code(&refused.error),
        None => answer,
    })
}

/// Keeps each token as long as it is good.
struct Lifetime;

impl Expiry<(), Token> for Lifetime {
    fn expire_after_create(&self, (): &(), token: &Token, _: Instant) -> Option<Duration> {
        token.good_for
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tokens of {}", self.url)
    }
}
