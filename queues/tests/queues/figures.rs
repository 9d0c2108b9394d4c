use jiff::Timestamp;
use provider_core::domain::Period;
use queues::{Outcome, Presence, PresenceKind, QueueCall, QueueFigures, QueueTally, ServiceLevelVariant};

use crate::at;

fn call(
    entered: i64,
    left: Option<i64>,
    outcome: Option<Outcome>,
    talk: Option<(&str, Option<i64>)>,
) -> QueueCall {
    QueueCall {
        queue: "q".to_owned(),
        call: format!("{entered}"),
        visit: 1,
        caller: None,
        dialed: None,
        entered_at: at(entered),
        left_at: left.map(at),
        outcome,
        agent: talk.map(|(agent, _)| agent.to_owned()),
        ended_at: talk.and_then(|(_, ended)| ended).map(at),
        ended_by: None,
    }
}

fn answered(entered: i64, left: i64, agent: &str, ended: i64) -> QueueCall {
    call(
        entered,
        Some(left),
        Some(Outcome::Answered),
        Some((agent, Some(ended))),
    )
}

fn left(entered: i64, left: i64, outcome: Outcome) -> QueueCall {
    call(entered, Some(left), Some(outcome), None)
}

fn presence(kind: PresenceKind, from: i64, to: Option<i64>) -> Presence {
    Presence {
        agent: "a".to_owned(),
        queue: Some("q".to_owned()),
        kind,
        started_at: at(from),
        ended_at: to.map(at),
    }
}

fn tally(start: i64, end: i64, known_until: i64) -> QueueTally {
    let range = Period::new(at(start), at(end)).unwrap();
    QueueTally::new(range, at(known_until), ["q".to_owned()], true)
}

fn count(start: i64, end: i64, calls: &[QueueCall]) -> QueueFigures {
    let mut tally = tally(start, end, 10_000);
    calls.iter().for_each(|call| tally.call(call));
    tally.finish()
}

#[test]
fn nothing_gives_no_averages_and_no_rates() {
    let figures = count(0, 100, &[]);
    assert_eq!(figures.average_wait_seconds(), None);
    assert_eq!(figures.average_abandonment_seconds(), None);
    assert_eq!(figures.abandonment_rate(), None);
    assert_eq!(figures.occupancy(), None);
    assert_eq!(figures.longest_wait_seconds(), None);
    assert_eq!(figures.average_talk_seconds(), None);
    assert_eq!(figures.wait_percentile_seconds(50.0), Ok(None));
    assert_eq!(
        figures.service_level(20_000, ServiceLevelVariant::AbandonedNegative),
        None
    );
    assert_eq!(figures.average_agents_talking(), 0.0);
    assert_eq!(figures.average_agents_staffed(), Some(0.0));
}

#[test]
fn an_event_at_the_start_is_inside_and_one_at_the_end_is_not() {
    let at_start = count(100, 200, &[answered(100, 100, "a", 100)]);
    assert_eq!((at_start.offered, at_start.answered()), (1, 1));
    let at_end = count(100, 200, &[answered(200, 200, "a", 200)]);
    assert_eq!((at_end.offered, at_end.answered()), (0, 0));
    // Entered inside, answered when the range is over: it still waits.
    let waits = count(100, 200, &[answered(150, 200, "a", 250)]);
    assert_eq!((waits.offered, waits.answered(), waits.waiting_at_end), (1, 0, 1));
    // Entered before, answered at the first instant: it waited when the range began.
    let waited = count(100, 200, &[answered(50, 100, "a", 250)]);
    assert_eq!(
        (waited.offered, waited.answered(), waited.waiting_at_start),
        (0, 1, 1)
    );
    assert_eq!(waited.average_wait_seconds(), Some(50.0));
}

#[test]
fn every_outcome_has_its_count_and_refused_calls_were_never_offered() {
    let figures = count(
        0,
        100,
        &[
            answered(0, 10, "a", 20),
            left(0, 30, Outcome::Abandoned),
            left(0, 40, Outcome::Abandoned),
            left(0, 50, Outcome::Transferred),
            left(0, 60, Outcome::TimedOut),
            left(5, 5, Outcome::Overflowed),
            call(90, None, None, None),
        ],
    );
    let queue = figures.queue_statistics();
    assert_eq!(queue.busy_overflows, 1);
    assert_eq!(queue.calls_answered, 1);
    assert_eq!(queue.calls_abandoned, 2);
    assert_eq!(queue.calls_transferred, 1);
    assert_eq!(queue.calls_timed_out, 1);
    assert_eq!((figures.offered, figures.waiting_at_end), (6, 1));
    assert_eq!(queue.average_abandonment_seconds, Some(35.0));
    assert_eq!(figures.abandonment_rate(), Some(0.4));
    assert_eq!(figures.longest_wait_seconds(), Some(40.0));
}

#[test]
fn talks_are_weighted_by_their_time_inside_and_averaged_over_whole_calls() {
    // 50 s of the first talk are inside, 20 s of the second.
    let figures = count(
        100,
        200,
        &[answered(40, 50, "a", 150), answered(170, 180, "b", 500)],
    );
    assert_eq!(figures.average_agents_talking(), 0.7);
    let (a, b) = (figures.agents["a"], figures.agents["b"]);
    assert_eq!(
        (a.handled, a.talk_ms, a.average_call_seconds()),
        (0, 50_000, None)
    );
    assert_eq!(
        (b.handled, b.talk_ms, b.average_call_seconds()),
        (1, 20_000, Some(320.0))
    );
    assert_eq!(figures.average_talk_seconds(), Some(320.0));
}

#[test]
fn an_agent_in_two_talks_at_once_is_one_agent() {
    let figures = count(0, 100, &[answered(0, 0, "a", 60), answered(0, 40, "a", 100)]);
    assert_eq!(figures.average_agents_talking(), 1.0);
    assert_eq!(figures.agents["a"].handled, 2);
}

#[test]
fn a_talk_without_an_end_lasts_to_the_next_one_or_as_far_as_the_log_goes() {
    let open = |entered: i64| call(entered, Some(entered), Some(Outcome::Answered), Some(("a", None)));
    let count = |known_until: i64, calls: &[QueueCall]| {
        let mut tally = tally(0, 1_000, known_until);
        calls.iter().for_each(|call| tally.call(call));
        tally.finish().agents["a"].talk_ms
    };
    assert_eq!(count(400, &[open(100)]), 300_000);
    assert_eq!(count(5_000, &[open(100)]), 900_000);
    assert_eq!(count(400, &[open(100), answered(150, 150, "a", 200)]), 100_000);
}

#[test]
fn staffed_time_is_that_of_sessions_inside_and_pauses_lower_what_is_available() {
    let mut tally = tally(100, 200, 10_000);
    tally.presence(&presence(PresenceKind::Staffed, 50, Some(180)));
    tally.presence(&presence(PresenceKind::Paused, 120, Some(140)));
    tally.call(&answered(100, 110, "a", 140));
    let figures = tally.finish();
    assert_eq!(figures.agents["a"].staffed_ms, 80_000);
    assert_eq!(figures.average_agents_staffed(), Some(0.8));
    // 80 s logged in, 20 s paused; who talks is at work in spite of the pause.
    assert_eq!(figures.available_ms, 80_000);
    assert_eq!(figures.occupancy(), Some(30.0 / 80.0));
}

#[test]
fn whoever_pauses_in_one_queue_takes_the_calls_of_another() {
    let range = Period::new(at(0), at(100)).unwrap();
    let mut tally = QueueTally::new(range, at(100), ["q".to_owned(), "r".to_owned()], true);
    let everywhere = Presence {
        queue: None,
        ..presence(PresenceKind::Staffed, 0, None)
    };
    tally.presence(&everywhere);
    tally.presence(&presence(PresenceKind::Paused, 0, Some(60)));
    assert_eq!(tally.finish().available_ms, 100_000);
}

#[test]
fn where_no_log_tells_when_agents_work_nobody_says_that_they_did_not() {
    let range = Period::new(at(0), at(100)).unwrap();
    let mut tally = QueueTally::new(range, Timestamp::MAX, ["q".to_owned()], false);
    tally.call(&answered(0, 10, "a", 60));
    let figures = tally.finish();
    assert_eq!(figures.average_agents_staffed(), None);
    assert_eq!(figures.occupancy(), None);
    assert_eq!(figures.average_agents_talking(), 0.5);
}

#[test]
fn service_levels_differ_in_what_abandoned_calls_count_for() {
    // Cisco's example: 70 answered and 10 abandoned within the threshold, 20 over it.
    let mut calls = Vec::new();
    calls.extend((0..70).map(|_| answered(0, 20, "a", 20)));
    calls.extend((0..10).map(|_| left(0, 10, Outcome::Abandoned)));
    calls.extend((0..15).map(|_| answered(0, 30, "a", 30)));
    calls.extend((0..5).map(|_| left(0, 30, Outcome::Abandoned)));
    let figures = count(0, 100, &calls);
    let level = |variant| figures.service_level(20_000, variant).unwrap();
    assert_eq!(level(ServiceLevelVariant::AbandonedNegative), 0.70);
    assert_eq!(level(ServiceLevelVariant::AbandonedIgnored), 70.0 / 90.0);
    assert_eq!(level(ServiceLevelVariant::AbandonedPositive), 0.80);
    assert_eq!(level(ServiceLevelVariant::AnsweredOnly), 70.0 / 85.0);
}

#[test]
fn percentiles_are_waits_that_somebody_had() {
    // The example of "nearest rank" in statistics: 15, 20, 35, 40, 50.
    let waits = [35, 20, 50, 15, 40];
    let calls: Vec<QueueCall> = waits.iter().map(|wait| answered(0, *wait, "a", 60)).collect();
    let figures = count(0, 100, &calls);
    for (percent, wait) in [
        (5.0, 15.0),
        (30.0, 20.0),
        (40.0, 20.0),
        (50.0, 35.0),
        (100.0, 50.0),
    ] {
        assert_eq!(
            figures.wait_percentile_seconds(percent),
            Ok(Some(wait)),
            "{percent}"
        );
    }
    for percent in [0.0, -1.0, 100.5, f64::NAN] {
        assert!(figures.wait_percentile_seconds(percent).is_err(), "{percent}");
    }
}

#[test]
fn members_and_rings_are_told_of_without_calls() {
    let mut tally = tally(0, 100, 100);
    tally.member("a");
    tally.unanswered("b", 2);
    let figures = tally.finish();
    assert_eq!(figures.agents["a"], queues::AgentFigures::default());
    assert_eq!(figures.agents["b"].unanswered, 2);
}
