//! What becomes of an order by what a carrier answers: a lost answer is found out about, never bought again.

use provider_core::{
    domain::NumberStatus,
    error::{Effect, ErrorKind},
    outcome::RefusalCode,
};
use service::{AssignNumber, EventKind, OperationState, OrderAnswer};
use store::testing::{TestDatabase, on_both};

use crate::{
    carrier::{Asked, Carrier, Reply},
    invariants,
    world::{World, admin, assign, count, fault, in_city, only_here, problem},
};

const SOLD: &str = "+14043411266";

async fn world(db: &TestDatabase, carrier: &std::sync::Arc<Carrier>) -> World {
    World::with(db, vec![carrier.instance()]).await
}

/// An order that the carrier alone is asked for.
async fn order(world: &World) -> OrderAnswer {
    let request = AssignNumber {
        provider: Some("carrier".parse().unwrap()),
        ..assign(world.tenants.sales, "Name", in_city("Atlanta", Some("GA"), None))
    };
    world.switchboard.assign_number(&admin(), request).await.unwrap()
}

/// The carrier's number is mirrored, and it is the group's.
async fn bought(world: &World, answer: &OrderAnswer) {
    let operation = world.reread(answer).await;
    assert_eq!(operation.state, OperationState::Succeeded, "{operation:?}");
    let number = world.number(SOLD).await;
    assert_eq!(operation.number_id, Some(number.id));
    assert_eq!(
        (number.status, number.owner),
        (NumberStatus::Active, Some(world.tenants.sales))
    );
    assert_eq!(
        (number.provider.as_str(), number.external_id.as_deref()),
        ("carrier", Some("id-14043411266"))
    );
    assert_eq!(number.dealer_id, Some(world.tenants.dealer));
    assert_eq!(world.history(SOLD).await, [EventKind::Added, EventKind::Assigned]);
    invariants::hold(world.db()).await;
}

#[tokio::test]
async fn a_number_that_a_carrier_sells_is_mirrored_with_its_provider_and_external_id() {
    on_both(async |db| {
        let carrier = Carrier::new("carrier");
        carrier.on_place([Reply::Sold(SOLD)]);
        let world = world(db, &carrier).await;
        let answer = order(&world).await;
        assert_eq!(
            answer.number.as_ref().map(|number| number.e164.as_str()),
            Some(SOLD)
        );
        bought(&world, &answer).await;
        let outcome =
            "SELECT COUNT(*) FROM operation_attempts WHERE provider = 'carrier' AND outcome = 'DONE'";
        assert_eq!(count(db, outcome).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_a_carrier_takes_is_asked_for_until_it_is_done() {
    on_both(async |db| {
        let carrier = Carrier::new("carrier");
        carrier.on_place([Reply::Taken]);
        carrier.on_get([
            Reply::Taken,
            Reply::Failed(ErrorKind::Unavailable, Effect::None),
            Reply::Sold(SOLD),
        ]);
        let world = world(db, &carrier).await;
        let answer = order(&world).await;
        assert_eq!(
            (answer.operation.state, &answer.number),
            (OperationState::Submitted, &None)
        );
        assert_eq!(answer.operation.upstream_ref.as_deref(), Some("order-1"));
        for _ in 0..2 {
            world.sweep().await;
            assert_eq!(world.reread(&answer).await.state, OperationState::Submitted);
        }
        world.sweep().await;
        bought(&world, &answer).await;
        world.sweep().await;
        assert_eq!(carrier.asked().len(), 4, "one order, asked for three times");
        assert_eq!(carrier.asked()[1], Asked::Get("order-1".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn an_order_that_a_carrier_gives_up_later_is_refused() {
    on_both(async |db| {
        let carrier = Carrier::new("carrier");
        carrier.on_place([Reply::Taken]);
        carrier.on_get([Reply::Refused(RefusalCode::QuotaExceeded)]);
        let world = world(db, &carrier).await;
        let answer = order(&world).await;
        world.sweep().await;
        let operation = world.reread(&answer).await;
        assert_eq!(operation.state, OperationState::Refused);
        assert_eq!(operation.problem.unwrap().code, "QUOTA_EXCEEDED");
        invariants::hold(db).await;
    })
    .await;
}

/// Every way in which nobody knows whether the carrier acted.
fn lost() -> Vec<Reply> {
    vec![
        Reply::Unclear,
        Reply::Failed(ErrorKind::Timeout, Effect::Unknown),
        Reply::Failed(ErrorKind::Unavailable, Effect::Unknown),
        Reply::Failed(ErrorKind::BadResponse, Effect::Unknown),
        Reply::Silence,
        // A number of Bristol for an order of Atlanta: the answer contradicts the order.
        Reply::Sold("+448000885644"),
    ]
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_looked_for_and_not_placed_again() {
    on_both(async |db| {
        let world = World::on(db).await;
        for reply in lost() {
            let carrier = Carrier::new("carrier");
            carrier.on_place([reply.clone()]);
            carrier.on_find([Reply::Absent, Reply::Refused(RefusalCode::QuotaExceeded)]);
            let world = world.replica("with a carrier", vec![carrier.instance()]);
            let answer = order(&world).await;
            assert_eq!(answer.operation.state, OperationState::Unconfirmed, "{reply:?}");
            assert_eq!((&answer.number, &answer.operation.problem), (&None, &None));
            world.sweep().await;
            assert_eq!(
                world.reread(&answer).await.state,
                OperationState::Unconfirmed,
                "{reply:?}"
            );
            world.sweep().await;
            assert_eq!(
                world.reread(&answer).await.state,
                OperationState::Refused,
                "{reply:?}"
            );
            assert_eq!(carrier.placed().len(), 1, "{reply:?}");
            invariants::hold(db).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_that_is_found_at_the_carrier_is_kept() {
    on_both(async |db| {
        let carrier = Carrier::new("carrier");
        carrier.on_place([Reply::Failed(ErrorKind::Timeout, Effect::Unknown)]);
        carrier.on_find([
            Reply::Absent,
            Reply::Failed(ErrorKind::Unavailable, Effect::None),
            Reply::Sold(SOLD),
        ]);
        let world = world(db, &carrier).await;
        let answer = order(&world).await;
        for _ in 0..3 {
            world.sweep().await;
        }
        bought(&world, &answer).await;
        assert_eq!(carrier.placed().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_order_is_placed_again_with_its_token_once_it_was_absent_three_times() {
    on_both(async |db| {
        let carrier = Carrier::new("carrier");
        carrier.on_place([Reply::Unclear, Reply::Sold(SOLD)]);
        carrier.on_find([Reply::Absent, Reply::Absent, Reply::Absent]);
        let world = world(db, &carrier).await;
        let answer = order(&world).await;
        for sighting in 1..=2 {
            world.sweep().await;
            assert_eq!(carrier.placed().len(), 1, "not before the third time");
            assert_eq!(world.reread(&answer).await.sightings, sighting);
        }
        world.sweep().await;
        bought(&world, &answer).await;
        let token: provider_core::domain::OrderToken = answer.operation.token.parse().unwrap();
        let (place, find) = (Asked::Place(token.clone()), Asked::Find(token));
        assert_eq!(
            carrier.asked(),
            [place.clone(), find.clone(), find.clone(), find, place]
        );
        assert_eq!(count(db, "SELECT COUNT(*) FROM operation_attempts").await, 2);
    })
    .await;
}

#[tokio::test]
async fn an_order_is_not_placed_for_ever() {
    on_both(async |db| {
        let carrier = Carrier::new("carrier");
        carrier.on_place(vec![Reply::Unclear; 3]);
        carrier.on_find(vec![Reply::Absent; 9]);
        let world = world(db, &carrier).await;
        let answer = order(&world).await;
        for _ in 0..9 {
            world.sweep().await;
        }
        let operation = world.reread(&answer).await;
        assert_eq!(operation.state, OperationState::Refused);
        assert_eq!(operation.problem.unwrap().code, "PROVIDER_UNAVAILABLE");
        assert_eq!(carrier.placed().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_carrier_that_knows_tokens_is_simply_asked_again() {
    on_both(async |db| {
        let carrier = Carrier::with("carrier", true, true);
        carrier.on_place([Reply::Silence, Reply::Unclear, Reply::Sold(SOLD)]);
        let world = world(db, &carrier).await;
        let answer = order(&world).await;
        assert_eq!(answer.operation.state, OperationState::Unconfirmed);
        world.sweep().await;
        world.sweep().await;
        bought(&world, &answer).await;
        let tokens = carrier.placed();
        assert_eq!(tokens.len(), 3);
        assert!(tokens.iter().all(|token| *token == tokens[0]));
    })
    .await;
}

#[tokio::test]
async fn a_failure_before_sending_says_nothing_of_the_call_before_it() {
    on_both(async |db| {
        let carrier = Carrier::with("carrier", true, true);
        let next = Carrier::new("next");
        carrier.on_place([
            Reply::Failed(ErrorKind::Timeout, Effect::Unknown),
            Reply::Failed(ErrorKind::Unavailable, Effect::None),
            Reply::Failed(ErrorKind::RateLimited, Effect::None),
            Reply::Failed(ErrorKind::Unauthenticated, Effect::None),
            Reply::Sold(SOLD),
        ]);
        let world = World::with(db, vec![carrier.instance(), next.instance()]).await;
        let request = assign(world.tenants.sales, "Name", in_city("Atlanta", Some("GA"), None));
        let answer = world.switchboard.assign_number(&admin(), request).await.unwrap();
        for _ in 0..3 {
            assert_eq!(world.reread(&answer).await.state, OperationState::Unconfirmed);
            world.sweep().await;
        }
        assert_eq!(world.reread(&answer).await.state, OperationState::Unconfirmed);
        assert!(next.asked().is_empty(), "the first may have sold one already");
        world.sweep().await;
        bought(&world, &answer).await;
        assert_eq!(carrier.placed().len(), 5);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_cannot_be_looked_for_waits_for_a_person() {
    on_both(async |db| {
        let carrier = Carrier::with("carrier", false, false);
        carrier.on_place([Reply::Unclear]);
        let world = world(db, &carrier).await;
        let answer = order(&world).await;
        world.sweep().await;
        let operation = world.reread(&answer).await;
        assert_eq!(operation.state, OperationState::NeedsReview);
        assert_eq!(operation.problem.unwrap().code, "NEEDS_REVIEW");
        world.sweep().await;
        assert_eq!(carrier.placed().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_several_things_answer_to_waits_for_a_person() {
    on_both(async |db| {
        let carrier = Carrier::new("carrier");
        carrier.on_place([Reply::Unclear]);
        carrier.on_find([Reply::Failed(ErrorKind::Conflict, Effect::None)]);
        let world = world(db, &carrier).await;
        let answer = order(&world).await;
        world.sweep().await;
        assert_eq!(world.reread(&answer).await.state, OperationState::NeedsReview);
    })
    .await;
}

#[tokio::test]
async fn an_order_nobody_could_say_anything_about_for_a_day_waits_for_a_person() {
    on_both(async |db| {
        let world = World::on(db).await;
        for (reply, idempotent) in [
            (Reply::Taken, false),
            (Reply::Unclear, false),
            (Reply::Unclear, true),
        ] {
            let carrier = Carrier::with("carrier", idempotent, true);
            carrier.on_place([reply]);
            carrier.on_get([Reply::Failed(ErrorKind::NotFound, Effect::None)]);
            let world = world.replica("with a carrier", vec![carrier.instance()]);
            let answer = order(&world).await;
            crate::world::run(db, "UPDATE operations SET created_at = created_at - 90000000").await;
            world.sweep().await;
            assert_eq!(world.reread(&answer).await.state, OperationState::NeedsReview);
            assert_eq!(carrier.placed().len(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_carriers_refusal_ends_the_order_with_its_code_and_field() {
    on_both(async |db| {
        let world = World::on(db).await;
        for (code, expected) in [
            (RefusalCode::NoStock, "NO_STOCK"),
            (RefusalCode::UnknownGroup, "UNKNOWN_GROUP"),
            (RefusalCode::QuotaExceeded, "QUOTA_EXCEEDED"),
            (RefusalCode::Forbidden, "PROVIDER_REFUSED"),
        ] {
            let carrier = Carrier::new("carrier");
            carrier.on_place([Reply::Refused(code)]);
            let world = world.replica("with a carrier", vec![carrier.instance()]);
            let answer = order(&world).await;
            assert_eq!(answer.operation.state, OperationState::Refused);
            assert_eq!(problem(&answer), fault(expected, "input.match.localToCity"));
            assert_eq!(carrier.asked().len(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_number_given_back_to_a_carrier_may_be_bought_there_again() {
    on_both(async |db| {
        let carrier = Carrier::new("carrier");
        carrier.on_place([Reply::Sold(SOLD), Reply::Sold(SOLD)]);
        let world = world(db, &carrier).await;
        let first = order(&world).await.number.unwrap();
        world
            .switchboard
            .release_number(&admin(), only_here(first.id))
            .await
            .unwrap();
        let request = AssignNumber {
            provider: Some("carrier".parse().unwrap()),
            ..assign(world.tenants.bolt, "Second", in_city("Atlanta", Some("GA"), None))
        };
        let answer = world.switchboard.assign_number(&admin(), request).await.unwrap();
        let number = answer.number.unwrap();
        assert_eq!((number.id, number.owner), (first.id, Some(world.tenants.bolt)));
        assert_eq!((number.quarantine_until, number.dropped_at), (None, None));
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_carrier_that_sells_what_somebody_has_already_is_a_matter_for_a_person() {
    on_both(async |db| {
        let carrier = Carrier::new("carrier");
        carrier.on_place([Reply::Sold(SOLD)]);
        let world = world(db, &carrier).await;
        world.stock(&[SOLD]).await;
        let mine = world.give(SOLD, "Mine").await;
        let answer = order(&world).await;
        assert_eq!(answer.operation.state, OperationState::NeedsReview);
        assert_eq!(answer.operation.upstream_ref.as_deref(), Some("id-14043411266"));
        let problem = answer.operation.problem.as_ref().unwrap();
        for fact in [SOLD, "id-14043411266", "carrier"] {
            assert!(problem.message.contains(fact), "{}", problem.message);
        }
        let ended = "SELECT COUNT(*) FROM operation_attempts WHERE provider = 'carrier' AND outcome = 'DONE'";
        assert_eq!(count(db, ended).await, 1);
        assert_eq!(world.number(SOLD).await.owner, mine.owner);
        world.sweep().await;
        assert_eq!(carrier.asked().len(), 1);
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn what_a_carrier_sold_is_kept_under_another_name_when_its_name_was_taken_meanwhile() {
    on_both(async |db| {
        let carrier = Carrier::new("carrier");
        carrier.on_place([Reply::Taken]);
        carrier.on_get([Reply::Sold(SOLD)]);
        let world = world(db, &carrier).await;
        world.stock(&["+14043411267", "+14043411268"]).await;
        let answer = order(&world).await;
        world.give("+14043411267", "name").await;
        world.give("+14043411268", "Name (2)").await;
        world.sweep().await;
        bought(&world, &answer).await;
        assert_eq!(world.number(SOLD).await.name.as_deref(), Some("Name (3)"));
    })
    .await;
}
