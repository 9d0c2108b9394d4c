//! The figures of a queue over a range of time.

use std::collections::BTreeMap;

use provider_core::domain::{Period, QueueStatistics};
use strum::{Display, EnumIter, EnumString};

/// How abandoned calls count in a service level: the three service level types of Cisco's Unified Contact Center
/// Enterprise ("Reporting User Guide", service level calculations), and the one that leaves them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceLevelVariant {
    /// Answered within the threshold / all calls that left the queue. An abandoned call counts as one that waited too
    /// long ("negative impact of abandoned calls").
    AbandonedNegative,
    /// Answered within the threshold / (all calls that left the queue - abandoned within the threshold) ("ignore
    /// abandoned calls").
    AbandonedIgnored,
    /// (Answered within the threshold + abandoned within the threshold) / all calls that left the queue ("positive
    /// impact of abandoned calls").
    AbandonedPositive,
    /// Answered within the threshold / answered.
    AnsweredOnly,
}

/// A percentile that is not one.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("a percentile is more than 0 and at most 100, not {0}")]
pub struct WrongPercent(pub f64);

/// What happened in the queues of a call center over a range `[start, end)`. An event counts where it happened: an
/// answer in the range counts although its caller came before.
///
/// `offered = answered + abandoned + transferred + timed out + waiting at the end - waiting at the start`.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueFigures {
    /// The range.
    pub range: Period,
    /// Calls that entered a queue.
    pub offered: u64,
    /// Calls refused because a queue was full; they are not among the offered.
    pub overflowed: u64,
    /// Calls that left by transfer before an answer.
    pub transferred: u64,
    /// Calls removed after the longest wait.
    pub timed_out: u64,
    /// Calls that waited when the range began.
    pub waiting_at_start: u64,
    /// Calls that waited when the range ended.
    pub waiting_at_end: u64,
    /// Waits of the answered calls in milliseconds, shortest first.
    pub(crate) waits: Vec<i64>,
    /// Waits of the abandoned calls in milliseconds, shortest first.
    pub(crate) abandonments: Vec<i64>,
    /// Time that agents talked, in milliseconds: an agent in two talks at once is one agent.
    pub talking_ms: i64,
    /// Time that agents were logged in, in milliseconds. Absent where no log has ever told when agents work.
    pub staffed_ms: Option<i64>,
    /// Of the agents that were logged in: the time that they could take calls or talked, in milliseconds.
    pub available_ms: i64,
    /// Of the agents that were logged in: the time that they talked, in milliseconds.
    pub occupied_ms: i64,
    /// Figures by agent.
    pub agents: BTreeMap<String, AgentFigures>,
}

/// What an agent did over a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AgentFigures {
    /// Calls that the agent answered in the range.
    pub handled: u64,
    /// Calls that rang at the agent in the range and were not answered there.
    pub unanswered: u64,
    /// Talk of the handled calls, to their ends, in milliseconds.
    pub handled_talk_ms: i64,
    /// Time of the range in which the agent talked, in milliseconds.
    pub talk_ms: i64,
    /// Time of the range in which the agent was logged in, in milliseconds.
    pub staffed_ms: i64,
}

impl AgentFigures {
    /// Talk of a handled call, in seconds; nothing over no calls.
    #[must_use]
    pub fn average_call_seconds(&self) -> Option<f64> {
        ratio(self.handled_talk_ms, self.handled).map(|milliseconds| milliseconds / 1000.0)
    }
}

impl QueueFigures {
    pub(crate) fn empty(range: Period) -> Self {
        Self {
            range,
            offered: 0,
            overflowed: 0,
            transferred: 0,
            timed_out: 0,
            waiting_at_start: 0,
            waiting_at_end: 0,
            waits: Vec::new(),
            abandonments: Vec::new(),
            talking_ms: 0,
            staffed_ms: None,
            available_ms: 0,
            occupied_ms: 0,
            agents: BTreeMap::new(),
        }
    }

    /// Calls that an agent answered.
    #[must_use]
    pub fn answered(&self) -> u64 {
        count(self.waits.len())
    }

    /// Calls whose caller left while waiting or ringing.
    #[must_use]
    pub fn abandoned(&self) -> u64 {
        count(self.abandonments.len())
    }

    /// Calls that left the queue, however: what rates are of.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.answered() + self.abandoned() + self.transferred + self.timed_out
    }

    /// Wait of the answered calls in seconds, averaged; nothing over no calls.
    #[must_use]
    pub fn average_wait_seconds(&self) -> Option<f64> {
        average(&self.waits)
    }

    /// Wait of the abandoned calls in seconds, averaged; nothing over no calls.
    #[must_use]
    pub fn average_abandonment_seconds(&self) -> Option<f64> {
        average(&self.abandonments)
    }

    /// Longest wait of an answered or abandoned call, in seconds; nothing over no calls.
    #[must_use]
    pub fn longest_wait_seconds(&self) -> Option<f64> {
        self.waits
            .last()
            .max(self.abandonments.last())
            .map(|wait| seconds(*wait))
    }

    /// Agents talking at once, averaged over the time of the range.
    #[must_use]
    pub fn average_agents_talking(&self) -> f64 {
        self.over_time(self.talking_ms)
    }

    /// Agents logged in at once, averaged over the time of the range; nothing where that is not known.
    #[must_use]
    pub fn average_agents_staffed(&self) -> Option<f64> {
        self.staffed_ms.map(|staffed| self.over_time(staffed))
    }

    fn over_time(&self, milliseconds: i64) -> f64 {
        let length = self.range.end().as_millisecond() - self.range.start().as_millisecond();
        // A range is never empty, but may be shorter than a millisecond.
        float(milliseconds) / float(length.max(1))
    }

    /// The part of the calls that was answered within a threshold, from 0 to 1; nothing over no calls. A wait as long
    /// as the threshold is within it.
    #[must_use]
    pub fn service_level(&self, threshold_ms: i64, variant: ServiceLevelVariant) -> Option<f64> {
        let within = |waits: &[i64]| count(waits.partition_point(|wait| *wait <= threshold_ms));
        let (answered, abandoned) = (within(&self.waits), within(&self.abandonments));
        let (good, of) = match variant {
            ServiceLevelVariant::AbandonedNegative => (answered, self.left()),
            ServiceLevelVariant::AbandonedIgnored => (answered, self.left() - abandoned),
            ServiceLevelVariant::AbandonedPositive => (answered + abandoned, self.left()),
            ServiceLevelVariant::AnsweredOnly => (answered, self.answered()),
        };
        ratio(i64::try_from(good).ok()?, of)
    }

    /// The wait in seconds that `percent` of a hundred answered calls did not exceed, by nearest rank: the smallest
    /// wait such that at least so many waited no longer. Nothing over no calls.
    ///
    /// # Errors
    /// [`WrongPercent`] unless it is more than 0 and at most 100.
    pub fn wait_percentile_seconds(&self, percent: f64) -> Result<Option<f64>, WrongPercent> {
        if !(percent > 0.0 && percent <= 100.0) {
            return Err(WrongPercent(percent));
        }
        let Some(last) = self.waits.len().checked_sub(1) else {
            return Ok(None);
        };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of calls, and a positive part of it"
        )]
        let rank = (percent * self.waits.len() as f64 / 100.0).ceil() as usize;
        let index = rank.saturating_sub(1).min(last);
        Ok(self.waits.get(index).map(|wait| seconds(*wait)))
    }

    /// The part of the calls that left the queue whose callers gave up, from 0 to 1; nothing over no calls.
    #[must_use]
    pub fn abandonment_rate(&self) -> Option<f64> {
        ratio(i64::try_from(self.abandoned()).ok()?, self.left())
    }

    /// The part of the time in which agents could take calls that they talked, from 0 to 1; nothing where nobody was
    /// logged in, or that is not known.
    #[must_use]
    pub fn occupancy(&self) -> Option<f64> {
        self.staffed_ms?;
        (self.available_ms > 0).then(|| float(self.occupied_ms) / float(self.available_ms))
    }

    /// Talk of a call that an agent answered in the range, in seconds; nothing over no calls.
    #[must_use]
    pub fn average_talk_seconds(&self) -> Option<f64> {
        let agents = self.agents.values();
        let (talk, calls) = agents.fold((0, 0), |(talk, calls), agent| {
            (talk + agent.handled_talk_ms, calls + agent.handled)
        });
        ratio(talk, calls).map(|milliseconds| milliseconds / 1000.0)
    }

    /// The queue's figures of the document `apio-call-center-statistics`.
    #[must_use]
    pub fn queue_statistics(&self) -> QueueStatistics {
        QueueStatistics {
            busy_overflows: self.overflowed,
            calls_answered: self.answered(),
            calls_abandoned: self.abandoned(),
            calls_transferred: self.transferred,
            calls_timed_out: self.timed_out,
            average_agents_talking: Some(self.average_agents_talking()),
            average_agents_staffed: self.average_agents_staffed(),
            average_wait_seconds: self.average_wait_seconds(),
            average_abandonment_seconds: self.average_abandonment_seconds(),
        }
    }
}

fn average(milliseconds: &[i64]) -> Option<f64> {
    ratio(milliseconds.iter().sum(), count(milliseconds.len())).map(|average| average / 1000.0)
}

fn ratio(part: i64, of: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
    (of > 0).then(|| float(part) / of as f64)
}

fn seconds(milliseconds: i64) -> f64 {
    float(milliseconds) / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "sums of milliseconds far below 2^53")]
fn float(value: i64) -> f64 {
    value as f64
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
