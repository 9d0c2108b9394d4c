//! Behavior of the provider contract.

// Clippy's leave for tests covers #[test] functions, not their helpers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod config;
mod contract;
mod error;
mod figures;
mod guard;
mod http;
mod ids;
mod intervals;
mod kpi;
mod policy;
mod replacement;
mod status;
mod support;
