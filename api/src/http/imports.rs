//! Uploads of call records: the body is the file, read as it comes.
//!
//! `POST /imports/calls?format=asterisk-csv&customer=ACME&timeZone=Europe/London&country=GB&file=Master.csv`

use std::{io, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::{ConnectInfo, Query, Request, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use futures_util::{Stream, StreamExt, stream};
use graphql_server::Credentials;
use jiff::tz::TimeZone;
use provider_core::domain::CountryCode;
use serde::Deserialize;
use serde_json::json;
use service::{
    CallCustomer, CallFormat, CallImportError, CallImportReport, CallImportRequest, CallRows, CallSettings,
    CallSource, Principal, ServiceError, Switchboard,
};
use strum::IntoEnumIterator;
use tokio::sync::Semaphore;
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::{auth::KeyAuthenticator, refused, unauthenticated};
use crate::graphql::error::{ApiError, ErrorCode};

const PATH: &str = "/imports/calls";
/// Uploads at once: each keeps a thread.
const AT_ONCE: usize = 4;
/// How long the next part of a body may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// When somebody for whom there is no room should come again.
const COME_AGAIN: u64 = 10;

/// What to do without a key.
const HINT: &str =
    "A valid API key of a customer, or of more, is needed: send it as \"Authorization: Bearer <key>\".";

#[derive(Clone)]
struct Uploads {
    switchboard: Switchboard,
    authenticator: Arc<KeyAuthenticator>,
    most_bytes: u64,
    room: Arc<Semaphore>,
}

pub(super) fn routes(
    switchboard: Switchboard,
    authenticator: Arc<KeyAuthenticator>,
    most_bytes: u64,
) -> Router {
    Router::new().route(PATH, post(upload)).with_state(Uploads {
        switchboard,
        authenticator,
        most_bytes,
        room: Arc::new(Semaphore::new(AT_ONCE)),
    })
}

/// What the query of the URL says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Parameters {
    format: String,
    customer: String,
    time_zone: Option<String>,
    country: Option<String>,
    file: Option<String>,
}

/// The same, understood.
struct Wanted {
    request: CallImportRequest,
    format: CallFormat,
    settings: CallSettings,
}

impl Parameters {
    fn read(self) -> Result<Wanted, String> {
        let format: CallFormat = self.format.parse().map_err(|_| {
            let known: Vec<&'static str> = CallFormat::iter().map(Into::into).collect();
            format!("format: must be one of {}", known.join(", "))
        })?;
        let zone = match self.time_zone.as_deref() {
            None => TimeZone::UTC,
            Some(name) => TimeZone::get(name)
                .map_err(|_| "timeZone: is not a time zone such as Europe/London or UTC".to_owned())?,
        };
        let country: Option<CountryCode> = self
            .country
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|error| format!("country: {error}"))?;
        if self
            .file
            .as_ref()
            .is_some_and(|file| file.chars().count() > 255 || file.contains('\0'))
        {
            return Err("file: must be at most 255 characters".to_owned());
        }
        Ok(Wanted {
            request: CallImportRequest {
                customer: CallCustomer::Code(self.customer),
                source: CallSource::Upload,
                file: self.file,
                format: format.to_string(),
                country,
            },
            format,
            settings: CallSettings { zone },
        })
    }
}

async fn upload(
    State(uploads): State<Uploads>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    request: Request,
) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<std::net::SocketAddr>>()
        .map(|ConnectInfo(peer)| *peer);
    let who = match uploads
        .authenticator
        .identify(Credentials::in_headers(request.headers(), peer))
        .await
    {
        Ok(who) => who,
        Err(error) => return unauthenticated(error, HINT),
    };
    let wanted = match parameters {
        Ok(Query(parameters)) => parameters.read(),
        Err(rejection) => Err(rejection.body_text()),
    };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(message) => return refused(StatusCode::BAD_REQUEST, ErrorCode::BadUserInput, &message),
    };
    let Ok(_room) = uploads.room.clone().try_acquire_owned() else {
        let message = format!("{AT_ONCE} uploads are under way. Try again in {COME_AGAIN} seconds.");
        let mut response = refused(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::ServiceUnavailable,
            &message,
        );
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(COME_AGAIN));
        return response;
    };
    match uploads.import(&who, wanted, request.into_body()).await {
        Ok(report) => (StatusCode::OK, Json(shown(&report))).into_response(),
        Err(error) => failure(error, uploads.most_bytes),
    }
}

impl Uploads {
    async fn import(
        &self,
        who: &Principal,
        wanted: Wanted,
        body: Body,
    ) -> Result<CallImportReport, CallImportError> {
        let mut importer = self.switchboard.begin_call_import(who, wanted.request).await?;
        let bytes = StreamReader::new(Box::pin(bounded(body, self.most_bytes)));
        let reader = SyncIoBridge::new(bytes);
        let rows = CallRows::new(wanted.format, &wanted.settings, Box::new(reader));
        importer.feed(rows, |_| Ok::<(), CallImportError>(())).await?;
        Ok(importer.finish().await?)
    }
}

/// The parts of a body: an error when there are too many bytes, or none for too long.
fn bounded(body: Body, most: u64) -> impl Stream<Item = io::Result<axum::body::Bytes>> + Send {
    stream::unfold(Some((body.into_data_stream(), most)), |state| async move {
        let (mut parts, left) = state?;
        let part = match tokio::time::timeout(PATIENCE, parts.next()).await {
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
            Ok(None) => return None,
            Ok(Some(Err(error))) => Err(io::Error::other(error)),
            Ok(Some(Ok(part))) => match left.checked_sub(part.len() as u64) {
                Some(left) => return Some((Ok(part), Some((parts, left)))),
                None => Err(io::ErrorKind::FileTooLarge.into()),
            },
        };
        Some((part, None))
    })
}

fn shown(report: &CallImportReport) -> serde_json::Value {
    let faults: Vec<_> = report
        .faults
        .iter()
        .map(|fault| json!({ "line": fault.line, "reason": fault.reason, "content": fault.content }))
        .collect();
    json!({
        "rows": report.rows,
        "badRows": report.bad_rows,
        "newCalls": report.new_calls,
        "changedCalls": report.changed_calls,
        "unchangedCalls": report.unchanged_calls,
        "faults": faults,
    })
}

fn failure(error: CallImportError, most_bytes: u64) -> Response {
    match error {
        CallImportError::Read(error) => unreadable(&error, most_bytes),
        CallImportError::Service(error) => {
            let status = match &error {
                ServiceError::Refused(_) => StatusCode::NOT_FOUND,
                ServiceError::AccessDenied | ServiceError::Denied(_) => StatusCode::FORBIDDEN,
                ServiceError::Unauthenticated => StatusCode::UNAUTHORIZED,
                ServiceError::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
                ServiceError::Provider(_) | ServiceError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            };
            let error = ApiError::from(error);
            refused(status, error.code(), error.message())
        }
    }
}

fn unreadable(error: &io::Error, most_bytes: u64) -> Response {
    let again = "What came before is imported; send all of it again, which writes nothing twice.";
    match error.kind() {
        io::ErrorKind::FileTooLarge => {
            let message = format!(
                "An upload may have {most_bytes} bytes (limits.upload_bytes). What came before is imported; send the \
                 file in parts, or use `switchboard import calls`."
            );
            refused(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::BadUserInput, &message)
        }
        io::ErrorKind::TimedOut => {
            let message = format!(
                "No part of the body came for {} seconds. {again}",
                PATIENCE.as_secs()
            );
            refused(StatusCode::REQUEST_TIMEOUT, ErrorCode::BadUserInput, &message)
        }
        // The file itself says why.
        io::ErrorKind::InvalidData => refused(
            StatusCode::BAD_REQUEST,
            ErrorCode::BadUserInput,
            &error.to_string(),
        ),
        _ => {
            let message = format!("The body ended early. {again}");
            refused(StatusCode::BAD_REQUEST, ErrorCode::BadUserInput, &message)
        }
    }
}
