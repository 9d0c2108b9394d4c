//! The kinds of error and the one table of what each means.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// What went wrong.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorKind {
    /// The port does not accept such a request, as its terms say. Nothing was sent.
    Unsupported,
    /// A value of the request is wrong.
    InvalidRequest,
    /// What the request is about does not exist there.
    NotFound,
    /// Somebody else has the number.
    NumberTaken,
    /// Nothing that matches is left.
    NoStock,
    /// The state of things does not allow it, or it is not clear which thing is meant.
    Conflict,
    /// A limit of the account is reached.
    QuotaExceeded,
    /// Too many requests in a short time.
    RateLimited,
    /// The upstream is down, or could not be reached.
    Unavailable,
    /// No answer in time.
    Timeout,
    /// Not sent, since the upstream failed too often just before.
    CircuitOpen,
    /// The upstream does not accept our credentials.
    Unauthenticated,
    /// The upstream does not let our account do this.
    Forbidden,
    /// The provider is configured wrongly.
    ConfigInvalid,
    /// The answer can't be read, or holds a word without a meaning here.
    BadResponse,
    /// The answer can be read, and does not fit the request.
    ContractViolated,
    /// A fault of our own.
    Unexpected,
}

/// Who has to do something about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display)]
pub enum Fault {
    /// Whoever made the request.
    Caller,
    /// Whoever runs this installation and holds the account.
    Operator,
    /// The upstream.
    Upstream,
    /// This program.
    Program,
    /// Nobody: the world is so, at the moment.
    Nobody,
}

/// Could the upstream have acted on the failed call?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Effect {
    /// No: nothing was sent, or it was refused for certain.
    None,
    /// It may have.
    Unknown,
}

/// A row of the table of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindFacts {
    /// Whether trying the same again later may help.
    pub retryable: bool,
    /// Who has to do something.
    pub fault: Fault,
    /// What clients of the GraphQL API see in `extensions.code`.
    pub code: &'static str,
    /// What to assume about the upstream unless the error says otherwise.
    pub effect: Effect,
}

impl ErrorKind {
    /// The table: what each kind means to those who get it.
    #[must_use]
    pub const fn facts(self) -> KindFacts {
        use Effect::{None, Unknown};
        use Fault::{Caller, Nobody, Operator, Program, Upstream};
        let (retryable, fault, code, effect) = match self {
            Self::Unsupported => (false, Caller, "PROVIDER_UNSUPPORTED", None),
            Self::InvalidRequest => (false, Caller, "BAD_USER_INPUT", None),
            Self::NotFound => (false, Caller, "NOT_FOUND", None),
            Self::NumberTaken => (false, Nobody, "NUMBER_TAKEN", None),
            Self::NoStock => (false, Nobody, "NO_STOCK", None),
            Self::Conflict => (false, Caller, "CONFLICT", None),
            Self::QuotaExceeded => (false, Operator, "PROVIDER_QUOTA_EXCEEDED", None),
            Self::RateLimited => (true, Nobody, "PROVIDER_RATE_LIMITED", None),
            Self::Unavailable => (true, Upstream, "PROVIDER_UNAVAILABLE", Unknown),
            Self::Timeout => (true, Upstream, "PROVIDER_TIMEOUT", Unknown),
            Self::CircuitOpen => (true, Upstream, "PROVIDER_UNAVAILABLE", None),
            Self::Unauthenticated => (false, Operator, "PROVIDER_UNAUTHENTICATED", None),
            Self::Forbidden => (false, Operator, "PROVIDER_FORBIDDEN", None),
            Self::ConfigInvalid => (false, Operator, "PROVIDER_CONFIG_INVALID", None),
            Self::BadResponse => (false, Upstream, "PROVIDER_BAD_RESPONSE", Unknown),
            Self::ContractViolated => (false, Upstream, "PROVIDER_CONTRACT_VIOLATED", Unknown),
            Self::Unexpected => (false, Program, "INTERNAL_SERVER_ERROR", Unknown),
        };
        KindFacts {
            retryable,
            fault,
            code,
            effect,
        }
    }
}
