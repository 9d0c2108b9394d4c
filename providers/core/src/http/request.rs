//! A request on its way to be sent.

use std::fmt;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

use super::transport::Outgoing;
use super::{Reply, RestClient};
use crate::call::{CallContext, Operation};
use crate::error::{Effect, ErrorKind, ProviderError, Result};

/// A request that is put together. What is wrong with it is told by [`send`](Self::send), which then sends
/// nothing.
#[must_use = "nothing is sent before `send`"]
pub struct Request<'c> {
    client: &'c RestClient,
    operation: Operation,
    method: Method,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Option<Bytes>,
    fault: Option<ProviderError>,
}

impl<'c> Request<'c> {
    pub(super) fn new(client: &'c RestClient, operation: Operation, method: Method) -> Self {
        Self {
            client,
            operation,
            method,
            segments: Vec::new(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            fault: None,
        }
    }

    /// Goes further down from the base URL, or from where the last call of this has led. Each text becomes
    /// one segment, whatever it holds: `["groups", "a/b"]` is `/groups/a%2Fb`. An empty one at the very end
    /// makes a slash there.
    ///
    /// `.`, `..`, what a careless server could take for them (`a/../b`, `%2e%2e`), control characters and an
    /// empty segment elsewhere are `InvalidRequest`: the reference that stands there is not the upstream's.
    pub fn path<'s>(mut self, segments: impl IntoIterator<Item = &'s str>) -> Self {
        self.segments.extend(segments.into_iter().map(str::to_owned));
        self
    }

    /// Adds a parameter to the query, after those that are there. An empty value is sent as such: `name=`.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets a header; the last value wins. The one of the credentials can't be set.
    ///
    /// A value that a header can't carry (a line end, for one) is `InvalidRequest`.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            _ => {
                let message = format!("the header {name} can't carry this value; nothing was sent");
                self.refuse(ErrorKind::InvalidRequest, message);
            }
        }
        self
    }

    /// Gives it a body in JSON, whatever the method.
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => {
                self.headers
                    .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                self.body = Some(json.into());
            }
            Err(_) => {
                let message = "the body of the request could not be written as JSON; nothing was sent";
                self.refuse(ErrorKind::Unexpected, message);
            }
        }
        self
    }

    /// Sends it, once, and reads the whole answer.
    ///
    /// Once means that the upstream gets it once: a request that is answered 401 is sent again with a fresh
    /// token where tokens are fetched, since that answer says that nothing was done.
    ///
    /// # Errors
    /// `InvalidRequest` when it could not be put together. `Unavailable`, `Timeout` or `BadResponse` when
    /// there is no whole answer; an answer that says no is a [`Reply`]. With `client_credentials` also what
    /// the token endpoint says: `Unauthenticated` if it does not know us. The effect is right in all cases.
    pub async fn send(self, cx: &CallContext) -> Result<Reply> {
        let client = self.client;
        let outgoing = self.finish(cx)?;
        if cx.remaining().is_some_and(|left| left.is_zero()) {
            let message = "not sent: the time for the answer was over already";
            let error = ProviderError::new(ErrorKind::Timeout, outgoing.operation.name, message);
            return Err(error.with_effect(Effect::None));
        }
        client.deliver(outgoing).await
    }

    fn finish(mut self, cx: &CallContext) -> Result<Outgoing> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let base = self.client.base_url(self.operation);
        let mut url = base.below(&self.segments).map_err(|_| {
            let message = "a reference in the request is empty, `.` or `..`, or holds control characters: no \
                           address of the upstream can be made of it; nothing was sent";
            refused(self.operation, ErrorKind::InvalidRequest, message)
        })?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        if let Some((name, id)) = self.client.request_id(cx) {
            self.headers.entry(name).or_insert(id);
        }
        Ok(Outgoing {
            operation: self.operation,
            method: self.method,
            url,
            headers: self.headers,
            body: self.body,
            deadline: cx.deadline,
        })
    }

    /// Keeps the first fault.
    fn refuse(&mut self, kind: ErrorKind, message: impl Into<String>) {
        self.fault
            .get_or_insert_with(|| refused(self.operation, kind, message));
    }
}

fn refused(operation: Operation, kind: ErrorKind, message: impl Into<String>) -> ProviderError {
    ProviderError::new(kind, operation.name, message).with_effect(Effect::None)
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {})", self.operation.name, self.method)
    }
}
