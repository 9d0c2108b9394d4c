//! References to things: groups, provider instances, what upstreams name, orders.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not a valid reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {rule}")]
pub struct IdError {
    what: &'static str,
    rule: &'static str,
}

/// Declares a newtype over a text that was checked once, at its edge.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks a text and wraps it.
            ///
            /// # Errors
            /// [`IdError`] naming the rule that the text breaks.
            pub fn parse(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                let valid: fn(&str) -> bool = $check;
                if valid(&text) { Ok(Self(text)) } else { Err(IdError { what: $what, rule: $rule }) }
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

checked_text! {
    /// The name of a configured provider, `^[a-z][a-z0-9-]{0,39}$`: `telmetrics-uk`.
    ///
    /// Chosen by the operator, unique in an installation, stored beside every number bought through it.
    ProviderId, "a provider id", "must be 1 to 40 of a-z, 0-9 and '-', starting with a letter",
    |text| text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

impl ProviderId {
    /// The id of the own inventory, which no configured provider can have.
    pub const INVENTORY: &'static str = "inventory";
}

checked_text! {
    /// What an upstream calls a thing of its own: a number, an order, a pool, a hold.
    ///
    /// Opaque: never parsed, never compared but for equality. 1 to 255 characters, none of them a
    /// control character. An upstream that has no id for its numbers is referred to by E.164.
    UpstreamRef, "an upstream reference", "must be 1 to 255 characters without control characters",
    |text| (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

checked_text! {
    /// Names one wish to change something upstream, the same on every attempt at it.
    ///
    /// Made before the first attempt and stored with it. It travels in the upstream's idempotency
    /// header, its client reference, or as a marker in a name: hence 8 to 64 of `A-Z a-z 0-9 _ -`.
    OrderToken, "an order token", "must be 8 to 64 of A-Z, a-z, 0-9, '_' and '-'",
    |text| (8..=64).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// The group that a number or a pool belongs to, as an adapter needs to know it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GroupRef {
    /// Our own id.
    pub id: i64,
    /// What the upstream calls this group; absent when nobody has told us.
    pub external_id: Option<String>,
    /// The group's name, unique in its customer.
    pub name: String,
    /// Whose it is.
    pub customer: CustomerRef,
}

/// A customer, as an adapter needs to know it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CustomerRef {
    /// Our own id.
    pub id: i64,
    /// Our own code for the customer, unique in the installation.
    pub code: String,
}
