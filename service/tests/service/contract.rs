//! The own inventory passes the checks that every provider must pass.

use jiff::SignedDuration;
use provider_core::{
    call::{ActorRef, CallContext, TenantRef},
    contract::{call_centers, capabilities_are_stable, holds, inventory, kpis, orders, pools, search},
    domain::{
        CallCenterRef, CountryCode, CustomerRef, GroupRef, HoldRequest, KpiFilter, KpiStatusFilter,
        NumberMatch, NumberOrder, NumberQuery, NumberRef, NumberStatus, Period, PoolMatch, PoolOrder,
    },
    outcome::{Outcome, RefusalCode},
    provider::Capability,
};
use service::EventKind;
use store::testing::on_both;
use strum::IntoEnumIterator as _;

use crate::{
    invariants, own_centers,
    world::{AtOnce, World, count, e164, exact, in_city, replace_all, route, route_to, toll_free},
};

const STOCK: &[&str] = &[
    "+14043411266",
    "+14043411267",
    "+14043411268",
    "+14043411269",
    "+448000885641",
    "+448000885642",
    "+448000885643",
];

pub(crate) fn context() -> CallContext {
    CallContext::new(
        "request-1",
        TenantRef("tenant".to_owned()),
        ActorRef("key:7".to_owned()),
    )
}

pub(crate) fn order(token: &str, matching: NumberMatch) -> NumberOrder {
    NumberOrder {
        token: token.parse().unwrap(),
        group: group(),
        name: "Name".to_owned(),
        matching,
        widen: false,
        hold: None,
        route: route(),
    }
}

fn group() -> GroupRef {
    GroupRef {
        id: 1,
        external_id: None,
        name: "Sales".to_owned(),
        customer: CustomerRef {
            id: 1,
            code: "CUSTOMER".to_owned(),
        },
    }
}

fn pool_order(token: &str, quantity: u32) -> PoolOrder {
    PoolOrder {
        token: token.parse().unwrap(),
        group: group(),
        name: "Pool".to_owned(),
        match_period_minutes: 30,
        quantity,
        matching: PoolMatch::TollFree {
            country: CountryCode::GB,
        },
        replacement: replace_all(),
        route: route(),
        allow_partial: false,
    }
}

fn atlanta() -> NumberMatch {
    in_city("Atlanta", Some("GA"), None)
}

#[tokio::test]
async fn the_own_inventory_searches_as_a_provider_must() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let (inventory, cx) = (world.switchboard.inventory(), context());
        let query = |matching, limit| NumberQuery {
            matching,
            widen: false,
            limit,
        };
        capabilities_are_stable(&inventory).unwrap();
        search::answers_satisfy_the_match(&inventory, &cx, &query(atlanta(), 3))
            .await
            .unwrap();
        let free = toll_free(CountryCode::GB, None);
        search::answers_satisfy_the_match(&inventory, &cx, &query(free, 100))
            .await
            .unwrap();
        let seattle = in_city("Seattle", Some("WA"), None);
        search::nothing_is_an_empty_list(&inventory, &cx, &query(seattle, 3))
            .await
            .unwrap();
        search::undeclared_terms_are_refused(&inventory, &cx, &query(atlanta(), 1))
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_own_inventory_takes_orders_as_a_provider_must() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let (inventory, cx) = (world.switchboard.inventory(), context());
        orders::same_token_gives_same_number(&inventory, &cx, &order("token-one", atlanta()))
            .await
            .unwrap();
        let another = order("token-two", toll_free(CountryCode::GB, None));
        orders::a_used_token_is_refused_for_another_order(
            &inventory,
            &cx,
            &order("token-two", atlanta()),
            &another,
        )
        .await
        .unwrap();
        orders::an_empty_stock_is_a_refusal(&inventory, &cx, &order("token-three", exact("+14043411299")))
            .await
            .unwrap();
        orders::an_order_is_found_by_its_token(&inventory, &cx, &order("token-four", atlanta()))
            .await
            .unwrap();
        assert_eq!(
            count(db, "SELECT COUNT(*) FROM numbers WHERE status = 'PENDING'").await,
            3
        );
    })
    .await;
}

#[tokio::test]
async fn the_own_inventory_takes_pool_orders_as_a_provider_must() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let (inventory, cx) = (world.switchboard.inventory(), context());
        pools::a_retired_pool_accounts_for_its_numbers(&inventory, &cx, &pool_order("pool-one", 3))
            .await
            .unwrap();
        assert_eq!(
            world.footprint().await["in stock"],
            STOCK.len() as i64,
            "they went back"
        );
        invariants::hold(db).await;
        pools::same_token_gives_same_pool(&inventory, &cx, &pool_order("pool-two", 1))
            .await
            .unwrap();
        pools::a_pool_is_all_or_nothing(
            &inventory,
            &cx,
            &pool_order("pool-three", 3),
            &pool_order("pool-four", 2),
        )
        .await
        .unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_own_inventory_holds_numbers_as_a_provider_must() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let (inventory, cx) = (world.switchboard.inventory(), context());
        let request = |token: &str, group_id| HoldRequest {
            token: token.parse().unwrap(),
            number: e164(STOCK[0]),
            group: GroupRef {
                id: group_id,
                ..group()
            },
            duration: SignedDuration::from_mins(5),
        };
        let (sales, bolt) = (world.tenants.sales.group_id, world.tenants.bolt.group_id);
        let (first, rival) = (request("hold-one", sales), request("hold-two", bolt));
        holds::a_held_number_is_exclusive(&inventory, &cx, &first, &rival)
            .await
            .unwrap();
        invariants::hold(db).await;

        let ports = inventory.clone().ports();
        let port = ports.holds.unwrap();
        let refused = async |request: &HoldRequest| match port.hold(&cx, request).await.unwrap() {
            Outcome::Refused(refusal) => refusal.code,
            other => panic!("expected a refusal, got {other:?}"),
        };
        let held = port.hold(&cx, &rival).await.unwrap().done().unwrap();
        let again = port.hold(&cx, &rival).await.unwrap().done().unwrap();
        assert_eq!(held, again, "one token, one hold");
        let longer = HoldRequest {
            duration: SignedDuration::from_mins(6),
            ..rival.clone()
        };
        assert_eq!(refused(&longer).await, RefusalCode::TokenConflict);
        assert_eq!(
            refused(&request("hold-three", i64::MAX)).await,
            RefusalCode::UnknownGroup
        );
        let foreign = HoldRequest {
            number: e164("+14043419999"),
            ..request("hold-four", sales)
        };
        assert_eq!(refused(&foreign).await, RefusalCode::NoStock);
        let by_hold = NumberOrder {
            hold: Some(held.hold),
            group: rival.group.clone(),
            ..order("token-of-hold", exact(STOCK[0]))
        };
        let given = ports
            .orders
            .unwrap()
            .place(&cx, &by_hold)
            .await
            .unwrap()
            .done()
            .unwrap();
        assert_eq!(given.number, e164(STOCK[0]), "an order makes use of it");
        assert_eq!(
            refused(&request("hold-five", sales)).await,
            RefusalCode::NumberTaken
        );
    })
    .await;
}

#[tokio::test]
async fn the_own_inventory_changes_numbers_as_a_provider_must() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let (own, cx) = (world.switchboard.inventory(), context());
        orders::a_number_is_ours_until_it_is_released(&own, &cx, &order("token-one", atlanta()))
            .await
            .unwrap();
        assert_eq!(world.footprint().await["in stock"], STOCK.len() as i64);
        inventory::a_foreign_number_is_nothing(&own, &cx, &e164(STOCK[0]))
            .await
            .unwrap();
        let mut ours = Vec::new();
        for number in &STOCK[..3] {
            ours.push(world.give(number, number).await.e164);
        }
        inventory::numbers_are_listed(&own, &cx, &ours).await.unwrap();
        let number = NumberRef {
            number: ours[0].clone(),
            external_id: None,
        };
        inventory::changes_are_kept(&own, &cx, &number, &route_to("+14043993433"))
            .await
            .unwrap();
        let released = world.number(STOCK[0]).await;
        assert_eq!(released.status, NumberStatus::Dropped);
        assert!(
            released.quarantine_until.is_some(),
            "it rests as after any release"
        );
        let changes: Vec<_> = world.history(STOCK[0]).await;
        assert_eq!(
            changes[changes.len() - 4..],
            [
                EventKind::Updated,
                EventKind::Suspended,
                EventKind::Resumed,
                EventKind::Released
            ],
            "what was so already is no event"
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn the_own_inventory_refuses_through_its_port_what_the_use_cases_refuse() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let cx = context();
        let port = world.switchboard.inventory().ports().inventory.unwrap();
        let request = crate::world::pool(
            world.tenants.sales,
            "Pool",
            PoolMatch::TollFree {
                country: CountryCode::GB,
            },
            1,
        );
        world
            .switchboard
            .create_number_pool(&crate::world::admin(), request)
            .await
            .unwrap();
        let reference = |number: &str| NumberRef {
            number: e164(number),
            external_id: None,
        };
        let code = |outcome: Outcome<()>| match outcome {
            Outcome::Refused(refusal) => refusal.code,
            other => panic!("expected a refusal, got {other:?}"),
        };
        let in_pool = port.release(&cx, &reference(STOCK[4])).await.unwrap();
        assert_eq!(code(in_pool.map(drop)), RefusalCode::InvalidState);
        let in_stock = port.suspend(&cx, &reference(STOCK[0])).await.unwrap();
        assert_eq!(code(in_stock.map(drop)), RefusalCode::NotFound);
        let absent = port
            .release(&cx, &reference(STOCK[0]))
            .await
            .unwrap()
            .done()
            .unwrap();
        assert!(!absent.found);
        // A claim whose order is being worked on is its order's alone.
        let wanted = crate::world::assign(world.tenants.sales, "Name", exact(STOCK[1]));
        let left = crate::recovery::left_behind(&world, &wanted, crate::recovery::Died::Claimed).await;
        let claimed = port.release(&cx, &reference(STOCK[1])).await.unwrap();
        assert_eq!(code(claimed.map(drop)), RefusalCode::InvalidState);
        world.sweep().await;
        let operation = world
            .switchboard
            .operation(&crate::world::admin(), left.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(operation.state, service::OperationState::Succeeded);
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn the_own_inventory_counts_as_a_provider_must() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        world.give(STOCK[0], "Given").await;
        let second = world.give(STOCK[4], "Released").await;
        world
            .switchboard
            .release_now(&crate::world::admin(), second.id, None)
            .await
            .unwrap();
        let (inventory, cx) = (world.switchboard.inventory(), context());
        for status in KpiStatusFilter::iter() {
            let filter = KpiFilter {
                status,
                ..KpiFilter::default()
            };
            kpis::groupings_add_up_alike(&inventory, &cx, &filter)
                .await
                .unwrap();
        }
        kpis::every_status_filter_is_a_part_of_all(&inventory, &cx)
            .await
            .unwrap();
        kpis::undeclared_terms_are_refused(&inventory, &cx).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_own_inventory_has_call_centers_as_a_provider_must() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        own_centers::import(&world, owner, own_centers::day()).await;
        for name in ["Front desk", "Night desk"] {
            let input = own_centers::create(owner, name, &[]);
            world
                .switchboard
                .create_call_center(&crate::world::admin(), input)
                .await
                .unwrap();
        }
        let group = GroupRef {
            id: owner.group_id,
            customer: CustomerRef {
                id: owner.customer_id,
                code: "ACME".to_owned(),
            },
            ..group()
        };
        let named = |name: &str| CallCenterRef {
            group: group.clone(),
            name: name.to_owned(),
        };
        let (center, unknown) = (named("sales"), named("Nowhere"));
        let day = Period::new(own_centers::at(0), own_centers::at(6_000)).unwrap();
        let (inventory, cx) = (world.switchboard.inventory(), context());
        call_centers::an_update_is_kept(&inventory, &cx, &center)
            .await
            .unwrap();
        call_centers::an_unknown_call_center_is_not_found(&inventory, &cx, &unknown, &day)
            .await
            .unwrap();
        call_centers::statistics_are_repeatable(&inventory, &cx, &center, &day)
            .await
            .unwrap();
        call_centers::a_call_center_is_listed(&inventory, &cx, &center)
            .await
            .unwrap();
        call_centers::undeclared_terms_are_refused(&inventory, &cx, &center)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_readme_shows_what_the_own_inventory_can_do() {
    on_both(async |db| {
        let world = World::on(db).await;
        let ports = world.switchboard.inventory().ports().capabilities();
        let marks = Capability::iter().map(|port| if ports.contains(&port) { " ✓ |" } else { "  |" });
        let row = format!("| Own inventory |{}", marks.collect::<String>());
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
        let readme = std::fs::read_to_string(path).unwrap();
        let shown = readme
            .lines()
            .find(|line| line.starts_with("| Own inventory |"))
            .unwrap();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, readme.replace(shown, &row)).unwrap();
        } else {
            assert_eq!(
                shown, row,
                "README.md is out of date: run this test with UPDATE=1"
            );
        }
    })
    .await;
}
