//! The end of patience.

use std::time::Duration;

use async_trait::async_trait;

use super::{Answer, Call, Next, Policy};
use crate::call::Safety;
use crate::error::{Effect, ErrorKind, ProviderError, Result};

/// Gives up an attempt after a time, or at its context's deadline if that is earlier.
///
/// An attempt whose deadline has passed is not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout {
    longest: Duration,
}

impl Timeout {
    /// Gives up after `longest`.
    #[must_use]
    pub const fn new(longest: Duration) -> Self {
        Self { longest }
    }
}

#[async_trait]
impl Policy for Timeout {
    async fn around(&self, call: &Call<'_>, next: Next<'_>) -> Result<Answer> {
        let remaining = call.context.remaining();
        let patience = remaining.map_or(self.longest, |left| left.min(self.longest));
        call.course.hurry(patience < self.longest / 2);
        if remaining.is_some_and(|left| left.is_zero()) {
            call.course.cut_short();
            let message = "not begun: the time for the answer was over already";
            return Err(error(call, message).with_effect(Effect::None));
        }
        match tokio::time::timeout(patience, next.run(call)).await {
            Ok(answer) => answer,
            Err(_) => {
                if patience < self.longest {
                    call.course.cut_short();
                }
                let effect = match call.operation.safety {
                    Safety::Read => Effect::None,
                    Safety::Idempotent | Safety::Unsafe => Effect::Unknown,
                };
                let message = format!("no answer within {} ms", patience.as_millis());
                Err(error(call, message).with_effect(effect))
            }
        }
    }
}

fn error(call: &Call<'_>, message: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorKind::Timeout, call.operation.name, message)
}
