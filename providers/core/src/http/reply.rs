//! What an upstream answered.

use std::fmt;

use bytes::Bytes;
use mediatype::{MediaTypeBuf, names};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;

use super::classify::{classify, retry_after};
use super::decode::decode;
use super::effect;
use super::redact::Sensitive;
use crate::call::Operation;
use crate::error::{Effect, ErrorKind, ProviderError, Result, UpstreamAnswer};

/// Where upstreams say what they call a request.
const REQUEST_IDS: [&str; 7] = [
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "correlation-id",
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-trace-id",
];

/// A whole answer, whatever its status. Nothing of it is trusted yet.
#[derive(Clone)]
pub struct Reply {
    pub(super) operation: Operation,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) sensitive: Sensitive,
    pub(super) deepest_json: usize,
}

impl Reply {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// A header, if it is there, is text and does not repeat our credentials. The first one, if there are
    /// several.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let text = self.headers.get(name)?.to_str().ok()?;
        (!self.sensitive.is_in(text)).then_some(text)
    }

    /// The same if the status is 2xx.
    ///
    /// # Errors
    /// [`error`](Self::error).
    pub fn success(self) -> Result<Self> {
        if self.is_success() {
            Ok(self)
        } else {
            Err(self.error())
        }
    }

    /// The JSON of a successful answer.
    ///
    /// # Errors
    /// `BadResponse` if the answer is not said to be JSON (one that says nothing is given the benefit of the
    /// doubt), is empty, nested too deep, or not of this shape: the message has the path of the fault, and not
    /// the value. [`error`](Self::error) unless the status is 2xx.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        self.check_success()?;
        match self.media_type() {
            Ok(None) => {}
            Ok(Some(media_type)) if is_json(&media_type) => {}
            _ => return Err(self.unreadable("the answer is not JSON, by its Content-Type")),
        }
        if self.body.is_empty() {
            return Err(self.unreadable("the answer is empty where JSON is expected"));
        }
        decode(&self.body, self.deepest_json)
            .map_err(|fault| self.unreadable(format!("the JSON of the answer {fault}")))
    }

    /// A successful answer that is a file: its media type as the upstream says it, parameters included, and
    /// its bytes. `media_types` are the ones expected, without parameters.
    ///
    /// # Errors
    /// `BadResponse` if the answer is of another type, or says none. [`error`](Self::error) unless the status
    /// is 2xx.
    pub fn file(&self, media_types: &[&str]) -> Result<(String, Vec<u8>)> {
        self.check_success()?;
        match self.media_type() {
            Ok(Some(said)) if is_one_of(&said, media_types) => Ok((said.to_string(), self.body.to_vec())),
            _ => Err(self.unreadable(format!(
                "the answer is not {}, by its Content-Type",
                media_types.join(" or ")
            ))),
        }
    }

    /// The body of an answer that is not 2xx, if it is JSON of this shape: for what the upstream says about
    /// its refusal. Our credentials, should it repeat them, are replaced by `[secret]`.
    #[must_use]
    pub fn error_body<T: DeserializeOwned>(&self) -> Option<T> {
        if self.is_success() || !self.media_type().ok()?.is_none_or(|said| is_json(&said)) {
            return None;
        }
        let json = decode(&self.body, self.deepest_json).ok()?;
        serde_json::from_value(self.sensitive.hide(json)).ok()
    }

    /// What to keep of the answer in an error: its status, and what the upstream calls the request. The
    /// adapter adds code and words that it knows how to read.
    #[must_use]
    pub fn answer(&self) -> UpstreamAnswer {
        let answer = UpstreamAnswer::status(self.status());
        match REQUEST_IDS.iter().find_map(|name| self.header(name)) {
            Some(id) => answer.request_id(id),
            None => answer,
        }
    }

    /// What an answer that is not 2xx means by its status alone. An adapter whose upstream says more in the
    /// body looks there first.
    #[must_use]
    pub fn error(&self) -> ProviderError {
        let (kind, happened, meaning) = classify(self.status);
        let message = format!("the upstream answered {}: {meaning}", self.status());
        let error = self.failed(kind, message, happened);
        match retry_after(self.status, &self.headers) {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        }
    }

    /// An answer that can't be read, or holds a word without a meaning here. The upstream may have acted,
    /// unless the operation only reads.
    pub fn unreadable(&self, message: impl Into<String>) -> ProviderError {
        self.failed(ErrorKind::BadResponse, message.into(), Effect::Unknown)
    }

    fn failed(&self, kind: ErrorKind, message: String, happened: Effect) -> ProviderError {
        ProviderError::new(kind, self.operation.name, message)
            .with_effect(effect(self.operation, happened))
            .with_upstream(self.answer())
    }

    fn check_success(&self) -> Result<()> {
        if self.is_success() {
            Ok(())
        } else {
            Err(self.error())
        }
    }

    /// What the answer is said to be; an error if that can't be read.
    fn media_type(&self) -> Result<Option<MediaTypeBuf>, ()> {
        let Some(value) = self.headers.get(CONTENT_TYPE) else {
            return Ok(None);
        };
        let text = value.to_str().map_err(|_| ())?;
        text.trim().parse().map(Some).map_err(|_| ())
    }
}

fn is_json(said: &MediaTypeBuf) -> bool {
    said.ty() == names::APPLICATION && (said.subty() == names::JSON || said.suffix() == Some(names::JSON))
}

fn is_one_of(said: &MediaTypeBuf, media_types: &[&str]) -> bool {
    let essence = said.essence().to_string();
    media_types
        .iter()
        .any(|expected| expected.eq_ignore_ascii_case(&essence))
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and body are left out: names and sessions may stand there.
        f.debug_struct("Reply")
            .field("operation", &self.operation.name)
            .field("status", &self.status())
            .field("bytes", &self.body.len())
            .finish()
    }
}
