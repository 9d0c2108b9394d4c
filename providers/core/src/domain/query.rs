//! Asking what could be had.

use numbering::{CountryCode, E164, GeographicMatch, NumberMatch, Tier};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::{Money, UpstreamRef};

/// A search in the stock of a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberQuery {
    /// What the numbers must be.
    pub matching: NumberMatch,
    /// Whether numbers of the same state may be offered when nothing nearer is left (tier T7).
    pub widen: bool,
    /// At most this many; from 1 to the port's `largest_limit`.
    pub limit: u32,
}

/// A number that could be ordered now. It is not reserved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockNumber {
    /// The number.
    pub number: E164,
    /// What the upstream calls it, where it has a name for stock.
    pub external_id: Option<UpstreamRef>,
    /// Why it was offered; absent where the upstream does not say.
    pub matched: Option<MatchReason>,
    /// What it costs a month, where the upstream says.
    pub monthly_cost: Option<Money>,
}

/// Why a number answers a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchReason {
    /// How near it is to what was asked for.
    pub tier: Tier,
    /// The city that the number belongs to, if known.
    pub city: Option<String>,
    /// How far that city is from the place asked for.
    pub distance_km: Option<f64>,
    /// The same in a sentence for people.
    pub reason: String,
}

/// The kinds of [`NumberMatch`], by which ports say what they can look for.
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
pub enum Selector {
    /// Local to a number.
    LocalToNumber,
    /// Local to a city.
    LocalToCity,
    /// Toll-free.
    TollFree,
    /// Geographic, by city and region.
    GeographicCity,
    /// Geographic, by area code.
    GeographicAreaCode,
    /// National.
    National,
    /// One number and no other.
    Exact,
}

impl Selector {
    /// The kind of a match.
    #[must_use]
    pub const fn of(matching: &NumberMatch) -> Self {
        match matching {
            NumberMatch::LocalToNumber { .. } => Self::LocalToNumber,
            NumberMatch::LocalToCity { .. } => Self::LocalToCity,
            NumberMatch::TollFree { .. } => Self::TollFree,
            NumberMatch::Geographic(GeographicMatch::City { .. }) => Self::GeographicCity,
            NumberMatch::Geographic(GeographicMatch::AreaCode { .. }) => Self::GeographicAreaCode,
            NumberMatch::National { .. } => Self::National,
            NumberMatch::Exact(_) => Self::Exact,
        }
    }
}

/// The countries that a port serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Countries {
    /// All of them, as far as the port knows.
    All,
    /// These and no others.
    Only(Vec<CountryCode>),
}

impl Countries {
    /// Whether a country is served.
    #[must_use]
    pub fn contains(&self, country: CountryCode) -> bool {
        match self {
            Self::All => true,
            Self::Only(some) => some.contains(&country),
        }
    }
}
