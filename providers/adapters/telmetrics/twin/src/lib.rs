//! A simulated Telmetrics, written from its documents `telmetrics-number-assignment` and `telmetrics-number-pools`.
//!
//! * It knows the groups of the examples, 11623282 and 12462615, and those it is given
//!   [`with_group`](TelmetricsTwin::with_group).
//! * The examples' requests get the examples' answers, in any order, the first time. After that it sells on: any
//!   city, area code and number of the United States, Canada and the United Kingdom, no number twice.
//! * What a document does not list is unexpected: a path, a method, a field, a form of a number.
//! * The documents show no refusals. Here an unknown group is a 404, and whatever can't be sold a 422 with
//!   `{ "code", "message" }`: `no_stock` when nothing is left.
//! * Nothing is left in area code 867 (Whitehorse, Yellowknife, Iqaluit), in toll-free 800, and in Lerwick (01595).
//!   Kirkwall (01856) has two numbers: a larger pool gets these two.
//! * An `Idempotency-Key` is written down and not honored: the documents don't describe one.

mod names;
mod rules;
mod shown;
mod state;
mod stock;
mod wire;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use provider_core::domain::{E164, MatchError, Places};
use provider_testkit::twin::{Sold, Twin, TwinReply, TwinRequest, Unexpected};
use toml::{Table, Value};

use crate::state::State;
use crate::wire::Problem;

/// A simulated Telmetrics.
#[derive(Debug)]
pub struct TelmetricsTwin(Mutex<State>);

/// A number that the twin sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// The number.
    pub number: E164,
    /// What the twin calls it.
    pub id: u64,
    /// Whose it is.
    pub group_id: u64,
    /// What it is called; for a number of a pool, what the pool is called.
    pub name: String,
    /// The pool that it was sold in.
    pub pool_id: Option<u64>,
    /// The `Idempotency-Key` of the request.
    pub idempotency_key: Option<String>,
}

/// Why nothing is sold.
#[derive(Debug)]
enum Refused {
    /// There is no such group.
    UnknownGroup(u64),
    /// The match can't be answered from any stock.
    Unmatched(Box<MatchError>),
    /// Nothing is left.
    NoStock,
}

impl Default for TelmetricsTwin {
    fn default() -> Self {
        Self::new()
    }
}

impl TelmetricsTwin {
    /// A Telmetrics that has sold nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Mutex::new(State::new()))
    }

    /// The same with one more group.
    #[must_use]
    pub fn with_group(self, id: u64) -> Self {
        self.state().groups.insert(id);
        self
    }

    /// What was sold, in the order of sale; nothing of an earlier life.
    #[must_use]
    pub fn sold(&self) -> Vec<Sale> {
        self.state().sales.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn create_number(&self, group: &str, request: &TwinRequest) -> Result<TwinReply, Unexpected> {
        let (group, order) = (group_id(group)?, request.json()?);
        let wanted = rules::number_wish(&order)?;
        let Ok(places) = Places::shared() else {
            return Ok(TwinReply::empty(500));
        };
        let key = request.header("idempotency-key");
        let sold = self.state().sell_number(places, group, order, &wanted, key);
        Ok(sold.map_or_else(refusal, |number| TwinReply::json(201, &number)))
    }

    fn create_pool(&self, group: &str, request: &TwinRequest) -> Result<TwinReply, Unexpected> {
        let (group, order) = (group_id(group)?, request.json()?);
        let wanted = rules::pool_wish(&order)?;
        let Ok(places) = Places::shared() else {
            return Ok(TwinReply::empty(500));
        };
        let key = request.header("idempotency-key");
        let sold = self.state().sell_pool(places, group, order, &wanted, key);
        Ok(sold.map_or_else(refusal, |pool| TwinReply::json(201, &pool)))
    }
}

impl Twin for TelmetricsTwin {
    fn kind(&self) -> &'static str {
        "telmetrics"
    }

    fn answer(&self, request: &TwinRequest) -> Result<TwinReply, Unexpected> {
        request.only_query(&[])?;
        match (request.method(), request.segments().as_slice()) {
            // The document writes both paths.
            ("POST", ["groups", group, "numbers"] | [group, "numbers"]) => self.create_number(group, request),
            ("POST", ["groups", group, "numberpools"]) => self.create_pool(group, request),
            _ => Err(request.not_described()),
        }
    }

    fn config(&self, base_url: &str, secret_file: &Path) -> Table {
        let file = Table::from_iter([(
            "file".to_owned(),
            Value::from(secret_file.to_string_lossy().as_ref()),
        )]);
        let auth = Table::from_iter([("bearer".to_owned(), Value::Table(file))]);
        Table::from_iter([
            ("base_url".to_owned(), Value::from(base_url)),
            ("auth".to_owned(), Value::Table(auth)),
        ])
    }

    fn remember(&self, sold: &Sold) {
        self.state().remember(sold);
    }
}

fn group_id(text: &str) -> Result<u64, Unexpected> {
    text.parse()
        .map_err(|_| Unexpected::new(format!("group_id: {text:?} is no id of a group")))
}

fn refusal(refused: Refused) -> TwinReply {
    let (status, code, message) = match refused {
        Refused::UnknownGroup(id) => (404, "unknown_group".to_owned(), format!("there is no group {id}")),
        Refused::Unmatched(error) => (422, error.code().to_lowercase(), error.to_string()),
        Refused::NoStock => (
            422,
            "no_stock".to_owned(),
            "no number that matches is left".to_owned(),
        ),
    };
    TwinReply::json(status, &Problem { code, message })
}
