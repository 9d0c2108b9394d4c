//! Calls that the events of a telephone system tell of.

use std::collections::BTreeMap;

use jiff::Timestamp;
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::event::{EventKind, QueueEvent};

/// How a call left a queue.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, EnumIter, IntoStaticStr,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// An agent answered.
    Answered,
    /// The caller left while waiting or ringing.
    Abandoned,
    /// It left by transfer before an answer: by a key that the caller pressed, because nobody worked in the queue, to
    /// another queue, or by whoever handles the waiting calls.
    Transferred,
    /// It was removed after the longest wait.
    TimedOut,
    /// It never entered: the queue was full.
    Overflowed,
}

/// Who ended the talk of an answered call.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, EnumIter, IntoStaticStr,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Ending {
    /// The caller.
    Caller,
    /// The agent.
    Agent,
    /// The agent transferred the call to somebody else.
    Transfer,
}

/// A call's stay in a queue. One that comes to a queue twice is two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueCall {
    /// The queue.
    pub queue: String,
    /// The call.
    pub call: String,
    /// Which of the call's stays in the queue; the first is 1.
    pub visit: u32,
    /// The caller's number, where the log says.
    pub caller: Option<String>,
    /// The dialed number, where the log says.
    pub dialed: Option<String>,
    /// When it entered.
    pub entered_at: Timestamp,
    /// When it stopped waiting, never before it entered. Absent while it waits.
    pub left_at: Option<Timestamp>,
    /// How it left. Absent while it waits.
    pub outcome: Option<Outcome>,
    /// Who answered, where the log says.
    pub agent: Option<String>,
    /// When the talk of an answered call ended. Absent while they talk.
    pub ended_at: Option<Timestamp>,
    /// Who ended it. Absent while they talk, or where that is not known.
    pub ended_by: Option<Ending>,
}

impl QueueCall {
    fn entering(event: &QueueEvent, entered_at: Timestamp, notes: &Notes) -> Self {
        Self {
            queue: event.queue.clone().unwrap_or_default(),
            call: event.call.clone().unwrap_or_default(),
            visit: 0,
            caller: notes.caller.clone(),
            dialed: notes.dialed.clone(),
            entered_at,
            left_at: None,
            outcome: None,
            agent: None,
            ended_at: None,
            ended_by: None,
        }
    }

    fn leave(&mut self, at: Timestamp, outcome: Outcome) {
        self.left_at = Some(at.max(self.entered_at));
        self.outcome = Some(outcome);
    }

    fn end(&mut self, at: Timestamp, ending: Option<Ending>) {
        self.ended_at = Some(at.max(self.left_at.unwrap_or(self.entered_at)));
        self.ended_by = ending;
    }

    /// When nothing more of it can happen: after it left, an answered one after the talk.
    #[must_use]
    pub fn gone_at(&self) -> Option<Timestamp> {
        match self.outcome {
            Some(Outcome::Answered) => self.ended_at,
            _ => self.left_at,
        }
    }
}

/// What was said of a call beside its course.
#[derive(Default)]
struct Notes {
    caller: Option<String>,
    dialed: Option<String>,
}

/// The calls that events tell of, in the order of queue, call and visit. The order of the events does not matter;
/// those that are not about calls are passed over.
///
/// What a log does not show is concluded from what it does: a call whose entering is not there entered as long before
/// its answer as the answer says; one that enters again without having left had gone elsewhere in between.
#[must_use]
pub fn fold_calls<'e>(events: impl IntoIterator<Item = &'e QueueEvent>) -> Vec<QueueCall> {
    let mut stays: BTreeMap<(&str, &str), Vec<&QueueEvent>> = BTreeMap::new();
    for event in events {
        if let (true, Some(queue), Some(call)) = (event.kind.is_of_a_call(), &event.queue, &event.call) {
            stays.entry((queue, call)).or_default().push(event);
        }
    }
    stays.into_values().flat_map(fold_one).collect()
}

/// The stays of one call in one queue.
fn fold_one(mut events: Vec<&QueueEvent>) -> Vec<QueueCall> {
    let text = |kind: EventKind| {
        let of_kind = events.iter().filter(|event| event.kind == kind);
        of_kind.filter_map(|event| event.detail.clone()).min()
    };
    let notes = Notes {
        caller: text(EventKind::EnterQueue),
        dialed: text(EventKind::Did),
    };
    events.retain(|event| event.kind != EventKind::Did && !event.kind.is_unanswered_ring());
    events.sort_by_key(|event| (event.at, event.kind, event.agent.clone(), event.lasted_ms));
    events.dedup_by_key(|event| (event.at, event.kind, event.agent.clone()));
    let mut course = Course::default();
    let mut waiting = events.as_slice();
    while let Some(first) = waiting.first() {
        let together = waiting.partition_point(|event| event.at <= first.at);
        let (now, later) = waiting.split_at(together);
        course.take_together(now.to_vec(), &notes);
        waiting = later;
    }
    let mut calls = course.done;
    calls.extend(course.current);
    for (visit, call) in (1..).zip(&mut calls) {
        call.visit = visit;
    }
    calls
}

/// What a call has done so far.
#[derive(Default)]
struct Course {
    done: Vec<QueueCall>,
    current: Option<QueueCall>,
}

impl Course {
    /// Events of one instant: logs of whole seconds have several, in no order. Each time that one is taken which fits
    /// what the call was doing.
    fn take_together(&mut self, mut events: Vec<&QueueEvent>, notes: &Notes) {
        while !events.is_empty() {
            let fits = |event: &&QueueEvent| self.preference(event.kind);
            let Some(next) = (0..events.len()).min_by_key(|index| events.get(*index).map(fits)) else {
                return;
            };
            let event = events.remove(next);
            self.take(event, notes);
        }
    }

    /// How well an event fits; the smallest fits best.
    fn preference(&self, kind: EventKind) -> u8 {
        let doing = match &self.current {
            None => 0,
            Some(call) if call.left_at.is_none() => 1,
            Some(_) => 2,
        };
        let entering = matches!(kind, EventKind::EnterQueue | EventKind::Full);
        let answer = kind == EventKind::Connect;
        match (doing, entering, answer) {
            (0, true, _) | (1, _, true) | (2, false, false) => 0,
            (0, _, true) | (1, false, false) | (2, true, _) => 1,
            _ => 2,
        }
    }

    fn take(&mut self, event: &QueueEvent, notes: &Notes) {
        let (at, current) = (event.at, self.current.take());
        let entering = |entered_at| QueueCall::entering(event, entered_at, notes);
        let or_entered = |call: Option<QueueCall>, left_at: Timestamp| {
            call.unwrap_or_else(|| entering(before(left_at, event.wait_ms)))
        };
        match event.kind {
            EventKind::EnterQueue => {
                self.interrupt(current, at);
                self.current = Some(entering(at));
            }
            EventKind::Full => {
                let mut refused = entering(at);
                refused.leave(at, Outcome::Overflowed);
                self.done.push(refused);
                self.current = current;
            }
            EventKind::Connect => {
                let waiting = match current {
                    Some(call) if call.outcome.is_some() => {
                        // Another agent has the call: a transfer within the queue that was not logged.
                        self.interrupt(Some(call), at);
                        None
                    }
                    other => other,
                };
                let mut call = or_entered(waiting, at);
                call.leave(at, Outcome::Answered);
                call.agent.clone_from(&event.agent);
                self.current = Some(call);
            }
            EventKind::CompleteAgent => self.complete(current, event, Ending::Agent, or_entered),
            EventKind::CompleteCaller => self.complete(current, event, Ending::Caller, or_entered),
            EventKind::Transfer | EventKind::BlindTransfer | EventKind::AttendedTransfer => {
                let talked =
                    event.lasted_ms.is_some() || current.as_ref().is_some_and(|call| call.outcome.is_some());
                if talked {
                    self.complete(current, event, Ending::Transfer, or_entered);
                } else {
                    self.give_up(current, event, Outcome::Transferred, or_entered);
                }
            }
            EventKind::ExitEmpty | EventKind::ExitWithKey => {
                self.give_up(current, event, Outcome::Transferred, or_entered);
            }
            EventKind::Abandon => self.give_up(current, event, Outcome::Abandoned, or_entered),
            EventKind::ExitWithTimeout => self.give_up(current, event, Outcome::TimedOut, or_entered),
            _ => self.current = current,
        }
    }

    /// A call that waited left the queue unanswered. One that talks goes on: it can't have left.
    fn give_up(
        &mut self,
        current: Option<QueueCall>,
        event: &QueueEvent,
        outcome: Outcome,
        or_entered: impl Fn(Option<QueueCall>, Timestamp) -> QueueCall,
    ) {
        if current.as_ref().is_some_and(|call| call.outcome.is_some()) {
            self.current = current;
            return;
        }
        let mut call = or_entered(current, event.at);
        call.leave(event.at, outcome);
        self.done.push(call);
    }

    /// The talk ended; where the answer was not logged, it began as long before as it lasted.
    fn complete(
        &mut self,
        current: Option<QueueCall>,
        event: &QueueEvent,
        ending: Ending,
        or_entered: impl Fn(Option<QueueCall>, Timestamp) -> QueueCall,
    ) {
        let answered_at = before(event.at, event.lasted_ms);
        let mut call = or_entered(current, answered_at);
        if call.outcome.is_none() {
            call.leave(answered_at, Outcome::Answered);
        }
        if call.agent.is_none() {
            call.agent.clone_from(&event.agent);
        }
        call.end(event.at, Some(ending));
        self.done.push(call);
    }

    /// A call began anew, so that whatever it did before was over.
    fn interrupt(&mut self, current: Option<QueueCall>, at: Timestamp) {
        let Some(mut call) = current else { return };
        if call.outcome.is_none() {
            call.leave(at, Outcome::Transferred);
        } else {
            call.end(at, None);
        }
        self.done.push(call);
    }
}

fn before(at: Timestamp, milliseconds: Option<i64>) -> Timestamp {
    let earlier = at.as_millisecond().saturating_sub(milliseconds.unwrap_or(0));
    Timestamp::from_millisecond(earlier).unwrap_or(at)
}
