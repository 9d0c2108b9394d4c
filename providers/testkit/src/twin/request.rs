//! What a twin is asked.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A request that the document of an upstream does not describe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unexpected {
    reason: String,
}

impl Unexpected {
    /// Says what the document does not describe: "PATCH /groups/1".
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

/// A request as a twin sees it: below its base URL, decoded.
#[derive(Debug, Clone)]
pub struct TwinRequest {
    method: String,
    target: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl TwinRequest {
    /// A request without headers and body, for a twin's own tests: `TwinRequest::new("GET", "/groups/1?page=2")`.
    ///
    /// # Errors
    /// [`Unexpected`] when the path does not begin with `/` or is not percent-encoded UTF-8.
    pub fn new(method: &str, target: &str) -> Result<Self, Unexpected> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let segments = path
            .strip_prefix('/')
            .ok_or_else(|| Unexpected::new(format!("the path {path:?} does not begin with /")))?
            .split('/')
            .map(decoded)
            .collect::<Result<_, _>>()?;
        let query = form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Ok(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            segments,
            query,
            headers: Vec::new(),
            body: Vec::new(),
        })
    }

    /// The same with a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// The same with a body.
    #[must_use]
    pub fn with_body(mut self, media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = bytes.into();
        self.with_header("content-type", media_type)
    }

    /// The same with a body of JSON.
    #[must_use]
    pub fn with_json(self, body: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(body).unwrap_or_default();
        self.with_body("application/json", bytes)
    }

    /// What stands in the ledger of a request that can't be read.
    pub(super) fn unreadable(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            segments: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(super) fn with_parts(mut self, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        self.headers = headers;
        self.body = body;
        self
    }

    /// The method, in capitals.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path and the query below the base URL, as they came: for messages.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The parts of the path below the base URL, decoded. A trailing slash is a last empty one; the base URL itself
    /// is one empty one.
    #[must_use]
    pub fn segments(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// A parameter of the query, which may be empty; the first, if it was given twice.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// Checks that the query has no other parameters than these, and none twice.
    ///
    /// # Errors
    /// [`Unexpected`] naming the parameter.
    pub fn only_query(&self, known: &[&str]) -> Result<(), Unexpected> {
        let mut seen = BTreeSet::new();
        for (name, _) in &self.query {
            if !known.contains(&name.as_str()) {
                return Err(self.unexpected(&format!("the parameter {name}")));
            }
            if !seen.insert(name) {
                return Err(self.unexpected(&format!("the parameter {name} twice")));
            }
        }
        Ok(())
    }

    /// A header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    pub(super) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Reads the body, which must be JSON and say so. Let `T` deny unknown fields.
    ///
    /// # Errors
    /// [`Unexpected`] with what can't be read.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Unexpected> {
        let media_type = self.header("content-type").unwrap_or_default();
        if media_type.split(';').next().map(str::trim) != Some("application/json") {
            return Err(self.unexpected(&format!(
                "a body of type {media_type:?} instead of application/json"
            )));
        }
        serde_json::from_slice(&self.body).map_err(|error| self.unexpected(&format!("the body: {error}")))
    }

    /// Checks that there is no body.
    ///
    /// # Errors
    /// [`Unexpected`].
    pub fn no_body(&self) -> Result<(), Unexpected> {
        if self.body.is_empty() {
            Ok(())
        } else {
            Err(self.unexpected("a body"))
        }
    }

    /// What to answer when the document does not describe such a request at all.
    #[must_use]
    pub fn not_described(&self) -> Unexpected {
        self.unexpected("the path or the method")
    }

    fn unexpected(&self, what: &str) -> Unexpected {
        Unexpected::new(format!("{} {}: not described: {what}", self.method, self.target))
    }
}

fn decoded(segment: &str) -> Result<String, Unexpected> {
    let text = percent_decode_str(segment).decode_utf8();
    text.map(std::borrow::Cow::into_owned)
        .map_err(|_| Unexpected::new(format!("the part {segment:?} of the path is not UTF-8")))
}
