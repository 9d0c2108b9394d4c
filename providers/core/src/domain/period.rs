//! Stretches of time.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
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

impl GroupingInterval {
    /// The interval that an instant lies in, by the wall clock of a zone: `None` only at the ends of time.
    ///
    /// Days begin when the clock first shows them, which is not midnight everywhere, and are as long as the
    /// clock made them. An hour that the clock shows twice is two intervals.
    #[must_use]
    pub fn around(self, instant: Timestamp, zone: &TimeZone) -> Option<Period> {
        if self == Self::Hour {
            return hour_around(instant, zone);
        }
        let interval = self.with_date(date_at(instant, zone), zone)?;
        if instant < interval.end() {
            Some(interval)
        } else {
            // The clock went back over midnight: it shows the date before for a second time.
            self.with_date(date_at(interval.end(), zone), zone)
        }
    }

    fn with_date(self, date: Date, zone: &TimeZone) -> Option<Period> {
        let (first, next) = match self {
            Self::Hour | Self::Day => (date, date.tomorrow()),
            Self::Week => {
                let days = i64::from(date.weekday().to_monday_zero_offset());
                let monday = date.checked_sub(days.days()).ok()?;
                (monday, monday.checked_add(1.week()))
            }
            Self::Month => (date.first_of_month(), date.last_of_month().tomorrow()),
        };
        let begins = |date: Date| Some(date.to_zoned(zone.clone()).ok()?.timestamp());
        Period::new(begins(first)?, begins(next.ok()?)?).ok()
    }

    /// The intervals that a period touches, whole, earliest first. They follow each other without gaps.
    pub fn cut(self, period: Period, zone: &TimeZone) -> impl Iterator<Item = Period> {
        let zone = zone.clone();
        let next = move |at: Timestamp| self.around(at, &zone);
        let first = next(period.start());
        std::iter::successors(first, move |interval| {
            (interval.end() < period.end())
                .then(|| next(interval.end()))
                .flatten()
        })
    }
}

fn date_at(instant: Timestamp, zone: &TimeZone) -> Date {
    instant.to_zoned(zone.clone()).date()
}

/// The hour of the wall clock, cut where the clock was set to another time inside it.
fn hour_around(instant: Timestamp, zone: &TimeZone) -> Option<Period> {
    const HOUR: SignedDuration = SignedDuration::from_hours(1);
    let offset = zone.to_offset(instant);
    let wall = instant.as_nanosecond() + i128::from(offset.seconds()) * 1_000_000_000;
    let floor =
        Timestamp::from_nanosecond(instant.as_nanosecond() - wall.rem_euclid(HOUR.as_nanos())).ok()?;
    let ceiling = floor.checked_add(HOUR).ok()?;
    let last = ceiling.checked_sub(1.nanosecond()).ok()?;
    let start = if zone.to_offset(floor) == offset {
        floor
    } else {
        // The transition at the instant itself counts as before it.
        let set = zone.preceding(instant.checked_add(1.nanosecond()).ok()?).next()?;
        set.timestamp().max(floor)
    };
    let end = if zone.to_offset(last) == offset {
        ceiling
    } else {
        zone.following(instant).next()?.timestamp().min(ceiling)
    };
    Period::new(start, end).ok()
}
