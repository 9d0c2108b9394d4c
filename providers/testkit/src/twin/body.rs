//! Bodies of answers, sound and unsound.

use bytes::Bytes;
use serde::Serialize;

/// The body of an answer.
#[derive(Debug, Clone)]
pub struct Body {
    media_type: Option<String>,
    content: Content,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Whole(Bytes),
    /// A chunk, how many times it is sent, and what comes at last. Streamed, so that a body can be larger than the
    /// memory.
    Repeated(Bytes, usize, Bytes),
}

impl Body {
    /// No bytes and no media type.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            media_type: None,
            content: Content::Whole(Bytes::new()),
        }
    }

    /// JSON.
    #[must_use]
    pub fn json(value: &impl Serialize) -> Self {
        Self::bytes("application/json", serde_json::to_vec(value).unwrap_or_default())
    }

    /// Text that calls itself JSON, which it need not be.
    #[must_use]
    pub fn json_text(text: impl Into<String>) -> Self {
        Self::bytes("application/json", text.into().into_bytes())
    }

    /// A page for people, as gateways send it.
    #[must_use]
    pub fn html(text: impl Into<String>) -> Self {
        Self::bytes("text/html; charset=utf-8", text.into().into_bytes())
    }

    /// Bytes of any media type, or of none if that is empty.
    #[must_use]
    pub fn bytes(media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            media_type: (!media_type.is_empty()).then(|| media_type.to_owned()),
            content: Content::Whole(Bytes::from(bytes.into())),
        }
    }

    /// A chunk again and again, sent without a `Content-Length`: a body without end, as good as.
    #[must_use]
    pub fn repeated(media_type: &str, chunk: impl Into<Vec<u8>>, times: usize) -> Self {
        Self {
            media_type: (!media_type.is_empty()).then(|| media_type.to_owned()),
            content: Content::Repeated(Bytes::from(chunk.into()), times, Bytes::new()),
        }
    }

    /// The same after a padding of `times` chunks; a stream is padded by nothing.
    pub(super) fn padded(self, chunk: Bytes, times: usize) -> Self {
        let content = match self.content {
            Content::Whole(whole) => Content::Repeated(chunk, times, whole),
            stream @ Content::Repeated(..) => stream,
        };
        Self { content, ..self }
    }

    pub(super) fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    pub(super) fn into_content(self) -> Content {
        self.content
    }
}
