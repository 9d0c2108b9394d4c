//! Results as server-sent events: the "distinct connections mode" of
//! <https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use futures_util::{Stream, StreamExt, future, stream};

use crate::{
    auth::Presented,
    negotiate::Media,
    outcome::{self, Outcome},
    request_id::RequestId,
    server::Shared,
};

/// With a line of data, though empty: without one, browsers do not dispatch the event.
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// A comment, which clients skip.
const KEEP_ALIVE: &str = ":\n\n";

/// Each outcome as a `next` event, then `complete`. The stream ends early when the server shuts down or the
/// credentials are revoked.
pub(crate) fn respond(
    shared: &Shared,
    outcomes: impl Stream<Item = Outcome> + Send + 'static,
    presented: Presented,
    id: &RequestId,
) -> Response {
    let limits = &shared.limits;
    let revoked = Box::pin(presented.revoked(Arc::clone(&shared.authenticator), limits.keep_alive));
    let ended = future::select(Box::pin(shared.shutdown.clone().cancelled_owned()), revoked);
    let (limit, id) = (limits.response_bytes, id.clone());
    let events = outcomes
        .map(move |outcome| next(&outcome, limit, &id))
        .take_until(ended);
    write(kept_alive(
        events.chain(stream::once(future::ready(COMPLETE.into()))),
        limits.keep_alive,
    ))
}

/// A single outcome that is known already.
pub(crate) fn respond_once(shared: &Shared, outcome: &Outcome, id: &RequestId) -> Response {
    let event = next(outcome, shared.limits.response_bytes, id);
    write(stream::iter([event, COMPLETE.into()]))
}

fn next(outcome: &Outcome, limit: usize, id: &RequestId) -> String {
    let json = outcome::to_json(&outcome.body, limit)
        .or_else(|error| outcome::to_json(&Outcome::refused(error, id).body, usize::MAX))
        .unwrap_or_default();
    // JSON written without indentation is one line.
    format!("event: next\ndata: {json}\n\n")
}

/// Adds a comment whenever nothing else was sent for a while.
fn kept_alive(
    events: impl Stream<Item = String> + Send + 'static,
    period: Duration,
) -> impl Stream<Item = String> + Send {
    stream::unfold(Box::pin(events), move |mut events| async move {
        match tokio::time::timeout(period, events.next()).await {
            Ok(event) => event.map(|event| (event, events)),
            Err(_) => Some((KEEP_ALIVE.into(), events)),
        }
    })
}

fn write(events: impl Stream<Item = String> + Send + 'static) -> Response {
    let mut response = Response::new(Body::from_stream(events.map(Ok::<_, Infallible>)));
    response.headers_mut().extend([
        (header::CONTENT_TYPE, Media::EventStream.content_type()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("Accept")),
        // Proxies that gather a response before they pass it on would hold events back.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ]);
    response
}
