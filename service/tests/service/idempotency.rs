//! One client reference, one answer.

use provider_core::domain::NumberMatch;
use service::{AssignNumber, HoldNumber, OperationState, ResizeNumberPool};
use store::testing::on_both;
use tokio::task::JoinSet;

use crate::{
    invariants,
    world::{
        AtOnce, World, admin, assign, british_area, count, e164, exact, fault, in_city, manager_of, pool,
        reference, refusal, route_to,
    },
};

const STOCK: &[&str] = &["+14043411266", "+14043411267", "+14043411268", "+14043411269"];

fn atlanta() -> NumberMatch {
    in_city("Atlanta", Some("GA"), None)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reference_sent_a_hundred_times_at_once_buys_one_number_and_gives_a_hundred_equal_answers() {
    for db in store::testing::databases().await {
        let world = World::on(&db).await;
        world.stock(STOCK).await;
        let request = assign(world.tenants.sales, "Once", atlanta());
        let mut callers = JoinSet::new();
        for _ in 0..100 {
            let (switchboard, request) = (world.switchboard.clone(), request.clone());
            callers.spawn(async move { switchboard.assign_number(&admin(), request).await.unwrap() });
        }
        let answers = callers.join_all().await;
        assert_eq!(answers[0].operation.state, OperationState::Succeeded);
        for answer in &answers {
            assert_eq!(answer, &answers[0]);
        }
        assert_eq!(count(&db, "SELECT COUNT(*) FROM operations").await, 1);
        assert_eq!(world.footprint().await["in stock"], 3);
        invariants::hold(&db).await;
    }
}

#[tokio::test]
async fn a_reference_with_other_input_is_a_conflict_whatever_differs() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let first = assign(world.tenants.sales, "First", atlanta());
        world
            .switchboard
            .assign_number(&admin(), first.clone())
            .await
            .unwrap();
        let before = world.footprint().await;
        let others = [
            AssignNumber {
                name: "Second".to_owned(),
                ..first.clone()
            },
            AssignNumber {
                matching: exact("+14043411269"),
                ..first.clone()
            },
            AssignNumber {
                widen: true,
                ..first.clone()
            },
            AssignNumber {
                route: route_to("+14043993433"),
                ..first.clone()
            },
            AssignNumber {
                tags: vec!["print".to_owned()],
                ..first.clone()
            },
            AssignNumber {
                provider: Some(service::INVENTORY_ID.parse().unwrap()),
                ..first.clone()
            },
            AssignNumber {
                group_id: world.tenants.support.group_id,
                ..first.clone()
            },
        ];
        for other in others {
            let answer = world.switchboard.assign_number(&admin(), other).await;
            assert_eq!(
                refusal(answer),
                fault("IDEMPOTENCY_CONFLICT", "input.clientReference")
            );
        }
        let request = service::CreateNumberPool {
            client_reference: first.client_reference.clone(),
            ..pool(world.tenants.sales, "Pool", british_area("024"), 1)
        };
        let answer = world.switchboard.create_number_pool(&admin(), request).await;
        assert_eq!(
            refusal(answer),
            fault("IDEMPOTENCY_CONFLICT", "input.clientReference")
        );
        assert_eq!(world.footprint().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_repetition_is_the_same_although_it_is_spelled_differently() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let mut request = assign(world.tenants.sales, "Name", atlanta());
        request.tags = vec!["b".to_owned(), "a".to_owned()];
        let first = world
            .switchboard
            .assign_number(&admin(), request.clone())
            .await
            .unwrap();
        request.name = " Name ".to_owned();
        request.tags = vec!["a".to_owned(), "b".to_owned(), "b".to_owned()];
        assert_eq!(
            world.switchboard.assign_number(&admin(), request).await.unwrap(),
            first
        );
    })
    .await;
}

#[tokio::test]
async fn the_same_reference_of_another_customer_is_another_order() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let (reference, mut given) = (reference(), Vec::new());
        for owner in [world.tenants.sales, world.tenants.bolt, world.tenants.cora] {
            let request = AssignNumber {
                client_reference: reference.clone(),
                ..assign(owner, "Name", atlanta())
            };
            let answer = world
                .switchboard
                .assign_number(&manager_of(owner), request)
                .await
                .unwrap();
            given.push(answer.number.unwrap().e164);
        }
        given.dedup();
        assert_eq!(given.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_the_same_after_a_restart_and_when_the_world_has_changed() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&["+14043411266"]).await;
        let request = assign(world.tenants.sales, "Name", atlanta());
        let first = world
            .switchboard
            .assign_number(&admin(), request.clone())
            .await
            .unwrap();
        let restarted = world.replica("restarted", Vec::new());
        let again = restarted
            .switchboard
            .assign_number(&admin(), request.clone())
            .await
            .unwrap();
        assert_eq!(again, first);

        // Its own name is taken now and the stock is empty: that is no answer to this request.
        let number = first.number.unwrap();
        world
            .switchboard
            .release_now(&admin(), number.id, None)
            .await
            .unwrap();
        let again = restarted
            .switchboard
            .assign_number(&admin(), request)
            .await
            .unwrap();
        assert_eq!(again.operation, first.operation);
    })
    .await;
}

#[tokio::test]
async fn a_refused_order_stays_refused_under_its_reference() {
    on_both(async |db| {
        let world = World::on(db).await;
        let request = assign(world.tenants.sales, "Name", atlanta());
        let refused = world
            .switchboard
            .assign_number(&admin(), request.clone())
            .await
            .unwrap();
        assert_eq!(refused.operation.state, OperationState::Refused);
        world.stock(STOCK).await;
        let again = world
            .switchboard
            .assign_number(&admin(), request.clone())
            .await
            .unwrap();
        assert_eq!(again, refused);
        let anew = AssignNumber {
            client_reference: reference(),
            ..request
        };
        assert!(
            world
                .switchboard
                .assign_number(&admin(), anew)
                .await
                .unwrap()
                .number
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn pools_and_their_resizing_are_repeatable_too() {
    on_both(async |db| {
        let world = World::on(db).await;
        world
            .stock(&["+442477180193", "+442477180194", "+442477180195"])
            .await;
        let request = pool(world.tenants.sales, "Pool", british_area("024"), 1);
        let who = admin();
        let (one, two) = futures_util::join!(
            world.switchboard.create_number_pool(&who, request.clone()),
            world.switchboard.create_number_pool(&who, request)
        );
        let made = one.unwrap();
        assert_eq!(two.unwrap(), made);
        let resize = ResizeNumberPool {
            client_reference: reference(),
            pool_id: made.pool.unwrap().id,
            quantity: 3,
            allow_partial: false,
            keep_numbers: false,
        };
        let grown = world
            .switchboard
            .resize_number_pool(&admin(), resize.clone())
            .await
            .unwrap();
        assert_eq!(grown.operation.state, OperationState::Succeeded);
        assert_eq!(
            world
                .switchboard
                .resize_number_pool(&admin(), resize.clone())
                .await
                .unwrap(),
            grown
        );
        let other = ResizeNumberPool {
            quantity: 2,
            ..resize
        };
        let answer = world.switchboard.resize_number_pool(&admin(), other).await;
        assert_eq!(
            refusal(answer),
            fault("IDEMPOTENCY_CONFLICT", "input.clientReference")
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_hold_is_repeatable_by_its_reference() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let request = HoldNumber {
            client_reference: reference(),
            group_id: world.tenants.sales.group_id,
            number: e164(STOCK[0]),
            minutes: 15,
        };
        let who = admin();
        let (one, two) = futures_util::join!(
            world.switchboard.hold_number(&who, request.clone()),
            world.switchboard.hold_number(&who, request.clone())
        );
        assert_eq!(one.unwrap(), two.unwrap());
        for other in [
            HoldNumber {
                number: e164(STOCK[1]),
                ..request.clone()
            },
            HoldNumber {
                minutes: 16,
                ..request.clone()
            },
            HoldNumber {
                group_id: world.tenants.support.group_id,
                ..request.clone()
            },
        ] {
            let answer = world.switchboard.hold_number(&admin(), other).await;
            assert_eq!(
                refusal(answer),
                fault("IDEMPOTENCY_CONFLICT", "input.clientReference")
            );
        }
        assert_eq!(count(db, "SELECT COUNT(*) FROM holds").await, 1);
        invariants::hold(db).await;
    })
    .await;
}
