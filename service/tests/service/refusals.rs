//! What can't be done, and how it is said: a stable code, and the field in the words of the API.

use numbering::{GeographicMatch, NumberMatch};
use provider_core::domain::{CountryCode, PoolMatch, ReplacementInput, TrackingSourceInput};
use service::{AssignNumber, CreateNumberPool, UpdateNumber, UpdateNumberPool};
use store::testing::on_both;

use crate::{
    invariants,
    world::{
        AtOnce, World, admin, assign, british_area, e164, exact, fault, in_city, near, pool, problem,
        reference, refusal, refusals, toll_free,
    },
};

#[tokio::test]
async fn a_match_that_no_stock_can_answer_names_the_field_and_writes_nothing() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&["+14043411266"]).await;
        let before = world.footprint().await;
        let geographic = |city: &str| {
            NumberMatch::Geographic(GeographicMatch::City {
                country: CountryCode::GB,
                city: city.to_owned(),
                region: None,
            })
        };
        let area_code = NumberMatch::Geographic(GeographicMatch::AreaCode {
            country: CountryCode::GB,
            area_code: "0999".to_owned(),
        });
        let cases = [
            (
                in_city("Atlantis", Some("GA"), None),
                "UNKNOWN_CITY",
                "localToCity.city",
            ),
            (
                in_city("Springfield", None, None),
                "AMBIGUOUS_CITY",
                "localToCity.region",
            ),
            (
                in_city("Atlanta", Some("ZZ"), None),
                "UNKNOWN_REGION",
                "localToCity.region",
            ),
            (
                in_city("Prudhoe Bay", Some("AK"), None),
                "NO_LOCAL_AREA",
                "localToCity.city",
            ),
            (
                near("+18332018273", None),
                "NO_LOCAL_AREA",
                "localToNumber.number",
            ),
            (
                near("+12992345678", None),
                "UNKNOWN_AREA_CODE",
                "localToNumber.number",
            ),
            (
                near("+14041112222", None),
                "INVALID_NUMBER",
                "localToNumber.number",
            ),
            (
                near("+19056372046", Some("404")),
                "BAD_FILTER",
                "localToNumber.prefix",
            ),
            (
                toll_free(CountryCode::US, Some("404")),
                "BAD_FILTER",
                "tollFree.prefix",
            ),
            (geographic("Atlantis"), "UNKNOWN_CITY", "geographic.city"),
            (area_code, "UNKNOWN_AREA_CODE", "geographic.areaCode"),
            (
                NumberMatch::National {
                    country: CountryCode::US,
                },
                "UNSUPPORTED_COUNTRY",
                "national.country",
            ),
        ];
        for (matching, code, path) in cases {
            let expected = fault(code, &format!("input.match.{path}"));
            assert_eq!(refusal(world.assign("Name", matching.clone()).await), expected);
            let group = world.tenants.sales.group_id;
            let preview = world
                .switchboard
                .preview_assignment(&admin(), group, &matching, false, None)
                .await;
            assert_eq!(refusal(preview), expected);
            let request = pool(world.tenants.sales, "Name", british_area("020"), 1);
            if let NumberMatch::Geographic(place) = matching {
                let request = CreateNumberPool {
                    matching: PoolMatch::Geographic(place),
                    ..request
                };
                assert_eq!(
                    refusal(world.switchboard.create_number_pool(&admin(), request).await),
                    expected
                );
            }
        }
        assert_eq!(world.footprint().await, before);
    })
    .await;
}

#[tokio::test]
async fn an_empty_stock_is_a_refused_operation_that_names_the_match() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&["+14043411266"]).await;
        for (matching, member) in [
            (near("+19056372046", Some("289")), "localToNumber"),
            (in_city("Seattle", Some("WA"), None), "localToCity"),
            (toll_free(CountryCode::US, None), "tollFree"),
            (exact("+14043411267"), "exact"),
        ] {
            let answer = world.assign("Name", matching).await.unwrap();
            assert_eq!(
                problem(&answer),
                fault("NO_STOCK", &format!("input.match.{member}"))
            );
            assert_eq!((answer.number, answer.operation.number_id), (None, None));
        }
        assert_eq!(world.status("+14043411266").await.to_string(), "AVAILABLE");
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn every_fault_of_an_order_is_named_at_once_and_nothing_is_written() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&["+14043411266"]).await;
        let before = world.footprint().await;
        let paths = |errors: Vec<service::UserError>| -> Vec<(String, String)> {
            errors
                .into_iter()
                .map(|error| (error.code.to_string(), error.path.join(".")))
                .collect()
        };
        let request = AssignNumber {
            client_reference: "short".to_owned(),
            name: " \t ".to_owned(),
            tags: vec![String::new()],
            provider: Some("nobody".parse().unwrap()),
            ..assign(world.tenants.sales, "", exact("+14043411266"))
        };
        let found = refusals(world.switchboard.assign_number(&admin(), request).await);
        assert_eq!(
            paths(found),
            [
                fault("INVALID_INPUT", "input.clientReference"),
                fault("INVALID_INPUT", "input.name"),
                fault("INVALID_INPUT", "input.tags"),
                fault("UNKNOWN_PROVIDER", "input.provider"),
            ]
        );
        let request = CreateNumberPool {
            client_reference: "x".repeat(256),
            name: "n".repeat(201),
            quantity: 0,
            match_period_minutes: 0,
            ..pool(world.tenants.sales, "", british_area("020"), 1)
        };
        let found = refusals(world.switchboard.create_number_pool(&admin(), request).await);
        assert_eq!(
            paths(found),
            [
                fault("INVALID_INPUT", "input.clientReference"),
                fault("INVALID_INPUT", "input.name"),
                fault("INVALID_INPUT", "input.quantity"),
                fault("INVALID_INPUT", "input.matchPeriodMinutes"),
            ]
        );
        for tags in [
            vec!["t".repeat(51)],
            (0..21).map(|n| n.to_string()).collect(),
            vec!["a\nb".to_owned()],
        ] {
            let request = AssignNumber {
                tags,
                ..assign(world.tenants.sales, "Name", exact("+14043411266"))
            };
            let found = refusal(world.switchboard.assign_number(&admin(), request).await);
            assert_eq!(found, fault("INVALID_INPUT", "input.tags"));
        }
        assert_eq!(world.footprint().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_group_that_is_not_there_and_one_out_of_scope_are_refused_alike() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&["+14043411266"]).await;
        let before = world.footprint().await;
        let stranger = crate::world::manager_of(world.tenants.bolt);
        let mut errors = Vec::new();
        for group_id in [i64::MAX, world.tenants.sales.group_id] {
            let request = AssignNumber {
                group_id,
                ..assign(world.tenants.sales, "Name", exact("+14043411266"))
            };
            errors.push(refusals(
                world.switchboard.assign_number(&stranger, request).await,
            ));
        }
        assert_eq!(errors[0], errors[1]);
        assert_eq!(
            (errors[0][0].code.to_string(), errors[0][0].path.join(".")),
            fault("UNKNOWN_GROUP", "input.groupId")
        );
        assert_eq!(world.footprint().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_name_is_taken_in_its_group_whatever_its_case_and_spaces() {
    on_both(async |db| {
        let world = World::on(db).await;
        world
            .stock(&["+14043411266", "+14043411267", "+14043411268"])
            .await;
        let first = world.give("+14043411266", "Élan Tires").await;
        let other = world.give("+14043411267", "Other").await;
        let before = world.footprint().await;
        for name in ["Élan Tires", " élan   TIRES "] {
            let taken = fault("NAME_TAKEN", "input.name");
            assert_eq!(refusal(world.assign(name, exact("+14043411268")).await), taken);
            let rename = UpdateNumber {
                number_id: other.id,
                name: Some(name.to_owned()),
                ..UpdateNumber::default()
            };
            assert_eq!(
                refusal(world.switchboard.update_now(&admin(), rename).await),
                taken
            );
        }
        assert_eq!(world.footprint().await, before);
        let respelled = UpdateNumber {
            number_id: first.id,
            name: Some("ÉLAN Tires".to_owned()),
            ..UpdateNumber::default()
        };
        let respelled = world.switchboard.update_now(&admin(), respelled).await.unwrap();
        assert_eq!(respelled.name.as_deref(), Some("ÉLAN Tires"));
        let request = assign(world.tenants.support, "Élan Tires", exact("+14043411268"));
        let elsewhere = world.switchboard.assign_number(&admin(), request).await.unwrap();
        assert!(elsewhere.number.is_some(), "another group may use the name");
    })
    .await;
}

#[tokio::test]
async fn two_orders_that_race_for_one_name_give_one_number_and_leave_the_other_in_stock() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&["+14043411266", "+14043411267"]).await;
        let (one, two) = futures_util::join!(
            world.assign("Same", exact("+14043411266")),
            world.assign("same ", exact("+14043411267"))
        );
        let gave = [one, two]
            .into_iter()
            .filter(|answer| answer.as_ref().is_ok_and(|answer| answer.number.is_some()));
        assert_eq!(gave.count(), 1);
        let in_stock = world.footprint().await["in stock"];
        assert_eq!(in_stock, 1, "what the refused order had claimed went back");
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_pool_change_names_each_fault_of_the_replacement_configuration() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&["+442477180193"]).await;
        let request = pool(world.tenants.sales, "Pool", british_area("024"), 1);
        let made = world
            .switchboard
            .create_number_pool(&admin(), request)
            .await
            .unwrap()
            .pool
            .unwrap();
        let change = UpdateNumberPool {
            pool_id: made.id,
            match_period_minutes: Some(0),
            replacement: Some(ReplacementInput {
                replace_all_numbers: true,
                numbers_to_replace: vec!["905219CARS".to_owned()],
                tracking_sources: vec![TrackingSourceInput {
                    referrer_domain: "Any".to_owned(),
                    url_triggers: vec!["no equals sign".to_owned()],
                    track_organic: false,
                }],
            }),
            ..UpdateNumberPool::default()
        };
        let found = refusals(world.switchboard.update_pool_now(&admin(), change).await);
        let paths: Vec<String> = found.iter().map(|error| error.path.join(".")).collect();
        assert!(
            found
                .iter()
                .all(|error| error.code.to_string() == "INVALID_INPUT")
        );
        assert_eq!(paths[0], "input.matchPeriodMinutes");
        assert!(paths[1].starts_with("input.replacement."), "{paths:?}");
        assert!(
            paths.contains(&"input.replacement.trackingSources.0.urlTriggers.0".to_owned()),
            "{paths:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_reference_of_the_allowed_lengths_is_taken() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&["+14043411266", "+14043411267"]).await;
        for (number, length) in [("+14043411266", 16), ("+14043411267", 255)] {
            let request = AssignNumber {
                client_reference: reference().chars().cycle().take(length).collect(),
                ..assign(world.tenants.sales, number, exact(number))
            };
            let answer = world.switchboard.assign_number(&admin(), request).await.unwrap();
            assert_eq!(answer.number.unwrap().e164, e164(number));
        }
    })
    .await;
}
