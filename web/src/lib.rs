//! The web playground that the server hands out: GraphiQL, built from this folder's npm project and embedded, or
//! a plain console where Node.js was not there at build time.
//!
//! Nothing here knows a web framework. A server answers its root path with [`page`], answers the paths that the
//! page asks for with [`asset`], and sends [`CONTENT_SECURITY_POLICY`] with both. The page talks to `graphql` and
//! `graphql/ws` beside its own address and to nothing else.

mod asset;
mod page;

pub use asset::{Asset, asset, assets};
pub use page::{CONTENT_SECURITY_POLICY, Example, PageConfig, examples, page};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Whether the full playground is embedded, rather than the plain console.
#[must_use]
pub fn is_full() -> bool {
    FULL
}
