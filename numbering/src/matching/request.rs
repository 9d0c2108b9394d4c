//! What a caller asks for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::{excerpt, is_digits};
use crate::{CountryCode, E164, MatchError};

/// What number is wanted: the match types of automatic number assignment (local to number, local to city,
/// toll-free) and of number pools (geographic, toll-free, national), and one exact number.
///
/// Serialized with the match type as the one key, `{"localToNumber":{"number":"+19056372046","prefix":"289"}}`.
/// This form is stored, so it doesn't change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum NumberMatch {
    /// Local to a number, such as an advertiser's own.
    LocalToNumber {
        /// The number to be near to.
        number: E164,
        /// Only numbers beginning with these digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prefix: Option<Prefix>,
    },
    /// Local to a city.
    LocalToCity {
        /// The city's name, in any case, with or without accents.
        city: String,
        /// Its state, province or nation by code or name ("ga", "Georgia"), where several cities share the name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// The city's country.
        country: CountryCode,
        /// Only numbers beginning with these digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prefix: Option<Prefix>,
    },
    /// Free for callers.
    TollFree {
        /// Callers of this country. The North American countries share their toll-free numbers.
        country: CountryCode,
        /// Only numbers beginning with these digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prefix: Option<Prefix>,
    },
    /// In a city or an area code.
    Geographic(GeographicMatch),
    /// Reached from the whole country at a local price.
    National {
        /// The country.
        country: CountryCode,
    },
    /// This number and no other.
    Exact(E164),
}

/// By what a geographic number is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum GeographicMatch {
    /// By city.
    City {
        /// The city's country.
        country: CountryCode,
        /// The city's name, in any case, with or without accents.
        city: String,
        /// Its state, province or nation by code or name, where several cities share the name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
    },
    /// By area code (dialing code).
    AreaCode {
        /// The area code's country.
        country: CountryCode,
        /// The area code, with or without the national trunk prefix: `024` or `24`, `905`.
        area_code: String,
    },
}

/// A hard filter on the first digits of a North American number: an area code (NPA, 3 digits), or area code
/// and exchange (NPA-NXX, 6 digits).
///
/// ```
/// use numbering::Prefix;
///
/// assert!("289".parse::<Prefix>().is_ok());
/// assert_eq!("28981".parse::<Prefix>().unwrap_err().code(), "BAD_FILTER");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prefix(String);

impl Prefix {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The area code: the first three digits.
    #[must_use]
    pub fn npa(&self) -> &str {
        &self.0[..3]
    }
}

impl FromStr for Prefix {
    type Err = MatchError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = |why: &str| MatchError::BadFilter {
            prefix: excerpt(text),
            why: why.to_owned(),
        };
        let digits = text.trim();
        if !is_digits(digits) || !matches!(digits.len(), 3 | 6) {
            return Err(bad(
                "a filter is an area code (3 digits) or an area code and exchange (6 digits)",
            ));
        }
        if !(0..digits.len())
            .step_by(3)
            .all(|at| digits.as_bytes()[at] >= b'2')
        {
            return Err(bad("North American area codes and exchanges begin with 2 to 9"));
        }
        Ok(Self(digits.to_owned()))
    }
}

impl TryFrom<String> for Prefix {
    type Error = MatchError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Prefix> for String {
    fn from(prefix: Prefix) -> Self {
        prefix.0
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
