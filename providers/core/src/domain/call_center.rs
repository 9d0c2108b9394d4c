//! Call centers: their reports and their queue and agent statistics (document
//! `apio-call-center-statistics`).

use serde::{Deserialize, Serialize};

use super::{GroupRef, Period};

/// A call center, as the source names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CallCenterRef {
    /// The group that has it.
    pub group: GroupRef,
    /// Its name, unique in its group: `APIOTestCCBasic@sip.netaxis.be`.
    pub name: String,
}

/// How a call center reports (`instance_statistics_reporting`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReportingSettings {
    /// Whether a report is made every day.
    pub generate_daily_report: bool,
    /// How long each row of the report covers, in minutes.
    pub collection_period_minutes: u32,
    /// The first address the report goes to.
    pub reporting_email_address_1: Option<String>,
    /// The second address the report goes to.
    pub reporting_email_address_2: Option<String>,
    /// Where the statistics come from, in the source's words. Read only.
    pub statistics_source: Option<String>,
}

/// A wish to change how a call center reports. `None` leaves a setting as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct ReportingUpdate {
    /// Whether a report is made every day.
    pub generate_daily_report: Option<bool>,
    /// How long each row of the report covers, in minutes.
    pub collection_period_minutes: Option<u32>,
    /// The first address.
    pub reporting_email_address_1: Option<AddressChange>,
    /// The second address.
    pub reporting_email_address_2: Option<AddressChange>,
}

/// What becomes of an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AddressChange {
    /// It is deleted. The document writes an empty text.
    Delete,
    /// It is replaced.
    Set(String),
}

/// What happened in a call center.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallCenterStatistics {
    /// When, as the source understood it.
    pub range: Period,
    /// Of its queue.
    pub queue: QueueStatistics,
    /// Of its agents, each once.
    pub agents: Vec<AgentStatistics>,
}

/// Figures of a queue.
///
/// An average over nothing is `None` where the source does not give it, never NaN. One that writes 0 there, as the
/// document's example does, is passed on: 0 is what it said.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct QueueStatistics {
    /// Calls refused because the queue was full.
    pub busy_overflows: u64,
    /// Calls an agent answered.
    pub calls_answered: u64,
    /// Calls whose caller left while waiting or ringing.
    pub calls_abandoned: u64,
    /// Calls that left the queue by transfer before an answer.
    pub calls_transferred: u64,
    /// Calls removed after the longest wait.
    pub calls_timed_out: u64,
    /// Agents talking at once, averaged over time.
    pub average_agents_talking: Option<f64>,
    /// Agents logged in at once, averaged over time.
    pub average_agents_staffed: Option<f64>,
    /// Wait of the answered calls.
    pub average_wait_seconds: Option<f64>,
    /// Wait of the abandoned calls.
    pub average_abandonment_seconds: Option<f64>,
}

/// Figures of an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgentStatistics {
    /// What the source calls the agent.
    pub agent_user_id: String,
    /// The agent's last name.
    pub last_name: Option<String>,
    /// The agent's first name.
    pub first_name: Option<String>,
    /// Whether the agent takes calls now.
    pub available: Option<bool>,
    /// Calls the agent answered.
    pub calls_handled: u64,
    /// Calls that rang at the agent and were not answered there.
    pub calls_unanswered: u64,
    /// Talk of the handled calls; over none of them as in [`QueueStatistics`].
    pub average_call_seconds: Option<f64>,
    /// Talk in all.
    pub total_talk_seconds: u64,
    /// Time logged in.
    pub total_staffed_seconds: u64,
}
