//! Calls of employees, counted (document `telecomx-cdr-statistics`).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::{CustomerRef, GroupingInterval, Period};

/// A question for statistics of calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallStatisticsQuery {
    /// Whose employees; absent for the customer that our account with the source belongs to.
    pub customer: Option<CustomerRef>,
    /// What the source calls the employees; empty for all. Those named here are in the answer even
    /// without calls, and nobody else.
    pub employees: Vec<String>,
    /// When the calls started. The document's `to` is the last second inside: `period.end()` less 1 s.
    pub period: Period,
    /// The zone whose wall clock cuts the period into intervals.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub zone: TimeZone,
    /// Answered calls with less talk than this many seconds are left out; 0 for none.
    pub ignore_below_seconds: u32,
    /// Unanswered calls that rang for less than this many seconds are left out; 0 for none. Not in the document.
    #[serde(default)]
    pub ignore_unanswered_below_seconds: u32,
    /// Whether calls between extensions are left out.
    pub ignore_local: bool,
    /// Which calls count. The other side's counts are zero; employees are not left out for it.
    pub direction: CallDirection,
    /// How the counts are grouped in time.
    pub interval: GroupingInterval,
    /// The fields that are wanted; empty for all.
    pub fields: Vec<CallField>,
    /// How the employees are ordered; absent for the source's own order.
    pub sort: Option<EmployeeSort>,
    /// Whether employees without calls are in the answer, where none is named. Not in the document.
    #[serde(default)]
    pub include_empty: bool,
}

/// Whose side of calls counts.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CallDirection {
    /// The employee was called.
    In,
    /// The employee called.
    Out,
    /// Both.
    #[default]
    Both,
}

/// A field of the statistics; written as in the document.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "camelCase")]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the document's names; CallCounts describes the counts
pub enum CallField {
    EmployeeId,
    EmployeeName,
    ExtensionId,
    ExtensionNumber,
    OutboundCalls,
    OutboundSeconds,
    OutboundAnswered,
    OutboundUnanswered,
    OutboundFailed,
    InboundCalls,
    InboundSeconds,
    InboundAnswered,
    InboundUnanswered,
    InboundBusy,
}

/// How employees are ordered. The field must be among those wanted.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "camelCase")]
#[serde(rename_all = "camelCase")]
pub enum EmployeeSort {
    /// By name.
    EmployeeName,
    /// By extension number, shorter numbers first.
    ExtensionNumber,
}

impl EmployeeSort {
    /// The field that it sorts by.
    #[must_use]
    pub const fn field(self) -> CallField {
        match self {
            Self::EmployeeName => CallField::EmployeeName,
            Self::ExtensionNumber => CallField::ExtensionNumber,
        }
    }
}

/// Statistics of calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallStatisticsReport {
    /// One row for each employee and extension.
    pub rows: Vec<EmployeeCalls>,
    /// What is doubtful about the figures.
    pub caveats: Vec<Caveat>,
}

/// The calls of an employee. What was not among the fields wanted is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmployeeCalls {
    /// What the source calls the employee.
    pub employee_id: Option<String>,
    /// The employee's name.
    pub employee_name: Option<String>,
    /// What the source calls the extension.
    pub extension_id: Option<String>,
    /// The extension's number.
    pub extension_number: Option<String>,
    /// The counts, earliest interval first; intervals without calls may be left out.
    pub intervals: Vec<CallInterval>,
}

/// The counts of an interval: a whole one of the calendar ([`GroupingInterval::around`]), also where the period
/// begins or ends inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallInterval {
    /// The first instant of the interval, inside the period or up to one interval before.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// The counts of the calls inside both the interval and the period.
    pub counts: CallCounts,
}

/// Counts of calls. `None` where the source does not report a figure, zero where it is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct CallCounts {
    /// Calls that the employee made.
    pub outbound_calls: Option<u64>,
    /// Talk seconds of them.
    pub outbound_seconds: Option<u64>,
    /// Those that were answered.
    pub outbound_answered: Option<u64>,
    /// Those that were not answered.
    pub outbound_unanswered: Option<u64>,
    /// Those that failed (invalid number or error); some of the unanswered.
    pub outbound_failed: Option<u64>,
    /// Calls that the employee got.
    pub inbound_calls: Option<u64>,
    /// Talk seconds of them.
    pub inbound_seconds: Option<u64>,
    /// Those that the employee answered.
    pub inbound_answered: Option<u64>,
    /// Those that were not answered.
    pub inbound_unanswered: Option<u64>,
    /// Those that were not answered because the employee was busy; some of the unanswered.
    pub inbound_busy: Option<u64>,
    /// Those that another member of a ring group answered; some of the unanswered. Not in the document.
    pub inbound_rung_elsewhere: Option<u64>,
}

impl CallCounts {
    /// The count that a field names; absent for a field that names none.
    pub const fn get_mut(&mut self, field: CallField) -> Option<&mut Option<u64>> {
        Some(match field {
            CallField::EmployeeId
            | CallField::EmployeeName
            | CallField::ExtensionId
            | CallField::ExtensionNumber => return None,
            CallField::OutboundCalls => &mut self.outbound_calls,
            CallField::OutboundSeconds => &mut self.outbound_seconds,
            CallField::OutboundAnswered => &mut self.outbound_answered,
            CallField::OutboundUnanswered => &mut self.outbound_unanswered,
            CallField::OutboundFailed => &mut self.outbound_failed,
            CallField::InboundCalls => &mut self.inbound_calls,
            CallField::InboundSeconds => &mut self.inbound_seconds,
            CallField::InboundAnswered => &mut self.inbound_answered,
            CallField::InboundUnanswered => &mut self.inbound_unanswered,
            CallField::InboundBusy => &mut self.inbound_busy,
        })
    }
}

/// Something doubtful about figures, told beside them instead of being corrected in silence.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Caveat {
    /// The figure.
    pub field: CallField,
    /// What is doubtful, for people.
    pub message: String,
}

/// A file format of statistics.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExportFormat {
    /// JSON in the document's shape.
    Json,
    /// Comma-separated values.
    Csv,
    /// A workbook.
    Excel,
}

/// A file that a source made.
#[derive(Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// Its media type.
    pub media_type: String,
    /// Its bytes, as they came.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for ExportFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The bytes hold names of employees.
        write!(f, "ExportFile({}, {} bytes)", self.media_type, self.bytes.len())
    }
}
