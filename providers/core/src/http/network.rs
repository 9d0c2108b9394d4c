//! What failed between here and the upstream, and what that says about its having acted.

use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::effect;
use crate::call::Operation;
use crate::error::{Effect, ErrorKind, ProviderError};

/// Whether anything of a call was handed to a connection: before that the upstream can't have acted.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent(Arc<AtomicBool>);

impl Sent {
    pub(super) fn mark(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn effect(&self, operation: Operation) -> Effect {
        if self.0.load(Ordering::Acquire) {
            effect(operation, Effect::Unknown)
        } else {
            Effect::None
        }
    }
}

/// A call that failed before the head of an answer was there.
pub(super) fn unanswered(operation: Operation, sent: &Sent, error: reqwest::Error) -> ProviderError {
    let error = error.without_url();
    let failed = |kind, message: &str| ProviderError::new(kind, operation.name, message);
    let described = if error.is_builder() {
        failed(ErrorKind::Unexpected, "the request could not be put together").with_effect(Effect::None)
    } else if error.is_connect() {
        let message = "the upstream could not be reached: no connection; check base_url and the network";
        failed(ErrorKind::Unavailable, message).with_effect(Effect::None)
    } else if error.is_timeout() {
        let message = "the upstream was silent for longer than http.read_timeout_ms";
        failed(ErrorKind::Timeout, message).with_effect(sent.effect(operation))
    } else if speaks_something_else(&error) {
        let message = "the upstream did not answer in HTTP/1.1; check base_url";
        failed(ErrorKind::BadResponse, message).with_effect(sent.effect(operation))
    } else {
        let message = "the connection to the upstream broke before it answered";
        failed(ErrorKind::Unavailable, message).with_effect(sent.effect(operation))
    };
    described.with_source(error)
}

/// A call whose deadline passed before the head of an answer was there.
pub(super) fn too_late(operation: Operation, sent: &Sent) -> ProviderError {
    let message = "the time for the answer was over before the upstream answered";
    ProviderError::new(ErrorKind::Timeout, operation.name, message).with_effect(sent.effect(operation))
}

fn speaks_something_else(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_parse)
        {
            return true;
        }
        cause = error.source();
    }
    false
}
