use std::{collections::BTreeMap, sync::Arc};

use crate::packed::{Day, SECONDS_PER_DAY, Word};

/// How many UTC days are kept in one piece.
pub const DAYS_PER_STRETCH: i64 = 32;

/// The stretch that a UTC day (days since 1970-01-01) is in.
#[must_use]
pub const fn stretch_of(day: i64) -> i64 {
    day.div_euclid(DAYS_PER_STRETCH)
}

/// An employee at an extension: whose calls a row of statistics counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Party {
    /// Row of the employee.
    pub employee_id: i64,
    /// Row of the extension.
    pub extension_id: i64,
}

/// The calls of parties in [`DAYS_PER_STRETCH`] days, unpacked for counting. Clones share what they have not changed.
#[derive(Debug, Clone)]
pub struct Stretch {
    base: i64,
    parties: BTreeMap<Party, Arc<Vec<Word>>>,
}

impl Stretch {
    /// A stretch (its number from [`stretch_of`]) without calls.
    #[must_use]
    pub fn new(stretch: i64) -> Self {
        let first_day = stretch.saturating_mul(DAYS_PER_STRETCH);
        Self {
            base: first_day.saturating_mul(SECONDS_PER_DAY),
            parties: BTreeMap::new(),
        }
    }

    /// What its words are counted from: its first second, in seconds since the Unix epoch.
    #[must_use]
    pub fn base(&self) -> i64 {
        self.base
    }

    /// Puts a party's day in the place of what was known of it. A day outside of the stretch is not taken.
    pub fn set_day(&mut self, party: Party, day: i64, calls: &Day) {
        let begins = day.saturating_mul(SECONDS_PER_DAY).saturating_sub(self.base);
        let inside = 0..DAYS_PER_STRETCH * SECONDS_PER_DAY;
        let Some(begins) = u32::try_from(begins).ok().filter(|_| inside.contains(&begins)) else {
            return;
        };
        let ends = u64::from(begins) + SECONDS_PER_DAY.unsigned_abs();
        let words = Arc::make_mut(self.parties.entry(party).or_default());
        let before = |second: u64| {
            let limit = Word::first_at(second);
            limit.map_or(words.len(), |limit| words.partition_point(|word| *word < limit))
        };
        let old = before(begins.into())..before(ends);
        let new = calls.words().iter().filter_map(|word| word.later(begins));
        words.splice(old, new);
        if words.is_empty() {
            self.parties.remove(&party);
        }
    }

    /// The parties with calls, each with its words in order.
    pub fn parties(&self) -> impl Iterator<Item = (Party, &[Word])> {
        self.parties
            .iter()
            .map(|(party, words)| (*party, words.as_slice()))
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let of = |words: &Arc<Vec<Word>>| 96 + words.capacity() * size_of::<Word>();
        128 + self.parties.values().map(of).sum::<usize>()
    }
}
