use std::collections::BTreeMap;

use calls::{
    CallFact,
    packed::{Day, SECONDS_PER_DAY, Word, day_of},
    statistics::{
        Counter, Cuts, NameOrder, Party, Rules, Stretch, extension_order, stretch_of, together, total,
    },
};
use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;
use provider_core::domain::{CallCounts, CallDirection, CallInterval, GroupingInterval, Period};

use crate::{
    facts::{ODD_MOMENTS, facts},
    naive::{self, Figures, Question},
};

const PARTY: Party = Party {
    employee_id: 7,
    extension_id: 8,
};

/// Packs calls as a database keeps them, by day, and unpacks them.
fn stretches(facts: &[CallFact]) -> BTreeMap<i64, Stretch> {
    let mut days: BTreeMap<i64, Vec<Word>> = BTreeMap::new();
    for fact in facts {
        days.entry(day_of(fact.start)).or_default().push(Word::of(fact));
    }
    let mut stretches = BTreeMap::new();
    for (day, words) in days {
        let mut packed = Day::default();
        packed.change(&words, &[]).unwrap();
        let unpacked = Day::decode(&packed.encode()).unwrap();
        let stretch = stretch_of(day);
        stretches
            .entry(stretch)
            .or_insert_with(|| Stretch::new(stretch))
            .set_day(PARTY, day, &unpacked);
    }
    stretches
}

fn counted(facts: &[CallFact], question: &Question) -> Vec<CallInterval> {
    let at = |second: i64| Timestamp::from_second(second).unwrap();
    let period = Period::new(at(question.first), at(question.last + 1)).unwrap();
    let zone = TimeZone::get(question.zone).unwrap();
    let cuts = Cuts::new(question.interval, period, &zone).unwrap();
    let rules = Rules {
        ignore_below_seconds: question.ignore_below,
        ignore_unanswered_below_seconds: question.ignore_unanswered_below,
        ignore_local: question.ignore_local,
        direction: question.direction,
    };
    let mut counter = Counter::new(&cuts, &rules);
    for stretch in stretches(facts).values() {
        for (party, words) in stretch.parties() {
            assert_eq!(party, PARTY);
            counter.add(stretch.base(), words);
        }
    }
    counter.finish()
}

fn figures(counts: &CallCounts) -> Figures {
    [
        counts.outbound_calls,
        counts.outbound_seconds,
        counts.outbound_answered,
        counts.outbound_unanswered,
        counts.outbound_failed,
        counts.inbound_calls,
        counts.inbound_seconds,
        counts.inbound_answered,
        counts.inbound_unanswered,
        counts.inbound_busy,
        counts.inbound_rung_elsewhere,
    ]
    .map(Option::unwrap)
}

fn by_interval(intervals: &[CallInterval]) -> BTreeMap<(i64, i64), Figures> {
    let of = |interval: &CallInterval| {
        (
            (interval.start.as_second(), interval.end.as_second()),
            figures(&interval.counts),
        )
    };
    intervals.iter().map(of).collect()
}

/// A question about a time around a moment, and calls near it.
fn questions() -> impl Strategy<Value = (Question, Vec<CallFact>)> {
    prop::sample::select(ODD_MOMENTS).prop_flat_map(|(zone, moment)| {
        let around = moment.parse::<Timestamp>().unwrap().as_second();
        let distance = || {
            prop_oneof![
                0..10_i64,
                0..3 * 3600_i64,
                0..SECONDS_PER_DAY * 3,
                0..SECONDS_PER_DAY * 45
            ]
        };
        let threshold = || prop_oneof![Just(0_u32), 1..30_u32, Just(3600), Just(u32::MAX)];
        let interval = prop::sample::select(vec![
            GroupingInterval::Hour,
            GroupingInterval::Day,
            GroupingInterval::Week,
            GroupingInterval::Month,
        ]);
        let direction =
            prop::sample::select(vec![CallDirection::In, CallDirection::Out, CallDirection::Both]);
        let question = (
            (distance(), distance()),
            interval,
            direction,
            (threshold(), threshold()),
            any::<bool>(),
        )
            .prop_map(
                move |((before, after), interval, direction, thresholds, ignore_local)| Question {
                    first: around - before,
                    last: around + after,
                    zone,
                    interval,
                    direction,
                    ignore_below: thresholds.0,
                    ignore_unanswered_below: thresholds.1,
                    ignore_local,
                },
            );
        (question, facts(around, 60))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn statistics_are_those_of_counting_call_by_call((question, facts) in questions()) {
        let counted = counted(&facts, &question);
        prop_assert!(counted.is_sorted_by_key(|interval| interval.start));
        prop_assert_eq!(by_interval(&counted), naive::count(&facts, &question));
    }

    #[test]
    fn the_total_is_the_same_however_calls_are_grouped((question, facts) in questions()) {
        let mut sum: Figures = [0; 11];
        for figures in naive::count(&facts, &question).values() {
            for (sum, figure) in sum.iter_mut().zip(figures) {
                *sum += figure;
            }
        }
        for interval in [GroupingInterval::Hour, GroupingInterval::Day, GroupingInterval::Week, GroupingInterval::Month] {
            let counted = counted(&facts, &Question { interval, ..question.clone() });
            prop_assert_eq!(figures(&total(&counted)), sum);
        }
    }
}

proptest! {
    #[test]
    fn parties_counted_apart_are_together_what_they_are_counted_at_once(
        (question, facts) in questions(),
        apart in prop::collection::vec(any::<bool>(), 120),
    ) {
        let part = |wanted: bool| -> Vec<CallFact> {
            let chosen = facts.iter().zip(&apart).filter(|(_, chosen)| **chosen == wanted);
            chosen.map(|(fact, _)| *fact).collect()
        };
        let parts = [part(true), part(false)].map(|part| counted(&part, &question));
        prop_assert_eq!(together(parts.into()), counted(&facts, &question));
        prop_assert_eq!(together(Vec::new()), Vec::new());
    }
}

#[test]
fn a_period_that_reaches_the_end_of_time_has_no_calendar() {
    let last = Timestamp::MAX;
    let start = last.checked_sub(jiff::SignedDuration::from_hours(1)).unwrap();
    let period = Period::new(start, last).unwrap();
    assert!(Cuts::new(GroupingInterval::Month, period, &TimeZone::UTC).is_err());
}

#[test]
fn a_day_that_comes_again_takes_the_place_of_the_one_before() {
    let fact = |start: i64| CallFact {
        start,
        seconds: 10,
        side: calls::Side::Out,
        disposition: calls::PartyDisposition::Answered,
        local: false,
    };
    let day = |starts: &[i64]| {
        let words: Vec<Word> = starts.iter().map(|start| Word::of(&fact(*start))).collect();
        let mut day = Day::default();
        day.change(&words, &[]).unwrap();
        day
    };
    let offsets = |stretch: &Stretch| -> Vec<u32> {
        let words = stretch.parties().flat_map(|(_, words)| words.to_vec());
        words.map(Word::offset).collect()
    };
    let mut stretch = Stretch::new(0);
    stretch.set_day(PARTY, 2, &day(&[5]));
    stretch.set_day(PARTY, 0, &day(&[0, 86_399]));
    stretch.set_day(PARTY, 1, &day(&[7, 9]));
    let shared = stretch.clone();
    stretch.set_day(PARTY, 1, &day(&[8]));
    stretch.set_day(PARTY, 32, &day(&[1]));
    stretch.set_day(PARTY, -1, &day(&[1]));
    assert_eq!(offsets(&stretch), [0, 86_399, 86_408, 172_805]);
    assert_eq!(
        offsets(&shared),
        [0, 86_399, 86_407, 86_409, 172_805],
        "a clone stays as it was"
    );
    for day in 0..3 {
        stretch.set_day(PARTY, day, &Day::default());
    }
    assert_eq!(stretch.parties().count(), 0);
    assert!(stretch.bytes() < shared.bytes());
}

#[test]
fn names_are_ordered_as_people_read_them_and_extensions_by_their_numbers() {
    let order = NameOrder::new().unwrap();
    let mut names = vec![
        "zoë",
        "Østergaard",
        "Bo",
        "anders",
        "Zoe",
        "Åse",
        "Élan",
        "elan",
        "Anders",
        "bo",
    ];
    names.sort_by(|one, other| order.compare(one, other));
    assert_eq!(
        names,
        [
            "anders",
            "Anders",
            "Åse",
            "bo",
            "Bo",
            "elan",
            "Élan",
            "Østergaard",
            "Zoe",
            "zoë"
        ]
    );
    let mut numbers = vec!["200", "99", "1000", "0200", "100", "9"];
    numbers.sort_by_key(|number| extension_order(number));
    assert_eq!(numbers, ["9", "99", "100", "200", "0200", "1000"]);
}
