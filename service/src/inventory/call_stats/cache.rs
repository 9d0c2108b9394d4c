//! A customer's calls as statistics read them, kept in memory.
//!
//! Days are packed in the database and unpacked here, in stretches of some weeks. Each stretch knows the version of
//! the customer's calls that it was read at; one small statement tells the version that holds now, and only days with
//! a later one are read again. So what is counted is what is committed, on every replica, and nobody has to be told.

use std::{collections::HashMap, ops::RangeInclusive, sync::Arc};

use calls::statistics::{DAYS_PER_STRETCH, Stretch, stretch_of};
use moka::sync::Cache;
use store::{
    Database, StoreError,
    calls::days::{self, CallVersion, DayRange, EmployeeDay},
};

/// Customers whose days are read by one statement.
const CUSTOMERS_PER_READ: usize = 1_000;

/// A customer and a stretch of days.
type Key = (i64, i64);

/// A stretch as of a version.
#[derive(Debug, Clone)]
struct Known {
    version: i64,
    stretch: Arc<Stretch>,
}

/// The stretches that were read lately, as many as fit into so many bytes.
#[derive(Debug)]
pub(crate) struct CallCache(Cache<Key, Known>);

/// The stretches that a question needs.
#[derive(Debug, Default)]
struct Wanted {
    /// Those that are known, with what they are to be brought to.
    stretches: HashMap<Key, Known>,
    versions: HashMap<i64, i64>,
    missing: Vec<Key>,
    stale: Vec<Key>,
}

impl CallCache {
    pub(crate) fn new(bytes: u64) -> Self {
        let weigh = |_: &Key, known: &Known| u32::try_from(known.stretch.bytes()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(bytes).weigher(weigh).build())
    }

    /// The calls of the employees of a customer, or of all customers, in a range of days: stretches that cover it,
    /// by customer, the earliest first.
    pub(crate) async fn read(
        &self,
        database: &Database,
        customer_id: Option<i64>,
        range: DayRange,
    ) -> Result<Vec<Arc<Stretch>>, StoreError> {
        let versions = days::versions(database.reader(), customer_id).await?;
        let mut wanted = self.look_up(&versions, range);
        let missing = std::mem::take(&mut wanted.missing);
        for key in &missing {
            let stretch = Arc::new(Stretch::new(key.1));
            let version = wanted.version(key.0);
            wanted.stretches.insert(*key, Known { version, stretch });
        }
        wanted.fetch(database, &missing, None).await?;
        let stale = std::mem::take(&mut wanted.stale);
        let oldest = stale
            .iter()
            .filter_map(|key| wanted.stretches.get(key))
            .map(|known| known.version)
            .min();
        if oldest.is_some() {
            wanted.fetch(database, &stale, oldest).await?;
        }
        for key in missing.iter().chain(&stale) {
            let version = wanted.version(key.0);
            if let Some(known) = wanted.stretches.get_mut(key) {
                known.version = version;
                self.0.insert(*key, known.clone());
            }
        }
        let mut stretches: Vec<(Key, Known)> = wanted.stretches.into_iter().collect();
        stretches.sort_unstable_by_key(|(key, _)| *key);
        Ok(stretches.into_iter().map(|(_, known)| known.stretch).collect())
    }

    fn look_up(&self, versions: &[CallVersion], range: DayRange) -> Wanted {
        let mut wanted = Wanted::default();
        for known in versions {
            wanted.versions.insert(known.customer_id, known.version);
            for stretch in stretches(range, known.days) {
                let key = (known.customer_id, stretch);
                match self.0.get(&key) {
                    None => wanted.missing.push(key),
                    Some(found) => {
                        if found.version < known.version {
                            wanted.stale.push(key);
                        }
                        wanted.stretches.insert(key, found);
                    }
                }
            }
        }
        wanted
    }
}

impl Wanted {
    fn version(&self, customer_id: i64) -> i64 {
        self.versions.get(&customer_id).copied().unwrap_or_default()
    }

    /// Reads the days of some stretches, those with a later version alone, and puts them into their places.
    async fn fetch(
        &mut self,
        database: &Database,
        keys: &[Key],
        newer_than: Option<i64>,
    ) -> Result<(), StoreError> {
        let numbers = || keys.iter().map(|(_, stretch)| *stretch);
        let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else {
            return Ok(());
        };
        let range = DayRange {
            first: first.saturating_mul(DAYS_PER_STRETCH),
            last: last
                .saturating_mul(DAYS_PER_STRETCH)
                .saturating_add(DAYS_PER_STRETCH - 1),
        };
        let mut customers: Vec<i64> = keys.iter().map(|(customer, _)| *customer).collect();
        customers.sort_unstable();
        customers.dedup();
        for customers in customers.chunks(CUSTOMERS_PER_READ) {
            let days = days::employee_days(database.reader(), customers, range, newer_than).await?;
            days.into_iter().for_each(|day| self.put(&day));
        }
        Ok(())
    }

    fn put(&mut self, day: &EmployeeDay) {
        let key = (day.customer_id, stretch_of(day.day));
        if let Some(known) = self.stretches.get_mut(&key) {
            Arc::make_mut(&mut known.stretch).set_day(day.party, day.day, &day.calls);
        }
    }
}

/// The stretches that some days are in, as far as there are calls.
fn stretches(range: DayRange, known: DayRange) -> RangeInclusive<i64> {
    let (first, last) = (range.first.max(known.first), range.last.min(known.last));
    if first > last {
        return RangeInclusive::new(1, 0);
    }
    stretch_of(first)..=stretch_of(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: i64, last: i64) -> DayRange {
        DayRange { first, last }
    }

    #[test]
    fn a_question_about_ever_needs_only_the_stretches_that_have_calls() {
        let known = days(-1, 64);
        assert_eq!(stretches(days(i64::MIN, i64::MAX), known), -1..=2);
        assert_eq!(stretches(days(0, 31), known), 0..=0);
        assert_eq!(stretches(days(31, 32), known), 0..=1);
        assert!(stretches(days(65, 90), known).is_empty());
        assert!(stretches(days(-90, -2), known).is_empty());
    }
}
