//! The store, on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a step that fails is a test that fails"
)]

mod api_keys;
mod call_days;
mod employees;
mod fixtures;
mod harness;
mod kpis;
mod number_days;
mod pool_fixtures;
mod pool_lists;
mod pools;
mod stock_counters;
mod tenant_inserts;
mod tenants;
