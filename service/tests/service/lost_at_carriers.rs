//! Changes at carriers whose answers are lost, late or refused, and changes that come at the same time: nothing is
//! half done, and in the end we and the carrier say the same.

use std::{sync::Arc, time::Duration};

use provider_core::{domain::NumberStatus, outcome::RefusalCode};
use service::{
    NumberRecord, OperationKind, OperationState, ReleaseNumber, ResumeNumber, Settings, Switchboard,
    UpdateNumber,
};
use store::testing::on_both;

use crate::{
    at_carriers::{bought, buy, every_change, release, releasing, reread, routing, state, suspending},
    invariants,
    upstream::{Twist, Upstream},
    world::{World, admin, fault, reference, refusal, route_to, run},
};

const NUMBER: &str = "+14043411266";
const OTHER: &str = "+14043411267";

#[tokio::test]
async fn a_release_whose_answer_was_lost_is_asked_for_again_until_it_is_known() {
    on_both(async |db| {
        let world = World::on(db).await;
        for (number, twists) in [
            (NUMBER, vec![Twist::Lost]),
            (OTHER, vec![Twist::Unheard]),
            (
                "+14043411268",
                vec![Twist::Unclear, Twist::Unreached, Twist::Limited(1)],
            ),
            ("+14043411269", vec![Twist::Later]),
        ] {
            let carrier = Upstream::new("carrier", &[number]);
            let world = world.replica("with a carrier", vec![carrier.instance()]);
            let bought = buy(&world, number).await;
            let again = twists.len();
            let what = format!("{twists:?}");
            carrier.twist(twists);
            let answer = release(&world, &bought).await;
            assert!(
                matches!(
                    state(&answer),
                    OperationState::Unconfirmed | OperationState::Submitted
                ),
                "{what}: {answer:?}"
            );
            assert_eq!(answer.number, None, "{what}: not yet");
            assert_eq!(
                world.number(number).await.status,
                NumberStatus::Active,
                "{what}: not yet"
            );
            for _ in 0..again {
                assert!(!reread(&world, &answer).await.state.is_final(), "{what}");
                world.sweep().await;
            }
            let operation = reread(&world, &answer).await;
            assert_eq!(
                operation.state,
                OperationState::Succeeded,
                "{what}: {operation:?}"
            );
            assert_eq!(
                (world.status(number).await, carrier.line(number)),
                (NumberStatus::Dropped, None)
            );
            invariants::hold(db).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_that_the_carrier_made_before_the_process_died_is_committed_by_whoever_sweeps_next() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER, OTHER]);
        let (world, number) = bought(db, &carrier).await;
        let second = buy(&world, "Second").await;
        for (number, kind, input) in [
            (
                &number,
                OperationKind::ReleaseNumber,
                serde_json::to_string(&releasing(&number)),
            ),
            (
                &second,
                OperationKind::SuspendNumber,
                serde_json::to_string(&suspending(&second)),
            ),
        ] {
            let new = store::NewOperation {
                client_reference: reference(),
                kind,
                input_hash: "of a process that died".to_owned(),
                input: input.unwrap(),
                token: format!("token-of-{}", number.e164.digits()),
                owner: number.owner.unwrap(),
                number_id: Some(number.id),
                pool_id: None,
                actor: "key:7".to_owned(),
                request_id: None,
                lease: store::Lease {
                    owner: "died".to_owned(),
                    milliseconds: 0,
                },
            };
            crate::world::write(db, move |tx| {
                Box::pin(async move {
                    let operation = store::insert_operation(tx, &new).await?.unwrap();
                    let seen = store::Seen {
                        id: operation.id,
                        state: operation.state,
                        attempts: operation.attempts,
                    };
                    store::begin_attempt(tx, seen, "carrier", &new.lease).await
                })
            })
            .await;
        }
        // The release had reached the carrier, the suspension had not.
        carrier.end(NUMBER);
        world.sweep().await;
        assert_eq!(world.status(NUMBER).await, NumberStatus::Dropped);
        assert_eq!(world.status(OTHER).await, NumberStatus::Suspended);
        assert_eq!(carrier.line(OTHER).unwrap().status, NumberStatus::Suspended);
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_definite_no_changes_nothing_also_when_it_comes_after_a_lost_answer() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(db, &carrier).await;
        carrier.twist([Twist::Refused(RefusalCode::Forbidden)]);
        let answer = world
            .switchboard
            .suspend_number(&admin(), suspending(&number))
            .await
            .unwrap();
        assert_eq!((state(&answer), answer.number), (OperationState::Refused, None));
        let problem = answer.operation.unwrap().problem.unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.path.join(".").as_str()),
            ("PROVIDER_REFUSED", "input.numberId")
        );
        carrier.twist([Twist::Unheard, Twist::Refused(RefusalCode::InvalidState)]);
        let answer = world
            .switchboard
            .suspend_number(&admin(), suspending(&number))
            .await
            .unwrap();
        assert_eq!(state(&answer), OperationState::Unconfirmed);
        world.sweep().await;
        let operation = reread(&world, &answer).await;
        assert_eq!(operation.state, OperationState::Refused);
        assert_eq!(operation.problem.unwrap().code, "INVALID_TRANSITION");
        assert_eq!(world.number(NUMBER).await, number);
        assert_eq!(carrier.line(NUMBER).unwrap().status, NumberStatus::Active);
        let retried = world
            .switchboard
            .suspend_number(&admin(), suspending(&number))
            .await
            .unwrap();
        assert_eq!(
            state(&retried),
            OperationState::Succeeded,
            "nothing is left in the way"
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn a_carrier_that_could_not_be_reached_did_nothing_and_its_wait_is_told() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(db, &carrier).await;
        for (twist, wait) in [(Twist::Unreached, None), (Twist::Limited(7), Some(7))] {
            carrier.twist([twist]);
            let answer = release(&world, &number).await;
            let operation = answer.operation.unwrap();
            assert_eq!(operation.state, OperationState::Refused);
            let problem = operation.problem.unwrap();
            assert_eq!(
                (problem.code.as_str(), problem.retry_after),
                ("PROVIDER_UNAVAILABLE", wait)
            );
            assert_eq!(
                wait.is_some(),
                problem.message.contains("try again in 7 s"),
                "{}",
                problem.message
            );
            assert_eq!(world.number(NUMBER).await, number);
        }
        assert!(carrier.line(NUMBER).is_some());
    })
    .await;
}

/// The same world, whose mutations don't wait for their carriers.
fn hasty(world: &World, carrier: &Arc<Upstream>) -> World {
    let settings = Settings {
        providers: vec![carrier.instance()],
        answer_within: Duration::ZERO,
        ..Settings::new("given")
    };
    World {
        switchboard: Switchboard::over(world.db().clone(), settings).unwrap(),
        ..world.clone()
    }
}

#[tokio::test]
async fn while_a_change_is_under_way_another_one_is_refused_and_the_same_one_is_joined() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(db, &carrier).await;
        carrier.twist([Twist::Gate]);
        let request = ReleaseNumber {
            client_reference: Some(reference()),
            ..releasing(&number)
        };
        let hasty = hasty(&world, &carrier);
        let begun = hasty
            .switchboard
            .release_number(&admin(), request.clone())
            .await
            .unwrap();
        assert!(!state(&begun).is_final(), "{begun:?}");
        assert_eq!(begun.number, None);

        let busy = fault("BUSY", "input.numberId");
        for (_, result) in every_change(&world, &number).await {
            assert_eq!(refusal(result), busy);
        }
        let rename = UpdateNumber {
            number_id: number.id,
            name: Some("Else".to_owned()),
            ..UpdateNumber::default()
        };
        assert_eq!(
            refusal(world.switchboard.update_number(&admin(), rename).await),
            busy
        );
        let only_here = ReleaseNumber {
            only_here: true,
            ..releasing(&number)
        };
        assert_eq!(
            refusal(world.switchboard.release_number(&admin(), only_here).await),
            busy
        );
        let same = hasty
            .switchboard
            .release_number(&admin(), request.clone())
            .await
            .unwrap();
        assert_eq!(
            same.operation.unwrap().id,
            begun.operation.as_ref().unwrap().id,
            "the same change"
        );
        let other = ReleaseNumber {
            reason: Some("other".to_owned()),
            ..request.clone()
        };
        let other = world.switchboard.release_number(&admin(), other).await;
        assert_eq!(
            refusal(other),
            fault("IDEMPOTENCY_CONFLICT", "input.clientReference")
        );

        carrier.open_gate();
        let done = world
            .switchboard
            .release_number(&admin(), request.clone())
            .await
            .unwrap();
        assert_eq!(state(&done), OperationState::Succeeded);
        assert_eq!(done.number.unwrap().status, NumberStatus::Dropped);
        assert_eq!(carrier.asked(), ["orders.place", "inventory.release"]);
        let again = world.switchboard.release_number(&admin(), request).await.unwrap();
        assert_eq!(
            again.operation.unwrap().id,
            begun.operation.unwrap().id,
            "for ever"
        );
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_changes_that_begin_at_once_one_is_made_and_the_others_are_told_to_come_again() {
    for db in store::testing::databases().await {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(&db, &carrier).await;
        carrier.twist([Twist::Gate]);
        let hasty = hasty(&world, &carrier);
        let tries = (0..6).map(|n| {
            let (world, number) = (hasty.clone(), number.clone());
            tokio::spawn(async move {
                if n % 2 == 0 {
                    world
                        .switchboard
                        .release_number(&admin(), releasing(&number))
                        .await
                } else {
                    world
                        .switchboard
                        .suspend_number(&admin(), suspending(&number))
                        .await
                }
            })
        });
        let mut begun = Vec::new();
        for result in futures_util::future::join_all(tries).await {
            match result.unwrap() {
                Ok(answer) => begun.push(answer.operation.unwrap()),
                Err(error) => {
                    let refused: Result<(), _> = Err(error);
                    assert_eq!(refusal(refused), fault("BUSY", "input.numberId"));
                }
            }
        }
        assert_eq!(begun.len(), 1, "{begun:?}");
        carrier.open_gate();
        while !world
            .switchboard
            .operation(&admin(), begun[0].id)
            .await
            .unwrap()
            .unwrap()
            .state
            .is_final()
        {
            tokio::task::yield_now().await;
        }
        assert_eq!(carrier.asked().len(), 2, "the order and one change");
        invariants::hold(&db).await;
    }
}

#[tokio::test]
async fn an_operation_that_could_not_be_begun_for_a_day_is_given_up_without_asking_anybody() {
    on_both(async |db| {
        let carrier = Upstream::new("carrier", &[NUMBER]);
        let (world, number) = bought(db, &carrier).await;
        carrier.twist([Twist::Unheard]);
        let answer = release(&world, &number).await;
        run(
            db,
            "UPDATE operations SET state = 'REQUESTED', created_at = created_at - 90000000 WHERE finished_at IS NULL",
        )
        .await;
        world.sweep().await;
        let operation = reread(&world, &answer).await;
        assert_eq!(operation.state, OperationState::Refused);
        assert_eq!(operation.problem.unwrap().code, "PROVIDER_UNAVAILABLE");
        assert_eq!(carrier.asked().len(), 2);
    })
    .await;
}

/// A fixed sequence of choices that look random.
struct Choices(u64);

impl Choices {
    fn among(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % count
    }
}

/// What may happen to a change on its way.
const MISFORTUNES: [&[Twist]; 8] = [
    &[],
    &[],
    &[Twist::Lost],
    &[Twist::Unheard],
    &[Twist::Unclear],
    &[Twist::Unreached],
    &[Twist::Refused(RefusalCode::Forbidden)],
    &[Twist::Lost, Twist::Unreached],
];

async fn some_change(world: &World, number: &NumberRecord, choices: &mut Choices) {
    let (who, switchboard) = (admin(), &world.switchboard);
    let resuming = ResumeNumber {
        number_id: number.id,
        ..ResumeNumber::default()
    };
    let route = ["+14043993433", "+14043993434"][choices.among(2)];
    let result = match choices.among(6) {
        0 | 1 => switchboard.suspend_number(&who, suspending(number)).await,
        2 => switchboard.resume_number(&who, resuming).await,
        3 | 4 => switchboard.update_number(&who, routing(number, route)).await,
        _ => switchboard.release_number(&who, releasing(number)).await,
    };
    match result {
        // What the status does not allow, or what is in the way of another change, is refused as it should be.
        Ok(_) | Err(service::ServiceError::Refused(_)) => {}
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn after_whatever_happened_on_the_way_we_and_the_carrier_say_the_same() {
    on_both(async |db| {
        const NUMBERS: [&str; 4] = [NUMBER, OTHER, "+14043411268", "+14043411269"];
        let carrier = Upstream::new("carrier", &NUMBERS);
        let world = World::with(db, vec![carrier.instance()]).await;
        let mut numbers = Vec::new();
        for name in NUMBERS {
            numbers.push(buy(&world, name).await);
        }
        let mut choices = Choices(7);
        for _ in 0..40 {
            carrier.twist(MISFORTUNES[choices.among(MISFORTUNES.len())].iter().copied());
            let number = &numbers[choices.among(numbers.len())];
            some_change(&world, number, &mut choices).await;
            if choices.among(3) == 0 {
                world.sweep().await;
            }
        }
        carrier.untwist();
        while crate::world::count(db, "SELECT COUNT(*) FROM operations WHERE finished_at IS NULL").await > 0 {
            world.sweep().await;
        }
        let reviewed = "SELECT COUNT(*) FROM operations WHERE state = 'NEEDS_REVIEW'";
        assert_eq!(crate::world::count(db, reviewed).await, 0);
        let mut seen = std::collections::BTreeSet::new();
        for number in NUMBERS {
            let (here, there) = (world.number(number).await, carrier.line(number));
            seen.insert(here.status);
            match there {
                Some(line) => {
                    assert_eq!(here.status, line.status, "{number}");
                    let service_route = here.termination_number.map(|to| route_to(to.as_str()));
                    assert_eq!(service_route, Some(line.route), "{number}");
                }
                None => assert_eq!(here.status, NumberStatus::Dropped, "{number}"),
            }
        }
        assert!(seen.len() > 1, "the numbers went different ways: {seen:?}");
        invariants::hold(db).await;
    })
    .await;
}
