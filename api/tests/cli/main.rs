//! The real binary, as people use it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what these tests stand on can't be missing"
)]

mod calls;
mod config;
mod moving;
mod program;
mod queue_log;
mod serving;
mod verifying;
