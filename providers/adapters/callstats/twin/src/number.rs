//! What a platform holds.

/// A number, as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Where it is in its life.
    pub status: Status,
    /// Who sells it on; absent for none.
    pub dealer: Option<String>,
    /// What kind it is.
    pub number_type: NumberType,
    /// Who has it, or had it last; absent for nobody.
    pub customer: Option<u32>,
}

/// Where a number is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the document's words
pub enum Status {
    Active,
    Suspended,
    Dropped,
    /// A word that the document does not have.
    Other(&'static str),
}

/// What kind a number is ("Number Types").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the document's words
pub enum NumberType {
    Geographic,
    NonGeographic,
    Mobile,
    SpecialServices,
    /// A word that the document does not have.
    Other(&'static str),
}

impl Status {
    /// The word of the answers.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Suspended => "Suspended",
            Self::Dropped => "Dropped",
            Self::Other(word) => word,
        }
    }
}

impl NumberType {
    /// The word of the answers.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Geographic => "Geographic",
            Self::NonGeographic => "Non-Geographic",
            Self::Mobile => "Mobile",
            Self::SpecialServices => "Special Services",
            Self::Other(word) => word,
        }
    }

    /// Reads the word of the filter. The document shows `geographic` and `non_geographic`; the others are
    /// written after them.
    pub(crate) fn of_parameter(word: &str) -> Option<Self> {
        match word {
            "geographic" => Some(Self::Geographic),
            "non_geographic" => Some(Self::NonGeographic),
            "mobile" => Some(Self::Mobile),
            "special_services" => Some(Self::SpecialServices),
            _ => None,
        }
    }
}
