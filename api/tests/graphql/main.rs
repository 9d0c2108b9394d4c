//! The GraphQL API through its schema, on both databases.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that has not what it needs has failed"
)]

mod access;
mod bad_input;
mod changes;
mod events;
mod nodes;
mod paging;
mod schema;
mod statements;
mod world;
