//! What a provider of phone numbers is: the values, the ports, the errors and the policies that the API, the
//! own inventory and the adapter of every carrier share. Knows no GraphQL, no database and no HTTP server.

pub mod adapter;
pub mod call;
pub mod config;
pub mod contract;
pub mod domain;
pub mod error;
pub mod http;
pub mod outcome;
pub mod policy;
pub mod port;
pub mod provider;
