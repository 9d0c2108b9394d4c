//! Alert rules on the stock, what they fired, and the webhooks that are called.

mod alert;
mod dry_run;
mod mutation;
mod query;
mod rule;
mod subscription;
mod webhook;
mod words;

pub(crate) use alert::Alert;
pub(crate) use mutation::AlertMutations;
pub(crate) use query::AlertQueries;
pub(crate) use rule::AlertRule;
pub(crate) use subscription::AlertSubscriptions;
pub(crate) use webhook::Webhook;

/// Thousandths as a number of the metric's unit.
fn unit(thousandths: i64) -> f64 {
    // Thresholds and counts are far below 2^53.
    thousandths as f64 / 1_000.0
}
