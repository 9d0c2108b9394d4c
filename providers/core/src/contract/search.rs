//! Checks of [`NumberSearch`](crate::port::NumberSearch).

use std::sync::Arc;

use strum::IntoEnumIterator;

use super::{Verdict, ensure, port, ports, refused_as};
use crate::call::CallContext;
use crate::domain::{CountryCode, E164, GeographicMatch, NumberMatch, NumberQuery, Selector};
use crate::error::ErrorKind;
use crate::provider::Provider;

/// A query that has stock gives numbers that satisfy it, at most as many as asked for, and the same ones
/// again.
///
/// # Errors
/// [`Broken`](super::Broken) when it doesn't. The guard itself checks match, count and duplicates.
pub async fn answers_satisfy_the_match(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    query: &NumberQuery,
) -> Verdict {
    let search = port(ports(provider).search.as_ref(), "search")?;
    let found = search.search(cx, query).await?;
    ensure(!found.is_empty(), || format!("nothing was found for {query:?}"))?;
    let again = search.search(cx, query).await?;
    ensure(found == again, || {
        format!("the same query gave {found:?}, then {again:?}")
    })
}

/// A query for what is not in stock gives an empty list, not an error.
///
/// # Errors
/// [`Broken`](super::Broken) when it doesn't.
pub async fn nothing_is_an_empty_list(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    query: &NumberQuery,
) -> Verdict {
    let search = port(ports(provider).search.as_ref(), "search")?;
    let found = search.search(cx, query).await?;
    ensure(found.is_empty(), || format!("found {found:?}"))
}

/// Every selector, country and limit outside the terms is refused. `declared` is a query inside them.
///
/// # Errors
/// [`Broken`](super::Broken) when one is not.
pub async fn undeclared_terms_are_refused(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    declared: &NumberQuery,
) -> Verdict {
    let search = port(ports(provider).search.as_ref(), "search")?;
    let terms = search.terms().clone();
    for limit in [0, terms.largest_limit.saturating_add(1)] {
        let query = NumberQuery {
            limit,
            ..declared.clone()
        };
        refused_as(search.search(cx, &query).await, ErrorKind::InvalidRequest)?;
    }
    let undeclared = Selector::iter().filter(|selector| !terms.matches.selectors.contains(selector));
    let foreign = CountryCode::all().find(|country| !terms.matches.countries.contains(*country));
    let abroad = foreign.map(|country| NumberMatch::TollFree {
        country,
        prefix: None,
    });
    for matching in undeclared.filter_map(sample).chain(abroad) {
        let query = NumberQuery {
            matching,
            ..declared.clone()
        };
        refused_as(search.search(cx, &query).await, ErrorKind::Unsupported)?;
    }
    Ok(())
}

/// A match of each kind.
fn sample(selector: Selector) -> Option<NumberMatch> {
    let number = E164::parse_strict("+14045550100").ok()?;
    let (country, city, region) = (CountryCode::US, "Atlanta".to_owned(), Some("GA".to_owned()));
    Some(match selector {
        Selector::LocalToNumber => NumberMatch::LocalToNumber { number, prefix: None },
        Selector::LocalToCity => NumberMatch::LocalToCity {
            city,
            region,
            country,
            prefix: None,
        },
        Selector::TollFree => NumberMatch::TollFree {
            country,
            prefix: None,
        },
        Selector::GeographicCity => NumberMatch::Geographic(GeographicMatch::City {
            country,
            city,
            region,
        }),
        Selector::GeographicAreaCode => NumberMatch::Geographic(GeographicMatch::AreaCode {
            country,
            area_code: "404".to_owned(),
        }),
        Selector::National => NumberMatch::National {
            country: CountryCode::GB,
        },
        Selector::Exact => NumberMatch::Exact(number),
    })
}
