//! Counting what happened in ranges of time that follow each other.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use provider_core::domain::Period;

use crate::{
    calls::{Outcome, QueueCall},
    figures::QueueFigures,
    presence::Presence,
    tally::QueueTally,
};

/// Counts over ranges of which each begins where the one before ends. Each call and session is looked at in the ranges
/// that it touches alone, so that what it costs does not grow with the number of ranges.
///
/// The figures of a range are those that a [`QueueTally`] over it gives which was told of everything.
#[derive(Debug)]
pub struct QueueSeries {
    tallies: Vec<QueueTally>,
    /// Talks whose end is not known: the agent's next answer, in whichever range, ends them.
    open: Vec<QueueCall>,
    /// Answers by agent in calls that no range has to do with.
    elsewhere: BTreeMap<String, Vec<Timestamp>>,
}

impl QueueSeries {
    /// Counts over `ranges`, the earliest first, of what happens in `queues`.
    ///
    /// `known_until` is the last instant that the log tells of, `staffed_since` the first at which it tells that an
    /// agent worked.
    pub fn new(
        ranges: &[Period],
        known_until: Timestamp,
        queues: &[String],
        staffed_since: Option<Timestamp>,
    ) -> Self {
        let tally = |range: &Period| {
            let presence_is_known = staffed_since.is_some_and(|since| since < range.end());
            QueueTally::new(*range, known_until, queues.iter().cloned(), presence_is_known)
        };
        Self {
            tallies: ranges.iter().map(tally).collect(),
            open: Vec::new(),
            elsewhere: BTreeMap::new(),
        }
    }

    /// The counts of the ranges that something touches which lasts from an instant up to and with another.
    fn touched(&mut self, from: Timestamp, until: Option<Timestamp>) -> &mut [QueueTally] {
        // Milliseconds, as counts have them: bounds may be finer.
        let from = from.as_millisecond();
        let first = self
            .tallies
            .partition_point(|tally| tally.range().end().as_millisecond() <= from);
        let behind = until.map_or(self.tallies.len(), |until| {
            let until = until.as_millisecond();
            self.tallies
                .partition_point(|tally| tally.range().start().as_millisecond() <= until)
        });
        self.tallies.get_mut(first..behind).unwrap_or_default()
    }

    /// Counts a call.
    pub fn call(&mut self, call: &QueueCall) {
        let talks = call.outcome == Some(Outcome::Answered) && call.ended_at.is_none();
        if talks && call.agent.is_some() {
            self.open.push(call.clone());
            return;
        }
        // A talk of nobody that the log names lasts as long as the log.
        let touched = self.touched(call.entered_at, call.gone_at());
        touched.iter_mut().for_each(|tally| tally.call(call));
        if touched.is_empty()
            && let (Some(Outcome::Answered), Some(agent), Some(at)) =
                (call.outcome, &call.agent, call.left_at)
        {
            self.answered(agent, at);
        }
    }

    /// Agents with a talk that began before the first range and whose end is not known: it matters when they answered
    /// last before that range.
    #[must_use]
    pub fn agents_in_open_talks(&self) -> BTreeSet<&str> {
        let Some(start) = self.tallies.first().map(|tally| tally.range().start()) else {
            return BTreeSet::new();
        };
        let before = |call: &&QueueCall| call.left_at.is_some_and(|left| left < start);
        let open = self.open.iter().filter(before);
        open.filter_map(|call| call.agent.as_deref()).collect()
    }

    /// An answer of an agent in a call that is not given here.
    pub fn answered(&mut self, agent: &str, at: Timestamp) {
        self.elsewhere.entry(agent.to_owned()).or_default().push(at);
    }

    /// Counts a session or a pause.
    pub fn presence(&mut self, presence: &Presence) {
        for tally in self.touched(presence.started_at, presence.ended_at) {
            tally.presence(presence);
        }
    }

    /// Counts calls of a range that rang at an agent and were not answered there.
    pub fn unanswered(&mut self, range: &Period, agent: &str, calls: u64) {
        let counted = self.tallies.iter_mut().filter(|tally| tally.range() == *range);
        counted.for_each(|tally| tally.unanswered(agent, calls));
    }

    /// An agent that is to be told of also without having done anything.
    pub fn member(&mut self, agent: &str) {
        self.tallies.iter_mut().for_each(|tally| tally.member(agent));
    }

    /// The figures of each range.
    #[must_use]
    pub fn finish(mut self) -> Vec<QueueFigures> {
        self.close_talks();
        self.tallies.into_iter().map(QueueTally::finish).collect()
    }

    fn close_talks(&mut self) {
        let open = std::mem::take(&mut self.open);
        let agents: BTreeSet<&str> = open.iter().filter_map(|call| call.agent.as_deref()).collect();
        let mut answers: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
        for agent in agents {
            let mut told = self.elsewhere.remove(agent).unwrap_or_default();
            told.extend(self.tallies.iter().flat_map(|tally| tally.answers(agent)));
            answers.insert(agent, told);
        }
        for call in &open {
            let told = call.agent.as_deref().and_then(|agent| answers.get_mut(agent));
            if let (Some(told), Some(answered)) = (told, call.left_at) {
                told.push(answered);
            }
        }
        answers.values_mut().for_each(|told| told.sort_unstable());
        for call in &open {
            let (Some(agent), Some(answered)) = (call.agent.as_deref(), call.left_at) else {
                continue;
            };
            let told = answers.get(agent).map_or(&[][..], Vec::as_slice);
            let next = told
                .get(told.partition_point(|answer| *answer <= answered))
                .copied();
            for tally in self.touched(call.entered_at, next) {
                tally.call(call);
                if let Some(next) = next {
                    tally.answered_elsewhere(agent, next);
                }
            }
        }
    }
}
