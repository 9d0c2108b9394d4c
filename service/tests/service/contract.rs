//! The own inventory passes the checks that every provider must pass.

use provider_core::{
    call::{ActorRef, CallContext, TenantRef},
    contract::{capabilities_are_stable, orders, pools, search},
    domain::{CountryCode, GroupRef, NumberMatch, NumberOrder, NumberQuery, PoolMatch, PoolOrder},
};
use store::testing::on_both;

use crate::{
    invariants,
    world::{World, count, exact, in_city, replace_all, route, toll_free},
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
