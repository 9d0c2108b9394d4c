//! What several ports check alike.

use std::collections::{BTreeSet, HashSet};
use std::hash::Hash;
use std::ops::RangeInclusive;

use crate::domain::{
    CallRoute, Countries, CountryCode, E164, GeographicMatch, NumberMatch, NumberType, Page, PageRequest,
    Places, Prefix, Selector,
};
use crate::error::{Effect, ErrorKind, ProviderError, Result};

/// Which matches a port can look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchTerms {
    /// The kinds of match.
    pub selectors: BTreeSet<Selector>,
    /// The countries. A number that a match is local to counts with its own country.
    pub countries: Countries,
    /// Whether the filter on area code or exchange is honored.
    pub prefix_filter: bool,
}

impl MatchTerms {
    /// Every kind of match, with filter, in every country.
    #[must_use]
    pub fn everything() -> Self {
        use strum::IntoEnumIterator;
        Self {
            selectors: Selector::iter().collect(),
            countries: Countries::All,
            prefix_filter: true,
        }
    }

    /// Refuses a match that the terms leave out.
    pub(crate) fn accept(&self, operation: &'static str, matching: &NumberMatch) -> Result<()> {
        let selector = Selector::of(matching);
        if !self.selectors.contains(&selector) {
            let known: Vec<&str> = self.selectors.iter().map(<&str>::from).collect();
            let message = format!(
                "numbers can't be asked for by {selector} here, but by {}",
                known.join(", ")
            );
            return Err(unsupported(operation, "matching", message));
        }
        if prefix(matching).is_some() && !self.prefix_filter {
            return Err(unsupported(
                operation,
                "matching.prefix",
                "the prefix filter is not honored here",
            ));
        }
        match country(matching)? {
            Some(country) if !self.countries.contains(country) => {
                let message = format!("there are no numbers of {country} here");
                Err(unsupported(operation, "matching.country", message))
            }
            _ => Ok(()),
        }
    }
}

/// A request outside the terms of a port.
pub(crate) fn unsupported(
    operation: &'static str,
    field: &'static str,
    message: impl Into<String>,
) -> ProviderError {
    ProviderError::new(ErrorKind::Unsupported, operation, message).with_field(field)
}

/// A value that no port accepts.
pub(crate) fn invalid(operation: &'static str, field: &str, message: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidRequest, operation, message).with_field(field)
}

/// An answer that does not fit the request.
pub(crate) fn violated(operation: &'static str, message: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorKind::ContractViolated, operation, message)
}

/// Refuses a count outside its range.
pub(crate) fn within(
    operation: &'static str,
    field: &'static str,
    value: u32,
    range: &RangeInclusive<u32>,
) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    let message = format!("{value} is not between {} and {}", range.start(), range.end());
    Err(invalid(operation, field, message))
}

/// Refuses a name that is empty or nothing but space.
pub(crate) fn named(operation: &'static str, name: &str) -> Result<()> {
    if name.trim().is_empty() {
        Err(invalid(operation, "name", "a name is needed"))
    } else {
        Ok(())
    }
}

/// Refuses a page of no size, or larger than the port gives.
pub(crate) fn accept_page(operation: &'static str, page: &PageRequest, largest: u32) -> Result<()> {
    within(operation, "limit", page.limit, &(1..=largest))
}

/// Checks that a page is not longer than asked for, moves on, and holds each entry once.
pub(crate) fn check_page<T, K: Eq + Hash>(
    operation: &'static str,
    request: &PageRequest,
    page: &Page<T>,
    key: impl Fn(&T) -> K,
) -> Result<()> {
    if page.items.len() > request.limit as usize {
        return Err(violated(operation, "the page is longer than was asked for"));
    }
    if page.next.is_some() && page.next == request.after {
        return Err(violated(operation, "the next page is this page again"));
    }
    distinct(operation, page.items.iter().map(key))
}

/// Checks that nothing is in a list twice.
pub(crate) fn distinct<K: Eq + Hash>(
    operation: &'static str,
    keys: impl IntoIterator<Item = K>,
) -> Result<()> {
    let mut seen = HashSet::new();
    if keys.into_iter().all(|key| seen.insert(key)) {
        Ok(())
    } else {
        Err(violated(operation, "the answer holds the same entry twice"))
    }
}

/// Checks that an answer is about the number that was meant.
pub(crate) fn same_number(operation: &'static str, asked: &E164, given: &E164) -> Result<()> {
    if asked == given {
        Ok(())
    } else {
        Err(violated(
            operation,
            format!("asked about {asked}, answered about {given}"),
        ))
    }
}

/// Checks that a route that an upstream repeats is the one that was asked for.
pub(crate) fn same_route(
    operation: &'static str,
    asked: &CallRoute,
    given: Option<&CallRoute>,
) -> Result<()> {
    match given {
        Some(given) if given != asked => {
            Err(violated(operation, "the calls go elsewhere than was asked for"))
        }
        _ => Ok(()),
    }
}

/// Checks what can be told for certain of whether a number answers a match: the exact number, the prefix,
/// the type, the country and the area code. Which cities are near is the upstream's own knowledge.
pub(crate) fn answers(operation: &'static str, matching: &NumberMatch, number: &E164) -> Result<()> {
    let facts = places()?.describe(number);
    let fits = match matching {
        NumberMatch::Exact(wanted) => wanted == number,
        NumberMatch::LocalToNumber { .. } | NumberMatch::LocalToCity { .. } => {
            matches!(facts.number_type, NumberType::Geographic | NumberType::Unknown)
        }
        NumberMatch::TollFree { country, .. } => {
            facts.number_type == NumberType::TollFree && facts.country.is_none_or(|own| own == *country)
        }
        NumberMatch::National { country } => {
            facts.number_type == NumberType::National && facts.country == Some(*country)
        }
        NumberMatch::Geographic(GeographicMatch::City { country, .. }) => {
            facts.number_type == NumberType::Geographic && facts.country == Some(*country)
        }
        NumberMatch::Geographic(GeographicMatch::AreaCode { country, area_code }) => {
            facts.number_type == NumberType::Geographic
                && facts.country == Some(*country)
                && same_area(facts.area_code.as_deref(), area_code)
        }
    };
    let fits = fits && prefix(matching).is_none_or(|prefix| begins_with(number, prefix));
    if fits {
        Ok(())
    } else {
        Err(violated(
            operation,
            format!("{number} is not what was asked for ({})", Selector::of(matching)),
        ))
    }
}

/// Whether two spellings mean one area code: people write it with or without the trunk prefix.
fn same_area(own: Option<&str>, wanted: &str) -> bool {
    own.is_some_and(|own| own == wanted || wanted.strip_prefix('0') == Some(own))
}

/// Whether a North American number begins with an area code, or area code and exchange.
fn begins_with(number: &E164, prefix: &Prefix) -> bool {
    number.is_nanp()
        && number
            .digits()
            .strip_prefix('1')
            .is_some_and(|d| d.starts_with(prefix.as_str()))
}

fn prefix(matching: &NumberMatch) -> Option<&Prefix> {
    match matching {
        NumberMatch::LocalToNumber { prefix, .. }
        | NumberMatch::LocalToCity { prefix, .. }
        | NumberMatch::TollFree { prefix, .. } => prefix.as_ref(),
        NumberMatch::Geographic(_) | NumberMatch::National { .. } | NumberMatch::Exact(_) => None,
    }
}

fn country(matching: &NumberMatch) -> Result<Option<CountryCode>> {
    Ok(match matching {
        NumberMatch::LocalToNumber { number, .. } | NumberMatch::Exact(number) => {
            places()?.describe(number).country
        }
        NumberMatch::LocalToCity { country, .. }
        | NumberMatch::TollFree { country, .. }
        | NumberMatch::National { country }
        | NumberMatch::Geographic(
            GeographicMatch::City { country, .. } | GeographicMatch::AreaCode { country, .. },
        ) => Some(*country),
    })
}

fn places() -> Result<&'static Places> {
    Places::shared().map_err(|error| {
        ProviderError::new(ErrorKind::Unexpected, "numbering", error.to_string()).with_effect(Effect::None)
    })
}
