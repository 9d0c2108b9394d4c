//! Counting of calls, against an implementation that is slow, short and independent.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests are here"
)]

mod facts;
mod naive;
mod packing;
mod statistics;
