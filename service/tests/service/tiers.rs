//! Which number of the stock is the answer.

use std::collections::BTreeMap;

use numbering::{Tier, fold};
use provider_core::domain::{NumberMatch, NumberQuery};
use service::{OperationState, ProviderView};
use store::testing::on_both;

use crate::{
    invariants,
    world::{World, admin, assign, e164, fault, near, places, problem, refusal},
};

const ANCHOR: &str = "+19056372046";

/// A number for each tier around the anchor, by the tables of places; two for nearby cities, nearest first.
fn one_of_each_tier() -> Vec<(Tier, String)> {
    let plan = places().plan(&near(ANCHOR, None), true).unwrap();
    let mut found: BTreeMap<Tier, BTreeMap<usize, String>> = BTreeMap::new();
    for npa in ["905", "289", "365", "742", "416", "613"] {
        for exchange in 200..1000 {
            let number = format!("+1{npa}{exchange}4321");
            let facts = places().describe(&e164(&number));
            let step = plan
                .steps
                .iter()
                .position(|step| step.cell.admits(&e164(&number), &facts));
            if let Some(step) = step {
                let tier = found.entry(plan.steps[step].tier).or_default();
                tier.entry(step).or_insert(number);
            }
        }
    }
    found
        .into_iter()
        .flat_map(|(tier, steps)| {
            let wanted = if tier == Tier::T4NearbyCity { 2 } else { 1 };
            steps.into_values().take(wanted).map(move |number| (tier, number))
        })
        .collect()
}

#[tokio::test]
async fn the_nearest_tier_with_stock_is_given_first_and_the_region_only_when_widened() {
    let expected = one_of_each_tier();
    let tiers: Vec<Tier> = expected.iter().map(|(tier, _)| *tier).collect();
    assert_eq!(
        tiers,
        [
            Tier::T1SameExchange,
            Tier::T2SameCity,
            Tier::T3CoveringAreaCode,
            Tier::T4NearbyCity,
            Tier::T4NearbyCity,
            Tier::T5SameAreaCode,
            Tier::T6OverlayAreaCode,
            Tier::T7SameRegion,
        ]
    );
    on_both(async |db| {
        let world = World::on(db).await;
        let stock: Vec<&str> = expected.iter().rev().map(|(_, number)| number.as_str()).collect();
        world.stock(&stock).await;
        for (tier, number) in &expected {
            let mut request = assign(world.tenants.sales, number, near(ANCHOR, None));
            if *tier == Tier::T7SameRegion {
                let refused = world
                    .switchboard
                    .assign_number(&admin(), request.clone())
                    .await
                    .unwrap();
                assert_eq!(problem(&refused), fault("NO_STOCK", "input.match.localToNumber"));
                request.client_reference = crate::world::reference();
                request.widen = true;
            }
            let (who, widen) = (admin(), request.widen);
            let before = world.footprint().await;
            let (provider, previewed) = world
                .switchboard
                .preview_assignment(&who, request.group_id, &request.matching, widen, None)
                .await
                .unwrap();
            assert_eq!(world.footprint().await, before, "a preview claims nothing");
            let answer = world.switchboard.assign_number(&who, request).await.unwrap();
            let matched = answer.matched.clone().unwrap();
            assert_eq!(
                answer.number.as_ref().unwrap().e164,
                e164(number),
                "{tier}: {matched:?}"
            );
            assert_eq!(matched.tier, *tier);
            assert_eq!(answer.operation.provider.as_deref(), Some(provider.as_str()));
            assert_eq!(
                (previewed.number, previewed.matched),
                (e164(number), Some(matched))
            );
        }
        let refused = world.assign("none is left", near(ANCHOR, None)).await.unwrap();
        assert_eq!(refused.operation.state, OperationState::Refused);
        let preview = world
            .switchboard
            .preview_assignment(
                &admin(),
                world.tenants.sales.group_id,
                &near(ANCHOR, None),
                true,
                None,
            )
            .await;
        assert_eq!(refusal(preview), fault("NO_STOCK", "input.match.localToNumber"));
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn the_prefix_filter_is_never_relaxed() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&["+19056371111", "+12898122093"]).await;
        let mut request = assign(
            world.tenants.sales,
            "Exact exchange",
            near(ANCHOR, Some("289813")),
        );
        request.widen = true;
        let answer = world.switchboard.assign_number(&admin(), request).await.unwrap();
        assert_eq!(problem(&answer).0, "NO_STOCK");
        let answer = world
            .assign("Exchange", near(ANCHOR, Some("289812")))
            .await
            .unwrap();
        assert_eq!(answer.number.unwrap().e164, e164("+12898122093"));
        let answer = world
            .assign("Area code", near(ANCHOR, Some("289")))
            .await
            .unwrap();
        assert_eq!(
            problem(&answer).0,
            "NO_STOCK",
            "a 905 number is no answer to the filter 289"
        );
    })
    .await;
}

#[tokio::test]
async fn inside_a_step_the_lowest_number_comes_first_whatever_order_the_stock_came_in() {
    on_both(async |db| {
        let world = World::on(db).await;
        world
            .stock(&["+19056373333", "+19056371111", "+19056374444", "+19056372222"])
            .await;
        for expected in ["+19056371111", "+19056372222", "+19056373333", "+19056374444"] {
            let answer = world.assign(expected, near(ANCHOR, None)).await.unwrap();
            assert_eq!(answer.number.unwrap().e164, e164(expected));
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_of_stock_is_full_although_numbers_lie_in_several_steps_of_the_plan() {
    on_both(async |db| {
        let world = World::on(db).await;
        let exchange: Vec<String> = (0..10).map(|n| format!("+1905637100{n}")).collect();
        let tier = |wanted: Tier| {
            one_of_each_tier()
                .into_iter()
                .find(|(tier, _)| *tier == wanted)
                .unwrap()
                .1
        };
        let (city, area) = (tier(Tier::T2SameCity), tier(Tier::T5SameAreaCode));
        let mut all: Vec<&str> = exchange.iter().map(String::as_str).collect();
        all.extend([city.as_str(), area.as_str()]);
        world.stock(&all).await;
        for limit in [1, 2, 10, 11, 12, 100] {
            let found = offered(&world, near(ANCHOR, None), limit).await;
            let expected: Vec<&str> = all.iter().copied().take(limit as usize).collect();
            assert_eq!(found, expected, "limit {limit}");
        }
    })
    .await;
}

async fn offered(world: &World, matching: NumberMatch, limit: u32) -> Vec<String> {
    let query = NumberQuery {
        matching,
        widen: false,
        limit,
    };
    let found = world
        .switchboard
        .available_numbers(&admin(), &query, None)
        .await
        .unwrap();
    assert!(found.failures.is_empty());
    found
        .numbers
        .into_iter()
        .map(|(_, stock)| stock.number.to_string())
        .collect()
}

#[tokio::test]
async fn a_city_is_found_under_any_spelling() {
    on_both(async |db| {
        let world = World::on(db).await;
        let number = (200..1000)
            .map(|exchange| format!("+1905{exchange}4321"))
            .find(|number| {
                let facts = places().describe(&e164(number));
                facts.locality.as_deref().map(fold).as_deref() == Some("saint catharines")
            })
            .expect("an exchange of St. Catharines");
        world.stock(&[&number]).await;
        for city in ["St. Catharines", "saint catharines", "ST CATHARINES"] {
            let matching = NumberMatch::LocalToCity {
                city: city.to_owned(),
                region: Some("Ontario".to_owned()),
                country: provider_core::domain::CountryCode::CA,
                prefix: None,
            };
            assert_eq!(offered(&world, matching, 5).await, [number.as_str()], "{city}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_own_inventory_is_the_first_provider() {
    on_both(async |db| {
        let world = World::on(db).await;
        let ids: Vec<String> = world
            .switchboard
            .providers()
            .into_iter()
            .map(|ProviderView { id, .. }| id.to_string())
            .collect();
        assert_eq!(ids, [service::INVENTORY_ID]);
    })
    .await;
}
