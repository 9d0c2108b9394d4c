//! Behavior of the HTTP client, against real sockets.

mod addresses;
mod answers;
mod failures;
mod health;
mod requests;
mod secrets;
mod settings;
mod support;
mod tls;
mod tokens;
