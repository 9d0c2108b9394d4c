//! Enumerations about calls, mirrored from the domain: adding a value there is a compile error here.

use async_graphql::Enum;

/// How counts are grouped in time, by the clock of the report's zone (the document's `groupingInterval`).
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
#[graphql(remote = "provider_core::domain::GroupingInterval")]
pub(crate) enum GroupingInterval {
    /// Hours of the wall clock.
    Hour,
    /// Days of the calendar: 23 or 25 hours where the clock is changed.
    #[default]
    Day,
    /// ISO 8601 weeks, Monday first.
    Week,
    /// Months of the calendar.
    Month,
}

/// Which calls of an employee count (the document's `direction`).
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
#[graphql(remote = "provider_core::domain::CallDirection")]
pub(crate) enum CallDirection {
    /// Those that the employee got.
    In,
    /// Those that the employee made.
    Out,
    /// Both.
    #[default]
    Both,
}

/// By what employees are ordered (the document's `sort`).
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "provider_core::domain::EmployeeSort")]
pub(crate) enum CallStatisticsOrder {
    /// By name.
    EmployeeName,
    /// By extension number.
    ExtensionNumber,
}

/// A field of call statistics (the document's `fields`).
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "provider_core::domain::CallField")]
pub(crate) enum CallStatisticsField {
    /// What the source calls the employee.
    EmployeeId,
    /// The employee's name.
    EmployeeName,
    /// What the source calls the extension.
    ExtensionId,
    /// The extension's number.
    ExtensionNumber,
    /// Calls that the employee made.
    OutboundCalls,
    /// Talk seconds of them.
    OutboundSeconds,
    /// Those that were answered.
    OutboundAnswered,
    /// Those that were not answered.
    OutboundUnanswered,
    /// Those that failed.
    OutboundFailed,
    /// Calls that the employee got.
    InboundCalls,
    /// Talk seconds of them.
    InboundSeconds,
    /// Those that the employee answered.
    InboundAnswered,
    /// Those that were not answered.
    InboundUnanswered,
    /// Those that were not answered because the employee was busy.
    InboundBusy,
}

/// A file format (the document's `format`). What a file looks like inside is the source's own.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "provider_core::domain::ExportFormat")]
pub(crate) enum ExportFormat {
    /// JSON, in the document's shape.
    Json,
    /// Comma-separated values.
    Csv,
    /// A workbook.
    Excel,
}
