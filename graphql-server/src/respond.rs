//! Writing an outcome as an HTTP response.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use async_graphql::Value;

use crate::{
    error::{FrontErrorCode, whole_seconds},
    negotiate::Media,
    outcome::{self, Outcome},
    request_id::RequestId,
    server::{Shared, StatusProfile},
};

/// A whole response in JSON.
pub(crate) fn respond(shared: &Shared, mut outcome: Outcome, media: Media, id: &RequestId) -> Response {
    let json = outcome::to_json(&outcome.body, shared.limits.response_bytes).or_else(|error| {
        outcome = Outcome::refused(error, id);
        outcome::to_json(&outcome.body, usize::MAX)
    });
    // A refusal of the server's own making can always be written.
    let json = json.unwrap_or_default();
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status(shared.statuses, &outcome, media);
    let headers = response.headers_mut();
    headers.extend(std::mem::take(&mut outcome.headers));
    // An event stream is refused in JSON.
    let written = if media == Media::EventStream {
        Media::Json
    } else {
        media
    };
    headers.insert(header::CONTENT_TYPE, written.content_type());
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if outcome.refused == Some(FrontErrorCode::Unauthenticated) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(delay) = outcome.retry_after {
        headers.insert(header::RETRY_AFTER, whole_seconds(delay).into());
    }
    response
}

fn status(profile: StatusProfile, outcome: &Outcome, media: Media) -> StatusCode {
    let graphql = media == Media::GraphqlResponse;
    match outcome.refused {
        Some(code) => match code.http_status() {
            Some(status) => status,
            None if graphql => request_error_status(profile, code),
            None => StatusCode::OK,
        },
        None if graphql && profile == StatusProfile::Draft && is_partial(outcome) => partial_success(),
        None => StatusCode::OK,
    }
}

fn request_error_status(profile: StatusProfile, code: FrontErrorCode) -> StatusCode {
    match (profile, code) {
        (_, FrontErrorCode::DeadlineExceeded) => StatusCode::GATEWAY_TIMEOUT,
        (StatusProfile::Audit, _) | (_, FrontErrorCode::GraphqlParseFailed) => StatusCode::BAD_REQUEST,
        (StatusProfile::Draft, _) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn is_partial(outcome: &Outcome) -> bool {
    !outcome.body.errors.is_empty()
        && outcome
            .body
            .data
            .as_ref()
            .is_some_and(|data| *data != Value::Null)
}

/// 294, the draft's status for data along with errors.
fn partial_success() -> StatusCode {
    StatusCode::from_u16(294).unwrap_or(StatusCode::OK)
}

/// Adds what every response carries.
pub(crate) fn label(headers: &mut HeaderMap, id: &RequestId) {
    if let Some(value) = id.header_value() {
        headers.insert(crate::request_id::HEADER, value);
    }
}
