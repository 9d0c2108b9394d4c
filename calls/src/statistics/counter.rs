use std::collections::BTreeMap;

use jiff::Timestamp;
use provider_core::domain::{CallCounts, CallDirection, CallInterval};

use super::{Cuts, Rules};
use crate::{
    PartyDisposition, Side,
    packed::{Word, disposition_of, side},
};

/// Counts the calls of one party.
///
/// They are given to [`add`](Self::add) in the order of their starts. What each costs is an addition: no zone, no
/// calendar and no branch, so that a year of calls is counted in milliseconds.
#[derive(Debug)]
pub struct Counter<'a> {
    cuts: &'a Cuts,
    least: [u64; Word::KINDS],
    direction: CallDirection,
    at: usize,
    sums: Sums,
    counted: Vec<CallInterval>,
}

/// Calls and their seconds by kind of word.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    calls: [u64; Word::KINDS],
    seconds: [u64; Word::KINDS],
}

impl<'a> Counter<'a> {
    /// Counts into these intervals by these rules.
    #[must_use]
    pub fn new(cuts: &'a Cuts, rules: &Rules) -> Self {
        Self {
            cuts,
            least: rules.least_seconds(),
            direction: rules.direction,
            at: 0,
            sums: Sums::default(),
            counted: Vec::new(),
        }
    }

    /// Adds calls: sorted, none before those that were added already, and counted from `base`, in seconds since the
    /// Unix epoch. Those outside of the period are passed over.
    pub fn add(&mut self, base: i64, words: &[Word]) {
        let starts = |word: &Word| base.saturating_add(i64::from(word.offset()));
        let before = words.partition_point(|word| starts(word) < self.cuts.start());
        let (_, mut rest) = words.split_at(before);
        while let Some(first) = rest.first() {
            self.go_to(starts(first));
            let Some(cut) = self.cuts.get(self.at) else { return };
            let until = u64::try_from(cut.until.saturating_sub(base)).unwrap_or(0);
            let inside =
                Word::first_at(until).map_or(rest.len(), |limit| rest.partition_point(|word| *word < limit));
            let (inside, behind) = rest.split_at(inside);
            for word in inside {
                self.sums.add(*word, &self.least);
            }
            rest = behind;
        }
    }

    /// The intervals in which calls count, the earliest first.
    #[must_use]
    pub fn finish(mut self) -> Vec<CallInterval> {
        self.close();
        self.counted
    }

    /// Goes on to the interval of a second, which is not before the one where it is.
    fn go_to(&mut self, second: i64) {
        let at = self.cuts.at_second(self.at, second);
        if at != self.at {
            self.close();
            self.at = at;
        }
    }

    fn close(&mut self) {
        let Some(cut) = self.cuts.get(self.at) else { return };
        if self.sums.is_empty() {
            return;
        }
        self.counted.push(CallInterval {
            start: cut.interval.start(),
            end: cut.interval.end(),
            counts: self.sums.counts(self.direction),
        });
        self.sums = Sums::default();
    }
}

impl Sums {
    fn add(&mut self, word: Word, least: &[u64; Word::KINDS]) {
        let (kind, seconds) = (word.kind(), u64::from(word.seconds()));
        let counts = u64::from(seconds >= least[kind]);
        self.calls[kind] += counts;
        self.seconds[kind] += seconds * counts;
    }

    fn is_empty(&self) -> bool {
        self.calls.iter().all(|calls| *calls == 0)
    }

    fn counts(&self, direction: CallDirection) -> CallCounts {
        let (out, inbound) = (Figures::of(self, Side::Out), Figures::of(self, Side::In));
        let out = if direction == CallDirection::In {
            Figures::default()
        } else {
            out
        };
        let inbound = if direction == CallDirection::Out {
            Figures::default()
        } else {
            inbound
        };
        CallCounts {
            outbound_calls: Some(out.calls),
            outbound_seconds: Some(out.seconds),
            outbound_answered: Some(out.answered),
            outbound_unanswered: Some(out.calls - out.answered),
            outbound_failed: Some(out.failed),
            inbound_calls: Some(inbound.calls),
            inbound_seconds: Some(inbound.seconds),
            inbound_answered: Some(inbound.answered),
            inbound_unanswered: Some(inbound.calls - inbound.answered),
            inbound_busy: Some(inbound.busy),
            inbound_rung_elsewhere: Some(inbound.rung_elsewhere),
        }
    }
}

/// The figures of one side.
#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    calls: u64,
    seconds: u64,
    answered: u64,
    failed: u64,
    busy: u64,
    rung_elsewhere: u64,
}

impl Figures {
    fn of(sums: &Sums, of: Side) -> Self {
        let mut figures = Self::default();
        for (kind, calls) in sums.calls.iter().enumerate() {
            let Some(disposition) = disposition_of(kind).filter(|_| side(kind) == of) else {
                continue;
            };
            figures.calls += calls;
            match disposition {
                PartyDisposition::Answered => {
                    figures.answered += calls;
                    figures.seconds += sums.seconds[kind];
                }
                PartyDisposition::Unanswered => {}
                PartyDisposition::Failed => figures.failed += calls,
                PartyDisposition::Busy => figures.busy += calls,
                PartyDisposition::RungElsewhere => figures.rung_elsewhere += calls,
            }
        }
        figures
    }
}

/// The counts of several parties together: each has its intervals, cut alike, the earliest first.
#[must_use]
pub fn together(parties: Vec<Vec<CallInterval>>) -> Vec<CallInterval> {
    let mut parties = parties.into_iter();
    let Some(first) = parties.next() else {
        return Vec::new();
    };
    let by_start = |interval: CallInterval| (interval.start, interval);
    let mut sums: BTreeMap<Timestamp, CallInterval> = first.into_iter().map(by_start).collect();
    for interval in parties.flatten() {
        let known = sums.entry(interval.start);
        known
            .and_modify(|sum| sum.counts = total([&*sum, &interval]))
            .or_insert(interval);
    }
    sums.into_values().collect()
}

/// The sums over intervals of one kind of counts; every figure of them is there.
#[must_use]
pub fn total<'a>(intervals: impl IntoIterator<Item = &'a CallInterval>) -> CallCounts {
    let none = Sums::default().counts(CallDirection::Both);
    intervals.into_iter().fold(none, |sum, interval| {
        let counts = &interval.counts;
        let add = |one: Option<u64>, other: Option<u64>| Some(one?.saturating_add(other.unwrap_or(0)));
        CallCounts {
            outbound_calls: add(sum.outbound_calls, counts.outbound_calls),
            outbound_seconds: add(sum.outbound_seconds, counts.outbound_seconds),
            outbound_answered: add(sum.outbound_answered, counts.outbound_answered),
            outbound_unanswered: add(sum.outbound_unanswered, counts.outbound_unanswered),
            outbound_failed: add(sum.outbound_failed, counts.outbound_failed),
            inbound_calls: add(sum.inbound_calls, counts.inbound_calls),
            inbound_seconds: add(sum.inbound_seconds, counts.inbound_seconds),
            inbound_answered: add(sum.inbound_answered, counts.inbound_answered),
            inbound_unanswered: add(sum.inbound_unanswered, counts.inbound_unanswered),
            inbound_busy: add(sum.inbound_busy, counts.inbound_busy),
            inbound_rung_elsewhere: add(sum.inbound_rung_elsewhere, counts.inbound_rung_elsewhere),
        }
    })
}
