//! Why a match cannot be planned.

use crate::{CountryCode, NumberError};

/// A match that cannot be answered from any stock, because of what it asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatchError {
    /// No city of that name is known.
    #[error("no city \"{city}\" is known in {place}{}", suggest(.suggestions))]
    UnknownCity {
        /// The city asked for.
        city: String,
        /// The region and country searched.
        place: String,
        /// Known cities with a near spelling, nearest first.
        suggestions: Vec<String>,
    },
    /// The place is known, but no numbers are local to it.
    #[error("{place} has no local calling area: {why}")]
    NoLocalArea {
        /// The city or number asked for.
        place: String,
        /// Why not, and what to do.
        why: String,
        /// The input field at fault.
        field: &'static str,
    },
    /// The area code is not in use in the country.
    #[error("{area_code} is not an area code of {place}: {why}")]
    UnknownAreaCode {
        /// The area code asked for.
        area_code: String,
        /// The country or plan searched.
        place: String,
        /// What is known about the code, and what to do.
        why: String,
        /// The input field at fault.
        field: &'static str,
    },
    /// Several cities share the name.
    #[error("\"{city}\" is in several regions of {country}: give one of {}{}", .candidates.join(", "), and_more(*.more))]
    AmbiguousCity {
        /// The city asked for.
        city: String,
        /// The country searched.
        country: CountryCode,
        /// The regions that have such a city, the most populous city's first.
        candidates: Vec<String>,
        /// How many further regions have one.
        more: usize,
    },
    /// The prefix filter is malformed or contradicts the rest of the request.
    #[error("the filter {prefix} cannot be used: {why}")]
    BadFilter {
        /// The filter.
        prefix: String,
        /// Why not, and what to do.
        why: String,
    },
    /// The number to be local to is no valid number.
    #[error("{why}")]
    InvalidNumber {
        /// What is wrong with it.
        why: String,
    },
    /// The region is not one of the country's.
    #[error("\"{region}\" is not a region of {country}: {why}")]
    UnknownRegion {
        /// The region asked for.
        region: String,
        /// The country searched.
        country: CountryCode,
        /// What to give instead.
        why: String,
    },
    /// The country's numbering plan, or what is known of it, has no such numbers.
    #[error("{what} in {country} cannot be matched: {why}")]
    UnsupportedCountry {
        /// The country.
        country: CountryCode,
        /// What was asked for.
        what: String,
        /// Why not, and what to do.
        why: String,
    },
}

impl MatchError {
    /// The stable code: `UNKNOWN_CITY`, `NO_LOCAL_AREA`, ...
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownCity { .. } => "UNKNOWN_CITY",
            Self::NoLocalArea { .. } => "NO_LOCAL_AREA",
            Self::UnknownAreaCode { .. } => "UNKNOWN_AREA_CODE",
            Self::AmbiguousCity { .. } => "AMBIGUOUS_CITY",
            Self::BadFilter { .. } => "BAD_FILTER",
            Self::InvalidNumber { .. } => "INVALID_NUMBER",
            Self::UnknownRegion { .. } => "UNKNOWN_REGION",
            Self::UnsupportedCountry { .. } => "UNSUPPORTED_COUNTRY",
        }
    }

    /// The input field at fault: `city`, `region`, `areaCode`, `prefix`, `number` or `country`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::UnknownCity { .. } => "city",
            Self::NoLocalArea { field, .. } | Self::UnknownAreaCode { field, .. } => field,
            Self::AmbiguousCity { .. } | Self::UnknownRegion { .. } => "region",
            Self::BadFilter { .. } => "prefix",
            Self::InvalidNumber { .. } => "number",
            Self::UnsupportedCountry { .. } => "country",
        }
    }
}

impl From<NumberError> for MatchError {
    fn from(error: NumberError) -> Self {
        Self::InvalidNumber {
            why: error.to_string(),
        }
    }
}

fn suggest(names: &[String]) -> String {
    match names {
        [] => String::new(),
        names => format!("; near spellings: {}", names.join(", ")),
    }
}

fn and_more(more: usize) -> String {
    if more == 0 {
        String::new()
    } else {
        format!(" (and {more} more)")
    }
}
