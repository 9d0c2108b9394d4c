//! The GraphQL API through its schema, on both databases.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that has not what it needs has failed"
)]

mod access;
mod alerts;
mod bad_input;
mod call_centers;
mod call_imports;
mod call_stats;
mod calls;
mod carriers;
mod changes;
mod events;
mod exports;
mod kpis;
mod nodes;
mod own_centers;
mod paging;
mod providers;
mod schema;
mod statements;
mod table_exports;
mod upstream;
mod world;
