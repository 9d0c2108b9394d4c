//! What a status means, and how long to wait.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

use crate::error::{Effect, ErrorKind};

/// The longest wait that is believed.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// A status that is not 2xx: its kind, what it says about an effect, and what to do about it.
pub(super) fn classify(status: StatusCode) -> (ErrorKind, Effect, &'static str) {
    use Effect::{None, Unknown};
    match status.as_u16() {
        400 | 422 => (
            ErrorKind::InvalidRequest,
            None,
            "it does not accept a value of the request",
        ),
        401 => (
            ErrorKind::Unauthenticated,
            None,
            "it does not accept our credentials: check config.auth",
        ),
        402 => (
            ErrorKind::QuotaExceeded,
            None,
            "it wants to be paid first, or the account's limit is reached",
        ),
        403 | 451 => (
            ErrorKind::Forbidden,
            None,
            "it does not let our account do this: ask for the permission",
        ),
        404 | 410 => (
            ErrorKind::NotFound,
            None,
            "it does not know what the request is about",
        ),
        408 => (ErrorKind::Timeout, Unknown, "it did not get the request in time"),
        409 | 412 | 423 => (ErrorKind::Conflict, None, "the state of things does not allow it"),
        413 | 414 => (
            ErrorKind::InvalidRequest,
            None,
            "the request is too large for it: ask for less at once",
        ),
        429 => (ErrorKind::RateLimited, None, "it gets too many requests from us"),
        400..=499 => (
            ErrorKind::BadResponse,
            None,
            "its document has no such answer: check config.base_url",
        ),
        // Neither gets better by asking again.
        501 | 505 => (
            ErrorKind::BadResponse,
            Unknown,
            "it can't do this at all: check config.base_url",
        ),
        500..=599 => (ErrorKind::Unavailable, Unknown, "it failed: try again later"),
        300..=399 => (
            ErrorKind::BadResponse,
            Unknown,
            "redirects are not followed: check config.base_url",
        ),
        _ => (ErrorKind::BadResponse, Unknown, "no such answer is expected here"),
    }
}

/// How long the upstream asks us to wait: RFC 9110 section 10.2.3, seconds or a date, for the two statuses
/// that it stands for here. Not more than an hour; whatever can't be read or has passed is as if not said.
pub(super) fn retry_after(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    if !matches!(status.as_u16(), 429 | 503) {
        return None;
    }
    let said = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match said.parse::<u64>() {
        Ok(seconds) if !said.starts_with('+') => Duration::from_secs(seconds),
        _ => httpdate::parse_http_date(said)
            .ok()?
            .duration_since(now(headers))
            .ok()?,
    };
    Some(wait.min(LONGEST_WAIT))
}

/// The upstream's own time where it says it, as its date is by its own clock.
fn now(headers: &HeaderMap) -> SystemTime {
    headers
        .get(DATE)
        .map(HeaderValue::to_str)
        .and_then(Result::ok)
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .unwrap_or_else(SystemTime::now)
}
