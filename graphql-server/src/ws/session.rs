//! One WebSocket connection from upgrade to close.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::extract::ws::{Message, WebSocket};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use serde_json::{Map, Value};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinError, JoinSet},
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout, timeout_at},
};

use super::message::{self, ClientMessage, Close, ServerMessage};
use crate::{
    auth::{AuthError, Authenticated, Presented},
    error::{FrontError, FrontErrorCode},
    execute,
    outcome::Outcome,
    params::Params,
    prepare::{Allowed, prepare},
    request_id::RequestId,
    server::Shared,
};

/// Time given to the other end to answer a close frame.
const CLOSING: Duration = Duration::from_secs(1);

/// How a connection ends.
enum End {
    /// The server closes it.
    Close(Close),
    /// The client closed it, or can no longer be reached.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

pub(super) struct Session {
    shared: Arc<Shared>,
    presented: Presented,
    id: RequestId,
    /// `Some` from `connection_ack` on.
    client: Option<Authenticated>,
    init_seen: bool,
    init_deadline: Instant,
    heard: Instant,
    operations: HashMap<String, AbortHandle>,
    /// Each task returns the id of its operation and the message that ends it.
    tasks: JoinSet<(String, Option<Message>)>,
}

impl Session {
    pub(super) fn new(shared: Arc<Shared>, presented: Presented, id: RequestId) -> Self {
        Self {
            init_deadline: Instant::now() + shared.limits.websocket.init,
            shared,
            presented,
            id,
            client: None,
            init_seen: false,
            heard: Instant::now(),
            operations: HashMap::new(),
            tasks: JoinSet::new(),
        }
    }

    pub(super) async fn serve(mut self, socket: WebSocket) {
        let limits = &self.shared.limits.websocket;
        let spoken = socket.protocol().is_some();
        let (sink, mut incoming) = socket.split();
        let (out, queued) = mpsc::channel(limits.queued_messages.max(1));
        let (write, closing) = (limits.write, limits.write + CLOSING);
        let writer = tokio::spawn(write_all(sink, queued, write));

        let end = if spoken {
            self.run(&mut incoming, &out).await
        } else {
            Close::SUBPROTOCOL.into()
        };
        self.tasks.shutdown().await;
        let closes = matches!(end, End::Close(_));
        if let End::Close(close) = end {
            tracing::debug!(code = close.code, "closing");
            let _ = timeout(closing, out.send(close.into_frame())).await;
        }
        drop(out);
        let _ = timeout(closing, writer).await;
        // Cutting the connection before the client has read the close frame could lose it.
        if closes {
            let _ = timeout(CLOSING, async {
                while let Some(Ok(_)) = incoming.next().await {}
            })
            .await;
        }
    }

    async fn run(&mut self, incoming: &mut SplitStream<WebSocket>, out: &mpsc::Sender<Message>) -> End {
        let shutdown = self.shared.shutdown.clone();
        let mut pings = pings(self.shared.limits.keep_alive);
        loop {
            let step = tokio::select! {
                received = incoming.next() => {
                    self.heard = Instant::now();
                    self.receive(received, out).await
                }
                Some(ended) = self.tasks.join_next_with_id() => self.finish(ended, out).await,
                () = sleep_until(self.init_deadline), if self.client.is_none() => Err(Close::INIT_TIMEOUT.into()),
                () = shutdown.cancelled() => Err(Close::GOING_AWAY.into()),
                () = out.closed() => Err(End::Gone),
                _ = pings.tick() => self.keep_alive(out).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn receive(
        &mut self,
        received: Option<Result<Message, axum::Error>>,
        out: &mpsc::Sender<Message>,
    ) -> Result<(), End> {
        let text = match received {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Binary(_))) => return Err(Close::NOT_TEXT.into()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Close(_))) | None => return Err(End::Gone),
            // Nothing can be read any more: a broken connection, or a frame that is malformed or far too long.
            Some(Err(_)) => return Err(Close::MESSAGE_TOO_LARGE.into()),
        };
        if text.len() > self.shared.limits.websocket.message_bytes {
            return Err(Close::MESSAGE_TOO_LARGE.into());
        }
        match serde_json::from_str(&text).map_err(|_| Close::BAD_MESSAGE)? {
            ClientMessage::ConnectionInit { payload } => self.init(payload, out).await,
            ClientMessage::Ping { payload } => {
                send(out, ServerMessage::Pong { payload }.to_short_frame()).await
            }
            ClientMessage::Pong => Ok(()),
            ClientMessage::Subscribe { id, payload } => self.subscribe(id, payload, out).await,
            ClientMessage::Complete { id } => {
                if let Some(task) = self.operations.remove(&id) {
                    task.abort();
                }
                Ok(())
            }
        }
    }

    async fn init(
        &mut self,
        payload: Option<Map<String, Value>>,
        out: &mpsc::Sender<Message>,
    ) -> Result<(), End> {
        if std::mem::replace(&mut self.init_seen, true) {
            return Err(Close::SECOND_INIT.into());
        }
        self.presented = self.presented.clone().or_in_payload(payload.as_ref());
        let authenticator = Arc::clone(&self.shared.authenticator);
        let judged = timeout_at(
            self.init_deadline,
            authenticator.authenticate(self.presented.credentials()),
        )
        .await;
        let client = judged
            .map_err(|_| Close::INIT_TIMEOUT)?
            .map_err(|error| match error {
                AuthError::Missing => Close::UNAUTHORIZED,
                AuthError::Invalid | AuthError::TooManyAttempts { .. } => Close::FORBIDDEN,
                AuthError::Unavailable => Close::TRY_AGAIN_LATER,
            })?;
        self.client = Some(client);
        send(out, ServerMessage::ConnectionAck.to_short_frame()).await
    }

    /// Gives up a client that does not answer pings, and looks whether its credentials still hold: later
    /// operations run with what they allow by now.
    async fn keep_alive(&mut self, out: &mpsc::Sender<Message>) -> Result<(), End> {
        let limits = &self.shared.limits;
        if self.heard.elapsed() > limits.keep_alive * 2 {
            return Err(End::Gone);
        }
        if self.client.is_some() {
            let judging = self
                .shared
                .authenticator
                .authenticate(self.presented.credentials());
            match timeout(limits.websocket.init, judging).await {
                Ok(Ok(client)) => self.client = Some(client),
                Ok(Err(AuthError::Missing | AuthError::Invalid)) => return Err(Close::FORBIDDEN.into()),
                Ok(Err(AuthError::TooManyAttempts { .. } | AuthError::Unavailable)) | Err(_) => {}
            }
        }
        send(out, Some(Message::Ping(Default::default()))).await
    }

    async fn subscribe(
        &mut self,
        operation: String,
        payload: Map<String, Value>,
        out: &mpsc::Sender<Message>,
    ) -> Result<(), End> {
        let Some(client) = &self.client else {
            return Err(Close::UNAUTHORIZED.into());
        };
        if self.operations.contains_key(&operation) {
            return Err(Close::already_exists(&operation).into());
        }
        let limit = self.shared.limits.websocket.operations;
        let prepared = if self.operations.len() < limit {
            let allowed = Allowed {
                mutations: true,
                subscriptions: true,
            };
            Params::from_object(payload, &self.shared.limits)
                .map_err(Into::into)
                .and_then(|params| prepare(&self.shared, params, client, allowed, &self.id))
        } else {
            Err(too_many_operations(limit).into())
        };
        match prepared {
            Ok(prepared) => {
                let mut outcomes = execute::run(Arc::clone(&self.shared), prepared, self.id.clone());
                let (out, id, limit) = (out.clone(), self.id.clone(), self.shared.limits.response_bytes);
                let name = operation.clone();
                let task = self.tasks.spawn(async move {
                    while let Some(outcome) = outcomes.next().await {
                        let (frame, last) = message::result(&name, &outcome, limit, &id);
                        if last {
                            return (name, frame);
                        }
                        if send(&out, frame).await.is_err() {
                            return (name, None);
                        }
                    }
                    let complete = ServerMessage::Complete { id: &name }.to_short_frame();
                    (name, complete)
                });
                self.operations.insert(operation, task);
                Ok(())
            }
            Err(refusal) => {
                send(
                    out,
                    message::error(&operation, &Outcome::refused(refusal, &self.id)),
                )
                .await
            }
        }
    }

    /// Forgets an operation before the client reads that it has ended and may use its id again.
    async fn finish(
        &mut self,
        ended: Result<(tokio::task::Id, (String, Option<Message>)), JoinError>,
        out: &mpsc::Sender<Message>,
    ) -> Result<(), End> {
        match ended {
            // The client may have completed the operation just before, and even begun another under its id.
            Ok((task, (operation, last))) => match self.operations.get(&operation) {
                Some(running) if running.id() == task => {
                    self.operations.remove(&operation);
                    send(out, last).await
                }
                _ => Ok(()),
            },
            Err(aborted) if aborted.is_cancelled() => Ok(()),
            Err(failed) => {
                let running = self
                    .operations
                    .iter()
                    .find(|(_, running)| running.id() == failed.id());
                let Some(operation) = running.map(|(operation, _)| operation.clone()) else {
                    return Ok(());
                };
                self.operations.remove(&operation);
                send(
                    out,
                    message::error(&operation, &Outcome::refused(FrontError::internal(), &self.id)),
                )
                .await
            }
        }
    }
}

fn too_many_operations(limit: usize) -> FrontError {
    FrontError::new(
        FrontErrorCode::TooManyOperations,
        format!("This connection runs {limit} operations already, as many as it may."),
    )
}

fn pings(period: Duration) -> Interval {
    let mut pings = interval_at(Instant::now() + period, period);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings
}

async fn send(out: &mpsc::Sender<Message>, frame: Option<Message>) -> Result<(), End> {
    match frame {
        Some(frame) => out.send(frame).await.map_err(|_| End::Gone),
        None => Ok(()),
    }
}

/// Writes what is queued until the queue is closed, a close frame is written, or the client does not read.
async fn write_all(
    mut sink: SplitSink<WebSocket, Message>,
    mut queued: mpsc::Receiver<Message>,
    write: Duration,
) {
    while let Some(frame) = queued.recv().await {
        let is_last = matches!(frame, Message::Close(_));
        let written = timeout(write, sink.send(frame)).await;
        if is_last || !matches!(written, Ok(Ok(()))) {
            return;
        }
    }
    // If the client has closed the connection, this answers its close frame.
    let _ = timeout(write, sink.close()).await;
}
