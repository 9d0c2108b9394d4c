//! From orders to requests.

use provider_core::domain::{
    CallRoute, CountryCode, E164, GeographicMatch, NumberMatch, NumberOrder, PoolMatch, PoolOrder, Prefix,
    ReplacementConfiguration, ReplacementInput,
};
use provider_core::outcome::{Refusal, RefusalCode};

use crate::wire;

/// The request for a number. `name` is what it shall be called there.
///
/// # Errors
/// An order that the document has no words for.
pub(crate) fn create_number<'a>(
    order: &'a NumberOrder,
    name: &'a str,
) -> Result<wire::CreateNumber<'a>, Refusal> {
    Ok(wire::CreateNumber {
        name,
        phone_number_request: number_wish(&order.matching)?,
        call_routes: to_ten_digits(&order.route)?,
    })
}

/// The request for a pool. `name` is what it shall be called there.
pub(crate) fn create_pool<'a>(order: &'a PoolOrder, name: &'a str) -> wire::CreatePool<'a> {
    let (matching, country) = pool_match(&order.matching);
    let CallRoute::Basic { termination_number } = &order.route;
    wire::CreatePool {
        name,
        match_period: order.match_period_minutes,
        quantity: order.quantity,
        phone_number_request: wire::PoolWish {
            number_type: wire::NumberType::International,
            matching,
            iso_country: country.as_str(),
        },
        replacement_configuration: replacement(&order.replacement),
        call_routes: basic(termination_number.as_str()),
    }
}

fn number_wish(matching: &NumberMatch) -> Result<wire::NumberWish<'_>, Refusal> {
    match matching {
        NumberMatch::LocalToNumber { number, prefix } => Ok(wire::NumberWish::LocalToNumber {
            local_to_number: ten_digits(number).ok_or_else(|| {
                let message =
                    format!("{number} is not North American: Telmetrics finds numbers near those only");
                Refusal::new(RefusalCode::UnsupportedCountry, message).at("matching.number")
            })?,
            number_match_filter: filter(prefix.as_ref()),
        }),
        NumberMatch::LocalToCity {
            city,
            region,
            country,
            prefix,
        } => Ok(wire::NumberWish::LocalToCity {
            city: city.trim(),
            state: state(*country, region.as_deref())?,
            number_match_filter: filter(prefix.as_ref()),
        }),
        NumberMatch::TollFree { prefix, .. } => Ok(wire::NumberWish::TollFree {
            number_match_filter: filter(prefix.as_ref()),
        }),
        NumberMatch::Geographic(_) | NumberMatch::National { .. } | NumberMatch::Exact(_) => {
            let message = "Telmetrics sells single numbers near a number, near a city, and toll-free";
            Err(Refusal::new(RefusalCode::InvalidRequest, message).at("matching"))
        }
    }
}

/// "A two letter state/province code", in lower case as in the document's example.
fn state(country: CountryCode, region: Option<&str>) -> Result<String, Refusal> {
    let region = region.map(str::trim).filter(|region| !region.is_empty());
    let region = region.ok_or_else(|| {
        let message = "Telmetrics needs the city's state or province: give it, such as GA or ON";
        Refusal::new(RefusalCode::InvalidRequest, message).at("matching.region")
    })?;
    let code = country.region_code(region).ok_or_else(|| {
        let message = format!("this is no state or province of {country}: give its code, such as GA or ON");
        Refusal::new(RefusalCode::UnknownRegion, message).at("matching.region")
    })?;
    Ok(code.to_ascii_lowercase())
}

fn filter(prefix: Option<&Prefix>) -> Option<&str> {
    prefix.map(Prefix::as_str)
}

fn pool_match(matching: &PoolMatch) -> (wire::PoolMatch<'_>, &CountryCode) {
    match matching {
        PoolMatch::Geographic(GeographicMatch::City {
            country,
            city,
            region,
        }) => {
            let region = region
                .as_deref()
                .map(str::trim)
                .filter(|region| !region.is_empty());
            let place = wire::Place::City {
                city: city.trim(),
                region,
            };
            (wire::PoolMatch::Geographic { place }, country)
        }
        PoolMatch::Geographic(GeographicMatch::AreaCode { country, area_code }) => {
            let place = wire::Place::AreaCode {
                area_code: dialing_code(*country, area_code.trim()),
            };
            (wire::PoolMatch::Geographic { place }, country)
        }
        PoolMatch::TollFree { country } => (wire::PoolMatch::TollFree, country),
        PoolMatch::National { country } => (wire::PoolMatch::National, country),
    }
}

/// The area code as the country's regulator writes it, which is how the document wants it: `024`, not `24`. Where
/// the document has no example of a country's, it is what was given.
fn dialing_code(country: CountryCode, area_code: &str) -> String {
    if country == CountryCode::GB && !area_code.starts_with('0') {
        format!("0{area_code}")
    } else {
        area_code.to_owned()
    }
}

fn replacement(configuration: &ReplacementConfiguration) -> wire::ReplacementConfiguration {
    let input = ReplacementInput::from(configuration.clone());
    let tracking_sources = input.tracking_sources.into_iter();
    wire::ReplacementConfiguration {
        numbers_to_replace: input.numbers_to_replace,
        tracking_sources: tracking_sources
            .map(|source| wire::TrackingSource {
                referrer_domain: source.referrer_domain,
                url_triggers: source.url_triggers,
                track_organic: source.track_organic,
            })
            .collect(),
        replace_all_numbers: input.replace_all_numbers,
    }
}

fn to_ten_digits(route: &CallRoute) -> Result<wire::CallRoutes<'_>, Refusal> {
    let CallRoute::Basic { termination_number } = route;
    let digits = ten_digits(termination_number).ok_or_else(|| {
        let message = "Telmetrics forwards the calls of a single number to a North American number only: its \
                       document shows no other; a pool's calls can go anywhere";
        Refusal::new(RefusalCode::InvalidRequest, message).at("callRoute.basic.terminationNumber")
    })?;
    Ok(basic(digits))
}

const fn basic(termination_number: &str) -> wire::CallRoutes<'_> {
    wire::CallRoutes {
        route_type: wire::RouteType::Basic,
        route: wire::Route { termination_number },
    }
}

/// A North American number as the document of number assignment writes it.
fn ten_digits(number: &E164) -> Option<&str> {
    if number.is_nanp() {
        number.digits().strip_prefix('1')
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use provider_core::domain::{CustomerRef, GroupRef};
    use serde_json::{Value, json};

    use super::*;

    fn e164(text: &str) -> E164 {
        text.parse().expect("a number")
    }

    fn group() -> GroupRef {
        GroupRef {
            id: 1,
            external_id: None,
            name: "Sales".to_owned(),
            customer: CustomerRef {
                id: 1,
                code: "ACME".to_owned(),
            },
        }
    }

    fn order(matching: NumberMatch, termination: &str) -> NumberOrder {
        NumberOrder {
            token: "token-of-the-order".parse().expect("a token"),
            group: group(),
            name: "ABC Company".to_owned(),
            matching,
            widen: false,
            hold: None,
            route: CallRoute::Basic {
                termination_number: e164(termination),
            },
        }
    }

    fn local_to_city(city: &str, region: Option<&str>, country: CountryCode) -> NumberMatch {
        NumberMatch::LocalToCity {
            city: city.to_owned(),
            region: region.map(str::to_owned),
            country,
            prefix: None,
        }
    }

    fn sent(order: &NumberOrder) -> Result<Value, Refusal> {
        create_number(order, &order.name).map(|body| serde_json::to_value(body).expect("JSON"))
    }

    fn refused(order: &NumberOrder) -> (RefusalCode, Option<String>) {
        let refusal = create_number(order, &order.name).expect_err("a refusal");
        (refusal.code, refusal.field)
    }

    fn pool(matching: PoolMatch) -> PoolOrder {
        let input = ReplacementInput {
            replace_all_numbers: true,
            numbers_to_replace: Vec::new(),
            tracking_sources: vec![provider_core::domain::TrackingSourceInput {
                referrer_domain: "google".to_owned(),
                url_triggers: Vec::new(),
                track_organic: true,
            }],
        };
        PoolOrder {
            token: "token-of-the-order".parse().expect("a token"),
            group: group(),
            name: "Pool".to_owned(),
            match_period_minutes: 30,
            quantity: 2,
            matching,
            replacement: ReplacementConfiguration::new(&input).expect("a configuration"),
            route: CallRoute::Basic {
                termination_number: e164("+14165551234"),
            },
            allow_partial: false,
        }
    }

    fn wish(matching: PoolMatch) -> Value {
        let order = pool(matching);
        let body = serde_json::to_value(create_pool(&order, &order.name)).expect("JSON");
        body["phone_number_request"].clone()
    }

    #[test]
    fn a_state_is_sent_as_two_letters_however_it_is_written() {
        for region in ["ga", "GA", " Georgia ", "georgia"] {
            let order = order(
                local_to_city("atlanta", Some(region), CountryCode::US),
                "+14043993433",
            );
            let sent = sent(&order).expect("a request");
            assert_eq!(sent["phone_number_request"]["state"], "ga");
        }
        let order = order(
            local_to_city("Québec", Some("Quebec"), CountryCode::CA),
            "+14043993433",
        );
        let sent = sent(&order).expect("a request");
        let expected = json!({ "match_type": "localtocity", "city": "Québec", "state": "qc" });
        assert_eq!(sent["phone_number_request"], expected);
    }

    #[test]
    fn a_city_without_its_state_is_refused_with_what_to_give() {
        for region in [None, Some(""), Some("  ")] {
            let order = order(local_to_city("atlanta", region, CountryCode::US), "+14043993433");
            let expected = (RefusalCode::InvalidRequest, Some("matching.region".to_owned()));
            assert_eq!(refused(&order), expected);
        }
        let order = order(
            local_to_city("Toronto", Some("Georgia"), CountryCode::CA),
            "+14043993433",
        );
        let expected = (RefusalCode::UnknownRegion, Some("matching.region".to_owned()));
        assert_eq!(refused(&order), expected);
    }

    #[test]
    fn a_filter_has_three_digits_or_six() {
        for prefix in ["833", "833201"] {
            let matching = NumberMatch::TollFree {
                country: CountryCode::CA,
                prefix: prefix.parse().ok(),
            };
            let sent = sent(&order(matching, "+14043993433")).expect("a request");
            let expected = json!({ "match_type": "tollfree", "number_match_filter": prefix });
            assert_eq!(sent["phone_number_request"], expected);
        }
    }

    #[test]
    fn a_number_without_a_filter_is_asked_for_without_one() {
        let matching = NumberMatch::LocalToNumber {
            number: e164("+19056372046"),
            prefix: None,
        };
        let sent = sent(&order(matching, "+14043993433")).expect("a request");
        let expected = json!({ "match_type": "localtonumber", "local_to_number": "9056372046" });
        assert_eq!(sent["phone_number_request"], expected);
    }

    #[test]
    fn what_has_no_ten_digits_is_refused_before_it_is_sent() {
        let matching = NumberMatch::LocalToNumber {
            number: e164("+441274792823"),
            prefix: None,
        };
        let expected = (
            RefusalCode::UnsupportedCountry,
            Some("matching.number".to_owned()),
        );
        assert_eq!(refused(&order(matching, "+14043993433")), expected);
        let matching = NumberMatch::TollFree {
            country: CountryCode::US,
            prefix: None,
        };
        let field = "callRoute.basic.terminationNumber".to_owned();
        let expected = (RefusalCode::InvalidRequest, Some(field));
        assert_eq!(refused(&order(matching, "+441274792823")), expected);
    }

    #[test]
    fn an_area_code_of_the_united_kingdom_is_sent_with_its_zero_and_others_as_given() {
        let area_code = |country, code: &str| {
            let area_code = code.to_owned();
            let wish = wish(PoolMatch::Geographic(GeographicMatch::AreaCode {
                country,
                area_code,
            }));
            wish["area_code"].clone()
        };
        assert_eq!(area_code(CountryCode::GB, "24"), "024");
        assert_eq!(area_code(CountryCode::GB, "024"), "024");
        assert_eq!(area_code(CountryCode::US, "404"), "404");
    }

    #[test]
    fn a_region_is_sent_with_its_city_where_it_is_given() {
        let city = |region: Option<&str>| {
            wish(PoolMatch::Geographic(GeographicMatch::City {
                country: CountryCode::GB,
                city: " Newport ".to_owned(),
                region: region.map(str::to_owned),
            }))
        };
        let mut expected = json!({
            "number_type": "international",
            "match_type": "geographic",
            "city": "Newport",
            "iso_country": "GB",
        });
        assert_eq!(city(None), expected);
        assert_eq!(city(Some(" ")), expected);
        expected["region"] = json!("Wales");
        assert_eq!(city(Some("Wales")), expected);
    }

    #[test]
    fn replacing_every_number_excludes_a_list_of_numbers() {
        let order = pool(PoolMatch::National {
            country: CountryCode::GB,
        });
        let body = serde_json::to_value(create_pool(&order, &order.name)).expect("JSON");
        let expected = json!({
            "tracking_sources": [{ "referrer_domain": "Google", "track_organic": true }],
            "replace_all_numbers": true,
        });
        assert_eq!(body["replacement_configuration"], expected);
        let route = json!({ "route_type": "Basic", "route": { "termination_number": "+14165551234" } });
        assert_eq!(body["call_routes"], route);
    }
}
