//! A simulated upstream of kind `callstats`, written from its document.
//!
//! It holds numbers one by one and counts them when it is asked, so that every filter gives figures that fit the
//! others. The numbers of [`CallstatsTwin::new`] give exactly the answers that the document shows.

mod document;
mod filter;
mod number;

use std::collections::BTreeSet;
use std::path::Path;

use provider_testkit::twin::{Sold, Twin, TwinReply, TwinRequest, Unexpected};
use serde_json::{Map, Value, json};
use toml::Table;

use filter::Filter;
pub use number::{Number, NumberType, Status};

/// A platform with numbers.
#[derive(Debug, Clone)]
pub struct CallstatsTwin {
    numbers: Vec<Number>,
}

impl CallstatsTwin {
    /// The platform of the document: 5847 numbers, 2150 customers, the dealers `DEALER01`, `DEALER02` and `DIRECT`.
    #[must_use]
    pub fn new() -> Self {
        Self::with(document::numbers())
    }

    /// A platform with other numbers.
    #[must_use]
    pub const fn with(numbers: Vec<Number>) -> Self {
        Self { numbers }
    }
}

impl Default for CallstatsTwin {
    fn default() -> Self {
        Self::new()
    }
}

impl Twin for CallstatsTwin {
    fn kind(&self) -> &'static str {
        "callstats"
    }

    fn answer(&self, request: &TwinRequest) -> Result<TwinReply, Unexpected> {
        let breakdown = Breakdown::read(request)?;
        let filter = Filter::read(request)?;
        request.no_body()?;
        let chosen: Vec<&Number> = self
            .numbers
            .iter()
            .filter(|number| filter.lets_through(number))
            .collect();
        Ok(TwinReply::json(200, &breakdown.rows(&chosen, &filter)))
    }

    fn config(&self, base_url: &str, secret_file: &Path) -> Table {
        let entry = |key: &str, value: toml::Value| Table::from_iter([(key.to_owned(), value)]);
        let secret = entry("file", secret_file.display().to_string().into());
        let mut config = entry("auth", entry("bearer", secret.into()).into());
        config.insert("base_url".to_owned(), base_url.into());
        config
    }

    /// Nothing is sold here.
    fn remember(&self, _: &Sold) {}
}

/// "Available KPIs".
#[derive(Debug, Clone, Copy)]
enum Breakdown {
    Summary,
    Status,
    Dealer,
    Type,
}

impl Breakdown {
    fn read(request: &TwinRequest) -> Result<Self, Unexpected> {
        match (request.method(), request.segments().as_slice()) {
            ("GET", ["backend", "kpi", "numbers", ""]) => Ok(Self::Summary),
            ("GET", ["backend", "kpi", "numbers", "byStatus", ""]) => Ok(Self::Status),
            ("GET", ["backend", "kpi", "numbers", "byDealer", ""]) => Ok(Self::Dealer),
            ("GET", ["backend", "kpi", "numbers", "byType", ""]) => Ok(Self::Type),
            _ => Err(request.not_described()),
        }
    }

    /// A row for each key that the chosen numbers have; a summary is one row, also of nothing.
    fn rows(self, chosen: &[&Number], filter: &Filter) -> Vec<Value> {
        let (name, key): (&str, fn(&Number) -> Value) = match self {
            Self::Summary => return vec![row(None, chosen, filter.status_is_known())],
            Self::Status => ("number_status", |number| json!(number.status.word())),
            Self::Dealer => ("number_dealer", |number| json!(number.dealer)),
            Self::Type => ("number_type", |number| json!(number.number_type.word())),
        };
        let by_status = filter.status_is_known() || matches!(self, Self::Status);
        let mut keys: Vec<Value> = Vec::new();
        for number in chosen {
            let key = key(number);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let row_of = |wanted: Value| {
            let of_key: Vec<&Number> = chosen
                .iter()
                .filter(|number| key(number) == wanted)
                .copied()
                .collect();
            row(Some((name, wanted)), &of_key, by_status)
        };
        keys.into_iter().map(row_of).collect()
    }
}

/// Counts numbers. Where the status is known, dropped numbers have no customer; elsewhere they still count for
/// the one that had them last. No other reading fits the document: 2050 + 45 + 0 customers by status, 2150 in all.
fn row(key: Option<(&str, Value)>, numbers: &[&Number], by_status: bool) -> Value {
    let customers: BTreeSet<u32> = numbers
        .iter()
        .filter(|number| !by_status || number.status != Status::Dropped)
        .filter_map(|number| number.customer)
        .collect();
    let mut row: Map<String, Value> = key
        .map(|(name, key)| (name.to_owned(), key))
        .into_iter()
        .collect();
    row.insert("number_customer_count".to_owned(), customers.len().into());
    row.insert("number_count".to_owned(), numbers.len().into());
    row.into()
}
