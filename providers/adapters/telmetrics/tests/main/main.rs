//! The adapter against its twin, over real HTTP.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

mod config;
mod hostile;
mod numbers;
mod pools;
mod support;
