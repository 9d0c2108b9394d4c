//! What became of a change.

use std::str::FromStr;
use std::time::Duration;

use numbering::MatchError;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::domain::UpstreamRef;
use crate::error::ErrorKind;

/// What became of a change that an upstream was asked to make.
///
/// An `Err` beside it means that there was no answer to read; its
/// [`Effect`](crate::error::Effect) says whether the upstream may have acted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome<T> {
    /// Made, and here is what the upstream says of it. Never given without the upstream's own receipt.
    Done(T),
    /// Accepted and not yet made.
    Pending {
        /// What to ask for with the port's `get`.
        upstream_ref: UpstreamRef,
        /// How long to wait before asking; absent where the upstream does not say.
        poll_after: Option<Duration>,
    },
    /// Not made, for a reason that the upstream gave, and it won't be made later.
    Refused(Refusal),
    /// The upstream answered, and the answer does not tell whether the change was made.
    Unknown {
        /// What to look for, where the answer named it.
        reference: Option<UpstreamRef>,
    },
}

impl<T> Outcome<T> {
    /// The receipt, if the change was made.
    #[must_use]
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(receipt) => Some(receipt),
            Self::Pending { .. } | Self::Refused(_) | Self::Unknown { .. } => None,
        }
    }

    /// The same outcome about something else.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Done(receipt) => Outcome::Done(f(receipt)),
            Self::Pending {
                upstream_ref,
                poll_after,
            } => Outcome::Pending {
                upstream_ref,
                poll_after,
            },
            Self::Refused(refusal) => Outcome::Refused(refusal),
            Self::Unknown { reference } => Outcome::Unknown { reference },
        }
    }
}

/// A definite no: nothing was changed and nothing was charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why, for programs.
    pub code: RefusalCode,
    /// Whether the same request may be granted later, or by another provider now.
    pub retryable: bool,
    /// Why, for people. Nothing secret, no raw text of an upstream.
    pub message: String,
    /// Which field of the request was wrong, in the request's own words: `matching.city`.
    pub field: Option<String>,
}

impl Refusal {
    /// A refusal as retryable as its code usually is.
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self {
            code,
            retryable: code.is_retryable(),
            message: message.into(),
            field: None,
        }
    }

    /// Says which field of the request was wrong.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl From<&MatchError> for Refusal {
    /// A match that no stock can answer; the field is below `matching`.
    fn from(error: &MatchError) -> Self {
        let code = RefusalCode::from_str(error.code()).unwrap_or(RefusalCode::InvalidRequest);
        Self::new(code, error.to_string()).at(format!("matching.{}", error.field()))
    }
}

/// Why a change was refused. A word of an upstream that has no place here is
/// [`ErrorKind::BadResponse`].
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
pub enum RefusalCode {
    /// Nothing that matches is left.
    NoStock,
    /// Somebody else has the number.
    NumberTaken,
    /// The name is used in this group already.
    NameTaken,
    /// No city of this name is known.
    UnknownCity,
    /// The name stands for several cities; a region is needed.
    AmbiguousCity,
    /// The city or number belongs to no local calling area.
    NoLocalArea,
    /// No such area code.
    UnknownAreaCode,
    /// No such region in the country.
    UnknownRegion,
    /// The country has no such numbers, or not here.
    UnsupportedCountry,
    /// A number in the request is not a phone number.
    InvalidNumber,
    /// The prefix filter is not an area code, nor an area code and exchange.
    BadFilter,
    /// The group is not known there.
    UnknownGroup,
    /// The number, pool or hold is not known there.
    NotFound,
    /// The hold that the request made use of has ended.
    HoldExpired,
    /// The state of the thing does not allow the change.
    InvalidState,
    /// The token was used for another request.
    TokenConflict,
    /// A limit of the account is reached.
    QuotaExceeded,
    /// The account may not do this.
    Forbidden,
    /// Something else in the request is wrong.
    InvalidRequest,
}

impl RefusalCode {
    /// Whether the same request may be granted later, or by another provider now.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::NoStock | Self::NumberTaken | Self::HoldExpired | Self::QuotaExceeded
        )
    }

    /// The kind of error that says the same where there is no [`Outcome`] to carry the refusal.
    #[must_use]
    pub const fn kind(self) -> ErrorKind {
        match self {
            Self::NoStock => ErrorKind::NoStock,
            Self::NumberTaken => ErrorKind::NumberTaken,
            Self::UnknownGroup | Self::NotFound => ErrorKind::NotFound,
            Self::NameTaken | Self::HoldExpired | Self::InvalidState | Self::TokenConflict => {
                ErrorKind::Conflict
            }
            Self::QuotaExceeded => ErrorKind::QuotaExceeded,
            Self::Forbidden => ErrorKind::Forbidden,
            Self::UnknownCity
            | Self::AmbiguousCity
            | Self::NoLocalArea
            | Self::UnknownAreaCode
            | Self::UnknownRegion
            | Self::UnsupportedCountry
            | Self::InvalidNumber
            | Self::BadFilter
            | Self::InvalidRequest => ErrorKind::InvalidRequest,
        }
    }
}
