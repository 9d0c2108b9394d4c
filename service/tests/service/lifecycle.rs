//! A number's life with its owner.

use provider_core::domain::NumberStatus;
use service::{EventKind, Switchboard, UpdateNumber};
use store::testing::on_both;

use crate::{
    invariants,
    world::{AtOnce, World, admin, assign, e164, exact, fault, refusal, refusals, route_to, run},
};

const NUMBER: &str = "+14043411266";
const OTHER: &str = "+14043411267";

#[tokio::test]
async fn a_number_is_suspended_resumed_released_and_restored_with_its_owner_and_name() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let (given, switchboard) = (world.give(NUMBER, "Name").await, &world.switchboard);
        let suspended = switchboard
            .suspend_now(&admin(), given.id, Some("unpaid".to_owned()))
            .await
            .unwrap();
        assert_eq!(suspended.status, NumberStatus::Suspended);
        assert!(suspended.suspended_at.is_some());
        let resumed = switchboard.resume_now(&admin(), given.id).await.unwrap();
        assert_eq!(
            (resumed.status, resumed.suspended_at),
            (NumberStatus::Active, None)
        );
        let released = switchboard
            .release_now(&admin(), given.id, Some("moved".to_owned()))
            .await
            .unwrap();
        assert_eq!(released.status, NumberStatus::Dropped);
        let rest = released
            .quarantine_until
            .unwrap()
            .duration_since(released.dropped_at.unwrap());
        assert_eq!(rest, jiff::SignedDuration::from_hours(90 * 24));
        let restored = switchboard.restore_number(&admin(), given.id).await.unwrap();
        assert_eq!(restored.status, NumberStatus::Active);
        assert_eq!((&restored.name, restored.owner), (&given.name, given.owner));
        assert_eq!(
            (restored.dealer_id, &restored.termination_number),
            (given.dealer_id, &given.termination_number)
        );
        assert_eq!((restored.quarantine_until, restored.dropped_at), (None, None));
        assert_eq!(
            world.history(NUMBER).await,
            [
                EventKind::Added,
                EventKind::Claimed,
                EventKind::Assigned,
                EventKind::Suspended,
                EventKind::Resumed,
                EventKind::Released,
                EventKind::Restored,
            ]
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_suspended_number_that_is_released_and_restored_is_suspended_still() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let id = world.give(NUMBER, "Name").await.id;
        world.switchboard.suspend_now(&admin(), id, None).await.unwrap();
        world.switchboard.release_now(&admin(), id, None).await.unwrap();
        let restored = world.switchboard.restore_number(&admin(), id).await.unwrap();
        assert_eq!(restored.status, NumberStatus::Suspended);
        assert_eq!(
            world.switchboard.resume_now(&admin(), id).await.unwrap().status,
            NumberStatus::Active
        );
        invariants::hold(db).await;
    })
    .await;
}

/// Every change that a status may refuse, with its name.
async fn changes(
    switchboard: &Switchboard,
    id: i64,
) -> Vec<(&'static str, Result<(), service::ServiceError>)> {
    let who = admin();
    let rename = UpdateNumber {
        number_id: id,
        tags: Some(vec!["tag".to_owned()]),
        ..UpdateNumber::default()
    };
    vec![
        ("suspend", switchboard.suspend_now(&who, id, None).await.map(drop)),
        ("resume", switchboard.resume_now(&who, id).await.map(drop)),
        ("release", switchboard.release_now(&who, id, None).await.map(drop)),
        ("restore", switchboard.restore_number(&who, id).await.map(drop)),
        ("update", switchboard.update_now(&who, rename).await.map(drop)),
    ]
}

#[tokio::test]
async fn a_refused_change_says_which_statuses_are_allowed_and_changes_nothing() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER, OTHER]).await;
        let id = world.number(NUMBER).await.id;
        for (status, allowed) in [
            ("AVAILABLE", &[][..]),
            ("HELD", &[]),
            ("PENDING", &[]),
            ("DROPPED", &["restore"]),
            ("PORTING_IN", &[]),
            ("PORTING_OUT", &[]),
        ] {
            // Only what the status alone decides: the row has none of what would go with it.
            run(
                db,
                &format!("UPDATE numbers SET status = '{status}' WHERE id = {id}"),
            )
            .await;
            let before = world.number(NUMBER).await;
            for (change, result) in changes(&world.switchboard, id).await {
                if allowed.contains(&change) {
                    continue;
                }
                let [error] = &refusals(result)[..] else {
                    panic!("{status}: {change}")
                };
                assert_eq!(
                    (error.code.to_string(), error.path.join(".")),
                    fault("INVALID_TRANSITION", "input.numberId"),
                    "{status}: {change}"
                );
                for next in before.status.next() {
                    assert!(
                        error.message.contains(&next.to_string()),
                        "{status}: {change}: {}",
                        error.message
                    );
                }
            }
            assert_eq!(world.number(NUMBER).await, before, "{status}");
        }
    })
    .await;
}

#[tokio::test]
async fn active_and_suspended_numbers_refuse_what_leads_nowhere() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let id = world.give(NUMBER, "Name").await.id;
        let nowhere = fault("INVALID_TRANSITION", "input.numberId");
        assert_eq!(refusal(world.switchboard.resume_now(&admin(), id).await), nowhere);
        assert_eq!(
            refusal(world.switchboard.restore_number(&admin(), id).await),
            nowhere
        );
        world.switchboard.suspend_now(&admin(), id, None).await.unwrap();
        assert_eq!(
            refusal(world.switchboard.suspend_now(&admin(), id, None).await),
            nowhere
        );
        assert_eq!(
            refusal(world.switchboard.restore_number(&admin(), id).await),
            nowhere
        );
        let absent = fault("NOT_FOUND", "input.numberId");
        assert_eq!(
            refusal(world.switchboard.suspend_now(&admin(), i64::MAX, None).await),
            absent
        );
    })
    .await;
}

#[tokio::test]
async fn a_name_that_another_number_got_meanwhile_stands_in_the_way_of_a_restore() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER, OTHER]).await;
        let id = world.give(NUMBER, "Name").await.id;
        world.switchboard.release_now(&admin(), id, None).await.unwrap();
        let second = world.give(OTHER, "NAME").await;
        let restored = world.switchboard.restore_number(&admin(), id).await;
        assert_eq!(refusal(restored), fault("NAME_TAKEN", "input.numberId"));
        assert_eq!(world.status(NUMBER).await, NumberStatus::Dropped);
        let rename = UpdateNumber {
            number_id: second.id,
            name: Some("Other".to_owned()),
            ..UpdateNumber::default()
        };
        world.switchboard.update_now(&admin(), rename).await.unwrap();
        assert!(world.switchboard.restore_number(&admin(), id).await.is_ok());
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn an_update_changes_what_is_given_and_tells_what_changed() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let given = world.give(NUMBER, "Before").await;
        let update = UpdateNumber {
            client_reference: None,
            number_id: given.id,
            name: Some("After".to_owned()),
            tags: Some(vec!["web".to_owned(), "print".to_owned()]),
            route: Some(route_to("+14043993433")),
            dealer_id: Some(None),
            group_id: None,
        };
        let updated = world
            .switchboard
            .update_now(&admin(), update.clone())
            .await
            .unwrap();
        assert_eq!(updated.name.as_deref(), Some("After"));
        assert_eq!(updated.tags, ["print", "web"]);
        assert_eq!(updated.termination_number, Some(e164("+14043993433")));
        assert_eq!((updated.dealer_id, updated.owner), (None, given.owner));
        let page = service::PageRequest::first(1);
        let history = world
            .switchboard
            .number_history(&admin(), given.id, true, &page)
            .await
            .unwrap();
        let event = &history.items[0].1;
        assert_eq!((event.kind, event.actor.as_str()), (EventKind::Updated, "key:7"));
        assert_eq!(
            (&event.before["name"], &event.after["name"]),
            (&"Before".into(), &"After".into())
        );
        assert_eq!(event.after["tags"], serde_json::json!(["print", "web"]));
        assert!(event.after["dealerId"].is_null() && event.before["dealerId"].is_i64());
        assert!(event.before["status"].is_null(), "the status did not change");

        let before = world.footprint().await;
        world.switchboard.update_now(&admin(), update).await.unwrap();
        assert_eq!(world.footprint().await, before, "the same again is no change");
        let unknown = UpdateNumber {
            number_id: given.id,
            dealer_id: Some(Some(i64::MAX)),
            ..UpdateNumber::default()
        };
        let unknown = world.switchboard.update_now(&admin(), unknown).await;
        assert_eq!(refusal(unknown), fault("NOT_FOUND", "input.dealerId"));
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_number_that_moves_has_one_owner_at_every_instant() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER, OTHER]).await;
        let given = world.give(NUMBER, "Name").await;
        let since = given.assigned_at.unwrap();
        // The clock of the database has milliseconds: give the move one of its own.
        run(db, "UPDATE assignments SET assigned_at = assigned_at - 1000").await;
        let to_group = |group_id| UpdateNumber {
            number_id: given.id,
            group_id: Some(group_id),
            ..UpdateNumber::default()
        };
        let support = world.tenants.support;
        let moved = world
            .switchboard
            .update_now(&admin(), to_group(support.group_id))
            .await
            .unwrap();
        assert_eq!(
            (moved.owner, moved.name.as_deref()),
            (Some(support), Some("Name"))
        );
        assert_eq!(moved.dealer_id, Some(world.tenants.dealer));
        let at = async |instant| {
            world
                .switchboard
                .owner_at(&admin(), given.id, instant)
                .await
                .unwrap()
        };
        let before = at(since - jiff::SignedDuration::from_millis(500)).await.unwrap();
        assert_eq!(before.owner, world.tenants.sales);
        assert_eq!(before.released_at, moved.assigned_at);
        assert_eq!(at(moved.assigned_at.unwrap()).await.unwrap().owner, support);
        assert!(at(since - jiff::SignedDuration::from_secs(60)).await.is_none());

        let bolt = world.tenants.bolt;
        let sold = world
            .switchboard
            .update_now(&admin(), to_group(bolt.group_id))
            .await
            .unwrap();
        assert_eq!(sold.owner, Some(bolt));
        assert_eq!(
            sold.dealer_id,
            Some(world.tenants.other_dealer),
            "the new customer's dealer"
        );

        let request = assign(world.tenants.sales, "Name", exact(OTHER));
        let second = world
            .switchboard
            .assign_number(&admin(), request)
            .await
            .unwrap()
            .number
            .unwrap();
        let clash = UpdateNumber {
            number_id: second.id,
            group_id: Some(bolt.group_id),
            ..UpdateNumber::default()
        };
        let clash = world.switchboard.update_now(&admin(), clash).await;
        assert_eq!(refusal(clash), fault("NAME_TAKEN", "input.name"));
        let nowhere = world.switchboard.update_now(&admin(), to_group(i64::MAX)).await;
        assert_eq!(refusal(nowhere), fault("UNKNOWN_GROUP", "input.groupId"));
        invariants::hold(db).await;
    })
    .await;
}
