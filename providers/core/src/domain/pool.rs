//! Number pools (document `telmetrics-number-pools`).

use numbering::{CountryCode, E164, GeographicMatch, NumberMatch};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::{CallRoute, GroupRef, OrderToken, ReplacementConfiguration, SmsRoute, UpstreamRef};

/// What the numbers of a pool must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PoolMatch {
    /// Of a city and region, or of an area code.
    Geographic(GeographicMatch),
    /// Free for callers.
    TollFree {
        /// Callers of this country.
        country: CountryCode,
    },
    /// Reached from the whole country at a local price.
    National {
        /// The country.
        country: CountryCode,
    },
}

impl PoolMatch {
    /// The country that the numbers are for.
    #[must_use]
    pub const fn country(&self) -> CountryCode {
        match self {
            Self::Geographic(
                GeographicMatch::City { country, .. } | GeographicMatch::AreaCode { country, .. },
            )
            | Self::TollFree { country }
            | Self::National { country } => *country,
        }
    }
}

impl From<PoolMatch> for NumberMatch {
    fn from(matching: PoolMatch) -> Self {
        match matching {
            PoolMatch::Geographic(place) => Self::Geographic(place),
            PoolMatch::TollFree { country } => Self::TollFree {
                country,
                prefix: None,
            },
            PoolMatch::National { country } => Self::National { country },
        }
    }
}

/// A wish for a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolOrder {
    /// The same on every attempt at this order.
    pub token: OrderToken,
    /// Who gets the pool.
    pub group: GroupRef,
    /// What the pool is called in reports; unique in its group. An upstream may change it.
    pub name: String,
    /// How long a session stays open to wait for a call, in minutes.
    pub match_period_minutes: u32,
    /// How many numbers it should contain.
    pub quantity: u32,
    /// What its numbers must be.
    pub matching: PoolMatch,
    /// Which numbers of a page are replaced, and for which visitors.
    pub replacement: ReplacementConfiguration,
    /// Where its calls go.
    pub route: CallRoute,
    /// Whether fewer numbers than `quantity` will do.
    pub allow_partial: bool,
}

/// Where a pool is in its life.
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
pub enum PoolStatus {
    /// Ordered, and not yet in service.
    Pending,
    /// In service.
    Active,
    /// Out of service for good.
    Retired,
}

/// A number of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PoolNumber {
    /// The number.
    pub number: E164,
    /// What the upstream calls it; the number itself where it has no other name.
    pub external_id: UpstreamRef,
}

/// What an upstream says of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolReceipt {
    /// What the upstream calls it.
    pub external_id: UpstreamRef,
    /// Its name there. May differ from the name that was asked for.
    pub name: Option<String>,
    /// What the upstream calls the group it belongs to.
    pub group: Option<UpstreamRef>,
    /// Where it is in its life.
    pub status: PoolStatus,
    /// How long a session stays open, in minutes; absent where the upstream does not say.
    pub match_period_minutes: Option<u32>,
    /// Its numbers, each once.
    pub numbers: Vec<PoolNumber>,
    /// What it replaces; absent where the upstream does not say.
    pub replacement: Option<ReplacementConfiguration>,
    /// Where its calls go; absent where the upstream does not say.
    pub route: Option<CallRoute>,
    /// Where its messages go; absent where the upstream does not say.
    pub sms_route: Option<SmsRoute>,
}

/// A wish to change a pool. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolUpdate {
    /// The pool.
    pub pool: UpstreamRef,
    /// Another name.
    pub name: Option<String>,
    /// Another match period, in minutes.
    pub match_period_minutes: Option<u32>,
    /// Other numbers to replace and other sources, in place of all those before.
    pub replacement: Option<ReplacementConfiguration>,
    /// Another route.
    pub route: Option<CallRoute>,
}

/// What becomes of the numbers that a pool does not need any more. Always said, never assumed: a number
/// nobody remembers is paid for every month.
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
pub enum Leftover {
    /// They are given back.
    Release,
    /// They stay with the group.
    Keep,
}

/// A wish for more numbers in a pool, or fewer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolResize {
    /// The same on every attempt at this change.
    pub token: OrderToken,
    /// The pool.
    pub pool: UpstreamRef,
    /// How many numbers it should contain then.
    pub quantity: u32,
    /// What becomes of numbers that are too many.
    pub leftover: Leftover,
    /// Whether a part of the growth will do.
    pub allow_partial: bool,
}

/// A wish to end a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolRetirement {
    /// The pool.
    pub pool: UpstreamRef,
    /// What becomes of its numbers.
    pub leftover: Leftover,
}

/// A pool was ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetireReceipt {
    /// The pool.
    pub pool: UpstreamRef,
    /// Whether the upstream still had it. `false` is a success too.
    pub found: bool,
    /// The numbers that were given back with it.
    pub released: Vec<E164>,
    /// The numbers that stay with the group.
    pub kept: Vec<E164>,
}
