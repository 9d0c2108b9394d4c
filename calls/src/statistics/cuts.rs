use jiff::tz::TimeZone;
use provider_core::domain::{GroupingInterval, Period};

/// A period, cut into the intervals of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cuts {
    start: i64,
    cuts: Vec<Cut>,
}

/// A whole interval, and the first second that counts for it no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) interval: Period,
    pub(super) until: i64,
}

/// A period can't be cut: it reaches to the end of time, where there is no calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the period reaches to where there is no calendar")]
pub struct NoCalendar;

impl Cuts {
    /// Cuts a period of whole seconds by the wall clock of a zone.
    ///
    /// # Errors
    /// [`NoCalendar`].
    pub fn new(interval: GroupingInterval, period: Period, zone: &TimeZone) -> Result<Self, NoCalendar> {
        let end = period.end().as_second();
        let cuts: Vec<Cut> = interval
            .cut(period, zone)
            .map(|interval| Cut {
                interval,
                until: interval.end().as_second().min(end),
            })
            .collect();
        let start = period.start().as_second();
        match cuts.last() {
            Some(last) if last.until >= end => Ok(Self { start, cuts }),
            _ => Err(NoCalendar),
        }
    }

    /// How many intervals there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.cuts.len()
    }

    /// The first second of the period.
    #[must_use]
    pub fn start(&self) -> i64 {
        self.start
    }

    /// The last second of the period.
    #[must_use]
    pub fn last(&self) -> i64 {
        self.cuts.last().map_or(self.start, |cut| cut.until - 1)
    }

    pub(super) fn get(&self, at: usize) -> Option<&Cut> {
        self.cuts.get(at)
    }

    /// The first cut from `at` on that a second is before the end of.
    pub(super) fn at_second(&self, at: usize, second: i64) -> usize {
        let rest = self.cuts.get(at..).unwrap_or_default();
        at + rest.partition_point(|cut| cut.until <= second)
    }
}
