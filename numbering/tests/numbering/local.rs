//! Requests local to a number or a city, and geographic requests by city.

use numbering::{CountryCode, GeographicMatch, NumberMatch, PlaceFilter, Tier};
use proptest::prelude::*;

use super::{country, e164, facts, local_to_city, local_to_number, of_tier, places, plan, prefix};

fn in_city(code: CountryCode, city: &str, region: Option<&str>) -> NumberMatch {
    NumberMatch::Geographic(GeographicMatch::City {
        country: code,
        city: city.to_owned(),
        region: region.map(str::to_owned),
    })
}

#[test]
fn the_documents_samples_answer_their_requests() {
    for (wanted, number) in [
        (local_to_number("+19056372046", prefix("289")), "+12898122093"),
        (
            local_to_city("atlanta", "ga", CountryCode::US, prefix("404")),
            "+14043411266",
        ),
        (
            NumberMatch::TollFree {
                country: CountryCode::US,
                prefix: prefix("833"),
            },
            "+18332018273",
        ),
        (in_city(CountryCode::GB, "Bristol", None), "+441174090162"),
        (
            NumberMatch::TollFree {
                country: CountryCode::GB,
                prefix: None,
            },
            "+448000885644",
        ),
        (
            NumberMatch::National {
                country: CountryCode::GB,
            },
            "+443308180609",
        ),
    ] {
        assert!(places().satisfies(&wanted, false, &e164(number)), "{number}");
    }
}

#[test]
fn a_number_from_elsewhere_does_not_answer_a_local_request() {
    let near = local_to_number("+19056372046", prefix("289"));
    for number in ["+14043411266", "+18332018273", "+19056372047", "+441174090162"] {
        assert!(!places().satisfies(&near, false, &e164(number)), "{number}");
    }
    let bristol = in_city(CountryCode::GB, "Bristol", None);
    assert!(!places().satisfies(&bristol, false, &e164("+442477180193")));
}

#[test]
fn local_to_a_number_goes_through_every_tier_in_order() {
    let plan = places()
        .plan(&local_to_number("+19056372046", None), true)
        .unwrap();
    let mut tiers: Vec<Tier> = plan.steps.iter().map(|step| step.tier).collect();
    assert!(tiers.is_sorted());
    tiers.dedup();
    assert_eq!(
        tiers,
        [
            Tier::T1SameExchange,
            Tier::T2SameCity,
            Tier::T3CoveringAreaCode,
            Tier::T4NearbyCity,
            Tier::T5SameAreaCode,
            Tier::T6OverlayAreaCode,
            Tier::T7SameRegion
        ]
    );
    assert_eq!(plan.steps[0].cell.prefix.as_deref(), Some("+1905637"));
    let same_city = of_tier(&plan, Tier::T2SameCity)[0];
    let burlington = PlaceFilter::City {
        key: "burlington".to_owned(),
        region: Some("ON".to_owned()),
    };
    assert_eq!(same_city.cell.place, burlington);
    let overlays: Vec<_> = of_tier(&plan, Tier::T6OverlayAreaCode)
        .iter()
        .map(|step| step.cell.prefix.clone().unwrap())
        .collect();
    assert_eq!(overlays, ["+1289", "+1365", "+1742"]);
}

#[test]
fn the_region_tier_comes_only_when_the_caller_widens() {
    let near = local_to_number("+19056372046", None);
    assert!(of_tier(&plan(&near), Tier::T7SameRegion).is_empty());
    let widened = places().plan(&near, true).unwrap();
    assert_eq!(
        of_tier(&widened, Tier::T7SameRegion)[0].cell.region.as_deref(),
        Some("ON")
    );
}

#[test]
fn covering_area_codes_come_before_their_overlays() {
    let plan = plan(&local_to_city("Hamilton", "ON", CountryCode::CA, None));
    let covering = of_tier(&plan, Tier::T3CoveringAreaCode);
    assert!(
        covering
            .iter()
            .all(|step| step.cell.place == PlaceFilter::Unknown)
    );
    assert!(covering.is_sorted_by_key(|step| step.overlay));
    let direct: Vec<_> = covering
        .iter()
        .filter(|step| !step.overlay)
        .map(|step| step.cell.prefix.clone().unwrap())
        .collect();
    assert!(
        direct.contains(&"+1905".to_owned()) && direct.contains(&"+1289".to_owned()),
        "{direct:?}"
    );
}

#[test]
fn nearby_cities_are_within_40_km_and_the_nearest_comes_first() {
    let plan = plan(&local_to_city("Hamilton", "ON", CountryCode::CA, None));
    let near = of_tier(&plan, Tier::T4NearbyCity);
    let distances: Vec<f64> = near.iter().map(|step| step.distance_km.unwrap()).collect();
    assert!(
        distances.is_sorted() && distances.iter().all(|km| (0.0..=40.0).contains(km)),
        "{distances:?}"
    );
    let names: Vec<&str> = near.iter().map(|step| step.city.as_deref().unwrap()).collect();
    assert!(
        names.contains(&"Burlington") && !names.contains(&"Hamilton") && !names.contains(&"Toronto"),
        "{names:?}"
    );
}

#[test]
fn overlays_are_taken_one_step_only() {
    // 404 is overlaid by 470, 678 and 943; 770 is overlaid by these too but does not overlay 404.
    let plan = plan(&local_to_number("+14043411266", None));
    let overlays: Vec<_> = of_tier(&plan, Tier::T6OverlayAreaCode)
        .iter()
        .map(|step| step.cell.prefix.clone().unwrap())
        .collect();
    assert_eq!(overlays, ["+1470", "+1678", "+1943"]);
}

#[test]
fn every_step_stays_inside_the_filter() {
    for (wanted, filter) in [
        (local_to_number("+19056372046", prefix("289")), "+1289"),
        (local_to_number("+19056372046", prefix("289812")), "+1289812"),
        (
            local_to_city("atlanta", "ga", CountryCode::US, prefix("404")),
            "+1404",
        ),
        (
            local_to_city("New York", "NY", CountryCode::US, prefix("646")),
            "+1646",
        ),
    ] {
        let plan = places().plan(&wanted, true).unwrap();
        assert!(!plan.steps.is_empty());
        for step in &plan.steps {
            let prefix = step.cell.prefix.as_deref().unwrap_or_default();
            assert!(prefix.starts_with(filter), "{filter}: {step:?}");
        }
    }
}

#[test]
fn a_filter_on_the_same_area_code_keeps_the_same_exchange_first() {
    let plan = plan(&local_to_number("+19056372046", prefix("905")));
    assert_eq!(plan.steps[0].tier, Tier::T1SameExchange);
    assert_eq!(plan.steps[0].cell.prefix.as_deref(), Some("+1905637"));
    assert!(of_tier(&plan, Tier::T6OverlayAreaCode).is_empty());
}

#[test]
fn a_british_number_is_matched_by_its_town_and_area_code() {
    let plan = plan(&local_to_number("+441274792823", None));
    assert!(of_tier(&plan, Tier::T1SameExchange).is_empty());
    assert_eq!(plan.steps[0].city.as_deref(), Some("Bradford"));
    let same = of_tier(&plan, Tier::T5SameAreaCode);
    assert_eq!(same[0].cell.prefix.as_deref(), Some("+441274"));
    let near: Vec<&str> = of_tier(&plan, Tier::T4NearbyCity)
        .iter()
        .map(|step| step.city.as_deref().unwrap())
        .collect();
    assert!(near.contains(&"Leeds"), "{near:?}");
}

#[test]
fn a_geographic_request_by_city_stays_in_the_city_unless_widened() {
    let bristol = in_city(CountryCode::GB, "Bristol", None);
    let plan = plan(&bristol);
    assert!(of_tier(&plan, Tier::T4NearbyCity).is_empty());
    assert_eq!(
        of_tier(&plan, Tier::T5SameAreaCode)[0].cell.prefix.as_deref(),
        Some("+44117")
    );
    let widened = places().plan(&bristol, true).unwrap();
    assert!(!of_tier(&widened, Tier::T4NearbyCity).is_empty());

    let atlanta = in_city(CountryCode::US, "Atlanta", Some("Georgia"));
    let tiers = [Tier::T2SameCity, Tier::T3CoveringAreaCode];
    assert!(
        super::plan(&atlanta)
            .steps
            .iter()
            .all(|step| tiers.contains(&step.tier))
    );
}

#[test]
fn a_city_is_found_by_any_spelling_and_its_region_by_code_or_name() {
    let expected = plan(&local_to_city("St. Catharines", "ON", CountryCode::CA, None));
    for (city, region) in [
        ("saint catharines", "on"),
        ("ST CATHARINES", "Ontario"),
        ("St.Catharines ", " ontario "),
    ] {
        assert_eq!(
            plan(&local_to_city(city, region, CountryCode::CA, None)),
            expected,
            "{city}"
        );
    }
}

#[test]
fn a_city_is_found_under_its_other_names() {
    for (city, region, code, expected) in [
        ("New York City", "NY", "US", "New York"),
        ("Manhattan", "New York", "US", "New York"),
        ("Québec", "QC", "CA", "Quebec City"),
        ("Newcastle upon Tyne", "", "GB", "Tyneside"),
        ("Sunderland", "", "GB", "Sunderland"),
        ("Soleure", "", "CH", "Bienne/Neuchâtel/Soleure/Jura"),
        ("Kinsale", "", "IE", "Kinsale"),
    ] {
        let plan = plan(&local_to_city(city, region, country(code), None));
        assert_eq!(plan.steps[0].city.as_deref(), Some(expected), "{city}");
    }
}

#[test]
fn a_small_place_without_numbers_of_its_own_is_served_from_nearby() {
    let plan = plan(&local_to_city("Sammamish", "WA", CountryCode::US, None));
    assert!(!of_tier(&plan, Tier::T4NearbyCity).is_empty());
    let same = of_tier(&plan, Tier::T5SameAreaCode);
    assert!(
        same.iter()
            .any(|step| step.cell.prefix.as_deref() == Some("+1425")),
        "{same:?}"
    );
}

#[test]
fn a_british_city_far_larger_than_its_namesakes_needs_no_region() {
    for city in [
        "Bristol",
        "London",
        "Reading",
        "Manchester",
        "Coventry",
        "Cardiff",
        "Belfast",
    ] {
        assert!(
            places()
                .plan(&in_city(CountryCode::GB, city, None), false)
                .is_ok(),
            "{city}"
        );
    }
}

#[test]
fn german_cities_are_matched_by_their_area_code() {
    let plan = plan(&in_city(country("DE"), "Berlin", None));
    assert_eq!(
        of_tier(&plan, Tier::T5SameAreaCode)[0].cell.prefix.as_deref(),
        Some("+4930")
    );
    assert!(places().satisfies(
        &in_city(country("DE"), "berlin", None),
        false,
        &e164("+493012345678")
    ));
}

#[test]
fn every_local_step_has_a_reason_and_a_geographic_cell() {
    let plan = places()
        .plan(&local_to_number("+14043993433", None), true)
        .unwrap();
    for step in &plan.steps {
        assert!(!step.reason.is_empty());
        assert_eq!(step.cell.country, Some(CountryCode::US));
        assert_eq!(
            step.city.is_some(),
            matches!(step.cell.place, PlaceFilter::City { .. })
        );
        assert_eq!(step.distance_km.is_some(), step.tier == Tier::T4NearbyCity);
    }
}

#[test]
fn a_plan_of_a_crowded_place_is_bounded() {
    assert!(
        plan(&local_to_city("New York", "NY", CountryCode::US, None))
            .steps
            .len()
            <= 260
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_request_always_gives_the_same_plan_and_the_number_itself_answers_it(
        npa in prop::sample::select(vec!["905", "289", "404", "212", "604", "416", "907"]),
        line in 2_000_000u32..9_999_999,
        widen: bool,
    ) {
        let number = format!("+1{npa}{line}");
        if facts(&number).number_type != numbering::NumberType::Geographic {
            return Ok(());
        }
        let near = local_to_number(&number, None);
        let first = places().plan(&near, widen).unwrap();
        prop_assert_eq!(&first, &places().plan(&near, widen).unwrap());
        prop_assert!(first.steps.iter().map(|step| step.tier).is_sorted());
        prop_assert!(places().satisfies(&near, widen, &e164(&number)));
    }
}

#[test]
fn a_quarter_of_a_large_city_is_not_taken_for_its_namesake() {
    for (center, region, home, namesake) in [
        ("Sammamish", "WA", "US", "Newport"),
        ("Madrid", "", "ES", "Salamanca"),
        ("Redmond", "WA", "US", "Newport"),
    ] {
        let plan = plan(&local_to_city(center, region, country(home), None));
        let near = of_tier(&plan, Tier::T4NearbyCity);
        assert!(
            near.iter().all(|step| step.city.as_deref() != Some(namesake)),
            "{namesake} near {center}"
        );
    }
}

#[test]
fn numbers_of_plans_without_area_codes_are_matched_by_their_labelled_prefix() {
    let plan = plan(&local_to_number("+34912345678", None));
    let same: Vec<_> = of_tier(&plan, Tier::T5SameAreaCode)
        .iter()
        .map(|step| step.cell.prefix.clone().unwrap())
        .collect();
    assert!(same.contains(&"+3491".to_owned()), "{same:?}");
    assert!(places().satisfies(
        &local_to_number("+34912345678", None),
        false,
        &e164("+34918765432")
    ));
}
