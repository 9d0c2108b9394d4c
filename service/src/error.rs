use provider_core::{
    error::ProviderError,
    outcome::{Refusal, RefusalCode},
};
use store::{Problem, StoreError};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// Why a change was refused: what a caller can expect and deal with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
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
    /// The provider has no way to do this.
    ProviderUnsupported,
    /// The provider refused for a reason of its own.
    ProviderRefused,
    /// The provider can't be reached or doesn't answer; nothing was bought.
    ProviderUnavailable,
    /// Another change of the same thing is running; try again.
    Busy,
}

/// An expected refusal: which field, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// Stable code.
    pub code: UserErrorCode,
    /// For people.
    pub message: String,
    /// Path of the input field, in the API's words: `["input", "match", "localToCity", "city"]`; empty when
    /// no single field is to blame.
    pub path: Vec<String>,
    /// How many seconds to wait before asking again, where a provider said so.
    pub retry_after: Option<u32>,
}

impl UserError {
    /// A refusal about the field at `path`, written with dots: `input.name`.
    pub fn new(code: UserErrorCode, path: &str, message: impl Into<String>) -> Self {
        let path = path
            .split('.')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        Self {
            code,
            message: message.into(),
            path,
            retry_after: None,
        }
    }
}

/// A wait in whole seconds, rounded up: who waits that long has waited long enough.
#[must_use]
pub fn whole_seconds(wait: std::time::Duration) -> u32 {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    // What clients count with is a signed integer of 32 bits.
    u32::try_from(seconds).unwrap_or(u32::MAX).min(i32::MAX as u32)
}

/// One or more reasons why nothing was done.
pub type Refusals = Vec<UserError>;

/// Why a use case gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Expected: the caller can do something about it. Nothing was changed.
    #[error("refused: {0:?}")]
    Refused(Refusals),
    /// The key's level is too low for something that it can see.
    #[error("access_denied")]
    AccessDenied,
    /// The key may see what this is about and still not do this, for a reason that is not its level.
    #[error("access_denied: {0}")]
    Denied(&'static str),
    /// The key is unknown, expired or revoked.
    #[error("unauthenticated")]
    Unauthenticated,
    /// The database is busy; the same call may succeed when it is repeated.
    #[error("busy: {0}")]
    Busy(String),
    /// A provider failed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// Ours to mend; the message is for the log alone.
    #[error("internal: {0}")]
    Internal(String),
}

/// What a use case gives.
pub type ServiceResult<T> = std::result::Result<T, ServiceError>;

impl ServiceError {
    /// One refusal about one field.
    pub fn refused(code: UserErrorCode, path: &str, message: impl Into<String>) -> Self {
        Self::Refused(vec![UserError::new(code, path, message)])
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy(detail) => Self::Busy(detail),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<RefusalCode> for UserErrorCode {
    fn from(code: RefusalCode) -> Self {
        match code {
            RefusalCode::NoStock => Self::NoStock,
            RefusalCode::NumberTaken => Self::NumberTaken,
            RefusalCode::NameTaken => Self::NameTaken,
            RefusalCode::UnknownCity => Self::UnknownCity,
            RefusalCode::AmbiguousCity => Self::AmbiguousCity,
            RefusalCode::NoLocalArea => Self::NoLocalArea,
            RefusalCode::UnknownAreaCode => Self::UnknownAreaCode,
            RefusalCode::UnknownRegion => Self::UnknownRegion,
            RefusalCode::UnsupportedCountry => Self::UnsupportedCountry,
            RefusalCode::InvalidNumber => Self::InvalidNumber,
            RefusalCode::BadFilter => Self::BadFilter,
            RefusalCode::UnknownGroup => Self::UnknownGroup,
            RefusalCode::NotFound => Self::NotFound,
            RefusalCode::HoldExpired => Self::HoldExpired,
            RefusalCode::InvalidState => Self::InvalidTransition,
            RefusalCode::TokenConflict => Self::IdempotencyConflict,
            RefusalCode::QuotaExceeded => Self::QuotaExceeded,
            RefusalCode::InvalidRequest => Self::InvalidInput,
            RefusalCode::Forbidden => Self::ProviderRefused,
        }
    }
}

impl From<&Refusal> for UserError {
    /// A provider's refusal in the words of the API's input.
    fn from(refusal: &Refusal) -> Self {
        let path = refusal
            .field
            .as_deref()
            .map(crate::validate::input_path)
            .unwrap_or_default();
        Self::new(refusal.code.into(), &path, refusal.message.clone())
    }
}

impl From<&UserError> for Problem {
    fn from(error: &UserError) -> Self {
        Self {
            code: error.code.to_string(),
            message: error.message.clone(),
            path: error.path.clone(),
            retry_after: error.retry_after,
        }
    }
}

impl From<&Problem> for UserError {
    /// A stored problem; a code that this version doesn't know becomes PROVIDER_REFUSED.
    fn from(problem: &Problem) -> Self {
        Self {
            code: problem.code.parse().unwrap_or(UserErrorCode::ProviderRefused),
            message: problem.message.clone(),
            path: problem.path.clone(),
            retry_after: problem.retry_after,
        }
    }
}
