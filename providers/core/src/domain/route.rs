//! Where calls and messages to a number go.

use numbering::E164;
use serde::{Deserialize, Serialize};

/// Where a call to a number is forwarded (documents `telmetrics-*`, `call_routes`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallRoute {
    /// Every call goes to one number.
    Basic {
        /// The number that rings.
        termination_number: E164,
    },
}

/// Where a message to a number is forwarded (documents `telmetrics-*`, `sms_routes`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmsRoute {
    /// Messages are not forwarded.
    None,
}
