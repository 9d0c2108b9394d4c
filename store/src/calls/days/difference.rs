use std::fmt;

use calls::packed::{DayError, SECONDS_PER_DAY};
use jiff::Timestamp;

use super::{DayRange, SubjectKind};

/// A packed day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WhichDay {
    /// Row of the customer.
    pub customer_id: i64,
    /// Whose day it is.
    pub kind: SubjectKind,
    /// Row of the employee, the number or the pool.
    pub subject_id: i64,
    /// Row of the extension; 0 for numbers and pools.
    pub extension_id: i64,
    /// UTC day, counted from 1970-01-01.
    pub day: i64,
}

/// Something that the packed days say and the calls don't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// A day has other calls.
    Day {
        /// Which.
        which: WhichDay,
        /// Calls that are not packed.
        missing: usize,
        /// Packed calls that are none.
        superfluous: usize,
    },
    /// A day can't be unpacked.
    Unreadable {
        /// Which.
        which: WhichDay,
        /// Why.
        error: DayError,
    },
    /// There are calls outside of the days that are said to have some, which nobody therefore reads.
    Range {
        /// Row of the customer.
        customer_id: i64,
        /// The days that are said to have calls.
        known: Option<DayRange>,
        /// Those that have.
        actual: DayRange,
    },
}

impl Difference {
    /// The days that have to be made anew.
    pub(super) fn days(&self) -> DayRange {
        match self {
            Self::Day { which, .. } | Self::Unreadable { which, .. } => DayRange {
                first: which.day,
                last: which.day,
            },
            Self::Range { actual, .. } => *actual,
        }
    }
}

impl fmt::Display for WhichDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            customer_id,
            subject_id,
            extension_id,
            ..
        } = self;
        write!(f, "customer {customer_id}, ")?;
        match self.kind {
            SubjectKind::Employee => write!(f, "employee {subject_id} at extension {extension_id}")?,
            SubjectKind::Number => write!(f, "number {subject_id}")?,
            SubjectKind::Pool => write!(f, "pool {subject_id}")?,
        }
        write!(f, ", {}", date(self.day))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day {
                which,
                missing,
                superfluous,
            } => write!(
                f,
                "{which}: {missing} calls are not packed, {superfluous} packed ones are none"
            ),
            Self::Unreadable { which, error } => write!(f, "{which}: {error}"),
            Self::Range {
                customer_id,
                known,
                actual,
            } => {
                let (first, last) = (date(actual.first), date(actual.last));
                write!(
                    f,
                    "customer {customer_id}: there are calls from {first} to {last}, "
                )?;
                match known {
                    Some(known) => write!(f, "known are {} to {}", date(known.first), date(known.last)),
                    None => write!(f, "none are known"),
                }
            }
        }
    }
}

/// The UTC day as a date, where it is one.
fn date(day: i64) -> String {
    let midnight = Timestamp::from_second(day.saturating_mul(SECONDS_PER_DAY));
    midnight.map_or_else(
        |_| format!("day {day}"),
        |midnight| midnight.strftime("%F").to_string(),
    )
}
