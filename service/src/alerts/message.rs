//! What is told of an alert: the body of webhooks, which mail is written from.

use jiff::Timestamp;
use mail::{Address, Html, Message};
use serde::{Deserialize, Serialize};
use store::{AlertEventKind, AlertMetric, AlertRecord, AlertRuleRecord};

/// What is told of an alert, in the form that Standard Webhooks (<https://www.standardwebhooks.com>) has for payloads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertMessage {
    /// `alert.fired` or `alert.cleared`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When that was.
    pub timestamp: Timestamp,
    /// The alert.
    pub data: AlertMessageData,
}

/// The alert of an [`AlertMessage`]. Values are in the metric's unit, with at most three digits after the point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertMessageData {
    /// The name of the rule.
    pub rule: String,
    /// What it measures: `AVAILABLE_NUMBERS`, `UTILIZATION_PERCENT` or `MONTHS_OF_STOCK`.
    pub metric: String,
    /// `BELOW` or `ABOVE`.
    pub comparison: String,
    /// Where it fired.
    pub threshold: f64,
    /// Where it clears.
    pub clear_threshold: f64,
    /// The value that fired or cleared it; null is without bound.
    pub value: Option<f64>,
    /// Of numbers of this type; null stands for all that the rule watches.
    pub number_type: Option<String>,
    /// Their country.
    pub country: Option<String>,
    /// Their area code.
    pub area_code: Option<String>,
    /// When it fired.
    pub fired_at: Timestamp,
    /// When it cleared; null while it lasts.
    pub cleared_at: Option<Timestamp>,
}

/// Thousandths as a number.
pub(crate) fn from_thousandths(value: i64) -> f64 {
    // Thresholds and values are far below 2^53.
    value as f64 / 1_000.0
}

impl AlertMessage {
    pub(super) fn new(kind: AlertEventKind, rule: &AlertRuleRecord, alert: &AlertRecord) -> Self {
        let (name, at, value) = match kind {
            AlertEventKind::Fired => ("alert.fired", alert.fired_at, alert.fired_value),
            AlertEventKind::Cleared => (
                "alert.cleared",
                alert.cleared_at.unwrap_or(alert.fired_at),
                alert.cleared_value,
            ),
        };
        Self {
            kind: name.to_owned(),
            timestamp: at,
            data: AlertMessageData {
                rule: rule.spec.name.clone(),
                metric: rule.spec.metric.to_string(),
                comparison: rule.spec.comparison.to_string(),
                threshold: from_thousandths(alert.threshold),
                clear_threshold: from_thousandths(rule.spec.clear_threshold),
                value: value.map(from_thousandths),
                number_type: alert.subject.number_type.map(|kind| kind.to_string()),
                country: alert.subject.country.map(|country| country.to_string()),
                area_code: alert.subject.area_code.clone(),
                fired_at: alert.fired_at,
                cleared_at: alert.cleared_at,
            },
        }
    }

    /// The same as mail.
    pub(super) fn mail(&self, id: &str, to: Address) -> Message {
        let AlertMessageData {
            rule,
            threshold,
            clear_threshold,
            ..
        } = &self.data;
        let (numbers, value) = (self.numbers(), self.value());
        let side = if self.data.comparison == "BELOW" {
            "below"
        } else {
            "above"
        };
        let fired = self.kind == "alert.fired";
        let (subject, told) = if fired {
            (
                format!("Alert: {rule} - {value}, {numbers}"),
                format!("{value}: this is {side} {threshold}."),
            )
        } else {
            (
                format!("Cleared: {rule} - {value}, {numbers}"),
                format!("{value}: the alert of {} is over.", self.data.fired_at),
            )
        };
        let next = if fired {
            format!("It is told once, and again when it has cleared at {clear_threshold}.")
        } else {
            String::new()
        };
        let lines = [
            format!("Rule: {rule}"),
            format!("Numbers: {numbers}"),
            told,
            format!("At: {}", self.timestamp),
            next,
        ];
        let lines: Vec<&str> = lines
            .iter()
            .map(String::as_str)
            .filter(|line| !line.is_empty())
            .collect();
        let paragraphs: String = lines
            .iter()
            .map(|line| format!("<p>{}</p>", escaped(line)))
            .collect();
        Message::new(id, to, subject, lines.join("\n") + "\n").with_html(Html {
            html: format!("<!DOCTYPE html><html><body>{paragraphs}</body></html>"),
            images: Vec::new(),
        })
    }

    fn numbers(&self) -> String {
        let AlertMessageData {
            number_type,
            country,
            area_code,
            ..
        } = &self.data;
        let parts: Vec<&str> = [number_type, country, area_code]
            .into_iter()
            .filter_map(Option::as_deref)
            .collect();
        if parts.is_empty() {
            "all numbers".to_owned()
        } else {
            parts.join(" ")
        }
    }

    fn value(&self) -> String {
        let Some(value) = self.data.value else {
            return "stock without end".to_owned();
        };
        match self.data.metric.parse() {
            Ok(AlertMetric::AvailableNumbers) => format!("{value} numbers are available"),
            Ok(AlertMetric::UtilizationPercent) => format!("{value} % of the numbers are in use"),
            Ok(AlertMetric::MonthsOfStock) => format!("stock for {value} months"),
            Err(_) => value.to_string(),
        }
    }
}

/// Text inside HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
