//! Requests that no stock can answer.

use numbering::{CountryCode, GeographicMatch, MatchError, NumberMatch, Prefix};

use super::{country, local_to_city, local_to_number, places, prefix};

const US: CountryCode = CountryCode::US;
const CA: CountryCode = CountryCode::CA;
const GB: CountryCode = CountryCode::GB;

fn refused(wanted: &NumberMatch) -> MatchError {
    places().plan(wanted, true).expect_err("a refusal")
}

/// The code and the input field at fault.
fn fault(wanted: &NumberMatch) -> (&'static str, &'static str) {
    let error = refused(wanted);
    (error.code(), error.field())
}

fn area_code(code: CountryCode, area_code: &str) -> NumberMatch {
    NumberMatch::Geographic(GeographicMatch::AreaCode {
        country: code,
        area_code: area_code.to_owned(),
    })
}

#[test]
fn an_unknown_city_is_refused_with_near_spellings() {
    for city in ["", "   ", "Zzyzzyx", "!!!"] {
        assert_eq!(
            fault(&local_to_city(city, "GA", US, None)),
            ("UNKNOWN_CITY", "city"),
            "{city}"
        );
    }
    let MatchError::UnknownCity { suggestions, .. } = refused(&local_to_city("Atlenta", "GA", US, None))
    else {
        panic!("another refusal");
    };
    assert_eq!(suggestions.first().map(String::as_str), Some("Atlanta, GA"));
}

#[test]
fn a_city_of_another_region_is_unknown_in_the_region_asked_for() {
    let MatchError::UnknownCity { suggestions, .. } = refused(&local_to_city("Chicago", "GA", US, None))
    else {
        panic!("another refusal");
    };
    assert_eq!(suggestions, ["Chicago, IL"]);
}

#[test]
fn a_city_name_of_several_regions_needs_one() {
    for (city, home) in [
        ("Springfield", US),
        ("Atlanta", US),
        ("Hamilton", US),
        ("Burlington", US),
        ("Bangor", GB),
    ] {
        assert_eq!(
            fault(&local_to_city(city, "", home, None)),
            ("AMBIGUOUS_CITY", "region"),
            "{city}"
        );
    }
    let MatchError::AmbiguousCity { candidates, .. } = refused(&local_to_city("Atlanta", "", US, None))
    else {
        panic!("another refusal");
    };
    assert_eq!(candidates.first().map(String::as_str), Some("GA"));
    for region in candidates {
        let refusal = places()
            .plan(&local_to_city("Atlanta", &region, US, None), false)
            .err();
        assert!(
            refusal.is_none_or(|error| error.code() == "NO_LOCAL_AREA"),
            "{region}"
        );
    }
}

#[test]
fn a_region_of_no_or_another_country_is_refused() {
    for (region, home) in [
        ("ZZ", US),
        ("ON", US),
        ("Georgia", CA),
        ("England", US),
        ("BY", country("DE")),
    ] {
        assert_eq!(
            fault(&local_to_city("Berlin", region, home, None)),
            ("UNKNOWN_REGION", "region"),
            "{region}"
        );
    }
}

#[test]
fn a_known_city_far_from_any_numbers_has_no_local_area() {
    assert_eq!(
        fault(&local_to_city(REMOTE.0, REMOTE.1, REMOTE.2, None)),
        ("NO_LOCAL_AREA", "city")
    );
}

/// A place in the tables with no area code of its own and none within 40 km.
const REMOTE: (&str, &str, CountryCode) = ("Prudhoe Bay", "AK", US);

#[test]
fn a_number_that_is_not_geographic_has_no_local_area() {
    for number in [
        "+18332018273",
        "+448000885644",
        "+447400123456",
        "+443308180609",
        "+4532123456",
    ] {
        assert_eq!(
            fault(&local_to_number(number, None)),
            ("NO_LOCAL_AREA", "number"),
            "{number}"
        );
    }
}

#[test]
fn a_number_that_cannot_exist_is_refused() {
    assert_eq!(
        fault(&local_to_number("+12992345678", None)),
        ("UNKNOWN_AREA_CODE", "number")
    );
    assert_eq!(
        fault(&local_to_number("+14041112222", None)),
        ("INVALID_NUMBER", "number")
    );
    assert_eq!(
        fault(&local_to_number("+9991234567", None)),
        ("INVALID_NUMBER", "number")
    );
}

#[test]
fn a_filter_is_3_or_6_digits() {
    assert_eq!(" 289 ".parse::<Prefix>().unwrap().as_str(), "289");
    for text in [
        "", "28", "2898", "28981", "2898122", "abc", "2 9", "189", "289112", "٢٨٩",
    ] {
        let fault = text
            .parse::<Prefix>()
            .map_err(|error| (error.code(), error.field()));
        assert_eq!(fault, Err(("BAD_FILTER", "prefix")), "{text}");
    }
}

#[test]
fn a_filter_in_an_unassigned_area_code_is_an_unknown_area_code() {
    for wanted in [
        local_to_number("+19056372046", prefix("299")),
        local_to_city("Atlanta", "GA", US, prefix("299404")),
        NumberMatch::TollFree {
            country: US,
            prefix: prefix("299"),
        },
    ] {
        assert_eq!(fault(&wanted), ("UNKNOWN_AREA_CODE", "prefix"));
    }
}

#[test]
fn a_filter_that_contradicts_the_request_is_a_bad_filter() {
    for wanted in [
        local_to_city("Atlanta", "GA", US, prefix("212")),
        local_to_city("Atlanta", "GA", US, prefix("833")),
        local_to_number("+19056372046", prefix("404")),
        local_to_number("+19056372046", prefix("900")),
        local_to_number("+441274792823", prefix("404")),
        local_to_city("Bristol", "", GB, prefix("404")),
        NumberMatch::TollFree {
            country: US,
            prefix: prefix("404"),
        },
        NumberMatch::TollFree {
            country: GB,
            prefix: prefix("833"),
        },
    ] {
        assert_eq!(fault(&wanted), ("BAD_FILTER", "prefix"), "{wanted:?}");
    }
}

#[test]
fn a_filter_elsewhere_in_the_region_is_reached_only_by_widening() {
    let wanted = local_to_city("Atlanta", "GA", US, prefix("912"));
    assert_eq!(places().plan(&wanted, false).unwrap_err().code(), "BAD_FILTER");
    assert!(places().plan(&wanted, true).is_ok());
}

#[test]
fn an_area_code_that_is_not_the_countrys_is_unknown() {
    for (home, code) in [
        (US, "905"),
        (CA, "404"),
        (US, "299"),
        (US, "800"),
        (US, "90"),
        (US, "9056"),
        (US, "0404"),
        (GB, "099"),
        (GB, "01481"),
        (GB, ""),
        (GB, "0"),
        (GB, "abc"),
        (GB, "+44117"),
        (country("DE"), "0000"),
        (country("FR"), "06"),
        (country("DK"), "12"),
    ] {
        assert_eq!(
            fault(&area_code(home, code)),
            ("UNKNOWN_AREA_CODE", "areaCode"),
            "{home} {code}"
        );
    }
}

#[test]
fn countries_without_such_numbers_or_tables_say_so() {
    let france = country("FR");
    for wanted in [
        local_to_city("Paris", "", france, None),
        NumberMatch::National { country: US },
        NumberMatch::National { country: CA },
        NumberMatch::TollFree {
            country: country("AQ"),
            prefix: None,
        },
    ] {
        assert_eq!(fault(&wanted), ("UNSUPPORTED_COUNTRY", "country"), "{wanted:?}");
    }
}

#[test]
fn refusals_say_what_to_do() {
    let text = refused(&local_to_city("Atlanta", "GA", US, prefix("212"))).to_string();
    assert!(text.contains("404") && text.contains("Atlanta"), "{text}");
    let text = refused(&NumberMatch::TollFree {
        country: US,
        prefix: prefix("404"),
    })
    .to_string();
    assert!(text.contains("833"), "{text}");
    let text = refused(&area_code(US, "905")).to_string();
    assert!(text.contains("CA"), "{text}");
}
