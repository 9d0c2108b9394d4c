//! What the end of an attempt says about the upstream.

use super::{Answer, Course};
use crate::error::{ErrorKind, Fault, ProviderError};

/// What the end of an attempt says about the upstream, apart from what it says to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It answered, be it with a refusal.
    Alive,
    /// It failed, and the fault is its own.
    Failing,
    /// Nothing either way: it was not asked, asked us to slow down, or was given too little time.
    Unsure,
}

impl Verdict {
    pub(super) fn of(result: &Result<Answer, ProviderError>, course: &Course) -> Self {
        let error = match result {
            Ok(_) => return Self::Alive,
            Err(error) => error,
        };
        match error.kind() {
            ErrorKind::CircuitOpen | ErrorKind::RateLimited => Self::Unsure,
            ErrorKind::Timeout if course.was_hurried() => Self::Unsure,
            kind if kind.facts().fault == Fault::Upstream => Self::Failing,
            // Only the upstream can know these.
            ErrorKind::NotFound
            | ErrorKind::NumberTaken
            | ErrorKind::NoStock
            | ErrorKind::Conflict
            | ErrorKind::QuotaExceeded
            | ErrorKind::Unauthenticated
            | ErrorKind::Forbidden => Self::Alive,
            // These may have been found out before anything was sent.
            _ if error.upstream().is_some() => Self::Alive,
            _ => Self::Unsure,
        }
    }
}
