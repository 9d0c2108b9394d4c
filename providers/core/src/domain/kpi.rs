//! Counts of numbers (document `callstats-number-kpis`).

use jiff::Timestamp;
use numbering::{NumberCategory, NumberType};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::NumberStatus;

/// A question for counts of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KpiQuery {
    /// By what the counts are broken down.
    pub grouping: KpiGrouping,
    /// Which numbers are counted.
    pub filter: KpiFilter,
}

/// By what counts are broken down.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KpiGrouping {
    /// Not at all: one row (`/numbers/`).
    Summary,
    /// By status (`byStatus`).
    Status,
    /// By dealer (`byDealer`).
    Dealer,
    /// By type or category of number (`byType`).
    Type,
}

/// Which numbers are counted. The default is all of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct KpiFilter {
    /// By status.
    pub status: KpiStatusFilter,
    /// By dealer; absent for all.
    pub dealer: Option<DealerFilter>,
    /// By type or category; absent for all.
    pub number_type: Option<KpiType>,
}

/// Which numbers are counted, by status.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KpiStatusFilter {
    /// Every number.
    #[default]
    All,
    /// All but the dropped ones: `active` and its alias `excludeDropped`.
    NotDropped,
    /// Only the dropped ones: `dropped`.
    Dropped,
}

/// `active` or `excludeDropped` was asked for together with `dropped`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "active numbers and dropped numbers exclude each other: give one of active (excludeDropped) and dropped"
)]
pub struct KpiFlagsExcludeEachOther;

impl KpiStatusFilter {
    /// Reads the document's three flags; `false` and absent are the same.
    ///
    /// # Errors
    /// [`KpiFlagsExcludeEachOther`].
    pub const fn from_flags(
        active: bool,
        exclude_dropped: bool,
        dropped: bool,
    ) -> Result<Self, KpiFlagsExcludeEachOther> {
        match (active || exclude_dropped, dropped) {
            (true, true) => Err(KpiFlagsExcludeEachOther),
            (true, false) => Ok(Self::NotDropped),
            (false, true) => Ok(Self::Dropped),
            (false, false) => Ok(Self::All),
        }
    }
}

/// Which numbers are counted, by dealer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DealerFilter {
    /// Those without a dealer: `dealerCode=`, present and empty.
    Unassigned,
    /// Those of one dealer.
    Code(String),
}

impl DealerFilter {
    /// Reads the document's parameter: empty means unassigned.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        if code.is_empty() {
            Self::Unassigned
        } else {
            Self::Code(code.to_owned())
        }
    }
}

/// What kind of number, as finely as the source tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KpiType {
    /// A type.
    Type(NumberType),
    /// One of the document's four categories.
    Category(NumberCategory),
}

/// Counts of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KpiAnswer {
    /// As of when; absent where the upstream does not say.
    pub as_of: Option<Timestamp>,
    /// One row for each key, each key once; exactly one for [`KpiGrouping::Summary`].
    pub rows: Vec<KpiRow>,
}

/// A count of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KpiRow {
    /// Of which numbers.
    pub key: KpiKey,
    /// How many numbers.
    pub number_count: u64,
    /// How many distinct customers hold one of them. Does not add up across rows.
    pub customer_count: u64,
}

/// What the numbers of a row have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KpiKey {
    /// Nothing: all that the filter lets through.
    All,
    /// Their status.
    Status(NumberStatus),
    /// Their dealer's code; `None` for those without.
    Dealer(Option<String>),
    /// Their type or category.
    Type(KpiType),
    /// A status or type of the upstream's own that means nothing here, in its words.
    Unknown(String),
}

impl KpiKey {
    /// Whether rows of a grouping can have this key.
    #[must_use]
    pub const fn fits(&self, grouping: KpiGrouping) -> bool {
        matches!(
            (self, grouping),
            (Self::All, KpiGrouping::Summary)
                | (Self::Status(_) | Self::Unknown(_), KpiGrouping::Status)
                | (Self::Dealer(_), KpiGrouping::Dealer)
                | (Self::Type(_) | Self::Unknown(_), KpiGrouping::Type)
        )
    }
}
