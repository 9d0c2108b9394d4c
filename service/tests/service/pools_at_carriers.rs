//! Pools that come from a carrier: mirrored whole, and changed there before they are changed here.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use provider_core::{
    domain::{
        NumberStatus, PoolStatus, ReplacementConfiguration, ReplacementInput, SmsRoute, TrackingSourceInput,
    },
    outcome::RefusalCode,
    port::InventoryChange,
};
use service::{
    ChangeAnswer, CreateNumberPool, NumberRecord, OperationKind, OperationState, PoolRecord,
    ResizeNumberPool, RetireNumberPool, Settings, SuspendNumber, Switchboard, UpdateNumberPool,
};
use store::testing::{TestDatabase, on_both};
use strum::IntoEnumIterator;

use crate::{
    invariants,
    upstream::{Twist, Upstream, id_of, upstream_name},
    world::{
        World, admin, british_area, fault, only_here, pool, reference, refusal, refusals, replace_all, route,
        route_to, run,
    },
};

const STOCK: &[&str] = &["+441174090162", "+441174090163", "+441174090164", "+441174090165"];

async fn created(db: &TestDatabase, carrier: &Arc<Upstream>) -> (World, PoolRecord) {
    let world = World::with(db, vec![carrier.instance()]).await;
    let pool = create(&world, "Pool", 3).await;
    (world, pool)
}

async fn create(world: &World, name: &str, quantity: u32) -> PoolRecord {
    let request = CreateNumberPool {
        provider: Some("carrier".parse().unwrap()),
        ..pool(world.tenants.sales, name, british_area("0117"), quantity)
    };
    let answer = world
        .switchboard
        .create_number_pool(&admin(), request)
        .await
        .unwrap();
    answer.pool.unwrap_or_else(|| panic!("{:?}", answer.operation))
}

fn retiring(pool: &PoolRecord, keep_numbers: bool) -> RetireNumberPool {
    RetireNumberPool {
        pool_id: pool.id,
        keep_numbers,
        ..RetireNumberPool::default()
    }
}

fn resizing(pool: &PoolRecord, quantity: u32, keep_numbers: bool) -> ResizeNumberPool {
    ResizeNumberPool {
        client_reference: reference(),
        pool_id: pool.id,
        quantity,
        allow_partial: false,
        keep_numbers,
    }
}

fn updating(pool: &PoolRecord) -> UpdateNumberPool {
    UpdateNumberPool {
        pool_id: pool.id,
        name: Some("After".to_owned()),
        match_period_minutes: Some(45),
        route: Some(route_to("+14043993433")),
        ..UpdateNumberPool::default()
    }
}

async fn member(world: &World, number: &str) -> NumberRecord {
    world.number(number).await
}

fn state(answer: &ChangeAnswer) -> OperationState {
    answer
        .operation
        .as_ref()
        .expect("a carrier is asked by an operation")
        .state
}

#[tokio::test]
async fn a_pool_that_a_carrier_sells_is_mirrored_with_its_numbers_route_and_configuration() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", STOCK);
        let (world, made) = created(db, &carrier).await;
        assert_eq!((made.name.as_str(), made.provider.as_str()), ("Pool", "carrier"));
        assert_eq!(
            (made.external_id.as_deref(), made.match_period_minutes),
            (Some("pool-1"), 30)
        );
        let facts = world
            .switchboard
            .pool_upstream_facts(&admin(), &[made.id])
            .await
            .unwrap();
        assert_eq!(facts[&made.id].name, Some(upstream_name("Pool")));
        assert_eq!(facts[&made.id].sms_route, Some(SmsRoute::None));
        let replaced = world
            .switchboard
            .replacements(&admin(), &[made.id])
            .await
            .unwrap();
        assert_eq!(replaced[&made.id], replace_all());
        for number in &STOCK[..3] {
            let number = member(&world, number).await;
            assert_eq!(
                (number.status, number.pool_id),
                (NumberStatus::Active, Some(made.id))
            );
            assert_eq!(number.external_id, Some(id_of(&number.e164)));
            assert_eq!(
                number.termination_number,
                Some(crate::world::e164(crate::world::TERMINATION))
            );
            assert_eq!(
                (number.country.unwrap().as_str(), number.area_code.as_deref()),
                ("GB", Some("117"))
            );
        }
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_pool_is_changed_at_its_carrier_and_here_with_it() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", STOCK);
        let (world, made) = created(db, &carrier).await;
        let input = ReplacementInput {
            numbers_to_replace: vec!["905219CARS".to_owned()],
            tracking_sources: vec![TrackingSourceInput {
                referrer_domain: "Bing".to_owned(),
                ..TrackingSourceInput::default()
            }],
            ..ReplacementInput::default()
        };
        let request = UpdateNumberPool {
            replacement: Some(input.clone()),
            ..updating(&made)
        };
        let answer = world
            .switchboard
            .update_number_pool(&admin(), request)
            .await
            .unwrap();
        assert_eq!(
            answer.operation.as_ref().unwrap().kind,
            OperationKind::UpdateNumberPool
        );
        let changed = answer.pool.unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.match_period_minutes),
            ("After", 45)
        );
        let there = carrier.pool("pool-1").unwrap();
        assert_eq!(
            (there.name, there.match_period_minutes),
            (upstream_name("After"), 45)
        );
        assert_eq!(there.replacement, ReplacementConfiguration::new(&input).unwrap());
        let replaced = world
            .switchboard
            .replacements(&admin(), &[made.id])
            .await
            .unwrap();
        assert_eq!(replaced[&made.id], there.replacement);
        for number in &STOCK[..3] {
            let here = member(&world, number).await;
            assert_eq!(here.name.as_deref(), Some("After"));
            assert_eq!(carrier.line(number).unwrap().route, route_to("+14043993433"));
            assert_eq!(here.termination_number, Some(crate::world::e164("+14043993433")));
        }
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn numbers_that_leave_a_carriers_pool_are_given_back_for_good_or_stay_with_the_group() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", STOCK);
        let (world, made) = created(db, &carrier).await;
        let switchboard = &world.switchboard;
        let kept = switchboard
            .resize_number_pool(&admin(), resizing(&made, 2, true))
            .await
            .unwrap();
        assert_eq!(kept.operation.state, OperationState::Succeeded);
        let alone = member(&world, STOCK[2]).await;
        assert_eq!((alone.status, alone.pool_id), (NumberStatus::Active, None));
        assert_eq!(carrier.line(STOCK[2]).unwrap().pool, None);
        let gone = switchboard
            .resize_number_pool(&admin(), resizing(&made, 1, false))
            .await
            .unwrap();
        assert_eq!(gone.operation.state, OperationState::Succeeded);
        let number = member(&world, STOCK[1]).await;
        assert_eq!(
            (number.status, number.quarantine_until),
            (NumberStatus::Dropped, None)
        );
        assert_eq!(carrier.line(STOCK[1]), None);
        // What was kept is a number of the carrier like any other.
        let request = service::ReleaseNumber {
            only_here: false,
            ..only_here(alone.id)
        };
        let answer = switchboard.release_number(&admin(), request).await.unwrap();
        assert_eq!(
            (state(&answer), carrier.line(STOCK[2])),
            (OperationState::Succeeded, None)
        );
        world.sweep().await;
        assert_eq!(world.footprint().await["in stock"], 0);
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_retired_pool_is_ended_at_its_carrier_with_its_numbers() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", STOCK);
        let (world, made) = created(db, &carrier).await;
        let second = create(&world, "Second", 1).await;
        let answer = world
            .switchboard
            .retire_number_pool(&admin(), retiring(&made, false))
            .await
            .unwrap();
        assert_eq!(
            answer.operation.as_ref().unwrap().kind,
            OperationKind::RetireNumberPool
        );
        assert_eq!(answer.pool.unwrap().status, PoolStatus::Retired);
        for number in &STOCK[..3] {
            let number = member(&world, number).await;
            assert_eq!(
                (number.status, number.quarantine_until),
                (NumberStatus::Dropped, None)
            );
            let restored = world.switchboard.restore_number(&admin(), number.id).await;
            assert_eq!(refusal(restored), fault("INVALID_TRANSITION", "input.numberId"));
        }
        let answer = world
            .switchboard
            .retire_number_pool(&admin(), retiring(&second, true))
            .await
            .unwrap();
        assert_eq!(state(&answer), OperationState::Succeeded);
        let kept = member(&world, STOCK[3]).await;
        assert_eq!((kept.status, kept.pool_id), (NumberStatus::Active, None));
        assert_eq!(carrier.pools(), BTreeMap::new());
        assert_eq!(carrier.lines().len(), 1);
        let before = world.footprint().await;
        let again = world
            .switchboard
            .retire_number_pool(&admin(), retiring(&made, false))
            .await
            .unwrap();
        assert_eq!(
            (again.pool.unwrap().status, again.operation),
            (PoolStatus::Retired, None)
        );
        assert_eq!(world.footprint().await, before, "it is retired already");
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_change_of_a_pool_whose_answer_was_lost_is_asked_for_again() {
    on_both(async |db| {
        let stock: Vec<String> = (0..12).map(|n| format!("+4411740901{n:02}")).collect();
        let carrier = Upstream::new("carrier", &stock.iter().map(String::as_str).collect::<Vec<_>>());
        let world = World::with(db, vec![carrier.instance()]).await;
        let switchboard = &world.switchboard;
        for (round, twist) in [Twist::Lost, Twist::Unheard, Twist::Unclear, Twist::Later]
            .into_iter()
            .enumerate()
        {
            let made = create(&world, "Pool", 3).await;
            carrier.twist([twist]);
            let change = UpdateNumberPool {
                name: Some(format!("After {round}")),
                ..updating(&made)
            };
            let answer = switchboard.update_number_pool(&admin(), change).await.unwrap();
            assert_eq!(
                (state(&answer).is_final(), answer.pool),
                (false, None),
                "{twist:?}"
            );
            world.sweep().await;
            let changed = switchboard.pool(&admin(), made.id).await.unwrap().unwrap();
            assert_eq!(changed.name, format!("After {round}"), "{twist:?}");
            carrier.twist([twist]);
            let answer = switchboard
                .retire_number_pool(&admin(), retiring(&made, true))
                .await
                .unwrap();
            assert!(!state(&answer).is_final(), "{twist:?}");
            world.sweep().await;
            let retired = switchboard.pool(&admin(), made.id).await.unwrap().unwrap();
            assert_eq!(
                (retired.status, carrier.pools()),
                (PoolStatus::Retired, BTreeMap::new()),
                "{twist:?}"
            );
            // The second attempt may find nothing: what was asked for the first time is what was done.
            for number in &stock[3 * round..3 * round + 3] {
                assert_eq!(
                    member(&world, number).await.status,
                    NumberStatus::Active,
                    "{twist:?}"
                );
            }
            assert_eq!(carrier.lines().len(), 3 * (round + 1));
            invariants::hold(db).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_carrier_without_a_way_to_end_pools_is_not_asked_and_the_end_can_be_recorded_here() {
    on_both(async |db| {
        let carrier = Upstream::able("carrier", STOCK, InventoryChange::iter(), []);
        let (world, made) = created(db, &carrier).await;
        let before = world.footprint().await;
        let (who, switchboard) = (admin(), &world.switchboard);
        let retired = refusals(switchboard.retire_number_pool(&who, retiring(&made, false)).await);
        assert!(
            retired[0].message.contains("onlyHere: true"),
            "{}",
            retired[0].message
        );
        for (code, path) in [
            (retired[0].code, retired[0].path.join(".")),
            (
                refusals(switchboard.update_number_pool(&who, updating(&made)).await)[0].code,
                "input.poolId".into(),
            ),
            (
                refusals(
                    switchboard
                        .resize_number_pool(&who, resizing(&made, 1, false))
                        .await,
                )[0]
                .code,
                "input.poolId".into(),
            ),
        ] {
            assert_eq!(
                (code.to_string(), path),
                fault("PROVIDER_UNSUPPORTED", "input.poolId")
            );
        }
        assert_eq!(
            (world.footprint().await, carrier.asked()),
            (before, vec!["pools.create"])
        );
        let recorded = RetireNumberPool {
            only_here: true,
            ..retiring(&made, false)
        };
        let answer = switchboard.retire_number_pool(&who, recorded).await.unwrap();
        assert_eq!(
            (answer.pool.unwrap().status, answer.operation),
            (PoolStatus::Retired, None)
        );
        let number = member(&world, STOCK[0]).await;
        assert_eq!(number.status, NumberStatus::Dropped);
        assert!(number.quarantine_until.is_some(), "a slip can be undone");
        run(db, "UPDATE numbers SET quarantine_until = 1").await;
        world.sweep().await;
        assert_eq!(member(&world, STOCK[0]).await.status, NumberStatus::Dropped);
        assert_eq!(carrier.asked(), ["pools.create"]);
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_request_outside_the_carriers_terms_is_refused_with_its_field() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", STOCK);
        let (world, made) = created(db, &carrier).await;
        let long = UpdateNumberPool {
            pool_id: made.id,
            match_period_minutes: Some(61),
            ..UpdateNumberPool::default()
        };
        let long = world.switchboard.update_number_pool(&admin(), long).await;
        assert_eq!(refusal(long), fault("INVALID_INPUT", "input.matchPeriodMinutes"));
        let large = world
            .switchboard
            .resize_number_pool(&admin(), resizing(&made, 21, false))
            .await;
        assert_eq!(refusal(large), fault("INVALID_INPUT", "input.quantity"));
        carrier.twist([Twist::Refused(RefusalCode::NameTaken)]);
        let answer = world
            .switchboard
            .update_number_pool(&admin(), updating(&made))
            .await
            .unwrap();
        assert_eq!(state(&answer), OperationState::Refused);
        let after = world.switchboard.pool(&admin(), made.id).await.unwrap().unwrap();
        assert_eq!(
            (after.name.as_str(), carrier.pool("pool-1").unwrap().route),
            ("Pool", route())
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn while_a_pool_is_changed_at_its_carrier_neither_it_nor_its_numbers_are_changed_otherwise() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", STOCK);
        let (world, made) = created(db, &carrier).await;
        let settings = Settings {
            providers: vec![carrier.instance()],
            answer_within: Duration::ZERO,
            ..Settings::new("given")
        };
        let hasty = Switchboard::over(world.db().clone(), settings).unwrap();
        carrier.twist([Twist::Gate]);
        let request = RetireNumberPool {
            client_reference: Some(reference()),
            ..retiring(&made, false)
        };
        let begun = hasty.retire_number_pool(&admin(), request.clone()).await.unwrap();
        assert!(!state(&begun).is_final());
        let (who, switchboard, busy) = (admin(), &world.switchboard, fault("BUSY", "input.poolId"));
        assert_eq!(
            refusal(switchboard.update_number_pool(&who, updating(&made)).await),
            busy
        );
        assert_eq!(
            refusal(
                switchboard
                    .resize_number_pool(&who, resizing(&made, 1, false))
                    .await
            ),
            busy
        );
        assert_eq!(
            refusal(switchboard.retire_number_pool(&who, retiring(&made, true)).await),
            busy
        );
        let only_here = RetireNumberPool {
            only_here: true,
            ..retiring(&made, true)
        };
        assert_eq!(
            refusal(switchboard.retire_number_pool(&who, only_here).await),
            busy
        );
        let suspend = SuspendNumber {
            number_id: member(&world, STOCK[0]).await.id,
            ..SuspendNumber::default()
        };
        let suspended = switchboard.suspend_number(&who, suspend.clone()).await;
        assert_eq!(refusal(suspended), fault("BUSY", "input.numberId"));
        carrier.open_gate();
        let done = switchboard.retire_number_pool(&who, request).await.unwrap();
        assert_eq!(
            (state(&done), done.pool.unwrap().status),
            (OperationState::Succeeded, PoolStatus::Retired)
        );

        let second = create(&world, "Second", 1).await;
        let suspend = SuspendNumber {
            number_id: member(&world, STOCK[3]).await.id,
            ..suspend
        };
        carrier.twist([Twist::Gate]);
        let begun = hasty.suspend_number(&admin(), suspend).await.unwrap();
        assert!(!state(&begun).is_final());
        assert_eq!(
            refusal(
                switchboard
                    .retire_number_pool(&who, retiring(&second, true))
                    .await
            ),
            busy
        );
        carrier.open_gate();
        let id = begun.operation.unwrap().id;
        while !switchboard
            .operation(&who, id)
            .await
            .unwrap()
            .unwrap()
            .state
            .is_final()
        {
            tokio::task::yield_now().await;
        }
        assert_eq!(member(&world, STOCK[3]).await.status, NumberStatus::Suspended);
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_pool_of_our_own_under_a_client_reference_is_changed_once_and_answered_the_same() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let request = pool(world.tenants.sales, "Pool", british_area("0117"), 2);
        let made = world
            .switchboard
            .create_number_pool(&admin(), request)
            .await
            .unwrap()
            .pool
            .unwrap();
        let update = UpdateNumberPool {
            client_reference: Some(reference()),
            ..updating(&made)
        };
        let first = world
            .switchboard
            .update_number_pool(&admin(), update.clone())
            .await
            .unwrap();
        assert_eq!(
            (state(&first), first.pool.as_ref().unwrap().name.as_str()),
            (OperationState::Succeeded, "After")
        );
        let before = world.footprint().await;
        assert_eq!(
            world
                .switchboard
                .update_number_pool(&admin(), update)
                .await
                .unwrap(),
            first
        );
        let retire = RetireNumberPool {
            client_reference: Some(reference()),
            ..retiring(&made, false)
        };
        assert_eq!(world.footprint().await, before);
        let retired = world
            .switchboard
            .retire_number_pool(&admin(), retire.clone())
            .await
            .unwrap();
        assert_eq!(state(&retired), OperationState::Succeeded);
        assert_eq!(
            world
                .switchboard
                .retire_number_pool(&admin(), retire)
                .await
                .unwrap(),
            retired
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_is_believed_only_when_the_carrier_shows_nothing_of_the_change() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", STOCK);
        let (world, made) = created(db, &carrier).await;
        let switchboard = &world.switchboard;
        let renaming = UpdateNumberPool {
            pool_id: made.id,
            name: Some("Renamed".to_owned()),
            ..UpdateNumberPool::default()
        };
        for (first, expected) in [
            (Twist::Unheard, OperationState::Refused),
            (Twist::Lost, OperationState::Succeeded),
        ] {
            carrier.twist([first, Twist::Refused(RefusalCode::Forbidden)]);
            let answer = switchboard
                .update_number_pool(&admin(), renaming.clone())
                .await
                .unwrap();
            assert!(!state(&answer).is_final());
            world.sweep().await;
            let id = answer.operation.unwrap().id;
            let operation = switchboard.operation(&admin(), id).await.unwrap().unwrap();
            assert_eq!(operation.state, expected, "{first:?}");
            let here = switchboard.pool(&admin(), made.id).await.unwrap().unwrap();
            let there = carrier.pool("pool-1").unwrap();
            assert_eq!(there.name, upstream_name(&here.name), "{first:?}");
        }
        let wanted = [resizing(&made, 2, true), resizing(&made, 1, true)];
        for (first, request) in [Twist::Unheard, Twist::Lost].into_iter().zip(wanted) {
            carrier.twist([first, Twist::Refused(RefusalCode::Forbidden)]);
            switchboard.resize_number_pool(&admin(), request).await.unwrap();
            world.sweep().await;
            let here = store::members(db.reader(), made.id).await.unwrap().len();
            let there = carrier
                .lines()
                .values()
                .filter(|line| line.pool.is_some())
                .count();
            assert_eq!(here, there, "{first:?}");
        }
        for first in [Twist::Unheard, Twist::Lost] {
            carrier.twist([first, Twist::Refused(RefusalCode::Forbidden)]);
            switchboard
                .retire_number_pool(&admin(), retiring(&made, true))
                .await
                .unwrap();
            world.sweep().await;
            let here = switchboard.pool(&admin(), made.id).await.unwrap().unwrap().status;
            assert_eq!(
                here == PoolStatus::Retired,
                carrier.pools().is_empty(),
                "{first:?}"
            );
        }
        assert!(carrier.pools().is_empty());
        invariants::hold(db).await;
    })
    .await;
}
