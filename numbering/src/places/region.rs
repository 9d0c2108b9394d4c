//! States, provinces and nations.

use crate::{CountryCode, fold};

/// The code of a state (US), province (CA) or nation (GB): two or three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RegionCode([u8; 3]);

impl RegionCode {
    /// None for empty or overlong text.
    pub(crate) fn new(code: &str) -> Option<Self> {
        let mut padded = [b' '; 3];
        padded.get_mut(..code.len())?.copy_from_slice(code.as_bytes());
        (!code.is_empty() && code.is_ascii()).then_some(Self(padded))
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim_end()
    }
}

/// US states and the District of Columbia by their postal codes.
const US: &[(&str, &str)] = &[
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("DC", "District of Columbia"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
];

/// Canadian provinces and territories by their postal codes.
const CA: &[(&str, &str)] = &[
    ("AB", "Alberta"),
    ("BC", "British Columbia"),
    ("MB", "Manitoba"),
    ("NB", "New Brunswick"),
    ("NL", "Newfoundland and Labrador"),
    ("NS", "Nova Scotia"),
    ("NT", "Northwest Territories"),
    ("NU", "Nunavut"),
    ("ON", "Ontario"),
    ("PE", "Prince Edward Island"),
    ("QC", "Québec"),
    ("SK", "Saskatchewan"),
    ("YT", "Yukon"),
];

/// The nations of the United Kingdom by their ISO 3166-2:GB codes.
const GB: &[(&str, &str)] = &[
    ("ENG", "England"),
    ("NIR", "Northern Ireland"),
    ("SCT", "Scotland"),
    ("WLS", "Wales"),
];

/// The regions by which the country's cities are told apart; empty where they are not.
pub(crate) fn regions_of(country: CountryCode) -> &'static [(&'static str, &'static str)] {
    match country {
        CountryCode::US => US,
        CountryCode::CA => CA,
        CountryCode::GB => GB,
        _ => &[],
    }
}

impl CountryCode {
    /// The code of the state, province or nation of the country that a code or a name means, in any case; none
    /// where it is not one of the country's, or the country's cities are not told apart by region.
    ///
    /// ```
    /// use numbering::CountryCode;
    ///
    /// assert_eq!(CountryCode::US.region_code("Georgia").as_deref(), Some("GA"));
    /// assert_eq!(CountryCode::CA.region_code("on").as_deref(), Some("ON"));
    /// assert_eq!(CountryCode::CA.region_code("Georgia"), None);
    /// ```
    #[must_use]
    pub fn region_code(self, text: &str) -> Option<String> {
        find(self, text).map(|code| code.as_str().to_owned())
    }
}

/// The region of a country that a code or name means, in any case.
pub(crate) fn find(country: CountryCode, text: &str) -> Option<RegionCode> {
    let wanted = fold(text);
    let (code, _) = regions_of(country)
        .iter()
        .find(|(code, name)| code.eq_ignore_ascii_case(text.trim()) || fold(name) == wanted)?;
    RegionCode::new(code)
}
