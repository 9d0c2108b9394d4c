//! Files behind short-lived links. A link is all that is needed, so that a browser can follow it: nothing of it is
//! logged, stored on the way or told to other sites.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Path, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use graphql_server::{AuthError, Credentials};
use provider_core::error::ErrorKind;
use service::{Download, ExportedFile, Principal, ServiceError, Switchboard};

use super::{EXPORTS_PATH, auth::KeyAuthenticator, refused, unauthenticated};
use crate::graphql::error::{ApiError, ErrorCode};

/// What is said of a key that is none. A link works without any.
const HINT: &str = "This API key is not valid. A link works without one.";

#[derive(Clone)]
struct Files {
    switchboard: Switchboard,
    authenticator: Arc<KeyAuthenticator>,
}

pub(super) fn routes(switchboard: Switchboard, authenticator: Arc<KeyAuthenticator>) -> Router {
    Router::new()
        .route(&format!("{EXPORTS_PATH}/{{token}}"), get(export))
        .with_state(Files {
            switchboard,
            authenticator,
        })
}

async fn export(State(files): State<Files>, Path(token): Path<String>, request: Request) -> Response {
    let (asked, _) = request.into_parts();
    let answer = match files.shown(&asked).await {
        Ok(who) => files.answer(&token, who.as_ref()).await,
        Err(error) => unauthenticated(error, HINT),
    };
    (protection(), answer).into_response()
}

impl Files {
    /// Who follows the link, if that is said.
    async fn shown(&self, asked: &Parts) -> Result<Option<Principal>, AuthError> {
        if !asked.headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        let peer = asked.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(peer)| *peer);
        let credentials = Credentials::in_headers(&asked.headers, peer);
        self.authenticator.identify(credentials).await.map(Some)
    }

    async fn answer(&self, token: &str, who: Option<&Principal>) -> Response {
        match self.switchboard.download(token, who).await {
            Ok(None) => {}
            Ok(Some(download)) => return streamed(download),
            Err(error) => return failure(error),
        }
        match self.switchboard.exported_call_statistics(token, who).await {
            Ok(Some(file)) => attachment(file),
            Ok(None) => no_longer_good(),
            Err(error) => failure(error),
        }
    }
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
    let message = "This link does not work, or no longer: links to files end soon, and are for the key that made them. Make a new one.";
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
