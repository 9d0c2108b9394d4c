//! Whether the process lives, and whether it can serve. Both without a key: they tell nothing else.

use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use serde_json::json;
use service::Switchboard;

pub(super) fn routes(switchboard: Switchboard) -> Router {
    Router::new()
        .route("/livez", get(alive))
        .route("/readyz", get(ready))
        .with_state(switchboard)
}

async fn alive() -> impl IntoResponse {
    Json(json!({ "status": "alive" }))
}

/// Ready: what an earlier process left half done has been looked at, and the database answers.
async fn ready(State(switchboard): State<Switchboard>) -> impl IntoResponse {
    if !switchboard.is_ready() {
        return unavailable("starting");
    }
    match switchboard.check().await {
        Ok(()) => (StatusCode::OK, Json(json!({ "status": "ready" }))),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            unavailable("the database does not answer")
        }
    }
}

fn unavailable(reason: &str) -> (StatusCode, Json<serde_json::Value>) {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        Json(json!({ "status": "unavailable", "reason": reason })),
    )
}
