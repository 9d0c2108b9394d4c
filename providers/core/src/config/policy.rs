//! How the calls of a provider are surrounded.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::policy::{Breaker, Cache, Keep, Observe, Policy, Retry, RetryLimits, Stack, Throttle, Timeout};
use crate::provider::ProviderInfo;

/// The most that `retry_percent` can be.
const LARGEST_PERCENT: u16 = 1000;

/// The `policy` of a `[[provider]]`: how its calls are surrounded. Every key has a default.
///
/// ```toml
/// policy = { timeout_seconds = 5, attempts = 3, requests_per_second = 20, breaker_failures = 8 }
/// ```
///
/// What each policy does, and why they stand in this order, is told in [`policy`](crate::policy).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicySettings {
    /// The longest wait for an answer to one attempt. Default 10.
    pub timeout_seconds: NonZeroU32,
    /// The most attempts at a call that failed in passing, the first included; 1 is no retrying. Default 3.
    pub attempts: NonZeroU32,
    /// The longest wait before the second attempt, doubled before each further one; the real one is random below
    /// it. Default 200.
    pub backoff_ms: u32,
    /// The longest wait for anything before an attempt: for a turn, or because the upstream asked for it. Default 30.
    pub longest_wait_seconds: u32,
    /// How many further attempts are made for a hundred calls, besides one a second. At most 1000. Default 20.
    #[serde(deserialize_with = "percent")]
    pub retry_percent: u16,
    /// How long counts of numbers are kept; 0 is not at all. Default 30.
    pub cache_seconds: u32,
    /// How long figures of a time that is over are kept; 0 is not at all. Default 600: they change only by calls that
    /// the upstream books late.
    pub closed_cache_seconds: u32,
    /// How long the answer of a health check is kept; 0 is not at all. Default 5.
    pub health_cache_seconds: u32,
    /// The most answers that are kept. Default 256.
    pub cache_entries: u32,
    /// The most requests a second, of which as many may come together; 0 is no bound. Default 0.
    pub requests_per_second: u32,
    /// The most requests at once; 0 is no bound. Default 16.
    pub concurrent_requests: u32,
    /// After how many failures in a row the upstream is left alone; 0 is never. Default 8.
    pub breaker_failures: u32,
    /// For how long it is left alone then. Default 30.
    pub breaker_seconds: u32,
}

impl Default for PolicySettings {
    fn default() -> Self {
        const THREE: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);
        Self {
            attempts: THREE,
            cache_seconds: 30,
            closed_cache_seconds: 600,
            health_cache_seconds: 5,
            concurrent_requests: 16,
            breaker_failures: 8,
            ..Self::local()
        }
    }
}

impl PolicySettings {
    /// For a provider inside of this process, such as the own inventory: its calls are watched and end in time, and
    /// are otherwise left as they are. Nothing is kept, repeated, held back or queued.
    #[must_use]
    pub const fn local() -> Self {
        const TEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
        Self {
            timeout_seconds: TEN,
            attempts: NonZeroU32::MIN,
            backoff_ms: 200,
            longest_wait_seconds: 30,
            retry_percent: 20,
            cache_seconds: 0,
            closed_cache_seconds: 0,
            health_cache_seconds: 0,
            cache_entries: 256,
            requests_per_second: 0,
            concurrent_requests: 0,
            breaker_failures: 0,
            breaker_seconds: 30,
        }
    }

    /// The policies of an instance, outermost first, with state of their own. What is turned off is left out.
    #[must_use]
    pub fn stack(&self, provider: ProviderInfo) -> Stack {
        let policies = [
            self.cache().map(|cache| Arc::new(cache) as Arc<dyn Policy>),
            Some(Arc::new(Observe::new())),
            self.retry().map(|retry| Arc::new(retry) as _),
            self.breaker().map(|breaker| Arc::new(breaker) as _),
            Some(Arc::new(self.throttle())),
            Some(Arc::new(Timeout::new(seconds(self.timeout_seconds.get())))),
        ];
        Stack::new(provider, policies.into_iter().flatten().collect())
    }

    fn cache(&self) -> Option<Cache> {
        let keep = Keep {
            kpis: seconds(self.cache_seconds),
            closed: seconds(self.closed_cache_seconds),
            health: seconds(self.health_cache_seconds),
            entries: u64::from(self.cache_entries),
        };
        let on = [keep.kpis, keep.closed, keep.health]
            .iter()
            .any(|time| !time.is_zero());
        on.then(|| Cache::new(keep))
    }

    fn retry(&self) -> Option<Retry> {
        let limits = RetryLimits {
            attempts: self.attempts.get(),
            backoff: Duration::from_millis(u64::from(self.backoff_ms)),
            longest_wait: seconds(self.longest_wait_seconds),
            percent: self.retry_percent,
        };
        (limits.attempts > 1).then(|| Retry::new(limits))
    }

    fn breaker(&self) -> Option<Breaker> {
        let failures = NonZeroU32::new(self.breaker_failures)?;
        Some(Breaker::new(failures, seconds(self.breaker_seconds)))
    }

    /// Never left out: an upstream without bounds of its own can still ask for a pause.
    fn throttle(&self) -> Throttle {
        let per_second = NonZeroU32::new(self.requests_per_second);
        let at_once = NonZeroU32::new(self.concurrent_requests);
        Throttle::new(per_second, at_once, seconds(self.longest_wait_seconds))
    }
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(u64::from(count))
}

fn percent<'de, D: Deserializer<'de>>(value: D) -> Result<u16, D::Error> {
    let percent = u16::deserialize(value)?;
    if percent <= LARGEST_PERCENT {
        Ok(percent)
    } else {
        Err(D::Error::custom(format!("must be at most {LARGEST_PERCENT}")))
    }
}
