//! APIO's words, as the document `apio-call-center-statistics` writes them.

use jiff::Timestamp;
use provider_core::domain::UpstreamRef;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The resource of "Instance Statistics Reporting", below a call center.
pub(crate) const REPORTING: &str = "instance_statistics_reporting";
/// The resource of "Statistics", below a call center.
pub(crate) const STATISTICS: &str = "statistics";

/// The answer of "Retrieve configuration" and of "Update configuration", which is "similar".
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reporting {
    pub(crate) generate_daily_report: bool,
    pub(crate) collection_period_minutes: u32,
    #[serde(default, deserialize_with = "text")]
    pub(crate) reporting_email_address1: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) reporting_email_address2: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) statistics_source: Option<String>,
}

/// The request of "Update configuration".
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportingChange {
    pub(crate) generate_daily_report: bool,
    pub(crate) collection_period_minutes: u32,
    /// "An empty string will delete the value."
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reporting_email_address1: Option<String>,
    /// "An empty string will delete the value."
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reporting_email_address2: Option<String>,
}

/// The request of "Retrieve queue and agent statistics": the body of a GET.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatisticsRequest {
    pub(crate) statistics_range: AskedRange,
}

/// Dates with times and offsets: `2021-01-01T00:00:00+01:00`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AskedRange {
    pub(crate) start: String,
    pub(crate) end: String,
}

/// The answer of "Retrieve queue and agent statistics".
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Statistics {
    pub(crate) statistics_range: Range,
    pub(crate) queue_statistics: Queue,
    pub(crate) agent_statistics: Vec<Agent>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Range {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Queue {
    pub(crate) busy_overflows: u64,
    pub(crate) calls_answered: u64,
    pub(crate) calls_abandoned: u64,
    pub(crate) calls_transferred: u64,
    pub(crate) calls_timedout: u64,
    pub(crate) average_agents_talking: Option<f64>,
    pub(crate) average_agents_staffed: Option<f64>,
    pub(crate) average_wait_seconds: Option<f64>,
    pub(crate) average_abandonment_seconds: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Agent {
    pub(crate) agent_user_id: UpstreamRef,
    pub(crate) agent_display_names: Option<DisplayNames>,
    pub(crate) available: Option<bool>,
    pub(crate) statistics: AgentFigures,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DisplayNames {
    #[serde(default, deserialize_with = "text")]
    pub(crate) last_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) first_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentFigures {
    pub(crate) calls_handled: u64,
    pub(crate) calls_unanswered: u64,
    pub(crate) average_call_seconds: Option<f64>,
    pub(crate) total_talk_seconds: u64,
    pub(crate) total_staffed_seconds: u64,
}

/// A text that people will see, so it is printable and ends. An empty one says nothing: it is how an address is
/// deleted.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty());
    let checked = text
        .map(UpstreamRef::parse)
        .transpose()
        .map_err(D::Error::custom)?;
    Ok(checked.map(String::from))
}

/// The words beside the sub-error code 2, `INVALID_PARAMETERS`, of a `400 Bad Request`.
pub(crate) const BAD_FORMAT: &str = "The format of start date or end date is invalid.";
pub(crate) const IN_THE_FUTURE: &str = "Start date or end date in the future";
pub(crate) const END_BEFORE_START: &str = "End date can not be earlier than start date.";

/// What the body of an error says: a sub-error code and words.
///
/// The document gives both and no shape for them, so they are looked for wherever a JSON body may have them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) code: Option<String>,
    pub(crate) texts: Vec<String>,
}

/// The keys under which APIs of this kind write what went wrong.
const TEXTS: [&str; 6] = ["message", "description", "detail", "reason", "error", "text"];

impl Complaint {
    pub(crate) fn read(body: &Value) -> Self {
        let mut complaint = Self::default();
        complaint.look_into(body);
        complaint
    }

    /// Whether one of the texts says this, give or take its full stop.
    pub(crate) fn says(&self, sentence: &str) -> bool {
        let bare = |text: &str| text.trim().trim_end_matches('.').to_lowercase();
        self.texts.iter().any(|text| bare(text) == bare(sentence))
    }

    fn look_into(&mut self, value: &Value) {
        match value {
            Value::Array(entries) => entries.iter().for_each(|entry| self.look_into(entry)),
            Value::Object(fields) => {
                for (key, field) in fields {
                    self.take(&key.to_lowercase(), field);
                }
            }
            _ => {}
        }
    }

    fn take(&mut self, key: &str, field: &Value) {
        match field {
            Value::Number(code) if key.ends_with("code") => self.code = Some(code.to_string()),
            Value::String(code) if key.ends_with("code") => self.code = Some(code.clone()),
            Value::String(text) if TEXTS.contains(&key) => self.texts.push(text.clone()),
            nested => self.look_into(nested),
        }
    }
}
