//! No more at once, and no more a second, than an upstream can take.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::{Answer, Call, Next, Policy, metrics};
use crate::error::{Effect, ErrorKind, ProviderError, Result};

/// However long an upstream asks to be left alone, it is tried again after an hour: it may have asked by mistake.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// What a call is told to wait that found every place taken.
const WHILE_TAKEN: Duration = Duration::from_secs(1);

/// Bounds the calls of an instance: at once, a second, and none while the upstream asked for a pause.
///
/// * A call waits for its turn, first come, first served, until its deadline or for the longest wait. If it is clear
///   that its turn comes later, it is refused at once; what is refused was not sent, and the error says when to come
///   again.
/// * An upstream that answers that there were too many requests, and for how long to wait, is heard by every call of
///   the instance, not only by the one that it answered.
#[derive(Debug)]
pub struct Throttle {
    rate: Option<Rate>,
    places: Option<Semaphore>,
    longest_wait: Duration,
    paused_until: Mutex<Option<Instant>>,
}

/// Why a call has no turn in time.
struct Late {
    waited_for: &'static str,
    retry_after: Duration,
    message: String,
}

impl Throttle {
    /// A throttle of as many requests a second (as many may also come together) and at once; `None` is no bound.
    #[must_use]
    pub fn new(per_second: Option<NonZeroU32>, at_once: Option<NonZeroU32>, longest_wait: Duration) -> Self {
        let places = at_once.map(|count| usize::try_from(count.get()).unwrap_or(usize::MAX));
        Self {
            rate: per_second.map(Rate::new),
            places: places.map(|count| Semaphore::new(count.min(Semaphore::MAX_PERMITS))),
            longest_wait,
            paused_until: Mutex::new(None),
        }
    }

    /// Waits for a turn until an instant. The pause comes first, so that nobody takes a place to sleep in it who can't
    /// wait for its end, and last, since it may have begun meanwhile; the rate comes after the place, so that requests
    /// are counted when they are sent.
    async fn turn(&self, call: &Call<'_>, until: Instant) -> Result<Option<SemaphorePermit<'_>>, Late> {
        self.sit_out_pause(call, until).await?;
        let place = self.take_place(call, until).await?;
        if let Some(rate) = &self.rate {
            rate.turn(call, until).await?;
        }
        self.sit_out_pause(call, until).await?;
        Ok(place)
    }

    async fn sit_out_pause(&self, call: &Call<'_>, until: Instant) -> Result<(), Late> {
        let begun = Instant::now();
        while let Some(end) = self.pause_end() {
            if end >= until {
                return Err(Late::for_pause(end));
            }
            sleep_until(end).await;
        }
        metrics::waited(call, "pause", begun.elapsed());
        Ok(())
    }

    async fn take_place(&self, call: &Call<'_>, until: Instant) -> Result<Option<SemaphorePermit<'_>>, Late> {
        let Some(places) = &self.places else {
            return Ok(None);
        };
        let begun = Instant::now();
        let place = match timeout_at(until, places.acquire()).await {
            // It is never closed; if it were, there would be no bound.
            Ok(place) => place.ok(),
            Err(_) => return Err(Late::for_place()),
        };
        metrics::waited(call, "place", begun.elapsed());
        Ok(place)
    }

    fn paused_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.paused_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The end of the pause that is on.
    fn pause_end(&self) -> Option<Instant> {
        let mut paused_until = self.paused_until();
        *paused_until = paused_until.filter(|end| *end > Instant::now());
        *paused_until
    }

    /// Begins a pause, or prolongs the one that is on.
    fn pause(&self, wait: Duration) {
        let end = Instant::now() + wait.min(LONGEST_PAUSE);
        let mut paused_until = self.paused_until();
        *paused_until = Some(paused_until.map_or(end, |earlier| earlier.max(end)));
    }
}

#[async_trait]
impl Policy for Throttle {
    async fn around(&self, call: &Call<'_>, next: Next<'_>) -> Result<Answer> {
        let bound = Instant::now() + self.longest_wait;
        let deadline = call.context.deadline.filter(|deadline| *deadline < bound);
        let place = match self.turn(call, deadline.unwrap_or(bound)).await {
            Ok(place) => place,
            Err(late) => {
                if deadline.is_some() {
                    call.course.cut_short();
                }
                return Err(late.into_error(call));
            }
        };
        let result = next.run(call).await;
        drop(place);
        if let Err(error) = &result
            && error.kind() == ErrorKind::RateLimited
            && let Some(wait) = error.retry_after()
        {
            self.pause(wait);
        }
        result
    }

    fn concern(&self) -> Option<String> {
        let rest = self.pause_end()?.saturating_duration_since(Instant::now());
        Some(format!(
            "it asked for a pause; {} s of it are left",
            rest.as_secs_f64().ceil()
        ))
    }
}

impl Late {
    fn for_pause(end: Instant) -> Self {
        let rest = end.saturating_duration_since(Instant::now());
        Self {
            waited_for: "pause",
            retry_after: rest,
            message: format!(
                "the provider asked for a pause, which ends in {} s",
                rest.as_secs_f64().ceil()
            ),
        }
    }

    fn for_place() -> Self {
        Self {
            waited_for: "place",
            retry_after: WHILE_TAKEN,
            message: "all places for requests at once (policy.concurrent_requests) were taken".to_owned(),
        }
    }

    fn for_rate(wait: Duration) -> Self {
        Self {
            waited_for: "rate",
            retry_after: wait,
            message: format!(
                "its turn at the configured rate (policy.requests_per_second) would be in {:.1} s",
                wait.as_secs_f64()
            ),
        }
    }

    fn into_error(self, call: &Call<'_>) -> ProviderError {
        metrics::refused_turn(call, self.waited_for);
        let message = format!("not sent: {}", self.message);
        ProviderError::new(ErrorKind::RateLimited, call.operation.name, message)
            .with_effect(Effect::None)
            .with_retry_after(self.retry_after)
    }
}

/// Turns at a rate.
#[derive(Debug)]
struct Rate {
    limiter: RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Duration>>,
    clock: Ticks,
    /// The time between two turns.
    interval: Duration,
    /// Held by the first of those who wait.
    queue: tokio::sync::Mutex<()>,
    waiting: AtomicU32,
}

impl Rate {
    fn new(per_second: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second);
        let clock = Ticks(Instant::now());
        Self {
            limiter: RateLimiter::direct_with_clock(quota, clock),
            clock,
            interval: quota.replenish_interval(),
            queue: tokio::sync::Mutex::new(()),
            waiting: AtomicU32::new(0),
        }
    }

    async fn turn(&self, call: &Call<'_>, until: Instant) -> Result<(), Late> {
        let begun = Instant::now();
        let ahead = Waiting::begin(&self.waiting);
        // Everybody ahead takes a turn first.
        let queued = self.interval.saturating_mul(ahead.others);
        if ahead.others > 0 && begun + queued >= until {
            return Err(Late::for_rate(queued));
        }
        let Ok(_first) = timeout_at(until, self.queue.lock()).await else {
            return Err(Late::for_rate(self.interval));
        };
        while let Err(not_yet) = self.limiter.check() {
            let wait = not_yet.wait_time_from(self.clock.now());
            if Instant::now() + wait >= until {
                return Err(Late::for_rate(wait));
            }
            sleep(wait).await;
        }
        metrics::waited(call, "rate", begun.elapsed());
        Ok(())
    }
}

/// One of those who wait, until it is dropped.
struct Waiting<'a> {
    count: &'a AtomicU32,
    others: u32,
}

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicU32) -> Self {
        let others = count.fetch_add(1, Ordering::Relaxed);
        Self { count, others }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The runtime's clock, so that time is the same for waits and for turns.
#[derive(Debug, Clone, Copy)]
struct Ticks(Instant);

impl Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
