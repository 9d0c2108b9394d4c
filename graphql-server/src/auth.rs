//! Who is asking: credentials are found here and judged by the [`Authenticator`] of the application.

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use async_graphql::Request;
use async_trait::async_trait;
use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::{
    cost::Cost,
    error::{FrontError, FrontErrorCode},
};

/// What a client presents to say who it is.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The bearer token of RFC 6750 or the API key, without its scheme. Secret: it must not be logged.
    pub token: Option<&'a str>,
    /// Address of the other end of the connection, if known.
    pub peer: Option<SocketAddr>,
}

impl<'a> Credentials<'a> {
    /// What the headers of an HTTP request carry: `Authorization: Bearer` or `X-API-Key`.
    #[must_use]
    pub fn in_headers(headers: &'a HeaderMap, peer: Option<SocketAddr>) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let token = text(header::AUTHORIZATION.as_str())
            .and_then(bearer)
            .or_else(|| text("x-api-key").map(str::trim));
        Self {
            token: token.filter(|token| !token.is_empty()),
            peer,
        }
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.token.map(|_| "[redacted]");
        formatter
            .debug_struct("Credentials")
            .field("token", &token)
            .field("peer", &self.peer)
            .finish()
    }
}

/// Decides who may send requests.
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// Judges credentials. Called once for every HTTP request and WebSocket connection, and again at every
    /// keep-alive of a long-lived one, which ends when the credentials are no longer valid.
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Authenticated, AuthError>;
}

/// Why credentials are not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// There are none, and anonymous requests are not allowed.
    #[error("credentials are missing")]
    Missing,
    /// They are unknown, expired or revoked.
    #[error("credentials are not valid")]
    Invalid,
    /// Too many failed attempts from the same address.
    #[error("too many failed attempts")]
    TooManyAttempts {
        /// When to try again.
        retry_after: Duration,
    },
    /// Credentials cannot be checked at the moment.
    #[error("credentials cannot be checked at the moment")]
    Unavailable,
}

impl From<AuthError> for FrontError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Missing => Self::new(
                FrontErrorCode::Unauthenticated,
                "An API key is needed: send it as \"Authorization: Bearer <key>\" or \"X-API-Key: <key>\".",
            ),
            AuthError::Invalid => Self::new(
                FrontErrorCode::Unauthenticated,
                "The API key is not valid: unknown, expired or revoked.",
            ),
            AuthError::TooManyAttempts { retry_after } => Self::new(
                FrontErrorCode::RateLimited,
                "Too many failed attempts to authenticate from this address.",
            )
            .retry_after(retry_after),
            AuthError::Unavailable => Self::new(
                FrontErrorCode::ServiceUnavailable,
                "API keys cannot be checked at the moment. Try again in a few seconds.",
            )
            .with("retryable", true),
        }
    }
}

/// An accepted client.
#[derive(Clone)]
pub struct Authenticated {
    attach: Arc<dyn Fn(Request) -> Request + Send + Sync>,
    budget: Option<Arc<dyn Budget>>,
}

impl Authenticated {
    /// `attach` adds what resolvers need to know about the client to the data of each of its requests.
    pub fn new(attach: impl Fn(Request) -> Request + Send + Sync + 'static) -> Self {
        Self {
            attach: Arc::new(attach),
            budget: None,
        }
    }

    /// Charges each operation of the client to a budget before it is executed.
    #[must_use]
    pub fn with_budget(self, budget: Arc<dyn Budget>) -> Self {
        Self {
            budget: Some(budget),
            ..self
        }
    }

    pub(crate) fn attach(&self, request: Request) -> Request {
        (self.attach)(request)
    }

    pub(crate) fn charge(&self, cost: Cost) -> Result<(), FrontError> {
        let Some(budget) = &self.budget else { return Ok(()) };
        budget.spend(cost).map_err(|Exhausted { retry_after }| {
            FrontError::new(FrontErrorCode::RateLimited, "The request budget is used up.")
                .retry_after(retry_after)
        })
    }
}

impl fmt::Debug for Authenticated {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authenticated")
            .field("budgeted", &self.budget.is_some())
            .finish_non_exhaustive()
    }
}

/// What a client may spend in some time.
pub trait Budget: Send + Sync + 'static {
    /// Takes the cost of one operation from the budget, or nothing at all.
    fn spend(&self, cost: Cost) -> Result<(), Exhausted>;
}

/// The budget does not allow the operation now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted {
    /// When the budget will allow it.
    pub retry_after: Duration,
}

/// Credentials kept for the time of a request or a connection.
#[derive(Debug, Clone)]
pub(crate) struct Presented {
    token: Option<SecretString>,
    peer: Option<SocketAddr>,
}

impl Presented {
    /// From the headers of an HTTP request.
    pub(crate) fn in_headers(headers: &HeaderMap, peer: Option<SocketAddr>) -> Self {
        Self {
            token: Credentials::in_headers(headers, peer)
                .token
                .map(SecretString::from),
            peer,
        }
    }

    /// From the payload of `connection_init`, else what the upgrade request carried.
    pub(crate) fn or_in_payload(self, payload: Option<&Map<String, Value>>) -> Self {
        let text = |name: &str| payload?.get(name)?.as_str().map(str::trim);
        let authorization = text("authorization").or_else(|| text("Authorization"));
        let token = authorization
            .map(|value| bearer(value).unwrap_or(value))
            .or_else(|| text("apiKey"));
        match token.filter(|token| !token.is_empty()) {
            Some(token) => Self {
                token: Some(token.into()),
                ..self
            },
            None => self,
        }
    }

    pub(crate) fn credentials(&self) -> Credentials<'_> {
        Credentials {
            token: self.token.as_ref().map(ExposeSecret::expose_secret),
            peer: self.peer,
        }
    }

    /// Resolves when the authenticator no longer accepts the credentials, asked once every `period`.
    pub(crate) async fn revoked(self, authenticator: Arc<dyn Authenticator>, period: Duration) {
        loop {
            tokio::time::sleep(period).await;
            let judged = authenticator.authenticate(self.credentials()).await;
            if matches!(judged, Err(AuthError::Missing | AuthError::Invalid)) {
                return;
            }
        }
    }
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};
    use serde_json::json;

    fn presented(headers: &[(&'static str, &'static str)]) -> Presented {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        Presented::in_headers(&headers.collect(), None)
    }

    #[test]
    fn the_token_is_found_in_either_header() {
        for headers in [
            [("authorization", "Bearer secret")],
            [("authorization", "bearer  secret ")],
            [("authorization", "BEARER secret")],
            [("x-api-key", "secret")],
        ] {
            assert_eq!(
                presented(&headers).credentials().token,
                Some("secret"),
                "{headers:?}"
            );
        }
        let both = presented(&[("authorization", "Basic abc"), ("x-api-key", "secret")]);
        assert_eq!(both.credentials().token, Some("secret"));
    }

    #[test]
    fn other_schemes_and_empty_tokens_count_as_missing() {
        for headers in [
            [("authorization", "Basic abc")],
            [("authorization", "Bearer ")],
            [("x-api-key", " ")],
        ] {
            assert_eq!(presented(&headers).credentials().token, None, "{headers:?}");
        }
    }

    #[test]
    fn the_payload_of_connection_init_comes_before_the_upgrade_request() {
        let upgrade = presented(&[("authorization", "Bearer from-header")]);
        for payload in [
            json!({"authorization": "Bearer from-payload"}),
            json!({"Authorization": "from-payload"}),
            json!({"apiKey": "from-payload"}),
        ] {
            let found = upgrade.clone().or_in_payload(payload.as_object());
            assert_eq!(found.credentials().token, Some("from-payload"), "{payload}");
        }
        for payload in [json!({}), json!({"apiKey": 1}), json!({"authorization": ""})] {
            let found = upgrade.clone().or_in_payload(payload.as_object());
            assert_eq!(found.credentials().token, Some("from-header"), "{payload}");
        }
    }

    #[test]
    fn debug_output_hides_the_token() {
        let presented = presented(&[("x-api-key", "secret")]);
        assert!(!format!("{presented:?} {:?}", presented.credentials()).contains("secret"));
    }
}
