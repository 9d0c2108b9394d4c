use queues::{Ending, EventKind as K, Outcome, QueueCall, QueueEvent, fold_calls};

use crate::{at, event};

/// Folds events of one call, in every order.
fn fold(events: &[QueueEvent]) -> Vec<QueueCall> {
    let calls = fold_calls(events);
    let mut turned = events.to_vec();
    for _ in 0..events.len() {
        turned.rotate_left(1);
        assert_eq!(fold_calls(&turned), calls, "the order does not matter");
        let backward: Vec<QueueEvent> = turned.iter().rev().cloned().collect();
        assert_eq!(fold_calls(&backward), calls, "the order does not matter");
    }
    let twice: Vec<QueueEvent> = events.iter().chain(events).cloned().collect();
    assert_eq!(fold_calls(&twice), calls, "nor do repetitions");
    calls
}

/// Entered, left, outcome, agent, talk's end.
type Course = (i64, Option<i64>, Option<Outcome>, Option<String>, Option<i64>);

fn courses(events: &[QueueEvent]) -> Vec<Course> {
    let seconds = |instant: jiff::Timestamp| instant.as_second() - at(0).as_second();
    let course = |call: QueueCall| {
        (
            seconds(call.entered_at),
            call.left_at.map(seconds),
            call.outcome,
            call.agent,
            call.ended_at.map(seconds),
        )
    };
    fold(events).into_iter().map(course).collect()
}

fn agent() -> Option<String> {
    Some("a".to_owned())
}

#[test]
fn an_answered_call_has_its_wait_its_agent_and_its_talk() {
    let mut enter = event(0, K::EnterQueue, None);
    enter.detail = Some("+3225550100".to_owned());
    let mut did = event(0, K::Did, None);
    did.detail = Some("3225550199".to_owned());
    let events = [
        enter,
        did,
        event(5, K::RingNoAnswer, Some("b")),
        event(9, K::Connect, Some("a")),
        event(60, K::CompleteCaller, Some("a")),
    ];
    let calls = fold(&events);
    let expected = QueueCall {
        queue: "q".to_owned(),
        call: "c".to_owned(),
        visit: 1,
        caller: Some("+3225550100".to_owned()),
        dialed: Some("3225550199".to_owned()),
        entered_at: at(0),
        left_at: Some(at(9)),
        outcome: Some(Outcome::Answered),
        agent: agent(),
        ended_at: Some(at(60)),
        ended_by: Some(Ending::Caller),
    };
    assert_eq!(calls, [expected]);
}

#[test]
fn each_way_to_leave_is_an_outcome() {
    for (kind, outcome) in [
        (K::Abandon, Outcome::Abandoned),
        (K::ExitWithTimeout, Outcome::TimedOut),
        (K::ExitWithKey, Outcome::Transferred),
        (K::ExitEmpty, Outcome::Transferred),
        (K::BlindTransfer, Outcome::Transferred),
    ] {
        let events = [event(0, K::EnterQueue, None), event(30, kind, None)];
        assert_eq!(
            courses(&events),
            [(0, Some(30), Some(outcome), None, None)],
            "{kind}"
        );
    }
    let refused = courses(&[event(3, K::Full, None)]);
    assert_eq!(refused, [(3, Some(3), Some(Outcome::Overflowed), None, None)]);
}

#[test]
fn a_transfer_after_the_answer_ends_the_talk() {
    for kind in [K::Transfer, K::BlindTransfer, K::AttendedTransfer] {
        let events = [
            event(0, K::EnterQueue, None),
            event(9, K::Connect, Some("a")),
            event(60, kind, Some("a")),
        ];
        let calls = fold(&events);
        let ends: Vec<_> = calls.iter().map(|call| (call.outcome, call.ended_by)).collect();
        assert_eq!(
            ends,
            [(Some(Outcome::Answered), Some(Ending::Transfer))],
            "{kind}"
        );
    }
}

#[test]
fn a_call_in_progress_waits_or_talks() {
    let waits = [event(0, K::EnterQueue, None)];
    assert_eq!(courses(&waits), [(0, None, None, None, None)]);
    let talks = [event(0, K::EnterQueue, None), event(9, K::Connect, Some("a"))];
    assert_eq!(
        courses(&talks),
        [(0, Some(9), Some(Outcome::Answered), agent(), None)]
    );
}

#[test]
fn what_began_before_the_log_is_concluded_from_its_end() {
    let mut connect = event(100, K::Connect, Some("a"));
    connect.wait_ms = Some(40_000);
    let answered = (60, Some(100), Some(Outcome::Answered), agent(), None);
    assert_eq!(courses(&[connect]), [answered]);
    let mut abandon = event(100, K::Abandon, None);
    abandon.wait_ms = Some(25_000);
    assert_eq!(
        courses(&[abandon]),
        [(75, Some(100), Some(Outcome::Abandoned), None, None)]
    );
    let mut complete = event(100, K::CompleteAgent, Some("a"));
    (complete.wait_ms, complete.lasted_ms) = (Some(10_000), Some(50_000));
    assert_eq!(
        courses(&[complete]),
        [(40, Some(50), Some(Outcome::Answered), agent(), Some(100))]
    );
}

#[test]
fn events_of_one_second_are_taken_in_the_order_that_makes_sense() {
    // Everything at once.
    let at_once = [
        event(0, K::EnterQueue, None),
        event(0, K::Connect, Some("a")),
        event(0, K::CompleteAgent, Some("a")),
    ];
    assert_eq!(
        courses(&at_once),
        [(0, Some(0), Some(Outcome::Answered), agent(), Some(0))]
    );
    // Out by time-out, and in again in the same second.
    let again = [
        event(0, K::EnterQueue, None),
        event(30, K::ExitWithTimeout, None),
        event(30, K::EnterQueue, None),
        event(45, K::Abandon, None),
    ];
    assert_eq!(
        courses(&again),
        [
            (0, Some(30), Some(Outcome::TimedOut), None, None),
            (30, Some(45), Some(Outcome::Abandoned), None, None),
        ]
    );
    // The talk ends, the call comes again and is answered again.
    let back = [
        event(0, K::EnterQueue, None),
        event(1, K::Connect, Some("a")),
        event(30, K::BlindTransfer, Some("a")),
        event(30, K::EnterQueue, None),
        event(30, K::Connect, Some("b")),
    ];
    assert_eq!(
        courses(&back),
        [
            (0, Some(1), Some(Outcome::Answered), agent(), Some(30)),
            (30, Some(30), Some(Outcome::Answered), Some("b".to_owned()), None),
        ]
    );
}

#[test]
fn a_call_that_enters_again_without_having_left_had_gone_elsewhere() {
    let events = [
        event(0, K::EnterQueue, None),
        event(20, K::EnterQueue, None),
        event(25, K::Connect, Some("a")),
    ];
    assert_eq!(
        courses(&events),
        [
            (0, Some(20), Some(Outcome::Transferred), None, None),
            (20, Some(25), Some(Outcome::Answered), agent(), None),
        ]
    );
}

#[test]
fn calls_in_several_queues_are_told_apart() {
    let mut other = event(40, K::Abandon, None);
    other.queue = Some("r".to_owned());
    let mut entered = event(30, K::EnterQueue, None);
    entered.queue = Some("r".to_owned());
    let events = [
        event(0, K::EnterQueue, None),
        event(30, K::ExitWithTimeout, None),
        entered,
        other,
    ];
    let calls = fold(&events);
    let queues: Vec<_> = calls
        .iter()
        .map(|call| (call.queue.as_str(), call.visit, call.outcome))
        .collect();
    let expected = [
        ("q", 1, Some(Outcome::TimedOut)),
        ("r", 1, Some(Outcome::Abandoned)),
    ];
    assert_eq!(queues, expected);
}

#[test]
fn a_call_never_leaves_before_it_enters() {
    let events = [event(10, K::EnterQueue, None), event(5, K::Abandon, None)];
    for call in fold(&events) {
        assert!(
            call.left_at.is_none_or(|left| left >= call.entered_at),
            "{call:?}"
        );
    }
}
