//! The `switchboard` program: its command line, its configuration, its HTTP side and its GraphQL API.
//!
//! Everything that the program does with numbers is in the crate `service`; this crate shows it to people and
//! programs. [`app`] is the whole of the HTTP side.

pub mod cli;
pub mod config;
mod demo;
pub mod graphql;
mod http;
mod shutdown;
mod telemetry;

pub use http::{AppError, AppOptions, app};
pub use telemetry::Metrics;
