//! How near to what was asked an answer is.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// How near to what was asked a number is; nearest first, so tiers compare in order of preference.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
)]
pub enum Tier {
    /// Same area code and exchange (NPA-NXX).
    #[serde(rename = "SAME_EXCHANGE")]
    #[strum(serialize = "SAME_EXCHANGE")]
    T1SameExchange,
    /// Same city and region.
    #[serde(rename = "SAME_CITY")]
    #[strum(serialize = "SAME_CITY")]
    T2SameCity,
    /// The number's own city is unknown, but its area code covers the city asked for.
    #[serde(rename = "COVERING_AREA_CODE")]
    #[strum(serialize = "COVERING_AREA_CODE")]
    T3CoveringAreaCode,
    /// Another city within 40 km.
    #[serde(rename = "NEARBY_CITY")]
    #[strum(serialize = "NEARBY_CITY")]
    T4NearbyCity,
    /// Same area code, whatever the city.
    #[serde(rename = "SAME_AREA_CODE")]
    #[strum(serialize = "SAME_AREA_CODE")]
    T5SameAreaCode,
    /// An area code that overlays the one asked for.
    #[serde(rename = "OVERLAY_AREA_CODE")]
    #[strum(serialize = "OVERLAY_AREA_CODE")]
    T6OverlayAreaCode,
    /// Same state, province or nation; only when the caller widens.
    #[serde(rename = "SAME_REGION")]
    #[strum(serialize = "SAME_REGION")]
    T7SameRegion,
    /// Exactly what was asked for, where nearness has no meaning: toll-free, national, exact, by area code.
    #[serde(rename = "REQUESTED")]
    #[strum(serialize = "REQUESTED")]
    Requested,
}
