//! A simulated upstream of kind `telecomx`, written from its document.
//!
//! It keeps calls one by one, from 2020 until now, and counts them when it is asked. In the weeks of the document's
//! example they add up to exactly its figures.

mod calls;
mod files;
mod question;
mod staff;
mod statistics;

use std::path::Path;

use jiff::tz::TimeZone;
use provider_testkit::twin::{Sold, Twin, TwinReply, TwinRequest, Unexpected};
use serde_json::json;
use toml::Table;

use question::{Format, No, Question};
use staff::{Customer, OWN, RESOLD};

/// The zone by whose clock the twin cuts hours, days, weeks and months.
const ZONE: &str = "Europe/Copenhagen";

/// A reseller's account: its own customer has the employees of the document's answer, another customer those of the
/// document's query.
#[derive(Debug, Clone)]
pub struct TelecomxTwin {
    zone: TimeZone,
    customer_code: String,
}

impl TelecomxTwin {
    /// The code that [`config`](Twin::config) gives the customer of the document's query, unless told otherwise.
    pub const CUSTOMER_CODE: &str = "ACME";

    /// The upstream of the document.
    #[must_use]
    pub fn new() -> Self {
        Self {
            // Without the data of zones, clocks can't be set.
            zone: TimeZone::get(ZONE).unwrap_or(TimeZone::UTC),
            customer_code: Self::CUSTOMER_CODE.to_owned(),
        }
    }

    /// The same, with another code of ours for the customer of the document's query.
    #[must_use]
    pub fn with_customer(mut self, code: impl Into<String>) -> Self {
        self.customer_code = code.into();
        self
    }

    fn reply(&self, request: &TwinRequest) -> Result<TwinReply, No> {
        let question = Question::read(request, &self.zone)?;
        let customer = customer(question.customer.as_deref())?;
        let rows = statistics::count(&question, customer.employees, &self.zone);
        let file = |media_type: &str, made: Option<Vec<u8>>| match made {
            Some(bytes) => TwinReply::file(200, media_type, bytes),
            None => refusal(500, "internal_error"),
        };
        Ok(match question.format {
            Format::Json => {
                let rows: Vec<_> = rows.iter().map(|row| row.json(&question)).collect();
                TwinReply::json(200, &rows)
            }
            Format::Csv => file("text/csv; charset=utf-8", files::csv(&question, &rows).ok()),
            Format::Excel => file(files::WORKBOOK, files::workbook(&question, &rows).ok()),
        })
    }
}

impl Default for TelecomxTwin {
    fn default() -> Self {
        Self::new()
    }
}

impl Twin for TelecomxTwin {
    fn kind(&self) -> &'static str {
        "telecomx"
    }

    fn answer(&self, request: &TwinRequest) -> Result<TwinReply, Unexpected> {
        self.reply(request).or_else(|no| match no {
            No::Invalid(message) => Ok(refusal(422, message)),
            No::Denied => Ok(refusal(403, "access_denied")),
            No::Unexpected(unexpected) => Err(unexpected),
        })
    }

    fn config(&self, base_url: &str, secret_file: &Path) -> Table {
        let entry = |key: &str, value: toml::Value| Table::from_iter([(key.to_owned(), value)]);
        let secret = entry("file", secret_file.display().to_string().into());
        let mut config = entry("auth", entry("bearer", secret.into()).into());
        let customers = entry(&self.customer_code, RESOLD.id.into());
        config.insert("base_url".to_owned(), base_url.into());
        config.insert("customers".to_owned(), customers.into());
        config
    }

    /// Nothing is sold here.
    fn remember(&self, _: &Sold) {}
}

/// "Access level": others' customers are not told from those that don't exist.
fn customer(id: Option<&str>) -> Result<&'static Customer, No> {
    match id {
        None => Ok(&OWN),
        Some(id) => [&OWN, &RESOLD]
            .into_iter()
            .find(|customer| customer.id == id)
            .ok_or(No::Denied),
    }
}

/// "Errors". Where code and message stand in the body is not described.
fn refusal(status: u16, message: &str) -> TwinReply {
    TwinReply::json(status, &json!({ "code": status, "message": message }))
}
