//! Between APIO's words and ours. Nothing here does I/O.

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use provider_core::call::Operation;
use provider_core::domain::{
    AddressChange, AgentStatistics, CallCenterStatistics, Period, PeriodError, QueueStatistics,
    ReportingSettings, ReportingUpdate,
};
use provider_core::error::{ErrorKind, ProviderError, UpstreamAnswer};

use crate::wire::{
    Agent, AskedRange, BAD_FORMAT, Complaint, END_BEFORE_START, IN_THE_FUTURE, Queue, Reporting,
    ReportingChange, Statistics, StatisticsRequest,
};

pub(crate) fn settings(reporting: Reporting) -> ReportingSettings {
    ReportingSettings {
        generate_daily_report: reporting.generate_daily_report,
        collection_period_minutes: reporting.collection_period_minutes,
        reporting_email_address_1: reporting.reporting_email_address1,
        reporting_email_address_2: reporting.reporting_email_address2,
        statistics_source: reporting.statistics_source,
    }
}

/// All settings as they shall be: the document does not say what becomes of one that is left out.
pub(crate) fn change(now: &ReportingSettings, update: &ReportingUpdate) -> ReportingChange {
    ReportingChange {
        generate_daily_report: update.generate_daily_report.unwrap_or(now.generate_daily_report),
        collection_period_minutes: update
            .collection_period_minutes
            .unwrap_or(now.collection_period_minutes),
        reporting_email_address1: address(
            now.reporting_email_address_1.as_ref(),
            update.reporting_email_address_1.as_ref(),
        ),
        reporting_email_address2: address(
            now.reporting_email_address_2.as_ref(),
            update.reporting_email_address_2.as_ref(),
        ),
    }
}

/// The address to write: empty to delete it, nothing where there is none and none is wished for.
fn address(now: Option<&String>, change: Option<&AddressChange>) -> Option<String> {
    match change {
        Some(AddressChange::Set(address)) => Some(address.clone()),
        Some(AddressChange::Delete) => Some(String::new()),
        None => now.cloned(),
    }
}

/// The request for the statistics of a range, or the end of it that can't be asked for: the document's dates
/// have whole seconds.
pub(crate) fn statistics_request(range: &Period) -> Result<StatisticsRequest, RangeFault> {
    Ok(StatisticsRequest {
        statistics_range: AskedRange {
            start: instant(range.start()).ok_or(RangeFault::FRACTION_AT_START)?,
            end: instant(range.end()).ok_or(RangeFault::FRACTION_AT_END)?,
        },
    })
}

fn instant(instant: Timestamp) -> Option<String> {
    let whole = instant.as_duration() == SignedDuration::from_secs(instant.as_second());
    whole.then(|| instant.display_with_offset(Offset::UTC).to_string())
}

pub(crate) fn statistics(statistics: Statistics) -> Result<CallCenterStatistics, PeriodError> {
    let range = statistics.statistics_range;
    Ok(CallCenterStatistics {
        range: Period::new(range.start, range.end)?,
        queue: queue(&statistics.queue_statistics),
        agents: statistics.agent_statistics.into_iter().map(agent).collect(),
    })
}

/// Averages are passed on, those over nothing too: the document's example has 0 for them.
fn queue(queue: &Queue) -> QueueStatistics {
    QueueStatistics {
        busy_overflows: queue.busy_overflows,
        calls_answered: queue.calls_answered,
        calls_abandoned: queue.calls_abandoned,
        calls_transferred: queue.calls_transferred,
        calls_timed_out: queue.calls_timedout,
        average_agents_talking: queue.average_agents_talking,
        average_agents_staffed: queue.average_agents_staffed,
        average_wait_seconds: queue.average_wait_seconds,
        average_abandonment_seconds: queue.average_abandonment_seconds,
    }
}

fn agent(agent: Agent) -> AgentStatistics {
    let (last_name, first_name) = agent
        .agent_display_names
        .map_or((None, None), |names| (names.last_name, names.first_name));
    AgentStatistics {
        agent_user_id: agent.agent_user_id.into(),
        last_name,
        first_name,
        available: agent.available,
        calls_handled: agent.statistics.calls_handled,
        calls_unanswered: agent.statistics.calls_unanswered,
        average_call_seconds: agent.statistics.average_call_seconds,
        total_talk_seconds: agent.statistics.total_talk_seconds,
        total_staffed_seconds: agent.statistics.total_staffed_seconds,
    }
}

/// What is wrong with a range, and with which end of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RangeFault {
    pub(crate) field: &'static str,
    pub(crate) message: &'static str,
}

impl RangeFault {
    const FRACTION_AT_START: Self = Self {
        field: "range.start",
        message: "APIO takes whole seconds: leave the fraction out",
    };
    const FRACTION_AT_END: Self = Self {
        field: "range.end",
        ..Self::FRACTION_AT_START
    };

    pub(crate) fn error(self, operation: Operation) -> ProviderError {
        ProviderError::new(ErrorKind::InvalidRequest, operation.name, self.message).with_field(self.field)
    }

    /// The fault that an answer complains of, if it is one that the document knows.
    pub(crate) fn of(complaint: &Complaint) -> Option<Self> {
        [
            // APIO does not say which of the two; both are written by the same hand.
            (
                BAD_FORMAT,
                "range.start",
                "APIO can't read the range: report this, it is not the caller's fault",
            ),
            // The end is never before the start, so it is what lies in the future first.
            (
                IN_THE_FUTURE,
                "range.end",
                "APIO thinks that the range lies in the future: end it earlier, or look at the clocks",
            ),
            (
                END_BEFORE_START,
                "range.end",
                "APIO thinks that the range ends before it starts: end it later",
            ),
        ]
        .into_iter()
        .find(|(sentence, ..)| complaint.says(sentence))
        .map(|(_, field, message)| Self { field, message })
    }
}

impl Complaint {
    /// Adds what it says to what is kept of the answer.
    pub(crate) fn add_to(&self, answer: UpstreamAnswer) -> UpstreamAnswer {
        let answer = match &self.code {
            Some(code) => answer.code(code),
            None => answer,
        };
        if self.texts.is_empty() {
            answer
        } else {
            answer.message(&self.texts.join("; "))
        }
    }
}
