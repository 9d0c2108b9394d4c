//! What the document's requests and answers look like.

use provider_testkit::twin::TwinReply;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StatisticsRequest {
    pub(crate) statistics_range: Range,
}

/// As it was asked for, so it is answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Range {
    pub(crate) start: String,
    pub(crate) end: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Statistics {
    pub(crate) statistics_range: Range,
    pub(crate) queue_statistics: Queue,
    pub(crate) agent_statistics: Vec<Agent>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Queue {
    pub(crate) busy_overflows: u64,
    pub(crate) calls_answered: u64,
    pub(crate) calls_abandoned: u64,
    pub(crate) calls_transferred: u64,
    pub(crate) calls_timedout: u64,
    pub(crate) average_agents_talking: f64,
    pub(crate) average_agents_staffed: f64,
    pub(crate) average_wait_seconds: u64,
    pub(crate) average_abandonment_seconds: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Agent {
    pub(crate) agent_user_id: String,
    pub(crate) agent_display_names: DisplayNames,
    pub(crate) available: bool,
    pub(crate) statistics: AgentFigures,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DisplayNames {
    pub(crate) last_name: String,
    pub(crate) first_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentFigures {
    pub(crate) calls_handled: u64,
    pub(crate) calls_unanswered: u64,
    pub(crate) average_call_seconds: u64,
    pub(crate) total_talk_seconds: u64,
    pub(crate) total_staffed_seconds: u64,
}

/// The document has the code and the words of an error, and no shape for them: this is the twin's.
#[derive(Debug, Serialize)]
struct Complaint<'a> {
    code: u32,
    error: &'a str,
    message: &'a str,
}

/// "2: INVALID_PARAMETERS" with words.
pub(crate) fn invalid_parameters(message: &str) -> TwinReply {
    let complaint = Complaint {
        code: 2,
        error: "INVALID_PARAMETERS",
        message,
    };
    TwinReply::json(400, &complaint)
}

pub(crate) fn not_found() -> TwinReply {
    TwinReply::json(404, &serde_json::json!({ "error": "NOT_FOUND" }))
}
