//! Leaving an upstream alone that fails all the time.

use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::verdict::Verdict;
use super::{Answer, Call, Next, Policy, metrics, observe};
use crate::error::{Effect, ErrorKind, ProviderError, Result};
use crate::provider::{HEALTH, ProviderInfo};

/// What a call is told to wait while another one finds out whether the upstream is back.
const WHILE_TRIED: Duration = Duration::from_secs(1);

/// A circuit that opens after so many attempts in a row that the upstream failed, and then refuses every call for a
/// while: callers learn at once what they would have waited for, and the upstream can recover.
///
/// * The upstream's fault is what [`Fault::Upstream`](crate::error::Fault) says. A refusal, of whatever kind, is an
///   answer and ends the row. Being asked to slow down, and an attempt that had too little time, count neither way.
/// * After the cool-down one call is let through. Its answer closes the circuit, its failure opens it for as long
///   again; if it tells nothing, or is cancelled, the next call is let through.
/// * A health check passes in any state and counts for nothing: it asks how the upstream is now, and an upstream
///   that it finds down is its answer, not its failure.
#[derive(Debug)]
pub struct Breaker {
    failures: NonZeroU32,
    cool_down: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// One call is under way that decides.
    HalfOpen,
}

impl Breaker {
    /// A closed circuit that opens after `failures` in a row, for `cool_down`.
    #[must_use]
    pub fn new(failures: NonZeroU32, cool_down: Duration) -> Self {
        Self {
            failures,
            cool_down,
            state: Mutex::new(State::Closed { failures: 0 }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a call through or says for how long none is.
    fn admit<'a>(&'a self, provider: &'a ProviderInfo) -> Result<Pass<'a>, Duration> {
        let mut state = self.state();
        let trial = match *state {
            State::Closed { .. } => false,
            State::Open { until } => {
                let rest = until.saturating_duration_since(Instant::now());
                if !rest.is_zero() {
                    return Err(rest);
                }
                *state = State::HalfOpen;
                metrics::circuit(provider, "HALF_OPEN", true);
                true
            }
            State::HalfOpen => return Err(WHILE_TRIED),
        };
        Ok(Pass {
            breaker: self,
            provider,
            trial,
            verdict: Verdict::Unsure,
        })
    }

    fn settle(&self, provider: &ProviderInfo, trial: bool, verdict: Verdict) {
        let mut state = self.state();
        match (*state, verdict) {
            (State::HalfOpen, verdict) if trial => match verdict {
                Verdict::Alive => {
                    *state = State::Closed { failures: 0 };
                    metrics::circuit(provider, "CLOSED", false);
                    observe::circuit_changed(provider, false, "it answers again");
                }
                Verdict::Failing => self.open(&mut state, provider, "it failed again when it was tried"),
                Verdict::Unsure => {
                    *state = State::Open {
                        until: Instant::now(),
                    }
                }
            },
            (State::Closed { failures }, Verdict::Failing) => {
                let failures = failures.saturating_add(1);
                *state = State::Closed { failures };
                if failures >= self.failures.get() {
                    self.open(
                        &mut state,
                        provider,
                        &format!("it failed {failures} times in a row"),
                    );
                }
            }
            (State::Closed { .. }, Verdict::Alive) => *state = State::Closed { failures: 0 },
            // Calls that began before the circuit opened don't decide about it.
            (State::Closed { .. }, Verdict::Unsure) | (State::Open { .. } | State::HalfOpen, _) => {}
        }
    }

    fn open(&self, state: &mut State, provider: &ProviderInfo, why: &str) {
        *state = State::Open {
            until: Instant::now() + self.cool_down,
        };
        metrics::circuit(provider, "OPEN", true);
        observe::circuit_changed(provider, true, why);
    }
}

/// Leave to make a call. Dropped without a verdict, it says nothing.
struct Pass<'a> {
    breaker: &'a Breaker,
    provider: &'a ProviderInfo,
    trial: bool,
    verdict: Verdict,
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.breaker.settle(self.provider, self.trial, self.verdict);
    }
}

#[async_trait]
impl Policy for Breaker {
    async fn around(&self, call: &Call<'_>, next: Next<'_>) -> Result<Answer> {
        if call.operation == HEALTH {
            return next.run(call).await;
        }
        let mut pass = self.admit(call.provider).map_err(|rest| refused(call, rest))?;
        let result = next.run(call).await;
        pass.verdict = Verdict::of(&result, &call.course);
        result
    }

    fn concern(&self) -> Option<String> {
        let state = *self.state();
        match state {
            State::Closed { .. } => None,
            State::Open { .. } | State::HalfOpen => {
                Some("calls are held back, since it failed too often in a row".to_owned())
            }
        }
    }
}

fn refused(call: &Call<'_>, rest: Duration) -> ProviderError {
    let message = format!(
        "not sent, since the provider failed too often in a row; it is tried again in {} s",
        rest.as_secs_f64().ceil()
    );
    ProviderError::new(ErrorKind::CircuitOpen, call.operation.name, message)
        .with_effect(Effect::None)
        .with_retry_after(rest)
}
