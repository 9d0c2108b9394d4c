//! Numbers set aside for a short time.

use provider_core::domain::NumberStatus;
use service::{AssignNumber, EventKind, HoldAnswer, HoldNumber, Owner, ServiceResult};
use store::testing::on_both;

use crate::{
    invariants,
    world::{
        World, admin, assign, e164, exact, fault, in_city, manager_of, problem, reference, refusal, run,
    },
};

const NUMBER: &str = "+14043411266";
const OTHER: &str = "+14043411267";

async fn hold(world: &World, owner: Owner, number: &str) -> ServiceResult<HoldAnswer> {
    let request = HoldNumber {
        client_reference: reference(),
        group_id: owner.group_id,
        number: e164(number),
        minutes: 15,
    };
    world.switchboard.hold_number(&manager_of(owner), request).await
}

#[tokio::test]
async fn a_held_number_is_offered_to_nobody_else() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let held = hold(&world, world.tenants.sales, NUMBER).await.unwrap();
        assert_eq!(
            (held.number.status, held.number.owner),
            (NumberStatus::Held, Some(world.tenants.sales))
        );
        assert_eq!(held.number.hold_until, Some(held.hold.held_until));
        let taken = fault("NUMBER_TAKEN", "input.number");
        assert_eq!(refusal(hold(&world, world.tenants.bolt, NUMBER).await), taken);
        assert_eq!(refusal(hold(&world, world.tenants.sales, NUMBER).await), taken);
        assert_eq!(
            refusal(hold(&world, world.tenants.bolt, OTHER).await),
            taken,
            "not in the inventory at all"
        );
        for matching in [exact(NUMBER), in_city("Atlanta", Some("GA"), None)] {
            assert_eq!(
                problem(&world.assign("Name", matching).await.unwrap()).0,
                "NO_STOCK"
            );
        }
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_hold_becomes_an_assignment_of_its_own_group_alone() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER, OTHER]).await;
        let held = hold(&world, world.tenants.sales, NUMBER).await.unwrap();
        let order = |owner, number| AssignNumber {
            hold_id: Some(held.hold.id),
            ..assign(owner, "Name", exact(number))
        };
        let gone = fault("HOLD_EXPIRED", "input.holdId");
        for owner in [world.tenants.bolt, world.tenants.support] {
            let answer = world
                .switchboard
                .assign_number(&admin(), order(owner, NUMBER))
                .await
                .unwrap();
            assert_eq!(problem(&answer), gone);
        }
        let other = world
            .switchboard
            .assign_number(&admin(), order(world.tenants.sales, OTHER))
            .await
            .unwrap();
        assert_eq!(problem(&other), fault("INVALID_INPUT", "input.match.exact"));
        let answer = world
            .switchboard
            .assign_number(&admin(), order(world.tenants.sales, NUMBER))
            .await
            .unwrap();
        let number = answer.number.unwrap();
        assert_eq!(
            (number.status, number.owner),
            (NumberStatus::Active, Some(world.tenants.sales))
        );
        let ended = world
            .switchboard
            .hold(&admin(), held.hold.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(ended.end_reason.as_deref(), Some("ASSIGNED"));
        let again = AssignNumber {
            name: "Again".to_owned(),
            ..order(world.tenants.sales, NUMBER)
        };
        let again = world.switchboard.assign_number(&admin(), again).await.unwrap();
        assert_eq!(problem(&again), gone);
        assert_eq!(
            world.history(NUMBER).await,
            [
                EventKind::Added,
                EventKind::Held,
                EventKind::Claimed,
                EventKind::Assigned
            ]
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_hold_ends_by_itself_by_the_databases_clock_and_leaves_the_number_as_it_was() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let id = world.number(NUMBER).await.id;
        run(
            db,
            &format!("INSERT INTO number_tags (number_id, tag) VALUES ({id}, 'gold')"),
        )
        .await;
        let before = world.number(NUMBER).await;
        let held = hold(&world, world.tenants.sales, NUMBER).await.unwrap();
        world.switchboard.sweep().await.unwrap();
        assert_eq!(world.status(NUMBER).await, NumberStatus::Held);

        run(db, "UPDATE holds SET held_until = 1").await;
        run(db, "UPDATE numbers SET hold_until = 1 WHERE status = 'HELD'").await;
        let order = AssignNumber {
            hold_id: Some(held.hold.id),
            ..assign(world.tenants.sales, "Late", exact(NUMBER))
        };
        let late = world.switchboard.assign_number(&admin(), order).await.unwrap();
        assert_eq!(problem(&late), fault("HOLD_EXPIRED", "input.holdId"));
        world.switchboard.sweep().await.unwrap();
        let after = world.number(NUMBER).await;
        assert_eq!(
            after,
            service::NumberRecord {
                updated_at: after.updated_at,
                ..before
            }
        );
        let ended = world
            .switchboard
            .hold(&admin(), held.hold.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(ended.end_reason.as_deref(), Some("EXPIRED"));
        assert!(ended.ended_at.is_some());
        assert_eq!(
            world.history(NUMBER).await,
            [EventKind::Added, EventKind::Held, EventKind::HoldExpired]
        );
        invariants::hold(db).await;
        assert!(
            world
                .assign("Name", exact(NUMBER))
                .await
                .unwrap()
                .number
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn a_hold_can_be_given_back_early_and_giving_it_back_twice_does_no_harm() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let owner = world.tenants.sales;
        let held = hold(&world, owner, NUMBER).await.unwrap();
        let stranger = world
            .switchboard
            .release_hold(&manager_of(world.tenants.bolt), held.hold.id)
            .await;
        assert_eq!(refusal(stranger), fault("NOT_FOUND", "input.holdId"));
        let released = world
            .switchboard
            .release_hold(&manager_of(owner), held.hold.id)
            .await
            .unwrap();
        assert_eq!(released.hold.end_reason.as_deref(), Some("RELEASED"));
        assert_eq!(released.number.status, NumberStatus::Available);
        let second = hold(&world, world.tenants.bolt, NUMBER).await.unwrap();
        let again = world
            .switchboard
            .release_hold(&manager_of(owner), held.hold.id)
            .await
            .unwrap();
        assert_eq!(again.hold, released.hold);
        assert_eq!(
            world.number(NUMBER).await.owner,
            Some(second.hold.owner),
            "the other hold lasts"
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_hold_lasts_from_a_minute_to_a_day() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        for minutes in [0, 1_441] {
            let request = HoldNumber {
                client_reference: reference(),
                group_id: world.tenants.sales.group_id,
                number: e164(NUMBER),
                minutes,
            };
            let refused = world.switchboard.hold_number(&admin(), request).await;
            assert_eq!(refusal(refused), fault("INVALID_INPUT", "input.minutes"));
        }
    })
    .await;
}
