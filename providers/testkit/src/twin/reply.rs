//! What a twin answers.

use serde::Serialize;

use super::{Body, Rewrite};

/// An answer of a twin.
#[derive(Debug, Clone)]
pub struct TwinReply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
}

impl TwinReply {
    /// An answer of JSON.
    #[must_use]
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        Self::with_body(status, Body::json(body))
    }

    /// An answer that is a file.
    #[must_use]
    pub fn file(status: u16, media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self::with_body(status, Body::bytes(media_type, bytes))
    }

    /// An answer without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self::with_body(status, Body::empty())
    }

    /// An answer with any body.
    #[must_use]
    pub const fn with_body(status: u16, body: Body) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(super) fn rewritten(mut self, rewrite: &Rewrite) -> Self {
        let media_type = self.body.media_type().unwrap_or_default().to_owned();
        self.body = Body::bytes(&media_type, rewrite.apply(&self.bytes()));
        self
    }

    /// Its status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Its body, for a twin's own tests; empty if it is a stream.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self.body.clone().into_content() {
            super::body::Content::Whole(bytes) => bytes.to_vec(),
            super::body::Content::Repeated(..) => Vec::new(),
        }
    }

    /// Its body as JSON, for a twin's own tests.
    ///
    /// # Errors
    /// When it is none.
    pub fn json_body(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::from_slice(&self.bytes())
    }
}
