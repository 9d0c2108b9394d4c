//! What the documents' field tables demand of a request beyond its shape.

use provider_core::domain::{CountryCode, E164, GeographicMatch, NumberMatch, Prefix};
use provider_testkit::twin::Unexpected;

use crate::wire::{CallRoutes, CreateNumber, CreatePool, NumberWish, PoolWish, Replacement};

/// What a request for a number asks for.
pub(crate) fn number_wish(order: &CreateNumber) -> Result<NumberMatch, Unexpected> {
    named(&order.name)?;
    basic(&order.call_routes)?;
    north_american("termination_number", &order.call_routes.route.termination_number)?;
    match &order.phone_number_request {
        NumberWish::LocalToNumber {
            local_to_number,
            number_match_filter,
        } => Ok(NumberMatch::LocalToNumber {
            number: north_american("local_to_number", local_to_number)?,
            prefix: filter(number_match_filter.as_deref())?,
        }),
        NumberWish::LocalToCity {
            city,
            state,
            number_match_filter,
        } => Ok(NumberMatch::LocalToCity {
            city: filled("city", city)?,
            country: country_of(state)?,
            region: Some(state.clone()),
            prefix: filter(number_match_filter.as_deref())?,
        }),
        NumberWish::TollFree { number_match_filter } => Ok(NumberMatch::TollFree {
            country: CountryCode::US,
            prefix: filter(number_match_filter.as_deref())?,
        }),
    }
}

/// What a request for a pool asks for.
pub(crate) fn pool_wish(order: &CreatePool) -> Result<NumberMatch, Unexpected> {
    named(&order.name)?;
    basic(&order.call_routes)?;
    international("termination_number", &order.call_routes.route.termination_number)?;
    replacement(&order.replacement_configuration)?;
    if order.match_period == 0 || order.quantity == 0 {
        return Err(wrong(
            "match_period",
            "minutes, and quantity numbers, of at least 1",
        ));
    }
    let wish = &order.phone_number_request;
    if wish.number_type != "international" {
        return Err(wrong("number_type", "international"));
    }
    let country: CountryCode = wish
        .iso_country
        .parse()
        .map_err(|_| wrong("iso_country", "an ISO code of two letters"))?;
    matched(wish, country)
}

fn matched(wish: &PoolWish, country: CountryCode) -> Result<NumberMatch, Unexpected> {
    let place = (&wish.city, &wish.region, &wish.area_code);
    match (wish.match_type.as_str(), place) {
        ("geographic", (Some(city), region, None)) => Ok(NumberMatch::Geographic(GeographicMatch::City {
            country,
            city: filled("city", city)?,
            region: region.clone(),
        })),
        ("geographic", (None, None, Some(area_code))) => {
            Ok(NumberMatch::Geographic(GeographicMatch::AreaCode {
                country,
                area_code: filled("area_code", area_code)?,
            }))
        }
        ("tollfree", (None, None, None)) => Ok(NumberMatch::TollFree {
            country,
            prefix: None,
        }),
        ("national", (None, None, None)) => Ok(NumberMatch::National { country }),
        _ => Err(wrong(
            "match_type",
            "geographic with a city or an area_code, tollfree, or national",
        )),
    }
}

fn replacement(sent: &Replacement) -> Result<(), Unexpected> {
    let numbers = sent.numbers_to_replace.as_deref().unwrap_or_default();
    if numbers.is_empty() != (sent.replace_all_numbers == Some(true)) {
        return Err(wrong(
            "numbers_to_replace",
            "given, or replace_all_numbers, and not both",
        ));
    }
    let alphanumeric = |entry: &String| !entry.is_empty() && entry.chars().all(|c| c.is_ascii_alphanumeric());
    if !numbers.iter().all(alphanumeric) {
        return Err(wrong("numbers_to_replace", "alphanumeric phone numbers"));
    }
    let sound = |source: &crate::wire::TrackingSource| !source.referrer_domain.trim().is_empty();
    if sent.tracking_sources.is_empty() || !sent.tracking_sources.iter().all(sound) {
        return Err(wrong(
            "tracking_sources",
            "at least one, each with a referrer_domain",
        ));
    }
    Ok(())
}

fn named(name: &str) -> Result<(), Unexpected> {
    filled("name", name).map(|_| ())
}

fn filled(field: &str, text: &str) -> Result<String, Unexpected> {
    if text.trim().is_empty() {
        Err(wrong(field, "not empty"))
    } else {
        Ok(text.to_owned())
    }
}

/// The field tables write `basic`, the examples `Basic`.
fn basic(routes: &CallRoutes) -> Result<(), Unexpected> {
    if routes.route_type.eq_ignore_ascii_case("basic") {
        Ok(())
    } else {
        Err(wrong("route_type", "Basic"))
    }
}

/// "A 10 digit phone number", as number assignment writes its numbers.
fn north_american(field: &str, text: &str) -> Result<E164, Unexpected> {
    let ten_digits = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = ten_digits.then(|| E164::parse_strict(&format!("+1{text}")));
    number
        .and_then(Result::ok)
        .ok_or_else(|| wrong(field, "a phone number of 10 digits"))
}

/// `+441274792823`, as number pools write their numbers.
fn international(field: &str, text: &str) -> Result<E164, Unexpected> {
    E164::parse_strict(text).map_err(|_| wrong(field, "a phone number with + and country code"))
}

/// "3 digit Area Code(NPA), or 6 digit Area Code(NPA)/Exchange(NXX)".
fn filter(text: Option<&str>) -> Result<Option<Prefix>, Unexpected> {
    text.map(str::parse).transpose().map_err(|_| {
        wrong(
            "number_match_filter",
            "an area code, or an area code and exchange",
        )
    })
}

/// "A two letter state/province code": those of the United States and of Canada are all different.
fn country_of(state: &str) -> Result<CountryCode, Unexpected> {
    [CountryCode::US, CountryCode::CA]
        .into_iter()
        .find(|country| state.len() == 2 && country.region_code(state).is_some())
        .ok_or_else(|| wrong("state", "a state or province code of two letters"))
}

fn wrong(field: &str, demanded: &str) -> Unexpected {
    Unexpected::new(format!("{field}: the document demands {demanded}"))
}
