//! Enumerations of alerts.

use async_graphql::Enum;

/// What an alert rule measures.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::AlertMetric")]
pub(crate) enum AlertMetric {
    /// How many numbers are AVAILABLE.
    AvailableNumbers,
    /// How many of a hundred numbers have an owner: assigned / inventory. 0 where there are no numbers.
    UtilizationPercent,
    /// For how many months the AVAILABLE numbers last, when as many are given out each month as in the last 90 days (a
    /// third of them). Without bound when none was.
    MonthsOfStock,
}

/// Which side of its threshold a rule fires on.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::AlertComparison")]
pub(crate) enum AlertComparison {
    /// Fires when the value is less than the threshold.
    Below,
    /// Fires when the value is more than the threshold.
    Above,
}

/// Whether a rule adds up what it watches.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::AlertBreakdown")]
pub(crate) enum AlertBreakdown {
    /// All numbers that the rule watches, together: one alert.
    Total,
    /// Each number type, country and area code by itself: an alert for each.
    Each,
}

/// What happened to an alert.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::AlertEventKind")]
pub(crate) enum AlertEventKind {
    /// It fired.
    Fired,
    /// It cleared.
    Cleared,
}

/// Which way an alert is told.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::DeliveryChannel")]
pub(crate) enum AlertDeliveryChannel {
    /// By mail.
    Email,
    /// By a webhook.
    Webhook,
}

/// How far a delivery is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::DeliveryState")]
pub(crate) enum AlertDeliveryState {
    /// It was not tried yet, or is tried again.
    Pending,
    /// The receiver has it.
    Delivered,
    /// The receiver will never take it: it was tried for the last time.
    Refused,
    /// It was tried for about three days.
    GivenUp,
}
