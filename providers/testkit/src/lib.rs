//! What proves an adapter right: the toolkit of simulated upstreams, and the cases that every adapter must pass.
//!
//! # Writing a twin
//! A twin is a crate beside its adapter, `adapters/KIND/twin`, that shares no code with it: both are written from the
//! upstream's document, so that a misreading of one shows in the other. It implements [`Twin`](twin::Twin) and keeps to
//! these rules:
//! * It is loaded with the document's own examples. The document's requests, sent to a new twin, get the document's
//!   answers.
//! * It is strict. What the document does not describe is [`Unexpected`](twin::Unexpected): a path, a method, a
//!   parameter, a field. [`only_query`](twin::TwinRequest::only_query), [`no_body`](twin::TwinRequest::no_body) and
//!   `deny_unknown_fields` do most of that.
//! * It keeps state, and has stock for some hundred orders of each kind.
//! * It knows nothing of keys, faults and sockets: [`RunningTwin`](twin::RunningTwin) does.
//!
//! ```
//! use std::path::Path;
//! use std::sync::Arc;
//! use provider_testkit::twin::{Fault, RunningTwin, Sold, Twin, TwinReply, TwinRequest, Unexpected};
//!
//! /// An upstream with one number to sell.
//! struct Kiosk;
//!
//! impl Twin for Kiosk {
//!     fn kind(&self) -> &'static str { "kiosk" }
//!
//!     fn answer(&self, request: &TwinRequest) -> Result<TwinReply, Unexpected> {
//!         match (request.method(), request.segments().as_slice()) {
//!             ("GET", ["stock", ""]) => {
//!                 request.only_query(&["country"])?;
//!                 request.no_body()?;
//!                 Ok(TwinReply::json(200, &["+441174090162"]))
//!             }
//!             _ => Err(request.not_described()),
//!         }
//!     }
//!
//!     fn config(&self, base_url: &str, secret_file: &Path) -> toml::Table {
//!         let file = secret_file.display().to_string();
//!         toml::toml! {
//!             base_url = base_url
//!             auth = { bearer = { file = file } }
//!         }
//!     }
//!
//!     fn remember(&self, _: &Sold) {}
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let twin = RunningTwin::start(Arc::new(Kiosk)).await?;
//! twin.faults().next(Fault::status(503)); // the next request is told that nobody is in
//! let provider = twin.provider_table("kiosk-1"); // what would stand in the configuration
//! # assert_eq!(provider["kind"].as_str(), Some("kiosk"));
//! // ... the adapter is built from it, and called ...
//! assert!(twin.unexpected().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # Running the cases
//! `adapters/KIND/tests/conformance.rs` says what the twin knows, and gets a test of each case:
//!
//! ```text
//! provider_testkit::conformance!(subject());
//!
//! fn subject() -> Subject {
//!     let known = Known {
//!         group: Some(group()),
//!         matches: vec![toll_free()],
//!         sold_out: Some(nowhere()),
//!         ..Known::default()
//!     };
//!     Subject::of::<Kiosk>(Arc::new(KioskTwin::new()), known)
//! }
//! ```
//!
//! Which of [`Known`]'s fields a port needs is said there; a case that lacks one says so. All cases run for every
//! adapter. `cargo nextest run -p provider-KIND` runs them, and a failure says which operation did what instead of
//! what.

pub mod conformance;
pub mod twin;

pub use conformance::{Known, Subject};
