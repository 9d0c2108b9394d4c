//! What can be asked about counts of numbers, and how an answer looks.

use numbering::{CountryCode, NumberCategory, NumberType};
use provider_core::domain::{
    KpiFilter, KpiGrouping, KpiKey, KpiQuery, KpiRow, KpiStatusFilter, KpiType, NumberStatus,
};
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

use crate::{Result, StoreError, error};

/// By what own numbers are counted: more than the document `callstats-number-kpis` has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountBy {
    /// Not at all: one row, also when there are no numbers.
    Nothing,
    /// Their status.
    Status,
    /// Their dealer.
    Dealer,
    /// Their type.
    Type,
    /// The document's four categories. They are counted apart, because the customers of several types don't add up
    /// to the customers of their category.
    Category,
    /// The provider they come from.
    Provider,
    /// Their country.
    Country,
    /// Their country and area code.
    AreaCode,
    /// The pool they work in; those that work in none are left out.
    Pool,
}

impl From<KpiGrouping> for CountBy {
    fn from(grouping: KpiGrouping) -> Self {
        match grouping {
            KpiGrouping::Summary => Self::Nothing,
            KpiGrouping::Status => Self::Status,
            KpiGrouping::Dealer => Self::Dealer,
            KpiGrouping::Type => Self::Type,
        }
    }
}

/// A question for counts of own numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountQuery {
    /// By what they are counted.
    pub by: CountBy,
    /// Which are counted, in the document's terms.
    pub filter: KpiFilter,
    /// Which are counted, beyond the document.
    pub within: Within,
}

impl CountQuery {
    /// Everything that the filter lets through.
    #[must_use]
    pub fn new(by: CountBy, filter: KpiFilter) -> Self {
        Self {
            by,
            filter,
            within: Within::default(),
        }
    }
}

impl From<&KpiQuery> for CountQuery {
    fn from(query: &KpiQuery) -> Self {
        Self::new(query.grouping.into(), query.filter.clone())
    }
}

/// Where counted numbers are: all given conditions hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Within {
    /// Id of the provider they come from.
    pub provider: Option<String>,
    /// Their country.
    pub country: Option<CountryCode>,
    /// The customer that has them.
    pub customer_id: Option<i64>,
    /// The group that has them.
    pub group_id: Option<i64>,
}

/// What the numbers of a row have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CountKey {
    /// Nothing.
    All,
    /// Their status.
    Status(NumberStatus),
    /// Their dealer's code; none for those without.
    Dealer(Option<String>),
    /// Their type or category.
    Type(KpiType),
    /// Id of their provider.
    Provider(String),
    /// Their country; none for numbers of several countries.
    Country(Option<CountryCode>),
    /// Their country and area code; no area code where the plan has none.
    AreaCode(Option<CountryCode>, Option<String>),
    /// Row of their pool.
    Pool(i64),
}

/// A count of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountRow {
    /// Of which numbers.
    pub key: CountKey,
    /// How many numbers.
    pub number_count: u64,
    /// How many distinct customers hold one of them. Does not add up across rows.
    pub customer_count: u64,
}

impl CountRow {
    /// The row in the document's terms; none for what the document does not count by.
    #[must_use]
    pub fn document(self) -> Option<KpiRow> {
        let key = match self.key {
            CountKey::All => KpiKey::All,
            CountKey::Status(status) => KpiKey::Status(status),
            CountKey::Dealer(code) => KpiKey::Dealer(code),
            CountKey::Type(number_type) => KpiKey::Type(number_type),
            CountKey::Provider(_) | CountKey::Country(_) | CountKey::AreaCode(..) | CountKey::Pool(_) => {
                return None;
            }
        };
        Some(KpiRow {
            key,
            number_count: self.number_count,
            customer_count: self.customer_count,
        })
    }
}

/// Counts under one key as the database has them, before the status filter is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    /// Numbers that are not dropped.
    pub(super) live: i64,
    /// Numbers that are dropped.
    pub(super) dropped: i64,
    /// Customers with a number that is not dropped.
    pub(super) customers: i64,
    /// How often a number got its owner there, or came with one; of changes alone.
    pub(super) assigned: i64,
    /// How often a number lost its owner there, or left with one; of changes alone.
    pub(super) released: i64,
}

impl Tally {
    pub(super) fn add(&mut self, more: Self) {
        self.live += more.live;
        self.dropped += more.dropped;
        self.customers += more.customers;
        self.assigned += more.assigned;
        self.released += more.released;
    }
}

/// The row of a tally: none for a key without numbers, unless it is the only row.
pub(super) fn row(key: CountKey, tally: Tally, status: KpiStatusFilter) -> Result<Option<CountRow>> {
    let (numbers, customers) = match status {
        KpiStatusFilter::All => (tally.live + tally.dropped, tally.customers),
        KpiStatusFilter::NotDropped => (tally.live, tally.customers),
        KpiStatusFilter::Dropped => (tally.dropped, 0),
    };
    if numbers == 0 && key != CountKey::All {
        return Ok(None);
    }
    Ok(Some(CountRow {
        key,
        number_count: whole(numbers)?,
        customer_count: whole(customers)?,
    }))
}

/// Rows in the order of their keys: statuses and types as their enumerations have them, no dealer before the dealers'
/// codes.
pub(super) fn in_order(mut rows: Vec<CountRow>) -> Vec<CountRow> {
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    rows
}

/// Whether a filter counts numbers of a status.
pub(super) fn lets_through(filter: KpiStatusFilter, status: NumberStatus) -> bool {
    match filter {
        KpiStatusFilter::All => true,
        KpiStatusFilter::NotDropped => status != NumberStatus::Dropped,
        KpiStatusFilter::Dropped => status == NumberStatus::Dropped,
    }
}

pub(super) fn whole(count: i64) -> Result<u64> {
    u64::try_from(count).map_err(|_| StoreError::Corrupt {
        table: "numbers",
        column: "id",
        value: format!("a count of {count}"),
    })
}

/// The types that a filter lets through.
pub(super) fn types_of(wanted: Option<KpiType>) -> impl Iterator<Item = NumberType> {
    NumberType::iter().filter(move |number_type| match wanted {
        None => true,
        Some(KpiType::Type(wanted)) => *number_type == wanted,
        Some(KpiType::Category(wanted)) => number_type.category() == wanted,
    })
}

/// An SQL expression for the category of a row's type, as [`NumberType::category`] says.
pub(super) fn category_of(column: &str) -> String {
    let mut cases = format!("CASE {column}");
    for number_type in NumberType::iter() {
        cases.push_str(&format!(
            " WHEN '{number_type}' THEN '{}'",
            number_type.category()
        ));
    }
    cases.push_str(" END");
    cases
}

/// What stands between country and area code in the word of an area.
const BETWEEN: char = '-';

/// An SQL expression for the word of a row's area: `US-404`; `US-` without area code.
pub(super) fn area_of(alias: &str) -> String {
    format!("(COALESCE({alias}.country, '') || '{BETWEEN}' || COALESCE({alias}.area_code, ''))")
}

/// The word of an area.
pub(super) fn area_word(country: Option<&str>, area_code: Option<&str>) -> String {
    format!(
        "{}{BETWEEN}{}",
        country.unwrap_or_default(),
        area_code.unwrap_or_default()
    )
}

pub(super) fn read_area(word: &str) -> Result<CountKey> {
    let corrupt = || StoreError::Corrupt {
        table: "kpi_cells",
        column: "word",
        value: word.to_owned(),
    };
    let (country, area_code) = word.split_once(BETWEEN).ok_or_else(corrupt)?;
    let area_code = (!area_code.is_empty()).then(|| area_code.to_owned());
    Ok(CountKey::AreaCode(read_country(country)?, area_code))
}

pub(super) fn read_country(word: &str) -> Result<Option<CountryCode>> {
    if word.is_empty() {
        Ok(None)
    } else {
        error::word("numbers", "country", word).map(Some)
    }
}

/// The key of a type's or category's row.
pub(super) fn of_type(number_type: NumberType) -> CountKey {
    CountKey::Type(KpiType::Type(number_type))
}

/// The key of a category's row.
pub(super) fn of_category(category: NumberCategory) -> CountKey {
    CountKey::Type(KpiType::Category(category))
}
