//! Another attempt, where it can't do harm and may help.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use tower::retry::budget::{Budget, TpsBudget};

use super::{Answer, Call, Next, Policy, metrics};
use crate::error::{Effect, ProviderError, Result};
use crate::provider::HEALTH;

/// Over which time the budget is balanced.
const BUDGET_WINDOW: Duration = Duration::from_secs(10);
/// What a provider that is hardly called may spend all the same.
const RETRIES_PER_SECOND: u32 = 1;

/// How far retrying goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryLimits {
    /// The most attempts at a call, the first included.
    pub attempts: u32,
    /// The longest wait before the second attempt; it doubles with each further one.
    pub backoff: Duration,
    /// The longest wait before any attempt. An upstream that asks for more is not asked again: whoever made the
    /// call is told how long.
    pub longest_wait: Duration,
    /// How many attempts for each hundred calls of the last ten seconds may be further ones, besides one a second.
    /// At most 1000.
    pub percent: u16,
}

/// Tries again what failed in passing.
///
/// * Only an error that [may be retried](ProviderError::may_retry): of a passing kind, and for an operation that is
///   not safe to repeat, certainly without effect. An order that may have been carried out is never sent again.
/// * Only what reached the provider: what the breaker or the throttle refused was refused with reason.
/// * After a random part of a wait that doubles (full jitter), on top of what the upstream asked for.
/// * Never when the wait would end after the call's deadline, and within a budget, so that an upstream that is in
///   trouble isn't asked three times as much.
/// * A health check is never repeated: it tells how things are.
///
/// The last error says how many attempts were made, and keeps an earlier one's doubt: if any attempt may have had an
/// effect, the call may.
pub struct Retry {
    limits: RetryLimits,
    budget: TpsBudget,
}

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("limits", &self.limits)
            .field("budget", &self.budget)
            .finish()
    }
}

impl Retry {
    /// Retries with a full budget.
    #[must_use]
    pub fn new(limits: RetryLimits) -> Self {
        const LARGEST_PERCENT: u16 = 1000;
        let share = f32::from(limits.percent.min(LARGEST_PERCENT)) / 100.0;
        Self {
            limits,
            budget: TpsBudget::new(BUDGET_WINDOW, RETRIES_PER_SECOND, share),
        }
    }

    /// How long to wait before the next attempt; `None` if there is none.
    fn wait(&self, call: &Call<'_>, error: &ProviderError) -> Option<Duration> {
        let made = call.course.attempts();
        if made >= self.limits.attempts || !error.may_retry(call.operation.safety) {
            return None;
        }
        let asked = error.retry_after().unwrap_or_default();
        if asked > self.limits.longest_wait {
            metrics::forgone(call, "wait");
            return None;
        }
        let wait = asked + self.jitter(made);
        if call.context.remaining().is_some_and(|left| left <= wait) {
            call.course.cut_short();
            metrics::forgone(call, "deadline");
            return None;
        }
        if !self.budget.withdraw() {
            metrics::forgone(call, "budget");
            return None;
        }
        Some(wait)
    }

    /// A random wait after so many attempts.
    fn jitter(&self, made: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(made.saturating_sub(1));
        let longest = self.limits.backoff.saturating_mul(doubled);
        longest.min(self.limits.longest_wait).mul_f64(fastrand::f64())
    }
}

#[async_trait]
impl Policy for Retry {
    async fn around(&self, call: &Call<'_>, next: Next<'_>) -> Result<Answer> {
        if call.operation == HEALTH {
            return next.run(call).await;
        }
        self.budget.deposit();
        let mut earlier: Option<ProviderError> = None;
        loop {
            let before = call.course.attempts();
            let error = match next.run(call).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let reached = call.course.attempts() > before;
            let error = match earlier {
                Some(earlier) if reached => after(&earlier, error),
                Some(earlier) => instead(earlier, &error),
                None => error,
            };
            match reached.then(|| self.wait(call, &error)).flatten() {
                Some(wait) => {
                    tokio::time::sleep(wait).await;
                    metrics::retried(call);
                    earlier = Some(error);
                }
                None => return Err(error.with_attempts(call.course.attempts())),
            }
        }
    }
}

/// The error of an attempt after another one: what the earlier one may have done is not undone by it.
fn after(earlier: &ProviderError, mut latest: ProviderError) -> ProviderError {
    if earlier.effect() == Effect::Unknown {
        latest = latest.with_effect(Effect::Unknown);
    }
    match (latest.reference(), earlier.reference()) {
        (None, Some(reference)) => latest.with_reference(reference.clone()),
        _ => latest,
    }
}

/// The error of the last attempt that was made, with the time for which the next one was refused.
fn instead(made: ProviderError, refused: &ProviderError) -> ProviderError {
    match (made.retry_after(), refused.retry_after()) {
        (None, Some(wait)) => made.with_retry_after(wait),
        _ => made,
    }
}
