//! What travels to and from telecomx, as its document writes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// "Body". What the document has a default for is sent all the same where the default is not certain.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Question<'q> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer: Option<&'q str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) employee: Option<&'q str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) employees: Vec<&'q str>,
    pub(crate) from: String,
    pub(crate) to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ignore_below: Option<u32>,
    pub(crate) ignore_local: bool,
    pub(crate) direction: &'static str,
    pub(crate) grouping_interval: &'static str,
    /// A "String" by the table, a list by the example.
    pub(crate) fields: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sort: Option<&'static str>,
    pub(crate) format: &'static str,
}

/// "Response": an employee, or one of the employee's extensions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Employee {
    /// Always asked for, so always expected.
    pub(crate) employee_id: String,
    pub(crate) employee_name: Option<String>,
    pub(crate) extension_id: Option<String>,
    pub(crate) extension_number: Option<String>,
    /// By interval.
    pub(crate) data: BTreeMap<String, Counts>,
}

/// `data.<interval>`: whatever was asked for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counts {
    pub(crate) outbound_calls: Option<u64>,
    pub(crate) outbound_seconds: Option<u64>,
    pub(crate) outbound_answered: Option<u64>,
    pub(crate) outbound_unanswered: Option<u64>,
    pub(crate) outbound_failed: Option<u64>,
    pub(crate) inbound_calls: Option<u64>,
    pub(crate) inbound_seconds: Option<u64>,
    pub(crate) inbound_answered: Option<u64>,
    pub(crate) inbound_unanswered: Option<u64>,
    pub(crate) inbound_busy: Option<u64>,
}

/// "Errors" has a message for each, and not where in the body it stands: these are the usual places.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Refusal {
    Bare(String),
    Message { message: String },
    Error { error: String },
    Nested { error: Message },
}

#[derive(Debug, Deserialize)]
pub(crate) struct Message {
    message: String,
}

impl Refusal {
    /// The message of the table: `groupingInterval`.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Bare(message)
            | Self::Message { message }
            | Self::Error { error: message }
            | Self::Nested {
                error: Message { message },
            } => message,
        }
    }
}
