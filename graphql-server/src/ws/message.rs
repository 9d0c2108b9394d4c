//! Messages and close codes of `graphql-transport-ws`.

use std::borrow::Cow;

use async_graphql::ServerError;
use axum::extract::ws::{CloseFrame, Message};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    error::FrontError,
    outcome::{self, Body, Outcome},
    request_id::RequestId,
};

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Ping {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Pong,
    Subscribe {
        id: String,
        payload: Map<String, Value>,
    },
    Complete {
        id: String,
    },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
    },
    Next {
        id: &'a str,
        payload: &'a Body,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

impl ServerMessage<'_> {
    pub(super) fn to_frame(&self, limit: usize) -> Result<Message, FrontError> {
        outcome::to_json(self, limit).map(|json| Message::Text(json.into()))
    }

    /// A message whose length is bounded by what the client sent, or by the server's own errors.
    pub(super) fn to_short_frame(&self) -> Option<Message> {
        self.to_frame(usize::MAX).ok()
    }
}

/// One result of an operation as a message, and whether it ends the operation.
pub(super) fn result(
    operation: &str,
    outcome: &Outcome,
    limit: usize,
    id: &RequestId,
) -> (Option<Message>, bool) {
    if outcome.refused.is_some() {
        return (error(operation, outcome), true);
    }
    match (ServerMessage::Next {
        id: operation,
        payload: &outcome.body,
    })
    .to_frame(limit)
    {
        Ok(frame) => (Some(frame), false),
        Err(too_large) => (error(operation, &Outcome::refused(too_large, id)), true),
    }
}

/// The errors that end an operation, or keep it from starting.
pub(super) fn error(operation: &str, outcome: &Outcome) -> Option<Message> {
    ServerMessage::Error {
        id: operation,
        payload: &outcome.body.errors,
    }
    .to_short_frame()
}

/// Why the server closes the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    reason: Cow<'static, str>,
}

impl Close {
    pub(super) const GOING_AWAY: Self = Self::because(1001, "The server is shutting down");
    pub(super) const MESSAGE_TOO_LARGE: Self = Self::because(1009, "Message too large");
    pub(super) const TRY_AGAIN_LATER: Self =
        Self::because(1013, "Credentials cannot be checked at the moment");
    pub(super) const NOT_TEXT: Self = Self::because(4400, "Messages must be text");
    pub(super) const BAD_MESSAGE: Self = Self::because(4400, "Invalid message");
    pub(super) const UNAUTHORIZED: Self = Self::because(4401, "Unauthorized");
    pub(super) const FORBIDDEN: Self = Self::because(4403, "Forbidden");
    pub(super) const SUBPROTOCOL: Self = Self::because(4406, "Subprotocol not acceptable");
    pub(super) const INIT_TIMEOUT: Self = Self::because(4408, "Connection initialisation timeout");
    pub(super) const SECOND_INIT: Self = Self::because(4429, "Too many initialisation requests");

    const fn because(code: u16, reason: &'static str) -> Self {
        Self {
            code,
            reason: Cow::Borrowed(reason),
        }
    }

    pub(super) fn already_exists(operation: &str) -> Self {
        // A close frame holds at most 123 bytes of reason.
        let name = if operation.len() <= 64 {
            operation
        } else {
            "this id"
        };
        Self {
            code: 4409,
            reason: format!("Subscriber for {name} already exists").into(),
        }
    }

    pub(super) fn into_frame(self) -> Message {
        Message::Close(Some(CloseFrame {
            code: self.code,
            reason: self.reason.into_owned().into(),
        }))
    }
}
