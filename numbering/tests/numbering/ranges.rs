//! Requests by area code, toll-free, national and exact.

use numbering::{CountryCode, GeographicMatch, NumberMatch, NumberType, Tier};

use super::{country, e164, places, plan, prefix};

fn area_code(code: CountryCode, area_code: &str) -> NumberMatch {
    NumberMatch::Geographic(GeographicMatch::AreaCode {
        country: code,
        area_code: area_code.to_owned(),
    })
}

#[test]
fn an_area_code_is_the_same_with_and_without_its_trunk_zero() {
    for (code, written, expected) in [
        ("GB", "024", "+4424"),
        ("GB", "24", "+4424"),
        ("GB", "0117", "+44117"),
        ("GB", "117", "+44117"),
        ("GB", "01274", "+441274"),
        ("US", "404", "+1404"),
        ("CA", "905", "+1905"),
        ("DE", "030", "+4930"),
        ("IE", "01", "+3531"),
        ("ES", "91", "+3491"),
        ("IT", "06", "+3906"),
        ("AU", "02", "+612"),
        ("NZ", "09", "+649"),
        ("FR", "01", "+331"),
    ] {
        let plan = plan(&area_code(country(code), written));
        assert_eq!(plan.steps.len(), 1);
        let step = &plan.steps[0];
        assert_eq!(step.tier, Tier::Requested);
        assert_eq!(step.cell.country, Some(country(code)));
        assert_eq!(step.cell.prefix.as_deref(), Some(expected), "{code} {written}");
        assert_eq!(step.cell.types, [NumberType::Geographic]);
    }
}

#[test]
fn the_coventry_sample_answers_its_area_code() {
    let coventry = area_code(CountryCode::GB, "024");
    assert!(places().satisfies(&coventry, false, &e164("+442477180193")));
    assert!(!places().satisfies(&coventry, false, &e164("+441174090162")));
}

#[test]
fn a_widened_north_american_area_code_includes_its_overlays() {
    let plan = places().plan(&area_code(CountryCode::CA, "905"), true).unwrap();
    let prefixes: Vec<_> = plan
        .steps
        .iter()
        .map(|step| step.cell.prefix.clone().unwrap())
        .collect();
    assert_eq!(prefixes, ["+1905", "+1289", "+1365", "+1742"]);
}

#[test]
fn north_american_toll_free_numbers_answer_for_every_member_country() {
    for home in [CountryCode::US, CountryCode::CA] {
        let any = NumberMatch::TollFree {
            country: home,
            prefix: None,
        };
        let step = &plan(&any).steps[0];
        assert_eq!(
            (step.cell.country, step.cell.prefix.as_deref()),
            (None, Some("+1"))
        );
        assert!(places().satisfies(&any, false, &e164("+18332018273")));
        assert!(!places().satisfies(&any, false, &e164("+14043411266")));
    }
    let by_code = NumberMatch::TollFree {
        country: CountryCode::US,
        prefix: prefix("833201"),
    };
    assert!(places().satisfies(&by_code, false, &e164("+18332018273")));
    assert!(!places().satisfies(&by_code, false, &e164("+18442018273")));
}

#[test]
fn british_toll_free_is_080_and_national_is_03_only() {
    let toll_free = NumberMatch::TollFree {
        country: CountryCode::GB,
        prefix: None,
    };
    for (number, expected) in [
        ("+448000885644", true),
        ("+448081570000", true),
        ("+448431234567", false),
    ] {
        assert_eq!(
            places().satisfies(&toll_free, false, &e164(number)),
            expected,
            "{number}"
        );
    }
    let national = NumberMatch::National {
        country: CountryCode::GB,
    };
    for (number, expected) in [
        ("+443308180609", true),
        ("+445511234567", false),
        ("+441174090162", false),
    ] {
        assert_eq!(
            places().satisfies(&national, false, &e164(number)),
            expected,
            "{number}"
        );
    }
}

#[test]
fn other_countries_toll_free_numbers_go_by_type() {
    let german = NumberMatch::TollFree {
        country: country("DE"),
        prefix: None,
    };
    assert!(places().satisfies(&german, false, &e164("+498001234567")));
    assert!(!places().satisfies(&german, false, &e164("+493012345678")));
}

#[test]
fn an_exact_request_is_answered_by_that_number_alone() {
    let exact = NumberMatch::Exact(e164("+14043411266"));
    assert!(places().satisfies(&exact, false, &e164("+14043411266")));
    assert!(!places().satisfies(&exact, false, &e164("+14043411267")));
}

#[test]
fn a_match_is_stored_under_its_type_and_reads_back() {
    for (wanted, stored) in [
        (
            super::local_to_number("+19056372046", prefix("289")),
            r#"{"localToNumber":{"number":"+19056372046","prefix":"289"}}"#,
        ),
        (
            super::local_to_city("atlanta", "", CountryCode::US, None),
            r#"{"localToCity":{"city":"atlanta","country":"US"}}"#,
        ),
        (
            NumberMatch::TollFree {
                country: CountryCode::US,
                prefix: None,
            },
            r#"{"tollFree":{"country":"US"}}"#,
        ),
        (
            area_code(CountryCode::GB, "024"),
            r#"{"geographic":{"areaCode":{"country":"GB","areaCode":"024"}}}"#,
        ),
        (
            NumberMatch::National {
                country: CountryCode::GB,
            },
            r#"{"national":{"country":"GB"}}"#,
        ),
        (
            NumberMatch::Exact(e164("+14043411266")),
            r#"{"exact":"+14043411266"}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&wanted).unwrap(), stored);
        assert_eq!(serde_json::from_str::<NumberMatch>(stored).unwrap(), wanted);
    }
    assert!(serde_json::from_str::<NumberMatch>(r#"{"tollFree":{"country":"US","prefix":"83"}}"#).is_err());
}
