//! Counting what happened in a range of time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use provider_core::domain::Period;

use crate::{
    calls::{Outcome, QueueCall},
    figures::{AgentFigures, QueueFigures},
    presence::{Presence, PresenceKind},
    spans::{Span, difference, length, overlap, union},
};

/// Counts calls and agents' times over a range `[start, end)`. Every call that was in a queue, or in a talk, at some
/// time of the range is to be given once, in whatever order; others change nothing.
#[derive(Debug)]
pub struct QueueTally {
    range: Period,
    span: Span,
    known_until: i64,
    queues: BTreeSet<String>,
    presence_is_known: bool,
    figures: QueueFigures,
    agents: BTreeMap<String, Agent>,
    /// Talks of nobody that the log names.
    nameless: Vec<Span>,
}

/// What an agent did.
#[derive(Debug, Default)]
struct Agent {
    handled: u64,
    unanswered: u64,
    handled_talk: i64,
    /// Talks, cut to the range.
    talks: Vec<Span>,
    /// When talks began, also those outside of the range.
    answers: Vec<i64>,
    /// Beginnings of talks whose end is not known.
    open: Vec<i64>,
    staffed: BTreeMap<Option<String>, Vec<Span>>,
    paused: BTreeMap<Option<String>, Vec<Span>>,
}

impl QueueTally {
    /// A count over `range` of what happens in `queues`.
    ///
    /// `known_until` is the last instant that the log tells of: what had not ended by then is counted until then, and
    /// no longer. `presence_is_known` says whether the log has ever told when agents work: nobody staffed and nothing
    /// known about it are not the same.
    pub fn new(
        range: Period,
        known_until: Timestamp,
        queues: impl IntoIterator<Item = String>,
        presence_is_known: bool,
    ) -> Self {
        Self {
            range,
            span: (range.start().as_millisecond(), range.end().as_millisecond()),
            known_until: known_until.as_millisecond(),
            queues: queues.into_iter().collect(),
            presence_is_known,
            figures: QueueFigures::empty(range),
            agents: BTreeMap::new(),
            nameless: Vec::new(),
        }
    }

    /// The range.
    #[must_use]
    pub fn range(&self) -> Period {
        self.range
    }

    fn inside(&self, instant: i64) -> bool {
        (self.span.0..self.span.1).contains(&instant)
    }

    /// Counts a call.
    pub fn call(&mut self, call: &QueueCall) {
        let entered = call.entered_at.as_millisecond();
        if call.outcome == Some(Outcome::Overflowed) {
            self.figures.overflowed += u64::from(self.inside(entered));
            return;
        }
        let left = call.left_at.map(Timestamp::as_millisecond);
        let waits_at = |instant: i64| entered < instant && left.is_none_or(|left| left >= instant);
        self.figures.offered += u64::from(self.inside(entered));
        self.figures.waiting_at_start += u64::from(waits_at(self.span.0));
        self.figures.waiting_at_end += u64::from(waits_at(self.span.1));
        let (Some(left), Some(outcome)) = (left, call.outcome) else {
            return;
        };
        if self.inside(left) {
            let wait = left - entered;
            match outcome {
                Outcome::Answered => self.figures.waits.push(wait),
                Outcome::Abandoned => self.figures.abandonments.push(wait),
                Outcome::Transferred => self.figures.transferred += 1,
                Outcome::TimedOut => self.figures.timed_out += 1,
                Outcome::Overflowed => {}
            }
        }
        if outcome == Outcome::Answered {
            self.talk(call, left);
        }
    }

    fn talk(&mut self, call: &QueueCall, answered: i64) {
        let (span, handled) = (self.span, self.inside(answered));
        let ended = call.ended_at.map(Timestamp::as_millisecond);
        let Some(name) = &call.agent else {
            let until = ended.unwrap_or(self.known_until);
            self.nameless.extend(overlap((answered, until), span));
            return;
        };
        let agent = self.agents.entry(name.clone()).or_default();
        agent.answers.push(answered);
        agent.handled += u64::from(handled);
        match ended {
            Some(ended) => {
                agent.talks.extend(overlap((answered, ended), span));
                agent.handled_talk += if handled { ended - answered } else { 0 };
            }
            None => agent.open.push(answered),
        }
    }

    /// When talks of an agent began, of those that were counted.
    pub(crate) fn answers(&self, agent: &str) -> impl Iterator<Item = Timestamp> {
        let answers = self
            .agents
            .get(agent)
            .map_or(&[][..], |agent| agent.answers.as_slice());
        // They were instants before.
        answers
            .iter()
            .filter_map(|answer| Timestamp::from_millisecond(*answer).ok())
    }

    /// An answer of an agent in a call that was not counted: a talk of theirs had ended by then.
    pub(crate) fn answered_elsewhere(&mut self, agent: &str, at: Timestamp) {
        let agent = self.agents.entry(agent.to_owned()).or_default();
        agent.answers.push(at.as_millisecond());
    }

    /// Counts a session or a pause.
    pub fn presence(&mut self, presence: &Presence) {
        let ended = presence.ended_at.map(Timestamp::as_millisecond);
        let whole = (
            presence.started_at.as_millisecond(),
            ended.unwrap_or(self.known_until),
        );
        let Some(cut) = overlap(whole, self.span) else {
            return;
        };
        let agent = self.agents.entry(presence.agent.clone()).or_default();
        let times = match presence.kind {
            PresenceKind::Staffed => &mut agent.staffed,
            PresenceKind::Paused => &mut agent.paused,
        };
        times.entry(presence.queue.clone()).or_default().push(cut);
    }

    /// Counts calls of the range that rang at an agent and were not answered there.
    pub fn unanswered(&mut self, agent: &str, calls: u64) {
        self.agents.entry(agent.to_owned()).or_default().unanswered += calls;
    }

    /// An agent that is to be told of also without having done anything.
    pub fn member(&mut self, agent: &str) {
        self.agents.entry(agent.to_owned()).or_default();
    }

    /// The figures.
    #[must_use]
    pub fn finish(self) -> QueueFigures {
        let Self {
            span,
            known_until,
            queues,
            presence_is_known,
            mut figures,
            agents,
            nameless,
            ..
        } = self;
        figures.waits.sort_unstable();
        figures.abandonments.sort_unstable();
        figures.talking_ms = length(&nameless);
        let (mut staffed, mut available, mut occupied) = (0, 0, 0);
        for (name, mut agent) in agents {
            agent.close(span, known_until);
            let talks = union(std::mem::take(&mut agent.talks));
            let at_work = union(agent.staffed.values().flatten().copied().collect());
            let figure = AgentFigures {
                handled: agent.handled,
                unanswered: agent.unanswered,
                handled_talk_ms: agent.handled_talk,
                talk_ms: length(&talks),
                staffed_ms: length(&at_work),
            };
            figures.talking_ms += figure.talk_ms;
            staffed += figure.staffed_ms;
            if !at_work.is_empty() {
                // Who talks is at work, whatever else is said of them.
                let mut able = agent.takes_calls(&queues);
                able.extend_from_slice(&talks);
                available += length(&union(able));
                occupied += figure.talk_ms;
            }
            figures.agents.insert(name, figure);
        }
        figures.staffed_ms = presence_is_known.then_some(staffed);
        figures.available_ms = available;
        figures.occupied_ms = occupied;
        figures
    }
}

impl Agent {
    /// Ends talks whose end is not known: at the agent's next answer, or where the log or the range ends.
    fn close(&mut self, span: Span, known_until: i64) {
        self.answers.sort_unstable();
        for began in std::mem::take(&mut self.open) {
            let next = self.answers.partition_point(|answer| *answer <= began);
            let next = self.answers.get(next).copied().unwrap_or(i64::MAX);
            let ended = next.min(known_until).min(span.1).max(began);
            self.talks.extend(overlap((began, ended), span));
            if (span.0..span.1).contains(&began) {
                self.handled_talk += ended - began;
            }
        }
    }

    /// When the agent was logged in to at least one of the queues and not paused there.
    fn takes_calls(&self, queues: &BTreeSet<String>) -> Vec<Span> {
        let times = |of: &BTreeMap<Option<String>, Vec<Span>>, queue: &str| {
            let everywhere = of.get(&None).into_iter().flatten();
            let here = of.get(&Some(queue.to_owned())).into_iter().flatten();
            union(everywhere.chain(here).copied().collect())
        };
        let in_queue = |queue: &String| difference(&times(&self.staffed, queue), &times(&self.paused, queue));
        union(queues.iter().flat_map(in_queue).collect())
    }
}
