//! The use cases, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a step that fails is a test that fails"
)]

mod alerts;
mod at_carriers;
mod call_imports;
mod cancelled;
mod carrier;
mod center_figures;
mod center_history;
mod changes;
mod claims;
mod contract;
mod counters;
mod daily_report;
mod documents;
mod failover;
mod figures;
mod history_days;
mod holds;
mod idempotency;
mod invariants;
mod lifecycle;
mod lost_at_carriers;
mod outcomes;
mod own_calls;
mod own_centers;
mod pools;
mod pools_at_carriers;
mod quarantine;
mod queue_imports;
mod reading;
mod receiver;
mod recovery;
mod refusals;
mod scope;
mod stock_levels;
mod tiers;
mod upstream;
mod verified_calls;
mod world;
