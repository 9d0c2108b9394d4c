//! Answers that are known already, or on their way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use moka::sync;
use tokio::time::Instant;

use super::{Answer, Call, Next, Policy, metrics};
use crate::call::{Operation, TenantRef};
use crate::error::{Effect, ErrorKind, ProviderError, Result};
use crate::port::kpis;
use crate::provider::HEALTH;

/// For how long answers are kept, by what they are about. Zero: not at all, and each call is made for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Counts of numbers, which change all the time.
    pub kpis: Duration,
    /// Figures of a time that is over, which change only by late calls.
    pub closed: Duration,
    /// How an upstream is: long enough that a page full of dashboards asks it once.
    pub health: Duration,
    /// The most answers that are kept.
    pub entries: u64,
}

impl Keep {
    fn longest(&self) -> Duration {
        self.kpis.max(self.closed).max(self.health)
    }

    /// Only KPIs, health and figures of closed periods come with a fingerprint.
    fn time(&self, operation: Operation) -> Duration {
        if operation == kpis::COUNT {
            self.kpis
        } else if operation == HEALTH {
            self.health
        } else {
            self.closed
        }
    }
}

/// Gives known answers of calls with a [fingerprint](Call::fingerprint), and makes one call of many that are the same
/// and come at once.
///
/// * Calls are the same if tenant, operation and fingerprint are: one tenant never sees another's answer.
/// * An error is never kept. Calls that waited for one that failed fail with it, unless it failed because it had
///   [too little time](super::Course::was_cut_short): then, and when it was cancelled, the next of them is made.
/// * A call waits for another at most until its own deadline.
#[derive(Debug)]
pub struct Cache {
    keep: Keep,
    slots: sync::Cache<Key, Arc<Slot>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantRef,
    operation: &'static str,
    fingerprint: String,
}

/// The place of one answer.
#[derive(Debug, Default)]
struct Slot {
    /// Held by the call that is made; the others queue for it.
    flight: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    known: Option<(Answer, Instant)>,
    /// How many calls have ended here.
    ended: u64,
    /// The last failure that tells those who waited what to expect, and which call it ended.
    failure: Option<(u64, ProviderError)>,
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, result: &Result<Answer>, keep: Duration, shared: bool) {
        let mut state = self.state();
        state.ended += 1;
        state.failure = None;
        match result {
            Ok(answer) => state.known = Some((answer.clone(), Instant::now() + keep)),
            Err(error) if shared => state.failure = Some((state.ended, error.clone())),
            Err(_) => {}
        }
    }
}

impl State {
    fn fresh(&self) -> Option<Answer> {
        let (answer, until) = self.known.as_ref()?;
        (Instant::now() < *until).then(|| answer.clone())
    }

    /// The failure of a call that ended after `ended` others had.
    fn failure_after(&self, ended: u64) -> Option<ProviderError> {
        let (call, error) = self.failure.as_ref()?;
        (*call > ended).then(|| error.clone())
    }
}

impl Cache {
    /// A cache with nothing in it.
    #[must_use]
    pub fn new(keep: Keep) -> Self {
        let slots = sync::Cache::builder().max_capacity(keep.entries);
        Self {
            // What nobody asks for is not held until the entry is needed for something else.
            slots: slots.time_to_idle(keep.longest()).build(),
            keep,
        }
    }
}

#[async_trait]
impl Policy for Cache {
    async fn around(&self, call: &Call<'_>, next: Next<'_>) -> Result<Answer> {
        let keep = self.keep.time(call.operation);
        let Some(fingerprint) = call.fingerprint.clone().filter(|_| !keep.is_zero()) else {
            return next.run(call).await;
        };
        let key = Key {
            tenant: call.context.tenant.clone(),
            operation: call.operation.name,
            fingerprint,
        };
        let slot = self.slots.get_with(key, Arc::default);
        let ended = {
            let state = slot.state();
            if let Some(answer) = state.fresh() {
                metrics::cached(call, "hit");
                return Ok(answer);
            }
            state.ended
        };
        let _flight = in_time(call, slot.flight.lock()).await?;
        let waited_for = {
            let state = slot.state();
            state
                .fresh()
                .map(Ok)
                .or_else(|| state.failure_after(ended).map(Err))
        };
        if let Some(result) = waited_for {
            metrics::cached(call, "shared");
            return result;
        }
        metrics::cached(call, "miss");
        let result = next.run(call).await;
        slot.settle(&result, keep, !call.course.was_cut_short());
        result
    }
}

/// Waits for another call, no longer than this one has time.
async fn in_time<T>(call: &Call<'_>, other: impl Future<Output = T>) -> Result<T> {
    let Some(left) = call.context.remaining() else {
        return Ok(other.await);
    };
    tokio::time::timeout(left, other).await.map_err(|_| {
        call.course.cut_short();
        let message = "the same question was asked already, and its answer did not come in time";
        ProviderError::new(ErrorKind::Timeout, call.operation.name, message).with_effect(Effect::None)
    })
}
