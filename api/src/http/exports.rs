//! Files behind short-lived links. A link is all that is needed, so that a browser can follow it: nothing of it is
//! logged, stored on the way or told to other sites.

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use provider_core::error::ErrorKind;
use service::{Download, ExportedFile, ServiceError, Switchboard};

use super::{EXPORTS_PATH, refused};
use crate::graphql::error::{ApiError, ErrorCode};

pub(super) fn routes(switchboard: Switchboard) -> Router {
    Router::new()
        .route(&format!("{EXPORTS_PATH}/{{token}}"), get(export))
        .with_state(switchboard)
}

async fn export(State(switchboard): State<Switchboard>, Path(token): Path<String>) -> Response {
    match switchboard.download(&token, None).await {
        Ok(None) => {}
        Ok(Some(download)) => return (protection(), streamed(download)).into_response(),
        Err(error) => return (protection(), failure(error)).into_response(),
    }
    let answer = match switchboard.exported_call_statistics(&token, None).await {
        Ok(Some(file)) => attachment(file),
        Ok(None) => no_longer_good(),
        Err(error) => failure(error),
    };
    (protection(), answer).into_response()
}

/// Nothing runs in the file, nothing keeps it, and no other site learns the link.
fn protection() -> [(HeaderName, HeaderValue); 4] {
    [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ]
}

fn attachment(file: ExportedFile) -> Response {
    // The file's name is made here, of dates and letters.
    let disposition = format!("attachment; filename=\"{}\"", file.file_name);
    let headers = [
        (header::CONTENT_TYPE, file.media_type),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, file.bytes).into_response()
}

/// A file that is made while it is sent.
fn streamed(download: Download) -> Response {
    let disposition = format!("attachment; filename=\"{}\"", download.file_name);
    let headers = [
        (header::CONTENT_TYPE, download.media_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, Body::from_stream(download.body)).into_response()
}

fn no_longer_good() -> Response {
    let message =
        "This link does not work, or no longer: links to files are good for five minutes. Make a new one.";
    refused(StatusCode::NOT_FOUND, ErrorCode::NotFound, message)
}

fn failure(error: ServiceError) -> Response {
    let wait = match &error {
        ServiceError::Provider(error) => error.retry_after(),
        _ => None,
    };
    let status = match &error {
        // What the key may no longer see looks as if it weren't there.
        ServiceError::Refused(_)
        | ServiceError::AccessDenied
        | ServiceError::Denied(_)
        | ServiceError::Unauthenticated => return no_longer_good(),
        ServiceError::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
        ServiceError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        ServiceError::Provider(error) => match error.kind() {
            ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
            ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::CircuitOpen => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::BAD_GATEWAY,
        },
    };
    let error = ApiError::from(error);
    let mut response = refused(status, error.code(), error.message());
    if let Some(wait) = wait {
        let seconds = HeaderValue::from(service::whole_seconds(wait));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}
