//! Changes of numbers that a carrier has to make: made there first, kept here with it, never half.

use std::sync::Arc;

use provider_core::{
    domain::{NumberStatus, SmsRoute},
    port::{InventoryChange, PoolChange},
};
use service::{
    AssignNumber, ChangeAnswer, EventKind, NumberRecord, OperationKind, OperationState, ReleaseNumber,
    ResumeNumber, SuspendNumber, UpdateNumber, UserError,
};
use store::testing::{TestDatabase, on_both};

use crate::{
    invariants,
    upstream::{Twist, Upstream, id_of, upstream_name},
    world::{World, admin, assign, e164, fault, in_city, reference, refusal, refusals, route_to, run},
};

const NUMBER: &str = "+14043411266";
const OTHER: &str = "+14043411267";

/// A world with a carrier that has sold one number, `Name`, to the sales group.
pub(crate) async fn bought(db: &TestDatabase, carrier: &Arc<Upstream>) -> (World, NumberRecord) {
    let world = World::with(db, vec![carrier.instance()]).await;
    let number = buy(&world, "Name").await;
    (world, number)
}

pub(crate) async fn buy(world: &World, name: &str) -> NumberRecord {
    let request = AssignNumber {
        provider: Some("carrier".parse().unwrap()),
        ..assign(world.tenants.sales, name, in_city("Atlanta", Some("GA"), None))
    };
    let answer = world.switchboard.assign_number(&admin(), request).await.unwrap();
    let number = answer.number.unwrap_or_else(|| panic!("{:?}", answer.operation));
    // As it is read back later, without its neighbors.
    world.number(number.e164.as_str()).await
}

pub(crate) fn releasing(number: &NumberRecord) -> ReleaseNumber {
    ReleaseNumber {
        number_id: number.id,
        ..ReleaseNumber::default()
    }
}

pub(crate) fn suspending(number: &NumberRecord) -> SuspendNumber {
    SuspendNumber {
        number_id: number.id,
        ..SuspendNumber::default()
    }
}

pub(crate) fn routing(number: &NumberRecord, route: &str) -> UpdateNumber {
    UpdateNumber {
        number_id: number.id,
        route: Some(route_to(route)),
        ..UpdateNumber::default()
    }
}

pub(crate) async fn release(world: &World, number: &NumberRecord) -> ChangeAnswer {
    let answer = world
        .switchboard
        .release_number(&admin(), releasing(number))
        .await;
    answer.unwrap()
}

pub(crate) fn state(answer: &ChangeAnswer) -> OperationState {
    answer
        .operation
        .as_ref()
        .expect("a carrier is asked by an operation")
        .state
}

pub(crate) async fn reread(world: &World, answer: &ChangeAnswer) -> service::OperationRecord {
    let id = answer.operation.as_ref().unwrap().id;
    world.switchboard.operation(&admin(), id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_released_number_goes_back_to_its_carrier_and_never_becomes_stock_of_ours() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(db, &carrier).await;
        let request = ReleaseNumber {
            reason: Some("moved".to_owned()),
            ..releasing(&number)
        };
        let answer = world.switchboard.release_number(&admin(), request).await.unwrap();
        let operation = answer.operation.clone().unwrap();
        assert_eq!(
            (operation.kind, operation.state, operation.attempts),
            (OperationKind::ReleaseNumber, OperationState::Succeeded, 1)
        );
        assert_eq!(operation.number_id, Some(number.id));
        let released = answer.number.unwrap();
        assert_eq!(
            (released.status, released.quarantine_until),
            (NumberStatus::Dropped, None)
        );
        assert_eq!(
            (&released.name, released.owner),
            (&number.name, number.owner),
            "its last owner sees it"
        );
        assert_eq!(
            (carrier.line(NUMBER), carrier.asked()),
            (None, vec!["orders.place", "inventory.release"])
        );

        let page = service::PageRequest::first(1);
        let history = world
            .switchboard
            .number_history(&admin(), number.id, true, &page)
            .await
            .unwrap();
        let event = &history.items[0].1;
        assert_eq!(
            (event.kind, event.cause.as_deref()),
            (EventKind::Released, Some("moved"))
        );
        assert_eq!(event.operation_id, Some(operation.id));

        run(
            db,
            "UPDATE numbers SET quarantine_until = 1 WHERE quarantine_until IS NOT NULL",
        )
        .await;
        world.sweep().await;
        assert_eq!(world.status(NUMBER).await, NumberStatus::Dropped);
        assert_eq!(world.footprint().await["in stock"], 0);
        let restored = world.switchboard.restore_number(&admin(), number.id).await;
        let [error] = &refusals(restored)[..] else {
            panic!("it can't be undone")
        };
        assert_eq!(error.code.to_string(), "INVALID_TRANSITION");
        assert!(
            error.message.contains("carrier took the number back"),
            "{}",
            error.message
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_number_is_suspended_resumed_and_routed_at_its_carrier() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(db, &carrier).await;
        let switchboard = &world.switchboard;
        let answer = switchboard
            .suspend_number(&admin(), suspending(&number))
            .await
            .unwrap();
        let suspended = answer.number.unwrap();
        assert_eq!(suspended.status, NumberStatus::Suspended);
        assert_eq!(carrier.line(NUMBER).unwrap().status, NumberStatus::Suspended);
        let resuming = ResumeNumber {
            number_id: number.id,
            ..ResumeNumber::default()
        };
        let answer = switchboard.resume_number(&admin(), resuming).await.unwrap();
        assert_eq!(answer.number.unwrap().status, NumberStatus::Active);
        assert_eq!(carrier.line(NUMBER).unwrap().status, NumberStatus::Active);
        let request = UpdateNumber {
            name: Some("After".to_owned()),
            tags: Some(vec!["web".to_owned()]),
            dealer_id: Some(None),
            group_id: Some(world.tenants.support.group_id),
            ..routing(&number, "+14043993433")
        };
        let answer = switchboard.update_number(&admin(), request).await.unwrap();
        assert_eq!(
            answer.operation.as_ref().unwrap().kind,
            OperationKind::UpdateNumber
        );
        let updated = answer.number.unwrap();
        assert_eq!(updated.termination_number, Some(e164("+14043993433")));
        assert_eq!(
            (updated.name.as_deref(), updated.dealer_id),
            (Some("After"), None)
        );
        assert_eq!(
            (updated.tags, updated.owner),
            (vec!["web".to_owned()], Some(world.tenants.support))
        );
        assert_eq!(carrier.line(NUMBER).unwrap().route, route_to("+14043993433"));
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_ours_alone_is_changed_without_asking_the_carrier() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(db, &carrier).await;
        let request = UpdateNumber {
            number_id: number.id,
            name: Some("After".to_owned()),
            tags: Some(vec!["web".to_owned()]),
            ..UpdateNumber::default()
        };
        let answer = world.switchboard.update_number(&admin(), request).await.unwrap();
        assert_eq!(answer.operation, None);
        assert_eq!(answer.number.unwrap().name.as_deref(), Some("After"));
        assert_eq!(carrier.asked(), ["orders.place"]);
    })
    .await;
}

#[tokio::test]
async fn what_a_carrier_calls_a_number_is_kept_beside_our_own_name() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(db, &carrier).await;
        assert_eq!(
            number.name.as_deref(),
            Some("Name"),
            "the name that was asked for"
        );
        assert_eq!(number.external_id, Some(id_of(&number.e164)));
        assert_eq!(
            (number.provider.as_str(), number.area_code.as_deref()),
            ("carrier", Some("404"))
        );
        let facts = world
            .switchboard
            .number_upstream_facts(&admin(), &[number.id])
            .await
            .unwrap();
        assert_eq!(facts[&number.id].name, Some(upstream_name("Name")));
        assert_eq!(facts[&number.id].sms_route, Some(SmsRoute::None));
        let elsewhere = crate::world::manager_of(world.tenants.bolt);
        let facts = world
            .switchboard
            .number_upstream_facts(&elsewhere, &[number.id])
            .await
            .unwrap();
        assert!(facts.is_empty(), "another customer's number");
    })
    .await;
}

/// Every change that the carrier would have to make, with the name of its field.
pub(crate) async fn every_change(
    world: &World,
    number: &NumberRecord,
) -> Vec<(&'static str, service::ServiceResult<ChangeAnswer>)> {
    let (who, switchboard) = (admin(), &world.switchboard);
    vec![
        (
            "numberId",
            switchboard.suspend_number(&who, suspending(number)).await,
        ),
        (
            "numberId",
            switchboard.release_number(&who, releasing(number)).await,
        ),
        (
            "callRoute",
            switchboard
                .update_number(&who, routing(number, "+14043993433"))
                .await,
        ),
    ]
}

#[tokio::test]
async fn a_carrier_that_has_no_way_to_do_it_changes_nothing_and_the_refusal_says_what_to_do() {
    on_both(async |db| {
        let world = World::on(db).await;
        for (name, changes) in [
            ("No port", &[][..]),
            ("Other terms", &[InventoryChange::Resume][..]),
        ] {
            let number = if name == "No port" { NUMBER } else { OTHER };
            let carrier = Upstream::able("carrier", &[number], changes.iter().copied(), []);
            let world = world.replica(name, vec![carrier.instance()]);
            let number = buy(&world, name).await;
            let before = (world.footprint().await, world.number(number.e164.as_str()).await);
            for (field, result) in every_change(&world, &number).await {
                let [error] = &refusals(result)[..] else {
                    panic!("{name}: {field}")
                };
                assert_eq!(
                    (error.code.to_string(), error.path.join(".")),
                    fault("PROVIDER_UNSUPPORTED", &format!("input.{field}")),
                    "{name}"
                );
                assert!(error.message.contains("nothing was changed"), "{}", error.message);
            }
            let released = world
                .switchboard
                .release_number(&admin(), releasing(&number))
                .await;
            assert!(refusals(released)[0].message.contains("onlyHere: true"));
            let after = (world.footprint().await, world.number(number.e164.as_str()).await);
            assert_eq!(after, before, "{name}");
            assert_eq!(carrier.asked(), ["orders.place"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_number_whose_carrier_is_not_configured_any_more_is_released_only_here() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(db, &carrier).await;
        let world = world.replica("without the carrier", Vec::new());
        for (field, result) in every_change(&world, &number).await {
            assert_eq!(
                refusal(result),
                fault("UNKNOWN_PROVIDER", &format!("input.{field}"))
            );
        }
        let request = ReleaseNumber {
            only_here: true,
            ..releasing(&number)
        };
        let answer = world.switchboard.release_number(&admin(), request).await.unwrap();
        assert_eq!(
            (answer.number.unwrap().status, answer.operation),
            (NumberStatus::Dropped, None)
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_release_only_here_asks_nobody_can_be_undone_for_a_while_and_stays_dropped_after_it() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(db, &carrier).await;
        let only_here = ReleaseNumber {
            only_here: true,
            ..releasing(&number)
        };
        let release = async || {
            let answer = world
                .switchboard
                .release_number(&admin(), only_here.clone())
                .await;
            answer.unwrap().number.unwrap()
        };
        assert!(release().await.quarantine_until.is_some());
        let restored = world
            .switchboard
            .restore_number(&admin(), number.id)
            .await
            .unwrap();
        assert_eq!(
            (restored.status, restored.quarantine_until),
            (NumberStatus::Active, None)
        );
        release().await;
        run(db, "UPDATE numbers SET quarantine_until = 1").await;
        world.sweep().await;
        let after = world.number(NUMBER).await;
        assert_eq!(
            (after.status, after.quarantine_until),
            (NumberStatus::Dropped, None)
        );
        assert_eq!((after.owner, after.name), (number.owner, number.name));
        assert_eq!(
            world.history(NUMBER).await.last(),
            Some(&EventKind::QuarantineEnded)
        );
        assert_eq!(
            (world.footprint().await["in stock"], carrier.asked()),
            (0, vec!["orders.place"])
        );
        let late = world.switchboard.restore_number(&admin(), number.id).await;
        assert_eq!(refusal(late), fault("INVALID_TRANSITION", "input.numberId"));
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_route_that_was_set_at_the_carrier_is_kept_when_the_name_beside_it_was_taken_meanwhile() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER, OTHER]);
        let (world, number) = bought(db, &carrier).await;
        let other = buy(&world, "Other").await;
        let clash = UpdateNumber {
            name: Some("OTHER".to_owned()),
            ..routing(&number, "+14043993433")
        };
        let refused = world.switchboard.update_number(&admin(), clash).await;
        assert_eq!(refusal(refused), fault("NAME_TAKEN", "input.name"));
        assert_eq!(carrier.asked().len(), 2, "it was not asked");

        carrier.twist([Twist::Unheard]);
        let request = UpdateNumber {
            name: Some("Wanted".to_owned()),
            ..routing(&number, "+14043993433")
        };
        let answer = world.switchboard.update_number(&admin(), request).await.unwrap();
        let rename = UpdateNumber {
            number_id: other.id,
            name: Some("Wanted".to_owned()),
            ..UpdateNumber::default()
        };
        world.switchboard.update_number(&admin(), rename).await.unwrap();
        world.sweep().await;
        assert_eq!(reread(&world, &answer).await.state, OperationState::Succeeded);
        let number = world.number(NUMBER).await;
        assert_eq!(number.name.as_deref(), Some("Wanted (2)"));
        assert_eq!(number.termination_number, Some(e164("+14043993433")));
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_number_that_one_carrier_took_back_may_be_bought_from_another() {
    on_both(async |db| {
        let (first, second) = (
            Upstream::new("carrier", &[NUMBER]),
            Upstream::new("second", &[NUMBER]),
        );
        let world = World::with(db, vec![first.instance(), second.instance()]).await;
        let number = buy(&world, "Name").await;
        release(&world, &number).await;
        let request = AssignNumber {
            provider: Some("second".parse().unwrap()),
            ..assign(world.tenants.bolt, "Name", in_city("Atlanta", Some("GA"), None))
        };
        let answer = world.switchboard.assign_number(&admin(), request).await.unwrap();
        let again = answer.number.unwrap();
        assert_eq!((again.id, again.provider.as_str()), (number.id, "second"));
        assert_eq!((again.owner, again.dropped_at), (Some(world.tenants.bolt), None));
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_change_of_our_own_under_a_client_reference_is_made_once_and_answered_the_same() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let number = world.give(NUMBER, "Name").await;
        let request = ReleaseNumber {
            client_reference: Some(reference()),
            ..releasing(&number)
        };
        let first = world
            .switchboard
            .release_number(&admin(), request.clone())
            .await
            .unwrap();
        let operation = first.operation.clone().unwrap();
        assert_eq!(
            (operation.state, operation.provider.as_deref(), operation.attempts),
            (OperationState::Succeeded, Some(service::INVENTORY_ID), 0)
        );
        assert_eq!(first.number.as_ref().unwrap().status, NumberStatus::Dropped);
        let before = world.footprint().await;
        let second = world
            .switchboard
            .release_number(&admin(), request.clone())
            .await
            .unwrap();
        assert_eq!(second, first);
        assert_eq!(world.footprint().await, before);
        let other = ReleaseNumber {
            reason: Some("other".to_owned()),
            ..request
        };
        let other = world.switchboard.release_number(&admin(), other).await;
        assert_eq!(
            refusal(other),
            fault("IDEMPOTENCY_CONFLICT", "input.clientReference")
        );
        let short = ReleaseNumber {
            client_reference: Some("short".to_owned()),
            ..releasing(&number)
        };
        let short = world.switchboard.release_number(&admin(), short).await;
        assert_eq!(refusal(short), fault("INVALID_INPUT", "input.clientReference"));
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_carriers_number_is_changed_only_by_those_who_may_and_see_it() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(db, &carrier).await;
        let stranger = crate::world::manager_of(world.tenants.bolt);
        let unseen = world
            .switchboard
            .release_number(&stranger, releasing(&number))
            .await;
        assert_eq!(refusal(unseen), fault("NOT_FOUND", "input.numberId"));
        let viewer = crate::world::key(
            service::AccessLevel::Viewer,
            crate::world::customer_scope(world.tenants.sales),
        );
        let denied = world
            .switchboard
            .release_number(&viewer, releasing(&number))
            .await;
        assert!(
            matches!(denied, Err(service::ServiceError::AccessDenied)),
            "{denied:?}"
        );
        let manager = crate::world::manager_of(world.tenants.sales);
        let answer = world
            .switchboard
            .release_number(&manager, releasing(&number))
            .await
            .unwrap();
        assert_eq!(
            answer.number.unwrap().status,
            NumberStatus::Dropped,
            "its owner still sees it"
        );
    })
    .await;
}

#[tokio::test]
async fn carriers_with_half_the_changes_take_those() {
    on_both(async |db| {
        let changes = [InventoryChange::Suspend, InventoryChange::Release];
        let carrier = Upstream::able("carrier", &[NUMBER], changes, [PoolChange::Retire]);
        let (world, number) = bought(db, &carrier).await;
        let suspended = world
            .switchboard
            .suspend_number(&admin(), suspending(&number))
            .await
            .unwrap();
        assert_eq!(state(&suspended), OperationState::Succeeded);
        let resuming = ResumeNumber {
            number_id: number.id,
            ..ResumeNumber::default()
        };
        let refused: Vec<UserError> = refusals(world.switchboard.resume_number(&admin(), resuming).await);
        assert_eq!(refused[0].code.to_string(), "PROVIDER_UNSUPPORTED");
        assert_eq!(state(&release(&world, &number).await), OperationState::Succeeded);
    })
    .await;
}
