//! The HTTP side: GraphQL, the playground, files and the health of the process.

mod auth;
mod exports;
mod health;
mod metrics;
mod playground;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use graphql_server::{GraphqlServer, InvalidSchema, Limits};
use serde_json::json;
use service::Switchboard;
use tokio_util::sync::CancellationToken;

use crate::{graphql, telemetry::Metrics};

/// Where GraphQL answers over HTTP.
pub(crate) const GRAPHQL_PATH: &str = "/graphql";
/// Where GraphQL answers over WebSocket.
pub(crate) const WEBSOCKET_PATH: &str = "/graphql/ws";
/// Where files are, below which each has a link of its own.
pub(crate) const EXPORTS_PATH: &str = "/exports";

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
/// WebSocket, at `/graphql/ws`, files below `/exports`, `/livez`, `/readyz` and, where there are any, figures at
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
    let figures = options
        .metrics
        .map(|metrics| metrics::routes(authenticator, metrics));
    Ok(Router::new()
        .merge(server.routes(GRAPHQL_PATH, WEBSOCKET_PATH))
        .merge(exports::routes(switchboard.clone()))
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
