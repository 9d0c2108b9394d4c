//! Number pools: bought whole, changed, ended.

use provider_core::domain::{
    NumberStatus, PoolStatus, ReplacementConfiguration, ReplacementInput, TrackingSourceInput,
};
use service::{
    CreateNumberPool, OperationState, OrderAnswer, PoolRecord, ResizeNumberPool, RetireNumberPool,
    UpdateNumberPool,
};
use store::testing::on_both;

use crate::{
    invariants,
    world::{
        AtOnce, TERMINATION, World, admin, british_area, e164, exact, fault, pool, problem, reference,
        refusal, replace_all, route_to,
    },
};

const STOCK: &[&str] = &[
    "+442477180191",
    "+442477180192",
    "+442477180193",
    "+442477180194",
    "+442477180195",
];

async fn create(world: &World, name: &str, quantity: u32) -> OrderAnswer {
    let request = pool(world.tenants.sales, name, british_area("024"), quantity);
    world
        .switchboard
        .create_number_pool(&admin(), request)
        .await
        .unwrap()
}

async fn resize(world: &World, pool: &PoolRecord, quantity: u32, keep_numbers: bool) -> OrderAnswer {
    let request = ResizeNumberPool {
        client_reference: reference(),
        pool_id: pool.id,
        quantity,
        allow_partial: false,
        keep_numbers,
    };
    world
        .switchboard
        .resize_number_pool(&admin(), request)
        .await
        .unwrap()
}

async fn members(world: &World, pool: &PoolRecord) -> Vec<String> {
    let ids = store::members(world.db().reader(), pool.id).await.unwrap();
    let relations = service::NumberRelations::default();
    let numbers = world
        .switchboard
        .numbers_by_ids(&admin(), &ids, relations)
        .await
        .unwrap();
    ids.iter().map(|id| numbers[id].e164.to_string()).collect()
}

#[tokio::test]
async fn a_pool_that_the_stock_cannot_fill_takes_nothing() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&STOCK[..2]).await;
        let answer = create(&world, "Three", 3).await;
        assert_eq!(problem(&answer), fault("NO_STOCK", "input.match.geographic"));
        assert_eq!((answer.pool, world.footprint().await["in stock"]), (None, 2));
        assert_eq!(
            create(&world, "Two", 2).await.operation.state,
            OperationState::Succeeded
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_pool_takes_what_there_is_when_a_part_is_allowed_and_nothing_when_there_is_none() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&STOCK[..2]).await;
        let order = |name| CreateNumberPool {
            allow_partial: true,
            ..pool(world.tenants.sales, name, british_area("024"), 3)
        };
        let answer = world
            .switchboard
            .create_number_pool(&admin(), order("Some"))
            .await
            .unwrap();
        assert_eq!(answer.operation.state, OperationState::Partial);
        let made = answer.pool.unwrap();
        assert_eq!(made.quantity, 3, "what was asked for");
        assert_eq!(members(&world, &made).await, &STOCK[..2]);
        let answer = world
            .switchboard
            .create_number_pool(&admin(), order("None"))
            .await
            .unwrap();
        assert_eq!(problem(&answer).0, "NO_STOCK");
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pools_that_race_for_the_last_numbers_are_filled_whole_or_not_at_all() {
    for db in store::testing::databases().await {
        let world = World::on(&db).await;
        world.stock(STOCK).await;
        let orders = (0..6).map(|n| {
            let world = world.clone();
            tokio::spawn(async move { create(&world, &format!("Pool {n}"), 2).await })
        });
        let mut filled = 0;
        for order in futures_util::future::join_all(orders).await {
            let answer = order.unwrap();
            match answer.operation.state {
                OperationState::Succeeded => {
                    assert_eq!(members(&world, &answer.pool.unwrap()).await.len(), 2);
                    filled += 1;
                }
                _ => assert_eq!(problem(&answer).0, "NO_STOCK"),
            }
        }
        assert_eq!((filled, world.footprint().await["in stock"]), (2, 1));
        invariants::hold(&db).await;
    }
}

#[tokio::test]
async fn a_pool_grows_with_numbers_of_its_kind_or_stays_as_it_is() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&STOCK[..3]).await;
        world.stock(&["+441174090162"]).await;
        let made = create(&world, "Pool", 1).await.pool.unwrap();
        let grown = resize(&world, &made, 3, false).await;
        assert_eq!(grown.operation.state, OperationState::Succeeded);
        assert_eq!(grown.pool.unwrap().quantity, 3);
        assert_eq!(members(&world, &made).await, &STOCK[..3]);
        let refused = resize(&world, &made, 4, false).await;
        assert_eq!(problem(&refused).0, "NO_STOCK");
        assert_eq!(refused.pool, None);
        let pool = world.switchboard.pool(&admin(), made.id).await.unwrap().unwrap();
        assert_eq!((pool.quantity, members(&world, &pool).await.len()), (3, 3));
        let same = resize(&world, &made, 3, false).await;
        assert_eq!(same.operation.state, OperationState::Succeeded);
        assert_eq!(members(&world, &made).await, &STOCK[..3]);
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn numbers_that_leave_a_pool_are_released_or_kept_as_asked() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let made = create(&world, "Pool", 5).await.pool.unwrap();
        assert_eq!(
            resize(&world, &made, 3, true).await.operation.state,
            OperationState::Succeeded
        );
        for number in &STOCK[3..] {
            let kept = world.number(number).await;
            assert_eq!((kept.status, kept.pool_id), (NumberStatus::Active, None));
            assert_eq!(kept.owner, Some(world.tenants.sales));
            let now = kept.updated_at;
            let owner = world
                .switchboard
                .owner_at(&admin(), kept.id, now)
                .await
                .unwrap()
                .unwrap();
            assert_eq!((owner.owner, owner.pool_id), (world.tenants.sales, None));
        }
        assert_eq!(
            resize(&world, &made, 1, false).await.operation.state,
            OperationState::Succeeded
        );
        for number in &STOCK[1..3] {
            assert_eq!(world.status(number).await, NumberStatus::Dropped);
        }
        assert_eq!(members(&world, &made).await, &STOCK[..1]);
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn every_number_released_from_a_pool_can_be_restored() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&STOCK[..2]).await;
        let made = create(&world, "Pool", 2).await.pool.unwrap();
        let retire = RetireNumberPool {
            pool_id: made.id,
            keep_numbers: false,
            ..RetireNumberPool::default()
        };
        world.switchboard.retire_pool_now(&admin(), retire).await.unwrap();
        for number in &STOCK[..2] {
            let id = world.number(number).await.id;
            let restored = world.switchboard.restore_number(&admin(), id).await.unwrap();
            assert_eq!((restored.status, restored.pool_id), (NumberStatus::Active, None));
        }
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn an_update_reaches_the_pool_and_all_its_numbers() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let made = create(&world, "Before", 2).await.pool.unwrap();
        create(&world, "Taken", 1).await;
        let input = ReplacementInput {
            replace_all_numbers: false,
            numbers_to_replace: vec!["905219CARS".to_owned(), "18005551234".to_owned()],
            tracking_sources: vec![
                TrackingSourceInput {
                    referrer_domain: "Google".to_owned(),
                    url_triggers: vec!["gclid=*".to_owned(), "utm_campaign=wintertires".to_owned()],
                    track_organic: true,
                },
                TrackingSourceInput {
                    referrer_domain: "example.com".to_owned(),
                    ..TrackingSourceInput::default()
                },
            ],
        };
        let change = UpdateNumberPool {
            client_reference: None,
            pool_id: made.id,
            name: Some("After".to_owned()),
            match_period_minutes: Some(45),
            replacement: Some(input.clone()),
            route: Some(route_to("+14043993433")),
        };
        let changed = world.switchboard.update_pool_now(&admin(), change).await.unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.match_period_minutes),
            ("After", 45)
        );
        assert!(!changed.replace_all_numbers);
        let read = world
            .switchboard
            .replacements(&admin(), &[made.id])
            .await
            .unwrap();
        assert_eq!(read[&made.id], ReplacementConfiguration::new(&input).unwrap());
        for number in &STOCK[..2] {
            let member = world.number(number).await;
            assert_eq!(member.name.as_deref(), Some("After"));
            assert_eq!(member.termination_number, Some(e164("+14043993433")));
        }
        let taken = UpdateNumberPool {
            pool_id: made.id,
            name: Some("TAKEN ".to_owned()),
            ..UpdateNumberPool::default()
        };
        let taken = world.switchboard.update_pool_now(&admin(), taken).await;
        assert_eq!(refusal(taken), fault("NAME_TAKEN", "input.name"));
        let nothing = UpdateNumberPool {
            pool_id: made.id,
            ..UpdateNumberPool::default()
        };
        let same = world
            .switchboard
            .update_pool_now(&admin(), nothing)
            .await
            .unwrap();
        assert_eq!(
            (same.name.as_str(), same.termination_number),
            ("After", e164("+14043993433"))
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn the_configuration_of_an_order_is_read_back_as_it_was_given() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let made = create(&world, "Pool", 1).await.pool.unwrap();
        let read = world
            .switchboard
            .replacements(&admin(), &[made.id])
            .await
            .unwrap();
        assert_eq!(read[&made.id], replace_all());
        assert!(made.replace_all_numbers);
        assert_eq!(
            (made.match_period_minutes, made.termination_number),
            (30, e164(TERMINATION))
        );
        assert_eq!(made.owner, world.tenants.sales);
    })
    .await;
}

#[tokio::test]
async fn a_retired_pool_is_gone_for_good_and_its_name_is_free() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let made = create(&world, "Pool", 2).await.pool.unwrap();
        let retire = RetireNumberPool {
            pool_id: made.id,
            keep_numbers: true,
            ..RetireNumberPool::default()
        };
        let retired = world
            .switchboard
            .retire_pool_now(&admin(), retire.clone())
            .await
            .unwrap();
        assert_eq!(retired.status, PoolStatus::Retired);
        assert!(retired.retired_at.is_some() && members(&world, &retired).await.is_empty());
        for number in &STOCK[..2] {
            assert_eq!(world.status(number).await, NumberStatus::Active);
        }
        assert_eq!(
            world.switchboard.retire_pool_now(&admin(), retire).await.unwrap(),
            retired
        );
        let change = UpdateNumberPool {
            pool_id: made.id,
            ..UpdateNumberPool::default()
        };
        let change = world.switchboard.update_pool_now(&admin(), change).await;
        assert_eq!(refusal(change), fault("INVALID_TRANSITION", "input.poolId"));
        let request = ResizeNumberPool {
            client_reference: reference(),
            pool_id: made.id,
            quantity: 1,
            allow_partial: false,
            keep_numbers: false,
        };
        let resized = world.switchboard.resize_number_pool(&admin(), request).await;
        assert_eq!(refusal(resized), fault("INVALID_TRANSITION", "input.poolId"));
        assert_eq!(
            create(&world, "pool", 1).await.operation.state,
            OperationState::Succeeded
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_number_in_a_pool_is_changed_through_its_pool_alone() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&STOCK[..1]).await;
        create(&world, "Pool", 1).await;
        let id = world.number(STOCK[0]).await.id;
        let locked = fault("INVALID_TRANSITION", "input.numberId");
        assert_eq!(
            refusal(world.switchboard.release_now(&admin(), id, None).await),
            locked
        );
        for change in [
            service::UpdateNumber {
                name: Some("Own".to_owned()),
                ..Default::default()
            },
            service::UpdateNumber {
                route: Some(route_to("+14043993433")),
                ..Default::default()
            },
            service::UpdateNumber {
                group_id: Some(world.tenants.support.group_id),
                ..Default::default()
            },
        ] {
            let change = service::UpdateNumber {
                number_id: id,
                ..change
            };
            assert_eq!(
                refusal(world.switchboard.update_now(&admin(), change).await),
                locked
            );
        }
        let tags = service::UpdateNumber {
            number_id: id,
            tags: Some(vec!["web".to_owned()]),
            ..Default::default()
        };
        assert_eq!(
            world.switchboard.update_now(&admin(), tags).await.unwrap().tags,
            ["web"]
        );
        let refused = world.assign("Mine", exact(STOCK[0])).await.unwrap();
        assert_eq!(problem(&refused).0, "NO_STOCK");
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pool_resized_and_retired_at_once_ends_with_every_number_accounted_for() {
    for db in store::testing::databases().await {
        let world = World::on(&db).await;
        world.stock(STOCK).await;
        for round in 0..5 {
            let made = create(&world, &format!("Pool {round}"), 1).await.pool.unwrap();
            let resizing = tokio::spawn({
                let (world, made) = (world.clone(), made.clone());
                async move {
                    let request = ResizeNumberPool {
                        client_reference: reference(),
                        pool_id: made.id,
                        quantity: 2,
                        allow_partial: false,
                        keep_numbers: false,
                    };
                    world.switchboard.resize_number_pool(&admin(), request).await
                }
            });
            let retire = RetireNumberPool {
                pool_id: made.id,
                keep_numbers: false,
                ..RetireNumberPool::default()
            };
            world.switchboard.retire_pool_now(&admin(), retire).await.unwrap();
            if let Ok(answer) = resizing.await.unwrap() {
                assert!(answer.operation.state.is_final(), "{:?}", answer.operation);
            }
            invariants::hold(&db).await;
            let (id, quarantined) = (
                made.id,
                "UPDATE numbers SET quarantine_until = 0 WHERE status = 'DROPPED'",
            );
            assert!(store::members(db.reader(), id).await.unwrap().is_empty());
            crate::world::run(&db, quarantined).await;
            world.switchboard.sweep().await.unwrap();
        }
        assert_eq!(world.footprint().await["in stock"], STOCK.len() as i64);
    }
}
