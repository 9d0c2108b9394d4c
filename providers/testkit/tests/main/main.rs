//! Tests of the testkit: of its twins on the wire, and of its cases against providers that lie.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bazaar;
mod faults;
mod honesty;
mod lies;
mod toolkit;
mod wire;
