//! The HTTP server in front of a twin.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::body::Content;
use super::exchange::{Entry, Ledger};
use super::wire::{Reset, Wire};
use super::{Body, Fault, Faults, Twin, TwinReply, TwinRequest, Unexpected};

pub(super) struct Server {
    pub(super) twin: Arc<dyn Twin>,
    pub(super) base_path: String,
    pub(super) authorization: String,
    pub(super) faults: Faults,
    pub(super) ledger: Ledger,
}

/// The connection ends without an answer.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection ends here, on purpose")]
struct Gone;

type WireBody = BoxBody<Bytes, Gone>;

/// Accepts connections until the twin is stopped, and ends when the last of them has ended.
pub(super) async fn listen(listener: TcpListener, server: Arc<Server>, mut stopped: watch::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, Arc::clone(&server), stopped.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn serve(stream: TcpStream, server: Arc<Server>, mut stopped: watch::Receiver<()>) {
    // Answers are small: waiting to fill a packet would only slow tests down.
    let _ = stream.set_nodelay(true);
    let reset = Reset::default();
    let wire = TokioIo::new(Wire::new(stream, reset.clone()));
    let patience = stopped.clone();
    let service = service_fn(move |request| {
        let (server, reset, mut patience) = (Arc::clone(&server), reset.clone(), patience.clone());
        async move {
            tokio::select! {
                biased;
                response = server.respond(request, &reset) => response,
                _ = patience.changed() => Err(Gone),
            }
        }
    });
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(wire, service);
    tokio::pin!(connection);
    // A connection that breaks is what some faults are for.
    tokio::select! {
        _ = &mut connection => {}
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

impl Server {
    async fn respond(&self, request: Request<Incoming>, reset: &Reset) -> Result<Response<WireBody>, Gone> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Gone)?.to_bytes().to_vec();
        let known = head
            .headers
            .get(AUTHORIZATION)
            .map(hyper::header::HeaderValue::as_bytes)
            == Some(self.authorization.as_bytes());
        let headers = head
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let target = head.uri.path_and_query().map_or("", |target| target.as_str());
        let (request, fit) = self.read(head.method.as_str(), target);
        let request = request.with_parts(headers, body);
        let entry = self.ledger.arrived(target, &request);
        if !known {
            let refusal = TwinReply::json(401, &serde_json::json!({ "error": "unauthorized" }));
            return self.write(entry, refusal.header("WWW-Authenticate", "Bearer"));
        }
        if let Err(unexpected) = fit {
            return self.write(entry, self.refuse(&unexpected));
        }
        match self.faults.take(request.method()) {
            None => {
                let reply = self.act(entry, &request);
                self.write(entry, reply)
            }
            Some(fault) => self.suffer(entry, &request, fault, reset).await,
        }
    }

    /// The request below the base path. One that is not below it, or can't be read, comes with the reason and stands
    /// in the ledger all the same.
    fn read(&self, method: &str, target: &str) -> (TwinRequest, Result<(), Unexpected>) {
        let below = target
            .strip_prefix(&self.base_path)
            .and_then(|below| match below.chars().next() {
                Some('/') => Some(below.to_owned()),
                None | Some('?') => Some(format!("/{below}")),
                Some(_) => None,
            });
        let read = below
            .ok_or_else(|| Unexpected::new(format!("{method} {target}: outside {}", self.base_path)))
            .and_then(|below| TwinRequest::new(method, &below));
        match read {
            Ok(request) => (request, Ok(())),
            Err(unexpected) => (TwinRequest::unreadable(method, target), Err(unexpected)),
        }
    }

    fn act(&self, entry: Entry, request: &TwinRequest) -> TwinReply {
        match self.twin.answer(request) {
            Ok(reply) => {
                self.ledger.acted(entry);
                reply
            }
            Err(unexpected) => self.refuse(&unexpected),
        }
    }

    fn refuse(&self, unexpected: &Unexpected) -> TwinReply {
        let reason = unexpected.to_string();
        let reply = TwinReply::json(400, &serde_json::json!({ "unexpected": reason }));
        self.ledger.unexpected(reason);
        reply
    }

    async fn suffer(
        &self,
        entry: Entry,
        request: &TwinRequest,
        fault: Fault,
        reset: &Reset,
    ) -> Result<Response<WireBody>, Gone> {
        let reply = fault.acts().then(|| self.act(entry, request));
        let reply = match (fault, reply) {
            (
                Fault::Status {
                    status,
                    headers,
                    body,
                }
                | Fault::StatusAfter {
                    status,
                    headers,
                    body,
                },
                _,
            ) => TwinReply {
                status,
                headers,
                body,
            },
            (Fault::Body(body), _) => TwinReply::with_body(200, body),
            (Fault::Rewrite(rewrite), Some(reply)) => reply.rewritten(&rewrite),
            (Fault::Padded(kib), Some(reply)) => TwinReply {
                body: reply.body.padded(Bytes::from_static(&[b' '; 1024]), kib),
                ..reply
            },
            (Fault::Redirect(location), _) => TwinReply::empty(307).header("Location", location),
            (Fault::Delay(time), Some(reply)) => {
                tokio::time::sleep(time).await;
                reply
            }
            (Fault::CutBody, Some(reply)) => return self.cut(entry, reply, half),
            (Fault::Stall, Some(reply)) => return self.cut(entry, reply, stalled),
            (Fault::Hang, _) => std::future::pending().await,
            // All but the resets act, so that there was a reply.
            (
                Fault::ResetBefore
                | Fault::ResetAfter
                | Fault::Rewrite(_)
                | Fault::Padded(_)
                | Fault::Delay(_)
                | Fault::CutBody
                | Fault::Stall,
                _,
            ) => {
                reset.demand();
                return Err(Gone);
            }
        };
        self.write(entry, reply)
    }

    fn write(&self, entry: Entry, reply: TwinReply) -> Result<Response<WireBody>, Gone> {
        let response = match reply.body.clone().into_content() {
            Content::Whole(bytes) => response(&reply, whole(bytes)),
            Content::Repeated(chunk, times, last) => response(&reply, repeated(chunk, times, last)),
        };
        let response = response.or_else(|error| {
            self.ledger
                .unexpected(format!("an answer can't be written: {error}"));
            response_of_nothing()
        });
        if let Ok(response) = &response {
            self.ledger.answered(entry, response.status().as_u16());
        }
        response
    }

    /// Announces the whole body and sends what `part` makes of it.
    fn cut(
        &self,
        entry: Entry,
        reply: TwinReply,
        part: fn(Bytes) -> WireBody,
    ) -> Result<Response<WireBody>, Gone> {
        let Content::Whole(bytes) = reply.body.clone().into_content() else {
            return Err(Gone);
        };
        let reply = reply.header(CONTENT_LENGTH.as_str(), bytes.len().to_string());
        let response = response(&reply, part(bytes)).map_err(|_| Gone)?;
        self.ledger.answered(entry, response.status().as_u16());
        Ok(response)
    }
}

fn response(reply: &TwinReply, body: WireBody) -> hyper::http::Result<Response<WireBody>> {
    let mut response = Response::builder().status(reply.status);
    if let Some(media_type) = Body::media_type(&reply.body) {
        response = response.header(CONTENT_TYPE, media_type);
    }
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    response.body(body)
}

fn response_of_nothing() -> Result<Response<WireBody>, Gone> {
    response(&TwinReply::empty(500), whole(Bytes::new())).map_err(|_| Gone)
}

fn whole(bytes: Bytes) -> WireBody {
    Full::new(bytes)
        .map_err(|never: Infallible| match never {})
        .boxed()
}

fn repeated(chunk: Bytes, times: usize, last: Bytes) -> WireBody {
    let chunks = stream::iter(std::iter::repeat_n(chunk, times).chain([last]));
    BodyExt::boxed(StreamBody::new(chunks.map(|chunk| Ok(Frame::data(chunk)))))
}

fn stalled(bytes: Bytes) -> WireBody {
    let first = bytes.slice(..bytes.len() / 2);
    let frames = stream::iter([Ok(Frame::data(first))]).chain(stream::pending());
    BodyExt::boxed(StreamBody::new(frames))
}

fn half(bytes: Bytes) -> WireBody {
    let first = bytes.slice(..bytes.len() / 2);
    let end = stream::once(async {
        // Lets the first half leave before the connection ends.
        tokio::task::yield_now().await;
        Err(Gone)
    });
    let frames = stream::iter([Ok(Frame::data(first))]).chain(end);
    BodyExt::boxed(StreamBody::new(frames))
}
