//! Figures for Prometheus at `/metrics`.
//!
//! They are about the whole installation, so the key must be for the whole of it; of which level does not matter, since
//! nothing of a tenant is in them. There is no exception for this machine: behind a reverse proxy everybody comes from
//! there.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use graphql_server::Credentials;
use service::Scope;

use super::{auth::KeyAuthenticator, refused, unauthenticated};
use crate::{graphql::error::ErrorCode, telemetry::Metrics};

const PATH: &str = "/metrics";
/// The text format of Prometheus.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What to do without a key.
const HINT: &str = "A valid API key for the whole installation is needed: send it as \
                    \"Authorization: Bearer <key>\". `switchboard keys create --name prometheus --level kpi` \
                    issues one.";

#[derive(Clone)]
struct Figures {
    authenticator: Arc<KeyAuthenticator>,
    metrics: Metrics,
}

pub(super) fn routes(authenticator: Arc<KeyAuthenticator>, metrics: Metrics) -> Router {
    Router::new().route(PATH, get(figures)).with_state(Figures {
        authenticator,
        metrics,
    })
}

async fn figures(State(figures): State<Figures>, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let credentials = Credentials::in_headers(request.headers(), peer.map(|ConnectInfo(peer)| *peer));
    let answer = match figures.authenticator.identify(credentials).await {
        Ok(principal) if principal.scope == Scope::Platform => {
            ([(header::CONTENT_TYPE, TEXT)], figures.metrics.render()).into_response()
        }
        Ok(_) => refused(
            StatusCode::FORBIDDEN,
            ErrorCode::Forbidden,
            "These figures are about the whole installation, and this key is for a part of it.",
        ),
        Err(error) => unauthenticated(error, HINT),
    };
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}
