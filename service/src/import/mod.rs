//! Moving numbers in and out in bulk: rows of text, as a spreadsheet has them.
//!
//! One row is one number with its owner. What [`Switchboard::export_numbers`] gives, `import_numbers` of an empty
//! database makes the same inventory of; importing it again changes nothing.

mod employees;
mod export;
mod named;
mod owners;
mod parse;
mod pools;
mod write;

use provider_core::domain::E164;
use serde::{Deserialize, Serialize};

pub use employees::{EmployeeImport, EmployeeRow};

#[cfg(doc)]
use crate::Switchboard;

/// A row of an import or export: every field is text as people write it, absent where the cell is empty.
///
/// The fields are named as the columns of the file. Only `number` must be there; a row with a `group` is a number
/// that somebody has, one without is stock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportRow {
    /// Line of the file that the row begins at, for messages; the first is 1.
    #[serde(skip)]
    pub line: u64,
    /// The number: E.164, or as people of `country` write it.
    pub number: String,
    /// ISO 3166-1 code of the country that numbers without a country code are read in.
    pub country: Option<String>,
    /// AVAILABLE (default without a group), ACTIVE (default with one), SUSPENDED or DROPPED.
    pub status: Option<String>,
    /// Code of the customer's reseller; DIRECT when absent and the customer is new.
    pub reseller: Option<String>,
    /// Name of a reseller that is not there yet; its code when absent.
    pub reseller_name: Option<String>,
    /// Code of the dealer.
    pub dealer: Option<String>,
    /// Name of a dealer that is not there yet; its code when absent.
    pub dealer_name: Option<String>,
    /// Code of the customer.
    pub customer: Option<String>,
    /// Name of a customer that is not there yet; its code when absent.
    pub customer_name: Option<String>,
    /// Name of the group, unique in its customer.
    pub group: Option<String>,
    /// Name of the number, unique in its group.
    pub name: Option<String>,
    /// Number that calls are forwarded to.
    pub termination_number: Option<String>,
    /// Name of the pool that the number works in, unique in its group.
    pub pool: Option<String>,
    /// What a pool that is not there yet is made with, as JSON: `matchPeriodMinutes`, `quantity`, `match`,
    /// `replacement`, `terminationNumber`, and `externalId` where the provider has a name for it.
    pub pool_settings: Option<String>,
    /// Labels, separated by semicolons.
    pub tags: Option<String>,
    /// Recurring cost in the currency's main unit, such as `1.15`.
    pub monthly_cost: Option<String>,
    /// ISO 4217 code of `monthly_cost`.
    pub currency: Option<String>,
    /// When a DROPPED number becomes stock again, RFC 3339; the configured quarantine from now when absent.
    pub quarantine_until: Option<String>,
    /// Id of the configured provider that the number comes from; the own inventory when absent.
    pub provider: Option<String>,
    /// The provider's own id of the number.
    pub external_id: Option<String>,
}

impl ImportRow {
    /// The columns of a file, in the order in which an export has them.
    pub const COLUMNS: [&'static str; 20] = [
        "number",
        "country",
        "status",
        "reseller",
        "reseller_name",
        "dealer",
        "dealer_name",
        "customer",
        "customer_name",
        "group",
        "name",
        "termination_number",
        "pool",
        "pool_settings",
        "tags",
        "monthly_cost",
        "currency",
        "quarantine_until",
        "provider",
        "external_id",
    ];
}

/// What is wrong with one cell of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Line of the file, as [`ImportRow::line`].
    pub line: u64,
    /// One of [`ImportRow::COLUMNS`].
    pub column: &'static str,
    /// Why, for people.
    pub reason: String,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// The inventory got the number.
    Added {
        /// Line of the file.
        line: u64,
        /// The number.
        number: E164,
    },
    /// The inventory had the number before; nothing was changed, whatever the row says.
    Unchanged {
        /// Line of the file.
        line: u64,
        /// The number.
        number: E164,
    },
    /// The row can't be used; nothing of it was imported.
    Refused(Vec<RowFault>),
}

/// What became of a batch of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// One entry a row, in the order of the rows.
    pub outcomes: Vec<RowOutcome>,
}

impl ImportReport {
    /// How many numbers were added.
    #[must_use]
    pub fn added(&self) -> usize {
        self.outcomes
            .iter()
            .filter(|outcome| matches!(outcome, RowOutcome::Added { .. }))
            .count()
    }

    /// How many numbers were there before.
    #[must_use]
    pub fn unchanged(&self) -> usize {
        self.outcomes
            .iter()
            .filter(|outcome| matches!(outcome, RowOutcome::Unchanged { .. }))
            .count()
    }

    /// Every fault of every refused row.
    pub fn faults(&self) -> impl Iterator<Item = &RowFault> {
        self.outcomes.iter().flat_map(|outcome| match outcome {
            RowOutcome::Refused(faults) => faults.as_slice(),
            RowOutcome::Added { .. } | RowOutcome::Unchanged { .. } => &[],
        })
    }
}
