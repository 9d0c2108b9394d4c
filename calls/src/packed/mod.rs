//! Calls packed for counting.
//!
//! A [`Word`] is everything that statistics ask of a call: when it began, to the second, how long it took, how it
//! ended for the party, on which side the party was, and whether it was local. The words of one party and one UTC
//! day make a [`Day`], which is what a database keeps: a few bytes a call. Because the second is kept, whatever
//! period, zone and interval is asked for is counted exactly, and nothing has to be read again from the calls.

mod day;
mod word;

pub use day::{Day, DayError};
pub use word::{Word, WordError};
pub(crate) use word::{disposition_of, is_local, side};

/// Seconds of a UTC day.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// The UTC day of an instant, counted from 1970-01-01.
///
/// `second` is in seconds since the Unix epoch; days before it are negative.
#[must_use]
pub const fn day_of(second: i64) -> i64 {
    second.div_euclid(SECONDS_PER_DAY)
}
