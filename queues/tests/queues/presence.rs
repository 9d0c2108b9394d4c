use queues::{EventKind as K, Presence, PresenceKind, QueueEvent, fold_presence};

use crate::{at, event};

fn everywhere(seconds: i64, kind: K) -> QueueEvent {
    QueueEvent {
        queue: None,
        ..event(seconds, kind, Some("a"))
    }
}

fn here(seconds: i64, kind: K) -> QueueEvent {
    event(seconds, kind, Some("a"))
}

/// Queue, kind, from, to.
fn sessions(events: &[QueueEvent]) -> Vec<(Option<String>, PresenceKind, i64, Option<i64>)> {
    let seconds = |instant: jiff::Timestamp| instant.as_second() - at(0).as_second();
    let all = fold_presence(events);
    let backward: Vec<QueueEvent> = events.iter().rev().cloned().collect();
    assert_eq!(fold_presence(&backward), all, "the order does not matter");
    let twice: Vec<QueueEvent> = events.iter().chain(events).cloned().collect();
    assert_eq!(fold_presence(&twice), all, "nor do repetitions");
    all.into_iter()
        .map(|session| {
            let Presence {
                queue,
                kind,
                started_at,
                ended_at,
                ..
            } = session;
            (queue, kind, seconds(started_at), ended_at.map(seconds))
        })
        .collect()
}

use PresenceKind::{Paused, Staffed};

fn q() -> Option<String> {
    Some("q".to_owned())
}

#[test]
fn sessions_and_pauses_last_from_their_beginning_to_their_end() {
    let events = [
        here(0, K::AddMember),
        here(10, K::Pause),
        here(20, K::Unpause),
        here(100, K::RemoveMember),
        here(200, K::AddMember),
    ];
    let expected = [
        (q(), Staffed, 0, Some(100)),
        (q(), Staffed, 200, None),
        (q(), Paused, 10, Some(20)),
    ];
    assert_eq!(sessions(&events), expected);
}

#[test]
fn a_pause_ends_with_the_session() {
    let events = [
        here(0, K::AddMember),
        here(10, K::Pause),
        here(30, K::RemoveMember),
    ];
    assert_eq!(
        sessions(&events),
        [(q(), Staffed, 0, Some(30)), (q(), Paused, 10, Some(30))]
    );
    let events = [
        everywhere(0, K::AgentLogin),
        everywhere(10, K::PauseAll),
        everywhere(30, K::AgentLogoff),
    ];
    assert_eq!(
        sessions(&events),
        [(None, Staffed, 0, Some(30)), (None, Paused, 10, Some(30))]
    );
}

#[test]
fn who_takes_calls_of_a_queue_again_is_away_from_none() {
    let events = [everywhere(10, K::PauseAll), here(30, K::Unpause)];
    assert_eq!(sessions(&events), [(None, Paused, 10, Some(30))]);
}

#[test]
fn a_member_may_begin_with_a_pause() {
    let mut added = here(0, K::AddMember);
    added.detail = Some("PAUSED".to_owned());
    assert_eq!(
        sessions(&[added, here(5, K::Unpause)]),
        [(q(), Staffed, 0, None), (q(), Paused, 0, Some(5))]
    );
}

#[test]
fn a_log_off_tells_when_its_log_in_was() {
    let mut off = everywhere(100, K::AgentLogoff);
    off.lasted_ms = Some(60_000);
    assert_eq!(
        sessions(std::slice::from_ref(&off)),
        [(None, Staffed, 40, Some(100))]
    );
    // What is logged counts more.
    assert_eq!(
        sessions(&[everywhere(50, K::AgentLogin), off]),
        [(None, Staffed, 50, Some(100))]
    );
}

#[test]
fn an_end_without_a_beginning_says_nothing() {
    assert_eq!(sessions(&[here(5, K::RemoveMember), here(6, K::Unpause)]), []);
}

#[test]
fn leaving_and_coming_back_in_one_second_are_two_sessions() {
    let events = [
        here(0, K::AddMember),
        here(10, K::RemoveMember),
        here(10, K::AddMember),
    ];
    assert_eq!(
        sessions(&events),
        [(q(), Staffed, 0, Some(10)), (q(), Staffed, 10, None)]
    );
}
