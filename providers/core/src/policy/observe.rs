//! What calls leave behind: a span, figures, a line of the log for a failure, and a memory of the last one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, info, info_span, warn};

use super::verdict::Verdict;
use super::{Answer, Call, Next, Policy, metrics};
use crate::error::{ErrorKind, Fault, ProviderError, Result};
use crate::provider::{HEALTH, ProviderInfo};

/// For how long a failure speaks against an upstream that nobody has called since.
const RECENTLY: Duration = Duration::from_secs(300);
/// As many digits in a row may be a phone number.
const PHONE_NUMBER_DIGITS: usize = 7;

/// Puts a span around each call, counts and times it, and writes one line about each failure: who failed, at what,
/// for which request, and whether the upstream may have acted.
///
/// No phone number, no subscriber's name and no secret is in any of them: neither requests nor answers are looked at,
/// and what might be a number in an error's message is left out.
#[derive(Debug, Default)]
pub struct Observe {
    last_failure: Mutex<Option<Failure>>,
}

/// The last call that was made, if the upstream failed it.
#[derive(Debug, Clone, Copy)]
struct Failure {
    at: Instant,
    operation: &'static str,
    kind: ErrorKind,
    status: Option<u16>,
}

impl Observe {
    /// An observer that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn last_failure(&self) -> MutexGuard<'_, Option<Failure>> {
        self.last_failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, call: &Call<'_>, result: &Result<Answer>) {
        // A health check is looked at beside what calls came to, not among them.
        if call.operation == HEALTH {
            return;
        }
        match (Verdict::of(result, &call.course), result) {
            (Verdict::Alive, _) => *self.last_failure() = None,
            (Verdict::Failing, Err(error)) => {
                *self.last_failure() = Some(Failure {
                    at: Instant::now(),
                    operation: call.operation.name,
                    kind: error.kind(),
                    status: status(error),
                });
            }
            (Verdict::Failing, Ok(_)) | (Verdict::Unsure, _) => {}
        }
    }
}

#[async_trait]
impl Policy for Observe {
    async fn around(&self, call: &Call<'_>, next: Next<'_>) -> Result<Answer> {
        let span = info_span!(
            "provider_call",
            provider = %call.provider.id,
            kind = call.provider.kind,
            operation = call.operation.name,
            request_id = call.context.request_id,
            attempts = Empty,
            outcome = Empty,
            upstream_status = Empty,
        );
        let under_way = UnderWay::begin(call, &span);
        let result = next.run(call).instrument(span.clone()).await;
        let took = under_way.end(&result);
        self.remember(call, &result);
        if let Err(error) = &result {
            log(call, error, took);
        }
        result
    }

    fn concern(&self) -> Option<String> {
        let failure = (*self.last_failure())?;
        let ago = failure.at.elapsed();
        if ago > RECENTLY {
            return None;
        }
        let status = failure
            .status
            .map_or_else(String::new, |status| format!(", upstream status {status}"));
        Some(format!(
            "{} failed {} s ago: {}{status}",
            failure.operation,
            ago.as_secs(),
            failure.kind
        ))
    }
}

/// A call that has begun. One that is dropped before its end was cancelled by whoever made it.
struct UnderWay<'a> {
    call: &'a Call<'a>,
    span: &'a Span,
    begun: Instant,
    outcome: &'static str,
}

impl<'a> UnderWay<'a> {
    fn begin(call: &'a Call<'a>, span: &'a Span) -> Self {
        metrics::in_flight(call.provider, 1.0);
        Self {
            call,
            span,
            begun: Instant::now(),
            outcome: "CANCELLED",
        }
    }

    fn end(mut self, result: &Result<Answer>) -> Duration {
        self.outcome = match result {
            Ok(_) => "OK",
            Err(error) => error.kind().into(),
        };
        if let Some(status) = result.as_ref().err().and_then(status) {
            self.span.record("upstream_status", status);
        }
        self.begun.elapsed()
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.span.record("attempts", self.call.course.attempts());
        self.span.record("outcome", self.outcome);
        metrics::in_flight(self.call.provider, -1.0);
        metrics::ended(self.call, self.outcome, self.begun.elapsed());
    }
}

fn status(error: &ProviderError) -> Option<u16> {
    error.upstream().and_then(|upstream| upstream.status)
}

/// One line, as loud as whoever has to do something needs it.
fn log(call: &Call<'_>, error: &ProviderError, took: Duration) {
    macro_rules! line {
        ($level:ident) => {
            $level!(
                provider = %call.provider.id,
                kind = call.provider.kind,
                operation = call.operation.name,
                request_id = call.context.request_id,
                error = %error.kind(),
                effect = %error.effect(),
                attempts = call.course.attempts(),
                upstream_status = status(error),
                upstream_request_id = error.upstream().and_then(|upstream| upstream.request_id.as_deref()),
                retry_after_seconds = error.retry_after().map(|wait| wait.as_secs_f64()),
                milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "{} {} failed: {}",
                call.provider.id,
                call.operation.name,
                without_phone_numbers(error.message()),
            )
        };
    }
    match error.kind().facts().fault {
        // The circuit tells when it opens; each call that it refuses is no news.
        _ if error.kind() == ErrorKind::CircuitOpen => line!(debug),
        Fault::Caller | Fault::Nobody => line!(info),
        Fault::Operator | Fault::Upstream | Fault::Program => line!(warn),
    }
}

/// A message without what might be a phone number.
fn without_phone_numbers(message: &str) -> String {
    let mut kept = String::with_capacity(message.len());
    let mut digits = String::new();
    // A last character that is no digit, and is taken off again, ends the last run.
    for c in message.chars().chain(['\n']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if digits.len() < PHONE_NUMBER_DIGITS {
            kept.push_str(&digits);
        } else {
            kept.push('…');
        }
        digits.clear();
        kept.push(c);
    }
    kept.pop();
    kept
}

/// Says in the log that a circuit changed, once a change.
pub(super) fn circuit_changed(provider: &ProviderInfo, open: bool, why: &str) {
    let (id, kind) = (&provider.id, provider.kind);
    if open {
        warn!(provider = %id, kind, "the circuit of {id} is open: {why}");
    } else {
        info!(provider = %id, kind, "the circuit of {id} is closed: {why}");
    }
}

#[cfg(test)]
mod tests {
    use super::without_phone_numbers;

    #[test]
    fn what_may_be_a_phone_number_is_left_out_of_a_message() {
        for (message, kept) in [
            (
                "+19056372046 is taken, and 9056372046 too",
                "+… is taken, and … too",
            ),
            ("order 4411740", "order …"),
            (
                "no answer within 10000 ms on 2026-11-22",
                "no answer within 10000 ms on 2026-11-22",
            ),
            ("area code 289", "area code 289"),
            ("", ""),
        ] {
            assert_eq!(without_phone_numbers(message), kept);
        }
    }
}
