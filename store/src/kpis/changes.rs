//! Changes of numbers, as triggers write them down.

use numbering::NumberType;
use sea_orm::QueryResult;

use super::cells::{ANY_DEALER, Axis, Cell, FINEST, Finest, PLATFORM, kinds_of};
use crate::{Result, StoreError, error, sql::Columns};

/// Milliseconds of a day.
pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A number came to be like this, or was and is no longer.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) finest: Finest,
    /// 1 or -1.
    pub(super) sign: i64,
    /// On which day since the epoch, by UTC.
    pub(super) day: i64,
    beside: Option<Beside>,
}

impl Change {
    /// The columns that [`Change::read`] reads.
    pub(super) fn columns() -> String {
        format!("{FINEST}, sign, at, beside")
    }

    pub(super) fn read(row: &QueryResult) -> Result<Self> {
        let mut columns = Columns::of(row);
        let finest = Finest::read(&mut columns)?;
        let (sign, at): (i64, i64) = (columns.get()?, columns.get()?);
        let beside: Option<String> = columns.get()?;
        Ok(Self {
            finest,
            sign,
            day: at.div_euclid(DAY_MS),
            beside: beside.as_deref().map(Beside::read).transpose()?,
        })
    }

    /// Whether the number got its owner in a cell of somebody's, or came into it with one, when it came to be like this;
    /// and lost it, or left with it, when it was and is no longer.
    pub(super) fn flows(&self, owner: i64, cell: &Cell) -> bool {
        self.finest.has_owner()
            && cell.axis.has_days()
            && !self
                .beside
                .as_ref()
                .is_some_and(|beside| beside.lies_in(owner, cell))
    }
}

/// What a number was before a change or became by it, as far as it had an owner then.
#[derive(Debug, PartialEq, Eq)]
struct Beside {
    number_type: NumberType,
    provider: String,
    country: String,
    /// 0 for none.
    reseller_id: i64,
    /// 0 for none.
    dealer_id: i64,
}

impl Beside {
    fn read(text: &str) -> Result<Self> {
        let corrupt = || StoreError::Corrupt {
            table: "number_changes",
            column: "beside",
            value: text.to_owned(),
        };
        let parts: Vec<&str> = text.split('/').collect();
        let [number_type, provider, country, reseller_id, dealer_id] = parts.as_slice() else {
            return Err(corrupt());
        };
        Ok(Self {
            number_type: error::word("number_changes", "beside", number_type)?,
            provider: (*provider).to_owned(),
            country: (*country).to_owned(),
            reseller_id: reseller_id.parse().map_err(|_| corrupt())?,
            dealer_id: dealer_id.parse().map_err(|_| corrupt())?,
        })
    }

    fn lies_in(&self, owner: i64, cell: &Cell) -> bool {
        let word = match cell.axis {
            Axis::Total => "",
            Axis::Provider => self.provider.as_str(),
            Axis::Country => self.country.as_str(),
            Axis::Status | Axis::AreaCode | Axis::Pool | Axis::Stock => return false,
        };
        (owner == PLATFORM || owner == self.reseller_id)
            && (cell.dealer_id == ANY_DEALER || cell.dealer_id == self.dealer_id)
            && cell.word == word
            && kinds_of(self.number_type).any(|kind| kind == cell.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_a_change_is_read_whole_or_refused() {
        let beside = Beside::read("GEOGRAPHIC/inventory/US/3/0").unwrap();
        let expected = Beside {
            number_type: NumberType::Geographic,
            provider: "inventory".to_owned(),
            country: "US".to_owned(),
            reseller_id: 3,
            dealer_id: 0,
        };
        assert_eq!(beside, expected);
        for wrong in [
            "",
            "GEOGRAPHIC/inventory/US/3",
            "OTHER/inventory/US/3/0",
            "VOIP/x//a/0",
        ] {
            assert!(Beside::read(wrong).is_err(), "{wrong}");
        }
    }
}
