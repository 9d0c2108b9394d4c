//! The cells that a number is counted in: which there are is said here alone. The folder, the rebuild and the
//! recount expand numbers by these rules, the reader looks cells up by them.

use std::collections::HashMap;

use numbering::{NumberCategory, NumberType};
use strum::{Display, EnumString, IntoEnumIterator, IntoStaticStr};

use super::{
    changes::Change,
    query::{Tally, area_word},
    stock_word::{GONE, SOLD_ON, StockWord, npa_of, rests_of},
};
use crate::{Result, error, sql::Columns};

/// What the numbers of a platform, a kind and a dealer are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Axis {
    Total,
    Status,
    Provider,
    Country,
    AreaCode,
    Pool,
    /// State in the stock, provider, country and areas: see [`StockWord`].
    Stock,
}

impl Axis {
    /// Whether there are figures of days for its cells.
    pub(super) const fn has_days(self) -> bool {
        matches!(self, Self::Total | Self::Provider | Self::Country)
    }
}

/// The whole platform, where a reseller's row stands else.
pub(super) const PLATFORM: i64 = 0;
/// Whatever dealer.
pub(super) const ANY_DEALER: i64 = -1;
/// No dealer.
pub(super) const NO_DEALER: i64 = 0;
/// Whatever type.
pub(super) const ANY_KIND: &str = "";

/// The cells of a category: one of a single type shares those of its type.
pub(super) const fn kind_of_category(category: NumberCategory) -> &'static str {
    match category {
        NumberCategory::Geographic => "GEOGRAPHIC",
        NumberCategory::Mobile => "MOBILE",
        NumberCategory::NonGeographic => "CATEGORY_NON_GEOGRAPHIC",
        NumberCategory::SpecialService => "CATEGORY_SPECIAL_SERVICE",
    }
}

/// The kinds of cells that a number of a type is counted in.
pub(super) fn kinds_of(number_type: NumberType) -> impl Iterator<Item = &'static str> + Clone {
    let of_type: &'static str = number_type.into();
    let of_category = kind_of_category(number_type.category());
    let category = (of_category != of_type).then_some(of_category);
    [ANY_KIND, of_type].into_iter().chain(category)
}

/// A cell: numbers that have these things in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Cell {
    pub(super) axis: Axis,
    pub(super) kind: &'static str,
    pub(super) dealer_id: i64,
    pub(super) word: String,
}

/// Everything that numbers are counted by, with how many numbers (or how many more, or fewer) there are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Finest {
    number_type: NumberType,
    status: String,
    country: Option<String>,
    area_code: Option<String>,
    provider: String,
    reseller_id: Option<i64>,
    customer_id: Option<i64>,
    dealer_id: Option<i64>,
    pool_id: Option<i64>,
    /// Whether it has an end of quarantine.
    rests: bool,
    /// Its area of the North American Numbering Plan.
    npa: Option<String>,
}

/// The columns that [`Finest::read`] reads, of changes of numbers.
pub(super) const FINEST: &str = "number_type, status, country, area_code, provider, reseller_id, customer_id, \
     dealer_id, pool_id, rests, npa";

/// The same of rows of `numbers`.
pub(super) fn finest_of_numbers() -> String {
    format!(
        "number_type, status, country, area_code, provider, reseller_id, customer_id, dealer_id, pool_id, \
         CAST({} AS BIGINT), {}",
        rests_of("numbers"),
        npa_of("numbers"),
    )
}

impl Finest {
    /// Reads [`FINEST`].
    pub(super) fn read(columns: &mut Columns<'_>) -> Result<Self> {
        let number_type: String = columns.get()?;
        Ok(Self {
            number_type: error::word("numbers", "number_type", &number_type)?,
            status: columns.get()?,
            country: columns.get()?,
            area_code: columns.get()?,
            provider: columns.get()?,
            reseller_id: columns.get()?,
            customer_id: columns.get()?,
            dealer_id: columns.get()?,
            pool_id: columns.get()?,
            rests: columns.get::<i64>()? != 0,
            npa: columns.get()?,
        })
    }

    pub(super) fn customer_id(&self) -> Option<i64> {
        self.customer_id
    }

    pub(super) fn has_owner(&self) -> bool {
        matches!(self.status.as_str(), "ACTIVE" | "SUSPENDED" | "PORTING_OUT")
    }

    fn dropped(&self) -> bool {
        self.status == "DROPPED"
    }

    fn words(&self) -> impl Iterator<Item = (Axis, String)> {
        let country = self.country.as_deref();
        let always = [
            (Axis::Total, String::new()),
            (Axis::Status, self.status.clone()),
            (Axis::Provider, self.provider.clone()),
            (Axis::Country, country.unwrap_or_default().to_owned()),
            (Axis::AreaCode, area_word(country, self.area_code.as_deref())),
        ];
        let pool = self.pool_id.map(|id| (Axis::Pool, id.to_string()));
        always.into_iter().chain(pool)
    }

    /// The cells that such a number is counted in.
    fn cells(&self) -> Vec<Cell> {
        let dealers = [ANY_DEALER, self.dealer_id.unwrap_or(NO_DEALER)];
        let mut cells = Vec::with_capacity(38);
        for (axis, word) in self.words() {
            for kind in kinds_of(self.number_type) {
                for dealer_id in dealers {
                    cells.push(Cell {
                        axis,
                        kind,
                        dealer_id,
                        word: word.clone(),
                    });
                }
            }
        }
        // Numbers of several types add up here, since no customers are counted: one kind is enough.
        let word = self.stock_word().to_string();
        for dealer_id in dealers {
            cells.push(Cell {
                axis: Axis::Stock,
                kind: self.number_type.into(),
                dealer_id,
                word: word.clone(),
            });
        }
        cells
    }

    fn stock_word(&self) -> StockWord<'_> {
        let sold_on = self.status == "AVAILABLE" && self.dealer_id.is_some() && self.customer_id.is_none();
        StockWord {
            state: match self.status.as_str() {
                "DROPPED" if !self.rests => GONE,
                _ if sold_on => SOLD_ON,
                status => status,
            },
            provider: &self.provider,
            country: self.country.as_deref().unwrap_or_default(),
            area_code: self.area_code.as_deref().unwrap_or_default(),
            npa: self.npa.as_deref().unwrap_or_default(),
        }
    }
}

/// A cell of a reseller, or of the [`PLATFORM`].
pub(super) type OwnedCell = (i64, Cell);

/// Numbers of customers in cells: how many more or fewer, or how many.
pub(super) type Holdings = HashMap<(i64, Cell), i64>;

/// Numbers by cell, and what customers have in them.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub(super) cells: HashMap<OwnedCell, Tally>,
    pub(super) holdings: Holdings,
    /// The reseller of each customer in `holdings`: a customer has one for ever.
    resellers: HashMap<i64, i64>,
}

impl Sums {
    /// What changes come to, but for the customers that cells win and lose.
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut sums = Self::default();
        for change in changes {
            sums.count(&change.finest, change.sign, |owner, cell| {
                change.flows(owner, cell)
            });
        }
        sums
    }

    /// Counts so many numbers more, or fewer.
    pub(super) fn add(&mut self, finest: &Finest, numbers: i64) {
        self.count(finest, numbers, |_, _| false);
    }

    fn count(&mut self, finest: &Finest, numbers: i64, flows: impl Fn(i64, &Cell) -> bool) {
        for cell in finest.cells() {
            for owner in [Some(PLATFORM), finest.reseller_id].into_iter().flatten() {
                let tally = self.cells.entry((owner, cell.clone())).or_default();
                if finest.dropped() {
                    tally.dropped += numbers;
                } else {
                    tally.live += numbers;
                }
                if flows(owner, &cell) {
                    tally.assigned += numbers.max(0);
                    tally.released -= numbers.min(0);
                }
            }
            // The numbers of a pool are its customer's, which needs no counting.
            let counts_customers = !matches!(cell.axis, Axis::Pool | Axis::Stock);
            if let Some(customer_id) = finest
                .customer_id
                .filter(|_| !finest.dropped() && counts_customers)
            {
                *self.holdings.entry((customer_id, cell)).or_default() += numbers;
                if let Some(reseller_id) = finest.reseller_id {
                    self.resellers.insert(customer_id, reseller_id);
                }
            }
        }
    }

    /// A customer has so many numbers of a cell after it had so many: the cell has a customer more, or one fewer.
    pub(super) fn moved(&mut self, customer_id: i64, cell: &Cell, before: i64, after: i64) {
        let more = i64::from(after > 0) - i64::from(before > 0);
        if more == 0 {
            return;
        }
        let reseller = self.resellers.get(&customer_id).copied();
        for owner in [Some(PLATFORM), reseller].into_iter().flatten() {
            self.cells.entry((owner, cell.clone())).or_default().customers += more;
        }
    }
}

/// A kind as it is stored.
pub(super) fn kind(word: &str) -> Option<&'static str> {
    let types = NumberType::iter().map(<&'static str>::from);
    let categories = NumberCategory::iter().map(kind_of_category);
    [ANY_KIND]
        .into_iter()
        .chain(types)
        .chain(categories)
        .find(|kind| *kind == word)
}
