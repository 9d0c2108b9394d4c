//! GraphQL over WebSocket, subprotocol `graphql-transport-ws`:
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>.

mod message;
mod session;

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State, WebSocketUpgrade},
    http::Method,
    response::Response,
};
use tracing::Instrument;

use crate::{
    auth::Presented,
    error::{FrontError, FrontErrorCode},
    http,
    listener::ConnectionSlot,
    negotiate::Media,
    outcome::Outcome,
    request_id::RequestId,
    respond::{label, respond},
    server::Shared,
};
use session::Session;

const SUBPROTOCOL: &str = "graphql-transport-ws";

pub(crate) async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let id = RequestId::from_headers(request.headers());
    let mut response = upgrade(shared, request, &id).await;
    label(response.headers_mut(), &id);
    response
}

async fn upgrade(shared: Arc<Shared>, request: Request, id: &RequestId) -> Response {
    let (mut parts, _) = request.into_parts();
    let refuse = |error: FrontError| respond(&shared, Outcome::refused(error, id), Media::Json, id);
    if parts.method != Method::GET {
        return http::with_allow(refuse(http::method_not_allowed()), "GET");
    }
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await else {
        return refuse(FrontError::new(
            FrontErrorCode::BadRequest,
            format!(
                "This path speaks WebSocket, subprotocol {SUBPROTOCOL}; the request is no WebSocket handshake."
            ),
        ));
    };
    let presented = Presented::in_headers(&parts.headers, http::peer(&parts.extensions));
    let slot = parts.extensions.remove::<ConnectionSlot>();
    let span = tracing::info_span!("websocket", request_id = %id);
    let session = Session::new(shared.clone(), presented, id.clone());
    // Messages a little over the limit are closed with a reason; far longer ones are not even taken in.
    let taken_in = shared.limits.websocket.message_bytes.saturating_mul(2);
    upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(taken_in)
        .max_frame_size(taken_in)
        .on_upgrade(|socket| {
            async move {
                Box::pin(session.serve(socket)).await;
                drop(slot);
            }
            .instrument(span)
        })
}
