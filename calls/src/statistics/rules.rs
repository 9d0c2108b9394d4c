use provider_core::domain::{CallDirection, CallStatisticsQuery};

use crate::{
    PartyDisposition,
    packed::{Word, disposition_of, is_local},
};

/// Which calls count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rules {
    /// Answered calls with less talk than this many seconds don't count.
    pub ignore_below_seconds: u32,
    /// Unanswered calls that rang for less than this many seconds don't count.
    pub ignore_unanswered_below_seconds: u32,
    /// Calls between extensions don't count.
    pub ignore_local: bool,
    /// Whose side counts. The other side's counts are zero, and nobody is left out for it.
    pub direction: CallDirection,
}

impl From<&CallStatisticsQuery> for Rules {
    fn from(query: &CallStatisticsQuery) -> Self {
        Self {
            ignore_below_seconds: query.ignore_below_seconds,
            ignore_unanswered_below_seconds: query.ignore_unanswered_below_seconds,
            ignore_local: query.ignore_local,
            direction: query.direction,
        }
    }
}

impl Rules {
    /// By kind of word, the fewest seconds of a call that counts. Both directions count here.
    pub(super) fn least_seconds(&self) -> [u64; Word::KINDS] {
        std::array::from_fn(|kind| match disposition_of(kind) {
            Some(_) if self.ignore_local && is_local(kind) => u64::MAX,
            Some(PartyDisposition::Answered) => self.ignore_below_seconds.into(),
            Some(_) => self.ignore_unanswered_below_seconds.into(),
            None => u64::MAX,
        })
    }
}
