//! Twins: simulated upstreams, written from the upstream's document and from nothing else.
//!
//! A twin answers what its document describes and refuses everything else, so that an adapter that asks for
//! something else is found out. It keeps state: what it sold is sold. [`RunningTwin`] puts it behind a real HTTP
//! server, writes down every exchange, and does to the wire what [`Faults`] say.

mod body;
mod exchange;
mod fault;
mod reply;
mod request;
mod running;
mod server;
mod wire;

use std::path::Path;

pub use body::Body;
pub use exchange::Exchange;
pub use fault::{Fault, Faults, Rewrite};
use provider_core::domain::{E164, UpstreamRef};
pub use reply::TwinReply;
pub use request::{TwinRequest, Unexpected};
pub use running::RunningTwin;

/// A simulated upstream of one kind: stateful, strict, written from its document.
pub trait Twin: Send + Sync + 'static {
    /// Which adapter it is the upstream of, as it stands in the configuration: `telmetrics`.
    fn kind(&self) -> &'static str;

    /// Answers one request, acting on its state. Quick: other requests wait meanwhile.
    ///
    /// The key was checked before. What the document answers with an error is a [`TwinReply`] like any other.
    ///
    /// # Errors
    /// [`Unexpected`] for whatever the document does not describe: a path, a method, a parameter, a header, a
    /// field. The server answers 400 with the reason, and notes it.
    fn answer(&self, request: &TwinRequest) -> Result<TwinReply, Unexpected>;

    /// The `config` table with which an adapter reaches this twin. The secret stands in `secret_file`, so it is
    /// named there by `{ file = "..." }`.
    fn config(&self, base_url: &str, secret_file: &Path) -> toml::Table;

    /// Learns what was sold in an earlier life of the twin, and does not sell it again.
    fn remember(&self, sold: &Sold);
}

/// What an upstream has sold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sold {
    /// Numbers, of whatever kind.
    pub numbers: Vec<E164>,
    /// Pools, by the upstream's own names.
    pub pools: Vec<UpstreamRef>,
}
