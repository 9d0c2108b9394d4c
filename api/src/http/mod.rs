//! The HTTP side: GraphQL, the playground, files and the health of the process.

mod auth;
mod exports;
mod health;
mod imports;
mod metrics;
mod playground;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use graphql_server::{AuthError, GraphqlServer, InvalidSchema, Limits};
use serde_json::json;
use service::Switchboard;
use tokio_util::sync::CancellationToken;

use crate::{
    graphql::{self, error::ErrorCode},
    telemetry::Metrics,
};

/// Where GraphQL answers over HTTP.
pub(crate) const GRAPHQL_PATH: &str = "/graphql";
/// Where GraphQL answers over WebSocket.
pub(crate) const WEBSOCKET_PATH: &str = "/graphql/ws";
/// Where files are, below which each has a link of its own.
pub(crate) const EXPORTS_PATH: &str = "/exports";

/// Most bytes of an uploaded file, where nothing else is said: 256 MiB.
pub(crate) const DEFAULT_UPLOAD_BYTES: u64 = 256 << 20;

/// What an installation decides about its HTTP side.
#[derive(Debug, Clone, Default)]
pub struct AppOptions {
    /// Bounds on what clients may ask for.
    pub limits: Limits,
    /// Accepts the well-known keys of the demo: only for a server that no other machine can reach.
    pub accept_demo_keys: bool,
    /// A key that the playground fills in; well known, or everybody who sees the page has it.
    pub playground_key: Option<String>,
    /// What `/metrics` shows; without it there is no such path.
    pub metrics: Option<Metrics>,
    /// Most bytes of an uploaded file; 256 MiB when absent.
    pub upload_bytes: Option<u64>,
    /// Ends WebSocket connections and event streams when it is canceled.
    pub shutdown: CancellationToken,
}

/// Why there is no HTTP side.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The schema of this build is wrong.
    #[error("the GraphQL schema is not valid: {0}")]
    Schema(#[from] InvalidSchema),
}

/// Everything that the program answers over HTTP: the playground at `/`, GraphQL at `/graphql` and, over
/// WebSocket, at `/graphql/ws`, files below `/exports`, uploads of call records at `/imports/calls`, `/livez`, `/readyz` and, where there are any, figures at
/// `/metrics`.
///
/// # Errors
/// [`AppError`].
pub async fn app(switchboard: Switchboard, options: AppOptions) -> Result<Router, AppError> {
    let authenticator = Arc::new(auth::KeyAuthenticator::new(
        switchboard.clone(),
        options.accept_demo_keys,
    ));
    let schema = graphql::schema(switchboard.clone());
    let server = GraphqlServer::new(schema, &graphql::sdl(), authenticator.clone(), options.limits)?
        .with_shutdown(options.shutdown);
    let upload_bytes = options.upload_bytes.unwrap_or(DEFAULT_UPLOAD_BYTES);
    let figures = options
        .metrics
        .map(|metrics| metrics::routes(authenticator.clone(), metrics));
    Ok(Router::new()
        .merge(server.routes(GRAPHQL_PATH, WEBSOCKET_PATH))
        .merge(imports::routes(
            switchboard.clone(),
            authenticator.clone(),
            upload_bytes,
        ))
        .merge(exports::routes(switchboard.clone(), authenticator.clone()))
        .merge(health::routes(switchboard))
        .merge(figures.unwrap_or_default())
        .merge(playground::routes(options.playground_key.as_deref()))
        .fallback(not_found))
}

async fn not_found(request: Request) -> Response {
    no_such_path(request.uri().path())
}

fn no_such_path(path: &str) -> Response {
    let message = format!("Nothing is at {path}. GraphQL is at {GRAPHQL_PATH}, the playground at /.");
    let error = json!({ "message": message, "extensions": { "code": "NOT_FOUND" } });
    (StatusCode::NOT_FOUND, Json(json!({ "errors": [error] }))).into_response()
}

/// Why a key is not accepted; `hint` says what is needed.
fn unauthenticated(error: AuthError, hint: &str) -> Response {
    match error {
        AuthError::Missing | AuthError::Invalid => {
            let mut response = refused(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated, hint);
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
            response
        }
        AuthError::TooManyAttempts { retry_after } => {
            let message = "Too many failed attempts to authenticate from this address.";
            let mut response = refused(StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited, message);
            let wait = HeaderValue::from(retry_after.as_secs());
            response.headers_mut().insert(header::RETRY_AFTER, wait);
            response
        }
        AuthError::Unavailable => {
            let message = "API keys cannot be checked at the moment. Try again in a few seconds.";
            refused(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::ServiceUnavailable,
                message,
            )
        }
    }
}

fn refused(status: StatusCode, code: ErrorCode, message: &str) -> Response {
    let error = json!({ "message": message, "extensions": { "code": code.to_string() } });
    (status, Json(json!({ "errors": [error] }))).into_response()
}
