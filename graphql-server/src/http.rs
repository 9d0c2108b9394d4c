//! GraphQL over HTTP: <https://graphql.github.io/graphql-over-http/draft/>.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{Extensions, HeaderValue, Method, header, request::Parts},
    response::Response,
};
use tracing::Instrument;

use crate::{
    auth::Presented,
    body,
    error::{FrontError, FrontErrorCode, Refusal},
    execute,
    negotiate::{self, Media},
    outcome::Outcome,
    params::Params,
    prepare::{Allowed, Operation, prepare},
    request_id::RequestId,
    respond::{label, respond},
    server::Shared,
    sse,
};

pub(crate) async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let id = RequestId::from_headers(request.headers());
    let span = tracing::info_span!("graphql", request_id = %id, method = %request.method());
    let mut response = answer(shared, request, &id).instrument(span.clone()).await;
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), "answered"));
    label(response.headers_mut(), &id);
    response
}

async fn answer(shared: Arc<Shared>, request: Request, id: &RequestId) -> Response {
    let (parts, body) = request.into_parts();
    let refuse = |refusal: Refusal, media| respond(&shared, Outcome::refused(refusal, id), media, id);
    if !matches!(parts.method, Method::GET | Method::POST) {
        return with_allow(refuse(method_not_allowed().into(), Media::Json), "GET, POST");
    }
    let Some(media) = negotiate::negotiate(&parts.headers) else {
        return refuse(not_acceptable().into(), Media::Json);
    };
    let presented = Presented::in_headers(&parts.headers, peer(&parts.extensions));
    let operation = match admit(&shared, &parts, body, &presented, media, id).await {
        Ok(operation) => operation,
        Err(refusal) => return refused(&shared, refusal, media, id),
    };
    if media == Media::EventStream {
        let outcomes = execute::run(Arc::clone(&shared), operation, id.clone());
        return sse::respond(&shared, outcomes, presented, id);
    }
    let outcome = Box::pin(execute::run_once(&shared, operation, id)).await;
    respond(&shared, outcome, media, id)
}

/// Everything up to the execution. The body is read before credentials are judged, so that one over the limit
/// is refused as such, and looked into only after.
async fn admit(
    shared: &Shared,
    parts: &Parts,
    body: axum::body::Body,
    presented: &Presented,
    media: Media,
    id: &RequestId,
) -> Result<Operation, Refusal> {
    let is_post = parts.method == Method::POST;
    let body = if is_post {
        Some(body::read(&parts.headers, body, &shared.limits).await?)
    } else {
        None
    };
    let client = shared
        .authenticator
        .authenticate(presented.credentials())
        .await
        .map_err(FrontError::from)?;
    let params = match body {
        Some(_) if !negotiate::is_json(&parts.headers) => return Err(unsupported_media_type().into()),
        Some(body) => Params::from_json(&body, &shared.limits)?,
        None => Params::from_query(parts.uri.query().unwrap_or_default(), &shared.limits)?,
    };
    let allowed = Allowed {
        mutations: is_post,
        subscriptions: media == Media::EventStream,
    };
    prepare(shared, params, &client, allowed, id)
}

fn refused(shared: &Shared, refusal: Refusal, media: Media, id: &RequestId) -> Response {
    let code = refusal.code();
    let outcome = Outcome::refused(refusal, id);
    // A reader of events cannot see the body of an error; one about the document is an event as well.
    if media == Media::EventStream && code.http_status().is_none() {
        return sse::respond_once(shared, &outcome, id);
    }
    let response = respond(shared, outcome, media, id);
    if code == FrontErrorCode::MethodNotAllowed {
        with_allow(response, "POST")
    } else {
        response
    }
}

/// Address of the client if the listener made it known.
pub(crate) fn peer(extensions: &Extensions) -> Option<SocketAddr> {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| *peer)
}

pub(crate) fn with_allow(mut response: Response, methods: &'static str) -> Response {
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

pub(crate) fn method_not_allowed() -> FrontError {
    FrontError::new(
        FrontErrorCode::MethodNotAllowed,
        "This path does not have this method; see the Allow header.",
    )
}

fn not_acceptable() -> FrontError {
    FrontError::new(
        FrontErrorCode::NotAcceptable,
        "Acceptable are application/graphql-response+json, application/json and text/event-stream.",
    )
}

fn unsupported_media_type() -> FrontError {
    FrontError::new(
        FrontErrorCode::UnsupportedMediaType,
        "The body must be declared as \"Content-Type: application/json\", in UTF-8.",
    )
}
