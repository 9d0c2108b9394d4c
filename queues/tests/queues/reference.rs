//! Random logs, counted by hand second by second.

use std::collections::BTreeMap;

use proptest::prelude::*;
use provider_core::domain::Period;
use queues::{
    EventKind as K, Outcome, QueueEvent, QueueFigures, QueueSeries, QueueTally, fold_calls, fold_presence,
};

use crate::at;

/// What a caller did.
#[derive(Debug, Clone)]
struct Story {
    entered: i64,
    wait: i64,
    outcome: Outcome,
    agent: u8,
    /// How long they talked; not logged for some.
    talk: Option<i64>,
}

impl Story {
    fn left(&self) -> i64 {
        self.entered + self.wait
    }
}

/// An agent comes, pauses, goes on, goes, at increasing times; the later steps may be missing.
type Shift = Vec<i64>;

fn stories() -> impl Strategy<Value = Vec<Story>> {
    let outcome = prop_oneof![
        5 => Just(Outcome::Answered),
        2 => Just(Outcome::Abandoned),
        1 => Just(Outcome::Transferred),
        1 => Just(Outcome::TimedOut),
        1 => Just(Outcome::Overflowed),
    ];
    let story = (
        0..300_i64,
        0..60_i64,
        outcome,
        0..3_u8,
        proptest::option::weighted(0.8, 0..90_i64),
    )
        .prop_map(|(entered, wait, outcome, agent, talk)| Story {
            entered,
            wait: if outcome == Outcome::Overflowed { 0 } else { wait },
            outcome,
            agent,
            talk,
        });
    proptest::collection::vec(story, 0..25)
}

fn shifts() -> impl Strategy<Value = Vec<Shift>> {
    let shift = proptest::collection::btree_set(0..400_i64, 0..9);
    proptest::collection::vec(shift.prop_map(|steps| steps.into_iter().collect()), 3)
}

fn name(agent: u8) -> String {
    format!("SIP/{agent}")
}

fn log(stories: &[Story], shifts: &[Shift]) -> Vec<QueueEvent> {
    let mut events = Vec::new();
    let mut push = |seconds: i64, kind: K, call: Option<usize>, agent: Option<u8>| {
        events.push(QueueEvent {
            at: at(seconds),
            kind,
            queue: Some("q".to_owned()),
            call: call.map(|call| call.to_string()),
            agent: agent.map(name),
            wait_ms: None,
            lasted_ms: None,
            detail: None,
        });
    };
    for (index, story) in stories.iter().enumerate() {
        let call = Some(index);
        if story.outcome == Outcome::Overflowed {
            push(story.entered, K::Full, call, None);
            continue;
        }
        push(story.entered, K::EnterQueue, call, None);
        match story.outcome {
            Outcome::Answered => {
                push(story.left(), K::Connect, call, Some(story.agent));
                if let Some(talk) = story.talk {
                    push(story.left() + talk, K::CompleteAgent, call, Some(story.agent));
                }
            }
            Outcome::Abandoned => push(story.left(), K::Abandon, call, None),
            Outcome::Transferred => push(story.left(), K::ExitWithKey, call, None),
            Outcome::TimedOut => push(story.left(), K::ExitWithTimeout, call, None),
            Outcome::Overflowed => {}
        }
    }
    for (agent, shift) in (0..).zip(shifts) {
        let kinds = [K::AddMember, K::Pause, K::Unpause, K::RemoveMember];
        for (step, kind) in shift.iter().zip(kinds.into_iter().cycle()) {
            push(*step, kind, None, Some(agent));
        }
    }
    events
}

/// Last second that the log tells of.
fn last(events: &[QueueEvent]) -> i64 {
    let last = events.iter().map(|event| event.at.as_second()).max();
    last.map_or(0, |last| last - at(0).as_second())
}

/// How the figures are to be, by looking at every second of the range.
fn by_hand(stories: &[Story], shifts: &[Shift], range: (i64, i64), known: i64) -> BTreeMap<String, f64> {
    let inside = |second: i64| range.0 <= second && second < range.1;
    let offered = stories
        .iter()
        .filter(|story| story.outcome != Outcome::Overflowed);
    let waiting = |second: i64| {
        let waits = offered
            .clone()
            .filter(|story| story.entered < second && story.left() >= second);
        waits.count() as f64
    };
    let ended = |story: &Story| match story.talk {
        Some(talk) => story.left() + talk,
        None => {
            let others = stories.iter().filter(|other| {
                other.outcome == Outcome::Answered
                    && other.agent == story.agent
                    && other.left() > story.left()
            });
            others.map(Story::left).min().unwrap_or(i64::MAX).min(known)
        }
    };
    let talks = |agent: u8, second: i64| {
        stories.iter().any(|story| {
            story.outcome == Outcome::Answered
                && story.agent == agent
                && story.left() <= second
                && second < ended(story)
        })
    };
    // 0: away, 1: there, 2: pauses, 3: there again.
    let doing = |agent: u8, second: i64| match shifts.get(usize::from(agent)) {
        Some(shift) if second < known => shift.iter().filter(|step| **step <= second).count() % 4,
        _ => 0,
    };
    let seconds = |is: &dyn Fn(i64) -> bool| (range.0..range.1).filter(|second| is(*second)).count() as f64;
    let mut figures = BTreeMap::new();
    let mut note = |name: String, value: f64| figures.insert(name, value);
    let count = |outcome: Outcome| {
        let all = stories
            .iter()
            .filter(|story| story.outcome == outcome && inside(story.left()));
        all.count() as f64
    };
    note(
        "offered".into(),
        offered.clone().filter(|story| inside(story.entered)).count() as f64,
    );
    note("overflowed".into(), count(Outcome::Overflowed));
    note("answered".into(), count(Outcome::Answered));
    note("abandoned".into(), count(Outcome::Abandoned));
    note("transferred".into(), count(Outcome::Transferred));
    note("timed out".into(), count(Outcome::TimedOut));
    note("waiting at start".into(), waiting(range.0));
    note("waiting at end".into(), waiting(range.1));
    let (mut talking, mut staffed, mut available, mut occupied) = (0.0, 0.0, 0.0, 0.0);
    for agent in 0..3 {
        let talk = seconds(&|second| talks(agent, second));
        let there = seconds(&|second| doing(agent, second) != 0);
        talking += talk;
        staffed += there;
        if there > 0.0 {
            occupied += talk;
            available += seconds(&|second| talks(agent, second) || matches!(doing(agent, second), 1 | 3));
        }
        note(format!("talk of {agent}"), talk);
        note(format!("staffed {agent}"), there);
        let handled = stories.iter().filter(|story| {
            story.outcome == Outcome::Answered && story.agent == agent && inside(story.left())
        });
        note(format!("handled by {agent}"), handled.count() as f64);
    }
    note("talking".into(), talking);
    note("staffed".into(), staffed);
    note("available".into(), available);
    note("occupied".into(), occupied);
    figures
}

fn counted(events: &[QueueEvent], range: (i64, i64), known: i64) -> QueueFigures {
    let period = Period::new(at(range.0), at(range.1)).unwrap();
    let mut tally = QueueTally::new(period, at(known), ["q".to_owned()], true);
    for call in fold_calls(events) {
        tally.call(&call);
    }
    for presence in fold_presence(events) {
        tally.presence(&presence);
    }
    tally.finish()
}

/// The figures of ranges that follow each other, from the first cut to the last.
fn in_series(events: &[QueueEvent], cuts: &[i64], known: i64) -> Vec<QueueFigures> {
    let ranges: Vec<Period> = cuts
        .windows(2)
        .map(|cut| Period::new(at(cut[0]), at(cut[1])).unwrap())
        .collect();
    let mut series = QueueSeries::new(&ranges, at(known), &["q".to_owned()], Some(at(-1)));
    fold_calls(events).iter().for_each(|call| series.call(call));
    for presence in fold_presence(events) {
        series.presence(&presence);
    }
    series.finish()
}

fn sum(all: &[QueueFigures], figure: impl Fn(&QueueFigures) -> u64) -> u64 {
    all.iter().map(figure).sum()
}

fn as_numbers(figures: &QueueFigures) -> BTreeMap<String, f64> {
    let mut numbers = BTreeMap::new();
    let mut note = |name: String, value: f64| numbers.insert(name, value);
    let seconds = |milliseconds: i64| milliseconds as f64 / 1000.0;
    note("offered".into(), figures.offered as f64);
    note("overflowed".into(), figures.overflowed as f64);
    note("answered".into(), figures.answered() as f64);
    note("abandoned".into(), figures.abandoned() as f64);
    note("transferred".into(), figures.transferred as f64);
    note("timed out".into(), figures.timed_out as f64);
    note("waiting at start".into(), figures.waiting_at_start as f64);
    note("waiting at end".into(), figures.waiting_at_end as f64);
    for agent in 0..3 {
        let of = figures.agents.get(&name(agent)).copied().unwrap_or_default();
        note(format!("talk of {agent}"), seconds(of.talk_ms));
        note(format!("staffed {agent}"), seconds(of.staffed_ms));
        note(format!("handled by {agent}"), of.handled as f64);
    }
    note("talking".into(), seconds(figures.talking_ms));
    note("staffed".into(), seconds(figures.staffed_ms.unwrap()));
    note("available".into(), seconds(figures.available_ms));
    note("occupied".into(), seconds(figures.occupied_ms));
    numbers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn figures_are_what_counting_by_hand_gives(
        stories in stories(),
        shifts in shifts(),
        start in 0..400_i64,
        length in 1..400_i64,
        order in any::<prop::sample::Index>(),
    ) {
        let mut events = log(&stories, &shifts);
        let (range, known) = ((start, start + length), last(&events));
        if !events.is_empty() {
            let turn = order.index(events.len());
            events.rotate_left(turn);
        }
        let figures = counted(&events, range, known);
        prop_assert_eq!(as_numbers(&figures), by_hand(&stories, &shifts, range, known));
        let left = figures.answered() + figures.abandoned() + figures.transferred + figures.timed_out;
        prop_assert_eq!(figures.offered + figures.waiting_at_start, left + figures.waiting_at_end);
        if let Some(occupancy) = figures.occupancy() {
            prop_assert!((0.0..=1.0).contains(&occupancy));
        }
    }

    #[test]
    fn adjacent_ranges_add_up(
        stories in stories(),
        shifts in shifts(),
        cut in 1..399_i64,
    ) {
        let events = log(&stories, &shifts);
        let known = last(&events);
        let (whole, first, second) = (
            counted(&events, (0, 400), known),
            counted(&events, (0, cut), known),
            counted(&events, (cut, 400), known),
        );
        prop_assert_eq!(whole.offered, first.offered + second.offered);
        prop_assert_eq!(whole.left(), first.left() + second.left());
        prop_assert_eq!(whole.talking_ms, first.talking_ms + second.talking_ms);
        prop_assert_eq!(whole.staffed_ms.unwrap(), first.staffed_ms.unwrap() + second.staffed_ms.unwrap());
        prop_assert_eq!(first.waiting_at_end, second.waiting_at_start);
    }

    #[test]
    fn ranges_that_follow_each_other_are_each_as_by_hand_and_add_up(
        stories in stories(),
        shifts in shifts(),
        cuts in proptest::collection::btree_set(0..500_i64, 2..12),
    ) {
        let events = log(&stories, &shifts);
        let known = last(&events);
        let cuts: Vec<i64> = cuts.into_iter().collect();
        let parts = in_series(&events, &cuts, known);
        for (figures, cut) in parts.iter().zip(cuts.windows(2)) {
            let expected = by_hand(&stories, &shifts, (cut[0], cut[1]), known);
            prop_assert_eq!(as_numbers(figures), expected, "{:?}", cut);
            let left = figures.answered() + figures.abandoned() + figures.transferred + figures.timed_out;
            prop_assert_eq!(figures.offered + figures.waiting_at_start, left + figures.waiting_at_end);
            prop_assert_eq!(figures.average_wait_seconds().is_none(), figures.answered() == 0);
            prop_assert_eq!(figures.average_abandonment_seconds().is_none(), figures.abandoned() == 0);
        }
        for pair in parts.windows(2) {
            prop_assert_eq!(pair[0].waiting_at_end, pair[1].waiting_at_start);
        }
        let whole = counted(&events, (cuts[0], cuts[cuts.len() - 1]), known);
        prop_assert_eq!(sum(&parts, |part| part.offered), whole.offered);
        prop_assert_eq!(sum(&parts, QueueFigures::answered), whole.answered());
        prop_assert_eq!(sum(&parts, QueueFigures::abandoned), whole.abandoned());
        prop_assert_eq!(sum(&parts, |part| part.transferred), whole.transferred);
        prop_assert_eq!(sum(&parts, |part| part.timed_out), whole.timed_out);
        prop_assert_eq!(sum(&parts, |part| part.overflowed), whole.overflowed);
        let talking: i64 = parts.iter().map(|part| part.talking_ms).sum();
        prop_assert_eq!(talking, whole.talking_ms);
    }
}
