use async_graphql::{InputObject, SimpleObject};
use provider_core::domain::{self, AgentStatistics, Period};

use crate::graphql::{
    error::{ApiError, Result},
    scalars::{DateTime, Long},
};

/// The document's words for a time that can't be read.
const WRONG_FORMAT: &str = "The format of start date or end date is invalid.";

/// When, as the document "Call Center Statistics" (apio) says it (`statisticsRange`).
#[derive(InputObject)]
pub(super) struct StatisticsRange {
    /// The first instant. Not in the future.
    start: DateTime,
    /// The first instant after. Not in the future, and later than the start.
    end: DateTime,
}

impl StatisticsRange {
    pub(super) fn read(self) -> Result<Period> {
        let read = |instant: DateTime, argument: &str| {
            let instant = instant.parsed();
            instant.map_err(|fault| ApiError::bad_input(argument, format!("{WRONG_FORMAT} {fault}")))
        };
        let (start, end) = (read(self.start, "range.start")?, read(self.end, "range.end")?);
        Ok(service::statistics_range(start, end)?)
    }
}

/// The time that statistics are of.
#[derive(SimpleObject)]
struct StatisticsPeriod {
    /// The first instant.
    start: DateTime,
    /// The first instant after.
    end: DateTime,
}

/// What happened in a call center: the document's `statistics`. Figures are the provider's own.
#[derive(SimpleObject)]
pub(super) struct CallCenterStatistics {
    /// When (`statisticsRange`).
    range: StatisticsPeriod,
    /// Of its queue (`queueStatistics`).
    queue: QueueStatistics,
    /// Of each of its agents (`agentStatistics`).
    agents: Vec<CallCenterAgent>,
}

impl CallCenterStatistics {
    /// `None` when a figure is too large to be one.
    pub(super) fn of(statistics: &domain::CallCenterStatistics) -> Option<Self> {
        let agents = statistics.agents.iter().map(CallCenterAgent::of);
        Some(Self {
            range: StatisticsPeriod {
                start: statistics.range.start().into(),
                end: statistics.range.end().into(),
            },
            queue: QueueStatistics::of(&statistics.queue)?,
            agents: agents.collect::<Option<_>>()?,
        })
    }
}

/// Figures of a queue, with the document's names. An average over nothing is null where the provider does not give
/// it.
#[derive(SimpleObject)]
pub(super) struct QueueStatistics {
    /// Calls refused because the queue was full.
    pub(super) busy_overflows: i32,
    /// Calls that an agent answered.
    pub(super) calls_answered: i32,
    /// Calls whose caller left while waiting or ringing.
    pub(super) calls_abandoned: i32,
    /// Calls that left the queue by transfer before an answer.
    pub(super) calls_transferred: i32,
    /// Calls removed after the longest wait.
    pub(super) calls_timedout: i32,
    /// Agents talking at once, averaged over time.
    pub(super) average_agents_talking: Option<f64>,
    /// Agents logged in at once, averaged over time.
    pub(super) average_agents_staffed: Option<f64>,
    /// Wait of the answered calls, in seconds.
    pub(super) average_wait_seconds: Option<f64>,
    /// Wait of the abandoned calls, in seconds.
    pub(super) average_abandonment_seconds: Option<f64>,
}

impl QueueStatistics {
    pub(super) fn of(queue: &domain::QueueStatistics) -> Option<Self> {
        Some(Self {
            busy_overflows: queue.busy_overflows.try_into().ok()?,
            calls_answered: queue.calls_answered.try_into().ok()?,
            calls_abandoned: queue.calls_abandoned.try_into().ok()?,
            calls_transferred: queue.calls_transferred.try_into().ok()?,
            calls_timedout: queue.calls_timed_out.try_into().ok()?,
            average_agents_talking: queue.average_agents_talking,
            average_agents_staffed: queue.average_agents_staffed,
            average_wait_seconds: queue.average_wait_seconds,
            average_abandonment_seconds: queue.average_abandonment_seconds,
        })
    }
}

/// An agent of a call center, with the document's names.
#[derive(SimpleObject)]
struct CallCenterAgent {
    /// What the provider calls the agent: `ApioUserTest1@sip.netaxis.be`.
    agent_user_id: String,
    /// The agent's last name (`agentDisplayNames`). Null where the provider does not say.
    last_name: Option<String>,
    /// The agent's first name (`agentDisplayNames`). Null where the provider does not say.
    first_name: Option<String>,
    /// Whether the agent takes calls now. Null where the provider does not say.
    available: Option<bool>,
    /// Calls that the agent answered.
    calls_handled: i32,
    /// Calls that rang at the agent and were not answered there.
    calls_unanswered: i32,
    /// Talk of the handled calls, in seconds. Null where the provider does not give it.
    average_call_seconds: Option<f64>,
    /// Talk in all, in seconds.
    total_talk_seconds: Long,
    /// Time logged in, in seconds.
    total_staffed_seconds: Long,
}

impl CallCenterAgent {
    fn of(agent: &AgentStatistics) -> Option<Self> {
        Some(Self {
            agent_user_id: agent.agent_user_id.clone(),
            last_name: agent.last_name.clone(),
            first_name: agent.first_name.clone(),
            available: agent.available,
            calls_handled: agent.calls_handled.try_into().ok()?,
            calls_unanswered: agent.calls_unanswered.try_into().ok()?,
            average_call_seconds: agent.average_call_seconds,
            total_talk_seconds: Long::new(agent.total_talk_seconds)?,
            total_staffed_seconds: Long::new(agent.total_staffed_seconds)?,
        })
    }
}
