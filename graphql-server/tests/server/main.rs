//! The server in front of a small but realistic schema, over every transport.

#![allow(clippy::expect_used, clippy::panic)]

mod auth;
mod documents;
mod errors;
mod http;
mod limits;
mod listener;
mod persisted;
mod schema;
mod sse;
mod support;
mod ws;
