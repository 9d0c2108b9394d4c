//! What kind of number a number is.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// What a number is for, as the numbering plan says.
///
/// Mapped from the libphonenumber types: fixed line (and "fixed line or mobile" where the number carries an
/// area code) is geographic, UAN ("universal access number") is national, the others keep their names.
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
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum NumberType {
    /// Tied to a place by its area code.
    Geographic,
    /// Reached from the whole country at a local price (GB: 03).
    National,
    /// Free for the caller (NANP: 800, 833, ...; GB: 0800, 0808).
    TollFree,
    /// Paid by caller and called party together.
    SharedCost,
    /// Dearer than an ordinary call.
    PremiumRate,
    /// Assigned to mobile devices; pagers and personal numbers are special services.
    Mobile,
    /// In a range reserved for internet telephony.
    Voip,
    /// Short codes, voicemail access, pagers and personal numbers.
    SpecialService,
    /// The numbering plan's metadata doesn't say.
    Unknown,
}

impl NumberType {
    /// The category the KPI reports count this type under.
    ///
    /// The number KPI document names four: geographic (GB: 01/02), non-geographic ("national rate,
    /// freephone, and premium numbers", GB: 03/08/09), mobile (07), special services ("short codes and
    /// special service numbers"). National, toll-free, shared-cost and premium-rate numbers are the second by
    /// that definition. VoIP ranges (GB: 056) are no area code's and count as non-geographic too. A number of
    /// unknown type counts as special service, the document's only category for what is not a plain number.
    ///
    /// ```
    /// use numbering::{NumberCategory, NumberType};
    ///
    /// assert_eq!(NumberType::TollFree.category(), NumberCategory::NonGeographic);
    /// ```
    #[must_use]
    pub fn category(self) -> NumberCategory {
        match self {
            Self::Geographic => NumberCategory::Geographic,
            Self::Mobile => NumberCategory::Mobile,
            Self::National | Self::TollFree | Self::SharedCost | Self::PremiumRate | Self::Voip => {
                NumberCategory::NonGeographic
            }
            Self::SpecialService | Self::Unknown => NumberCategory::SpecialService,
        }
    }
}

/// The four kinds of number the number KPI document counts by.
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
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum NumberCategory {
    /// Local area numbers.
    Geographic,
    /// National-rate, freephone, shared-cost, premium and VoIP numbers.
    NonGeographic,
    /// Mobile numbers.
    Mobile,
    /// Short codes, special service numbers and numbers of unknown type.
    SpecialService,
}
