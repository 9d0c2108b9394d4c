//! Errors the server itself raises: one closed list of codes, each with its HTTP status.

use std::time::Duration;

use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value};
use axum::http::StatusCode;
use strum::{EnumIter, IntoStaticStr};

use crate::request_id::RequestId;

/// Value of `extensions.code` on every error that does not come from a resolver.
///
/// Names follow Apollo Server where it has one, see
/// <https://www.apollographql.com/docs/apollo-server/data/errors#built-in-error-codes>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum FrontErrorCode {
    /// The request is not a well-formed GraphQL request.
    BadRequest,
    /// The document is not GraphQL.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// A variable or an argument has a value its type does not allow.
    BadUserInput,
    /// The document has no operation of the given name, or needs a name to tell its operations apart.
    OperationResolutionFailure,
    /// The document asks for more than the limits allow.
    QueryTooComplex,
    /// The body is over the limit.
    PayloadTooLarge,
    /// The body did not arrive in time.
    RequestTimeout,
    /// The body has a content type other than `application/json`.
    UnsupportedMediaType,
    /// The client accepts none of the media types this operation can be answered in.
    NotAcceptable,
    /// The HTTP method does not fit the path or the operation.
    MethodNotAllowed,
    /// Credentials are missing or not valid.
    Unauthenticated,
    /// The client has used up its budget, or failed to authenticate too often.
    RateLimited,
    /// The hash names no document the server knows: send the text along with it.
    PersistedQueryNotFound,
    /// The server keeps no automatically persisted queries: send the text alone.
    PersistedQueryNotSupported,
    /// The server runs trusted documents only and this is none of them.
    DocumentNotTrusted,
    /// The connection runs as many operations as it may.
    TooManyOperations,
    /// The operation took longer than allowed. What it had begun to write may still be completed.
    DeadlineExceeded,
    /// The response is over the limit.
    ResponseTooLarge,
    /// The server cannot check credentials at the moment.
    ServiceUnavailable,
    /// Something went wrong in the server; the log has it under the request id.
    InternalServerError,
}

impl FrontErrorCode {
    /// The code as it stands in `extensions.code`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// HTTP status of an error that concerns the HTTP request rather than the GraphQL document in it.
    /// `None`: the status depends on the media type of the response.
    pub(crate) fn http_status(self) -> Option<StatusCode> {
        Some(match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::GraphqlParseFailed
            | Self::GraphqlValidationFailed
            | Self::BadUserInput
            | Self::OperationResolutionFailure
            | Self::QueryTooComplex
            | Self::PersistedQueryNotFound
            | Self::PersistedQueryNotSupported
            | Self::DocumentNotTrusted
            | Self::TooManyOperations
            | Self::DeadlineExceeded
            | Self::ResponseTooLarge => return None,
        })
    }
}

/// One error raised in front of the executor.
#[derive(Debug, Clone)]
pub(crate) struct FrontError {
    pub(crate) code: FrontErrorCode,
    message: String,
    locations: Vec<Pos>,
    extensions: Vec<(&'static str, Value)>,
    pub(crate) retry_after: Option<Duration>,
}

impl FrontError {
    pub(crate) fn new(code: FrontErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            locations: Vec::new(),
            extensions: Vec::new(),
            retry_after: None,
        }
    }

    pub(crate) fn internal() -> Self {
        Self::new(FrontErrorCode::InternalServerError, INTERNAL_MESSAGE)
    }

    pub(crate) fn at(mut self, locations: Vec<Pos>) -> Self {
        self.locations = locations;
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.extensions.push((name, value.into()));
        self
    }

    pub(crate) fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self.with("retryable", true)
            .with("retryAfter", whole_seconds(delay))
    }

    pub(crate) fn into_server_error(self, request_id: &RequestId) -> ServerError {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code.as_str());
        extensions.set("requestId", request_id.as_str());
        for (name, value) in self.extensions {
            extensions.set(name, value);
        }
        let mut error = ServerError::new(self.message, None);
        error.locations = self.locations;
        error.extensions = Some(extensions);
        error
    }
}

/// What a client reads when the cause is for the log alone.
pub(crate) const INTERNAL_MESSAGE: &str =
    "Something went wrong in the server. Report the requestId of this error to its operator.";

/// Seconds as `Retry-After` counts them: rounded up, at least one.
pub(crate) fn whole_seconds(delay: Duration) -> u64 {
    delay
        .as_millis()
        .div_ceil(1_000)
        .max(1)
        .try_into()
        .unwrap_or(u64::MAX)
}

/// Why a request is not executed: at least one error.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    first: FrontError,
    rest: Vec<FrontError>,
}

impl Refusal {
    /// `None` if there is no error.
    pub(crate) fn from_errors(errors: impl IntoIterator<Item = FrontError>) -> Option<Self> {
        let mut errors = errors.into_iter();
        Some(Self {
            first: errors.next()?,
            rest: errors.collect(),
        })
    }

    pub(crate) fn code(&self) -> FrontErrorCode {
        self.first.code
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.first.retry_after
    }

    pub(crate) fn into_server_errors(self, request_id: &RequestId) -> Vec<ServerError> {
        std::iter::once(self.first)
            .chain(self.rest)
            .map(|error| error.into_server_error(request_id))
            .collect()
    }
}

impl From<FrontError> for Refusal {
    fn from(first: FrontError) -> Self {
        Self {
            first,
            rest: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    #[test]
    fn codes_are_spelled_as_their_documentation_says() {
        let codes: Vec<&str> = FrontErrorCode::iter().map(FrontErrorCode::as_str).collect();
        for code in [
            "GRAPHQL_PARSE_FAILED",
            "BAD_USER_INPUT",
            "PERSISTED_QUERY_NOT_FOUND",
            "QUERY_TOO_COMPLEX",
        ] {
            assert!(codes.contains(&code), "{code} is missing");
        }
    }

    #[test]
    fn a_delay_is_rounded_up_to_whole_seconds() {
        assert_eq!(whole_seconds(Duration::from_millis(1_001)), 2);
        assert_eq!(whole_seconds(Duration::ZERO), 1);
    }
}
