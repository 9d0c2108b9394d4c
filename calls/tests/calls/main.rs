//! Files of call records, and the calls that they tell of.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "only tests are here, and a test that can't go on has failed"
)]

mod asterisk;
mod freeswitch;
mod grouping;
mod own;
mod parties;
mod support;
