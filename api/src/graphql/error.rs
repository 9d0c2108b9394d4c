//! Errors in the terms of GraphQL: one closed list of codes, and what each failure becomes.
//!
//! Expected refusals of mutations are no errors: they are [`UserError`]s in the payload.

use async_graphql::{Enum, Error, ErrorExtensionValues, SimpleObject, Value};
use provider_core::error::ProviderError;
use service::ServiceError;
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// The value of `extensions.code`: every error of this API has one of these. Names that Apollo Server uses too
/// mean the same as there.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// The request is not a well-formed GraphQL request.
    BadRequest,
    /// The document is not GraphQL.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// An argument or a variable has a value that can't be used; `extensions.argument` names it and
    /// `extensions.reason` is the finer UserErrorCode where there is one.
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
    /// The client accepts none of the media types that this operation can be answered in.
    NotAcceptable,
    /// The HTTP method does not fit the path or the operation.
    MethodNotAllowed,
    /// The API key is missing, unknown, expired or revoked.
    Unauthenticated,
    /// The key's access level is too low for this field.
    Forbidden,
    /// The client has used up its budget, or failed to authenticate too often.
    RateLimited,
    /// The hash names no document that the server knows: send the text along with it.
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
    /// Another change of the same thing is running; the same request may succeed when it is repeated.
    Busy,
    /// What the request is about does not exist, or not for this key.
    NotFound,
    /// Somebody else has the number.
    NumberTaken,
    /// Nothing that matches is left.
    NoStock,
    /// The state of things does not allow it.
    Conflict,
    /// The provider does not offer this.
    ProviderUnsupported,
    /// A limit of our account at the provider is reached.
    ProviderQuotaExceeded,
    /// The provider takes no more requests for a moment.
    ProviderRateLimited,
    /// The provider is down or could not be reached.
    ProviderUnavailable,
    /// The provider did not answer in time.
    ProviderTimeout,
    /// The provider does not accept our credentials.
    ProviderUnauthenticated,
    /// The provider does not let our account do this.
    ProviderForbidden,
    /// The provider is configured wrongly here.
    ProviderConfigInvalid,
    /// The provider's answer can't be read.
    ProviderBadResponse,
    /// The provider's answer does not fit what was asked.
    ProviderContractViolated,
    /// Something went wrong in the server; the log has it under the request id.
    InternalServerError,
}

impl ErrorCode {
    /// The code of a provider's error.
    #[must_use]
    pub fn of_provider(error: &ProviderError) -> Self {
        error.code().parse().unwrap_or(Self::InternalServerError)
    }
}

/// A failure of a resolver. It does not implement `Display`, so that nothing becomes a GraphQL error without a
/// code.
#[derive(Debug, Clone)]
pub struct ApiError {
    code: ErrorCode,
    message: String,
    more: Vec<(&'static str, Value)>,
}

/// What resolvers give.
pub(crate) type Result<T, E = ApiError> = std::result::Result<T, E>;

impl ApiError {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            more: Vec::new(),
        }
    }

    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    /// The argument at `argument` (dotted, `filter.groupId`) has a value that can't be used.
    pub(crate) fn bad_input(argument: &str, message: impl AsRef<str>) -> Self {
        let message = format!("{argument}: {}", message.as_ref());
        Self::new(ErrorCode::BadUserInput, message).with("argument", argument)
    }

    /// The request asks for more than is reasonable.
    pub(crate) fn too_complex(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::QueryTooComplex, message)
    }

    /// A provider answered with a figure that can't be one.
    pub(crate) fn impossible_figure(provider: &str) -> Self {
        let message = format!("a figure of {provider} is too large to be one");
        Self::new(ErrorCode::ProviderContractViolated, message)
            .with("provider", provider)
            .with("retryable", false)
    }

    /// The key's level is too low.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Forbidden, message)
    }

    /// No key came with the request.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(ErrorCode::Unauthenticated, "an API key is needed")
    }

    /// A fault of ours; `detail` goes to the log alone.
    pub(crate) fn internal(detail: &str) -> Self {
        tracing::error!(error = detail, "a resolver failed");
        Self::new(
            ErrorCode::InternalServerError,
            "Something went wrong in the server.",
        )
        .with("retryable", false)
    }

    /// The code that clients see.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What is wrong, for people.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Refused(refusals) => Self::from(refusals),
            ServiceError::AccessDenied => Self::forbidden("access_denied: the key's access level is too low"),
            ServiceError::Denied(reason) => Self::forbidden(format!("access_denied: {reason}")),
            ServiceError::Unauthenticated => Self::unauthenticated(),
            ServiceError::Busy(detail) => {
                tracing::info!(detail, "the database was busy");
                Self::new(ErrorCode::Busy, "Another change is in the way. Try again.").with("retryable", true)
            }
            ServiceError::Provider(error) => Self::from(error),
            ServiceError::Internal(detail) => Self::internal(&detail),
        }
    }
}

impl From<service::Refusals> for ApiError {
    /// Refusals of a query: the first one, since a query has no payload to list them in.
    fn from(refusals: service::Refusals) -> Self {
        let Some(first) = refusals.into_iter().next() else {
            return Self::internal("a refusal without a reason");
        };
        let argument = first.path.join(".");
        let argument = argument.strip_prefix("input.").unwrap_or(&argument);
        Self::bad_input(argument, &first.message).with("reason", first.code.to_string())
    }
}

impl From<ProviderError> for ApiError {
    fn from(error: ProviderError) -> Self {
        let code = ErrorCode::of_provider(&error);
        if code == ErrorCode::InternalServerError {
            return Self::internal(&error.to_string());
        }
        let mut api = Self::new(code, error.message()).with("retryable", error.kind().facts().retryable);
        if let Some(provider) = error.provider() {
            api = api.with("provider", provider.as_str());
        }
        if let Some(wait) = error.retry_after() {
            api = api.with("retryAfter", service::whole_seconds(wait));
        }
        if let Some(argument) = error.field().and_then(|field| argument(error.operation(), field)) {
            api = api.with("argument", argument);
        }
        api
    }
}

/// The argument that gave a provider's question its field, in the words of the API.
fn argument(operation: &str, field: &str) -> Option<&'static str> {
    let (port, _) = operation.split_once('.')?;
    Some(match (port, field) {
        ("kpis", "filter.status") => "filter",
        ("kpis", "filter.dealer") => "filter.dealerCode",
        ("kpis", "filter.numberType") => "filter.numberType",
        ("call_stats", "customer") => "filter.customerId",
        ("call_stats", "employees") => "filter.employeeIds",
        ("call_stats", "period") => "filter.from",
        ("call_stats", "zone") => "filter.timeZone",
        ("call_stats", "interval") => "filter.interval",
        ("call_stats", "ignore_unanswered_below") => "filter.ignoreUnansweredBelow",
        ("call_stats", "include_empty") => "filter.includeEmpty",
        ("call_stats", "sort") => "orderBy",
        ("call_stats", "format") => "format",
        ("call_centers", "range.start") => "range.start",
        ("call_centers", "range.end") => "range.end",
        _ => return None,
    })
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", error.code.to_string());
        for (name, value) in error.more {
            extensions.set(name, value);
        }
        Self {
            message: error.message,
            source: None,
            extensions: Some(extensions),
        }
    }
}

/// Why a change was refused: what a client can expect and deal with.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::UserErrorCode")]
pub enum UserErrorCode {
    /// A field's value can't be used.
    InvalidInput,
    /// A field's value is not a phone number.
    InvalidNumber,
    /// Nothing of that kind with that id is visible to this key.
    NotFound,
    /// No group with that id is visible to this key.
    UnknownGroup,
    /// No provider with that id, or it can't do this.
    UnknownProvider,
    /// No such city is known.
    UnknownCity,
    /// Several cities have this name; give the region.
    AmbiguousCity,
    /// No such region in the country.
    UnknownRegion,
    /// The city or number belongs to no local calling area.
    NoLocalArea,
    /// No such area code.
    UnknownAreaCode,
    /// The country has no such numbers, or no data about it is shipped.
    UnsupportedCountry,
    /// The prefix filter isn't 3 or 6 digits of a North American number.
    BadFilter,
    /// Nothing in stock matches.
    NoStock,
    /// Somebody else has the number.
    NumberTaken,
    /// Another number or pool of the group has the name.
    NameTaken,
    /// The status does not lead there; the message names what is allowed.
    InvalidTransition,
    /// The hold has ended.
    HoldExpired,
    /// The client reference was used with other input.
    IdempotencyConflict,
    /// The provider has reached a limit.
    QuotaExceeded,
    /// The provider has no way to do this; the message says what to do instead.
    ProviderUnsupported,
    /// The provider refused for a reason of its own.
    ProviderRefused,
    /// The provider can't be reached or doesn't answer; nothing was bought.
    ProviderUnavailable,
    /// Another change of the same thing is running; try again.
    Busy,
}

/// An expected refusal of a change: which field, why, and what to do. Nothing was changed.
#[derive(SimpleObject, Debug, Clone, PartialEq)]
pub struct UserError {
    /// Why, for programs. Stable.
    pub code: UserErrorCode,
    /// Why, for people, and what to do.
    pub message: String,
    /// Path of the input field from the argument down: `["input", "match", "localToCity", "city"]`; list
    /// positions count from 0. Null when no single field is to blame.
    pub path: Option<Vec<String>>,
    /// How many seconds to wait before asking again. Null where no provider said so.
    pub retry_after: Option<u32>,
}

impl From<service::UserError> for UserError {
    fn from(error: service::UserError) -> Self {
        Self {
            code: error.code.into(),
            message: error.message,
            path: (!error.path.is_empty()).then_some(error.path),
            retry_after: error.retry_after,
        }
    }
}

/// Refusals as a payload shows them.
pub(crate) fn user_errors(refusals: service::Refusals) -> Vec<UserError> {
    refusals.into_iter().map(UserError::from).collect()
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn every_code_that_an_error_can_have_is_in_the_closed_list() {
        for kind in provider_core::error::ErrorKind::iter() {
            let code = kind.facts().code;
            assert!(code.parse::<ErrorCode>().is_ok(), "{kind} gives {code}");
        }
        for code in <graphql_server::FrontErrorCode as IntoEnumIterator>::iter() {
            assert!(code.as_str().parse::<ErrorCode>().is_ok(), "{}", code.as_str());
        }
    }

    #[test]
    fn an_internal_failure_tells_the_client_nothing() {
        let error: Error = ApiError::from(ServiceError::Internal("SELECT secret".into())).into();
        assert!(!format!("{error:?}").contains("secret"));
    }

    #[test]
    fn a_providers_error_says_which_one_and_when_to_try_again() {
        let provider = "telmetrics-uk".parse().unwrap();
        let error = ProviderError::new(
            provider_core::error::ErrorKind::RateLimited,
            "search",
            "slow down",
        )
        .with_provider(provider)
        .with_retry_after(std::time::Duration::from_secs(7));
        let error: Error = ApiError::from(error).into();
        let extensions = error.extensions.unwrap();
        assert_eq!(
            extensions.get("code"),
            Some(&Value::from("PROVIDER_RATE_LIMITED"))
        );
        assert_eq!(extensions.get("provider"), Some(&Value::from("telmetrics-uk")));
        assert_eq!(extensions.get("retryable"), Some(&Value::from(true)));
        assert_eq!(extensions.get("retryAfter"), Some(&Value::from(7)));
    }
}
