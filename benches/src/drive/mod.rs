//! A closed-loop load generator: so many connections, each with one request under way. Over loopback only.
//!
//! A closed loop sends less while the server is slow, so its percentiles are those of clients that wait for their
//! answers; they say nothing about a crowd that keeps coming.

mod client;
mod visitors;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use hdrhistogram::Histogram;

pub use client::{Dialect, Target, client_builder};
pub use visitors::{Assigning, Of, Sample, Singles, Visitor, Walk};

use crate::Result;

/// When a round ends.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// After so long.
    Elapsed(Duration),
    /// After so many requests.
    Requests(u64),
}

/// Longer answers are counted as this: clients give up before.
const LONGEST_MICROSECONDS: u64 = 60_000_000;

/// What a round gave.
#[derive(Debug, Clone)]
pub struct Round {
    /// Requests that were answered.
    pub requests: u64,
    /// Of these, refused for a reason that the load expects, such as no stock.
    pub refused: u64,
    /// Of these, answered with anything else than what was asked for.
    pub errors: u64,
    /// The beginning of a wrong answer, if there was one.
    pub wrong: Option<String>,
    /// How long it took.
    pub took: Duration,
    /// Microseconds from sending a request to having its whole answer.
    pub latencies: Histogram<u64>,
}

impl Round {
    fn new() -> Result<Self> {
        let latencies = Histogram::new_with_max(LONGEST_MICROSECONDS, 3)?;
        Ok(Self {
            requests: 0,
            refused: 0,
            errors: 0,
            wrong: None,
            took: Duration::ZERO,
            latencies,
        })
    }

    /// Requests in a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.requests as f64 / self.took.as_secs_f64().max(1e-9)
    }

    /// Milliseconds within which this share of the requests (0 to 1) was answered.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        self.latencies.value_at_quantile(share) as f64 / 1e3
    }

    fn add(&mut self, other: &Self) -> Result<()> {
        self.requests += other.requests;
        self.refused += other.refused;
        self.errors += other.errors;
        self.wrong = self.wrong.take().or_else(|| other.wrong.clone());
        Ok(self.latencies.add(&other.latencies)?)
    }
}

/// How an answer is to be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// What was asked for.
    Good,
    /// A no that the load expects.
    Refused,
    /// Anything else.
    Wrong,
}

/// Sends requests on each of `visitors.len()` connections until the round ends.
///
/// # Errors
/// When the server can't be reached at all; single failures are counted.
pub async fn round(target: &Target, visitors: Vec<Box<dyn Visitor>>, until: Until) -> Result<Round> {
    let clock = Clock::start(until);
    let connections = visitors
        .into_iter()
        .map(|visitor| connection(target.clone(), visitor, clock.clone()));
    clock.whole(connections).await
}

async fn connection(target: Target, mut visitor: Box<dyn Visitor>, clock: Clock) -> Result<Round> {
    let mut round = Round::new()?;
    while clock.goes_on() {
        let request = visitor.request(target.dialect());
        let began = Instant::now();
        let answer = target.post(request.to, request.body).await;
        round.note(began, &answer, |answer| visitor.judge(answer))?;
    }
    Ok(round)
}

/// Asks the same on each of so many connections until the round ends; `judge` reads the answers.
///
/// # Errors
/// When the server can't be reached at all; single failures are counted.
pub async fn repeat<A, F>(count: u64, until: Until, ask: A, judge: fn(&[u8]) -> Verdict) -> Result<Round>
where
    A: Fn() -> F + Clone + Send + 'static,
    F: Future<Output = Result<Vec<u8>>> + Send,
{
    let clock = Clock::start(until);
    let connections = (0..count).map(|_| {
        let (ask, clock) = (ask.clone(), clock.clone());
        async move {
            let mut round = Round::new()?;
            while clock.goes_on() {
                let began = Instant::now();
                let answer = ask().await;
                round.note(began, &answer, judge)?;
            }
            Ok(round)
        }
    });
    clock.whole(connections).await
}

/// What the connections of a round share: when it began, and when it ends.
#[derive(Debug, Clone)]
struct Clock {
    started: Instant,
    until: Until,
    sent: Arc<AtomicU64>,
}

impl Clock {
    fn start(until: Until) -> Self {
        Self {
            started: Instant::now(),
            until,
            sent: Arc::default(),
        }
    }

    /// Whether one more request is to be sent.
    fn goes_on(&self) -> bool {
        match self.until {
            Until::Elapsed(limit) => self.started.elapsed() < limit,
            Until::Requests(limit) => self.sent.fetch_add(1, Ordering::Relaxed) < limit,
        }
    }

    async fn whole<F>(&self, connections: impl Iterator<Item = F>) -> Result<Round>
    where
        F: Future<Output = Result<Round>> + Send + 'static,
    {
        let tasks = connections.map(|connection| {
            let task = tokio::spawn(connection);
            async move { task.await? }
        });
        let mut whole = Round::new()?;
        for part in try_join_all(tasks).await? {
            whole.add(&part)?;
        }
        whole.took = self.started.elapsed();
        Ok(whole)
    }
}

impl Round {
    /// Counts one answer.
    fn note(
        &mut self,
        began: Instant,
        answer: &Result<Vec<u8>>,
        judge: impl FnOnce(&[u8]) -> Verdict,
    ) -> Result<()> {
        self.latencies
            .saturating_record(u64::try_from(began.elapsed().as_micros())?);
        self.requests += 1;
        match answer.as_ref().map_or(Verdict::Wrong, |answer| judge(answer)) {
            Verdict::Good => {}
            Verdict::Refused => self.refused += 1,
            Verdict::Wrong => {
                self.errors += 1;
                self.wrong.get_or_insert_with(|| beginning(answer));
            }
        }
        Ok(())
    }
}

fn beginning(answer: &Result<Vec<u8>>) -> String {
    match answer {
        Ok(answer) => String::from_utf8_lossy(answer).chars().take(300).collect(),
        Err(error) => error.to_string(),
    }
}
