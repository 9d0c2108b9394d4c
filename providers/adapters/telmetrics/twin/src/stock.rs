//! What there is to sell: the numbers of the documents' examples first, then as many others as anybody wants.

use std::collections::{HashMap, HashSet};

use provider_core::domain::{E164, MatchError, NumberMatch, NumberType, Places};

use crate::shown::{self, is_shown};

/// How many numbers are left where there are few: prefix, and how many. Everywhere else there are plenty.
const LEFT: [(&str, usize); 4] = [
    // The north of Canada.
    ("+1867", 0),
    // The oldest toll-free code.
    ("+1800", 0),
    // Lerwick.
    ("+441595", 0),
    // Kirkwall.
    ("+441856", 2),
];

/// Where numbers are taken from that only share the beginning of a whole country's.
const RANGES: [(&str, &[&str]); 3] = [
    ("+1", &["+1833", "+1844", "+1855", "+1866", "+1877", "+1888"]),
    ("+4480", &["+44800", "+44808"]),
    ("+443", &["+44330", "+44333"]),
];

/// So many numbers in a row that are none of the kind asked for end the search in a block.
const MISSES: u32 = 200;

/// What is ordered: each kind is sold the numbers of its own examples first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Pool,
}

/// The stock. The same orders in the same sequence get the same numbers.
#[derive(Debug, Default)]
pub(crate) struct Stock {
    sold: HashSet<E164>,
    /// Where to go on in a block, by its first digits.
    next: HashMap<String, u64>,
}

impl Stock {
    /// Takes a number out of stock.
    pub(crate) fn remove(&mut self, number: E164) {
        self.sold.insert(number);
    }

    /// Takes so many numbers that answer a match, or as many as are left.
    ///
    /// # Errors
    /// A match that no stock can answer.
    pub(crate) fn take(
        &mut self,
        places: &Places,
        kind: Kind,
        wanted: &NumberMatch,
        count: usize,
    ) -> Result<Vec<E164>, MatchError> {
        let plan = places.plan(wanted, false)?;
        let mut taken = Vec::new();
        for number in shown::numbers(kind) {
            let facts = places.describe(&number);
            let fits = plan.steps.iter().any(|step| step.cell.admits(&number, &facts));
            if fits && taken.len() < count && !self.sold.contains(&number) {
                self.sold.insert(number.clone());
                taken.push(number);
            }
        }
        // The plan's area codes will do: which of their exchanges belong to a city is not looked at.
        let cells = plan.steps.iter().map(|step| &step.cell);
        for cell in cells {
            for range in cell.prefix.as_deref().map(ranges).unwrap_or_default() {
                while taken.len() < count
                    && let Some(number) = self.next_in(places, range, &cell.types)
                {
                    self.sold.insert(number.clone());
                    taken.push(number);
                }
            }
        }
        Ok(taken)
    }

    /// The next number that begins so and is of one of the types.
    fn next_in(&mut self, places: &Places, prefix: &str, types: &[NumberType]) -> Option<E164> {
        if self.is_empty_at(prefix) {
            return None;
        }
        let width = full_length(prefix)
            .checked_sub(prefix.len() + 1)
            .filter(|width| *width > 0)?;
        let size = 10_u64.checked_pow(u32::try_from(width).ok()?)?;
        for lead in [2, 3, 4, 5, 6, 7, 8, 9, 0, 1] {
            let block = format!("{prefix}{lead}");
            // A number in the middle looks more like one.
            let mut at = self.next.get(&block).copied().unwrap_or(size / 8);
            let mut misses = 0;
            while at < size && misses < MISSES {
                let number = E164::parse_strict(&format!("{block}{at:0width$}")).ok()?;
                at += 1;
                if self.sold.contains(&number) || is_shown(&number) {
                    continue;
                }
                if types.contains(&places.describe(&number).number_type) && !self.is_empty_at(number.as_str())
                {
                    self.next.insert(block, at);
                    return Some(number);
                }
                misses += 1;
            }
            self.next.insert(block, size);
        }
        None
    }

    /// Whether a number, or all that begin so, is from a place that has nothing left.
    fn is_empty_at(&self, number: &str) -> bool {
        let place = LEFT.iter().find(|(prefix, _)| number.starts_with(prefix));
        place.is_some_and(|(prefix, left)| {
            let sold = self.sold.iter().filter(|sold| sold.as_str().starts_with(prefix));
            sold.count() >= *left
        })
    }
}

fn ranges(prefix: &str) -> Vec<&str> {
    let known = RANGES.iter().find(|(whole, _)| *whole == prefix);
    known.map_or_else(|| vec![prefix], |(_, ranges)| ranges.to_vec())
}

/// Characters of a whole number: `+1` and ten digits, `+44` and ten digits.
fn full_length(prefix: &str) -> usize {
    if prefix.starts_with("+1") { 12 } else { 13 }
}
