//! Stretches of time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// From `start` up to and without `end`; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bounds")]
pub struct Period {
    start: Timestamp,
    end: Timestamp,
}

#[derive(Deserialize)]
struct Bounds {
    start: Timestamp,
    end: Timestamp,
}

/// Why two instants don't make a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The end is before the start, or the same.
    #[error("the end must be later than the start")]
    EndNotAfterStart,
    /// Figures were asked for a time that has not come.
    #[error("the period must not reach into the future")]
    InTheFuture,
}

impl Period {
    /// A period between two instants.
    ///
    /// # Errors
    /// [`PeriodError::EndNotAfterStart`].
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, PeriodError> {
        if end > start {
            Ok(Self { start, end })
        } else {
            Err(PeriodError::EndNotAfterStart)
        }
    }

    /// The first instant inside.
    #[must_use]
    pub const fn start(&self) -> Timestamp {
        self.start
    }

    /// The first instant after.
    #[must_use]
    pub const fn end(&self) -> Timestamp {
        self.end
    }

    /// Whether nothing more can happen in it.
    #[must_use]
    pub fn is_closed(&self, now: Timestamp) -> bool {
        self.end <= now
    }

    /// Refuses a period that is not over, as the document `apio-call-center-statistics` does.
    ///
    /// # Errors
    /// [`PeriodError::InTheFuture`].
    pub fn require_closed(&self, now: Timestamp) -> Result<(), PeriodError> {
        if self.is_closed(now) {
            Ok(())
        } else {
            Err(PeriodError::InTheFuture)
        }
    }
}

impl TryFrom<Bounds> for Period {
    type Error = PeriodError;
    fn try_from(bounds: Bounds) -> Result<Self, PeriodError> {
        Self::new(bounds.start, bounds.end)
    }
}

/// How figures are grouped in time (document `telecomx-cdr-statistics`, `groupingInterval`).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GroupingInterval {
    /// Hours of the wall clock.
    Hour,
    /// Days of the calendar.
    Day,
    /// ISO 8601 weeks, Monday first.
    Week,
    /// Months of the calendar.
    Month,
}
