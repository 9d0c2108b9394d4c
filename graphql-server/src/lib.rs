//! GraphQL over HTTP, WebSocket and server-sent events in front of any async-graphql schema.
//!
//! A request passes these stages before the schema sees it, the same on every transport:
//!
//! 1. negotiation, body, credentials: [`Authenticator`];
//! 2. a lexical guard, because parsers recurse;
//! 3. parsing, limits on the shape of the document, validation and coercion of variables by a compiler that
//!    follows the specification;
//! 4. limits on the pages asked for ([`Cost`]), and the [`Budget`] of the client.
//!
//! Every error carries `extensions.code` and `extensions.requestId`; those raised here have a code of
//! [`FrontErrorCode`]. An error of a resolver without a code is taken for a fault: it is logged, and the
//! client reads `INTERNAL_SERVER_ERROR` and nothing else about it.
//!
//! [`serve`] accepts connections with time limits for slow clients.

mod auth;
mod body;
mod cost;
mod error;
mod execute;
mod guard;
mod http;
mod input_objects;
mod limits;
mod listener;
mod negotiate;
mod oracle;
mod outcome;
mod params;
mod persisted;
mod prepare;
mod request_id;
mod respond;
mod server;
mod sse;
mod ws;

pub use auth::{AuthError, Authenticated, Authenticator, Budget, Credentials, Exhausted};
pub use cost::Cost;
pub use error::FrontErrorCode;
pub use limits::{Limits, WebSocketLimits};
pub use listener::{SlowClientLimits, serve};
pub use oracle::InvalidSchema;
pub use persisted::TrustedDocuments;
pub use request_id::RequestId;
pub use server::{GraphqlServer, StatusProfile};
