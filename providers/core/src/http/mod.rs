//! The one HTTP client of all adapters: it speaks JSON over HTTP/1.1 to the upstream of its configuration and
//! to nobody else, trusts nothing that comes back, and turns whatever goes wrong into a
//! [`ProviderError`](crate::error::ProviderError) whose effect is right.
//!
//! What every call gets, so that no adapter has to think of it:
//! * The address is the base URL of the configuration and below it. Path segments are encoded one by one, dot
//!   segments are refused, redirects are not followed, and the proxies of the environment are not used.
//! * The call ends by itself: there is a limit for connecting, one for the silence between two bytes, and the
//!   deadline of its [`CallContext`](crate::call::CallContext).
//! * A body is read up to a limit, JSON is measured for its depth before it is parsed, and is decoded into the
//!   adapter's types; what does not fit is `BadResponse` with the path of the fault and without the value.
//! * A failure says whether the upstream may have acted: not if nothing of the call's body was sent, and never
//!   for an operation that only reads.
//! * Secrets go onto the wire and nowhere else. An upstream that repeats them in an error is not repeated.
//!
//! ```
//! use provider_core::call::{CallContext, Operation};
//! use provider_core::error::Result;
//! use provider_core::http::{Method, RestClient};
//!
//! #[derive(serde::Deserialize)]
//! struct Group { name: String }
//!
//! async fn group(client: &RestClient, cx: &CallContext, id: &str) -> Result<String> {
//!     const READ: Operation = Operation::read("provider.health");
//!     let reply = client.request(READ, Method::GET).path(["groups", id]).send(cx).await?;
//!     let group: Group = reply.success()?.json()?;
//!     Ok(group.name)
//! }
//! ```

mod auth;
mod base_url;
mod classify;
mod client;
mod decode;
mod hook;
mod network;
mod redact;
mod reply;
mod request;
mod settings;
mod tls;
mod token;
mod transport;

pub use auth::Auth;
pub use base_url::{BaseUrl, BaseUrlError};
pub use client::RestClient;
pub use hook::{HookClient, HookFailure, HookReply, HookUrl, HookUrlError};
pub use reply::Reply;
pub use request::Request;
pub use reqwest::Method;
pub use settings::HttpSettings;

use crate::call::{Operation, Safety};
use crate::error::Effect;

/// What an operation may have done, given what happened to it: one that only reads never does anything.
fn effect(operation: Operation, happened: Effect) -> Effect {
    match operation.safety {
        Safety::Read => Effect::None,
        Safety::Idempotent | Safety::Unsafe => happened,
    }
}
