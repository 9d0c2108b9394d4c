use std::fmt;

use super::SECONDS_PER_DAY;
use crate::{CallFact, PartyDisposition, Side};

const LOCAL: u64 = 1;
const IN: u64 = 1 << 1;
const DISPOSITION_SHIFT: u32 = 2;
const SECONDS_SHIFT: u32 = 5;
const OFFSET_SHIFT: u32 = 37;
/// How many offsets a word has room for: 27 bits, more than four years of seconds.
const OFFSETS: u64 = 1 << (64 - OFFSET_SHIFT);

/// A call of one party in 64 bits: seconds from a base to its start (27 bits), its seconds (32), its disposition (3),
/// its side (1), whether it is local (1). Words are ordered by start first.
///
/// The base is the midnight (UTC) of the call's day in a [`Day`](super::Day), and that of a month's first day where
/// days are put together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(u64);

/// Why a number is no word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// The three bits of the disposition name none.
    #[error("{0} is no disposition of a call")]
    Disposition(u64),
    /// It does not begin inside of its day.
    #[error("a call begins {0} s after the midnight of its day")]
    Start(u64),
    /// It takes longer than a word has room for.
    #[error("a call of {0} s does not fit")]
    Seconds(u64),
}

impl Word {
    /// How many kinds of calls there are: all that a word says but when it began and how long it took.
    pub const KINDS: usize = 1 << SECONDS_SHIFT;

    /// The word of a call in its UTC day.
    #[must_use]
    pub fn of(fact: &CallFact) -> Self {
        let start = fact.start.rem_euclid(SECONDS_PER_DAY).unsigned_abs();
        Self(start << OFFSET_SHIFT | u64::from(fact.seconds) << SECONDS_SHIFT | kind_of(fact))
    }

    /// The call, if the word is of this UTC day (days since 1970-01-01).
    #[must_use]
    pub fn fact(self, day: i64) -> CallFact {
        let start = day
            .saturating_mul(SECONDS_PER_DAY)
            .saturating_add_unsigned(u64::from(self.offset()));
        CallFact {
            start,
            seconds: self.seconds(),
            side: side(self.kind()),
            disposition: disposition(self.kind() as u64 >> DISPOSITION_SHIFT)
                .unwrap_or(PartyDisposition::Unanswered),
            local: is_local(self.kind()),
        }
    }

    /// Seconds from the base to the start.
    #[must_use]
    pub const fn offset(self) -> u32 {
        (self.0 >> OFFSET_SHIFT) as u32
    }

    /// Talk seconds if it was answered, else ring seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        (self.0 >> SECONDS_SHIFT) as u32
    }

    /// Everything else in one number below [`Word::KINDS`]; see [`Kind`](crate::statistics).
    #[must_use]
    pub const fn kind(self) -> usize {
        (self.0 % Self::KINDS as u64) as usize
    }

    /// The same call seen from a base that is so many seconds earlier; none where there is no room for that.
    #[must_use]
    pub fn later(self, seconds: u32) -> Option<Self> {
        let offset = u64::from(self.offset()) + u64::from(seconds);
        (offset < OFFSETS).then_some(Self(offset << OFFSET_SHIFT | self.tail()))
    }

    /// The smallest word that begins so many seconds after the base: what begins before is smaller. None where no
    /// word begins so late.
    #[must_use]
    pub fn first_at(seconds: u64) -> Option<Self> {
        (seconds < OFFSETS).then_some(Self(seconds << OFFSET_SHIFT))
    }

    /// Everything but the start.
    pub(super) const fn tail(self) -> u64 {
        self.0 & ((1 << OFFSET_SHIFT) - 1)
    }

    /// The word with a start and a tail, if they are those of a call in a day.
    pub(super) fn in_day(start: u64, tail: u64) -> Result<Self, WordError> {
        if start >= SECONDS_PER_DAY.unsigned_abs() {
            return Err(WordError::Start(start));
        }
        if tail >> OFFSET_SHIFT != 0 {
            return Err(WordError::Seconds(tail >> SECONDS_SHIFT));
        }
        let code = (tail % Self::KINDS as u64) >> DISPOSITION_SHIFT;
        disposition(code).ok_or(WordError::Disposition(code))?;
        Ok(Self(start << OFFSET_SHIFT | tail))
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Word({} s, {} s, {:05b})",
            self.offset(),
            self.seconds(),
            self.kind()
        )
    }
}

fn kind_of(fact: &CallFact) -> u64 {
    let disposition: u64 = match fact.disposition {
        PartyDisposition::Answered => 0,
        PartyDisposition::Unanswered => 1,
        PartyDisposition::Busy => 2,
        PartyDisposition::Failed => 3,
        PartyDisposition::RungElsewhere => 4,
    };
    let side = match fact.side {
        Side::Out => 0,
        Side::In => IN,
    };
    disposition << DISPOSITION_SHIFT | side | if fact.local { LOCAL } else { 0 }
}

const fn disposition(code: u64) -> Option<PartyDisposition> {
    Some(match code {
        0 => PartyDisposition::Answered,
        1 => PartyDisposition::Unanswered,
        2 => PartyDisposition::Busy,
        3 => PartyDisposition::Failed,
        4 => PartyDisposition::RungElsewhere,
        _ => return None,
    })
}

/// The disposition of a [`Word::kind`]; none for a number that no word has.
pub(crate) const fn disposition_of(kind: usize) -> Option<PartyDisposition> {
    disposition((kind >> DISPOSITION_SHIFT) as u64)
}

/// The side of a [`Word::kind`].
pub(crate) const fn side(kind: usize) -> Side {
    if kind as u64 & IN == 0 {
        Side::Out
    } else {
        Side::In
    }
}

/// Whether a [`Word::kind`] is of local calls.
pub(crate) const fn is_local(kind: usize) -> bool {
    kind as u64 & LOCAL != 0
}
