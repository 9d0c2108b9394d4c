//! Countries by their ISO 3166-1 alpha-2 code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The 249 officially assigned ISO 3166-1 alpha-2 codes, in alphabetical order.
const ASSIGNED: &str = "\
ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ\
DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJM\
JOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONP\
NRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTO\
TRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

fn assigned() -> &'static [[u8; 2]] {
    ASSIGNED.as_bytes().as_chunks().0
}

/// An assigned ISO 3166-1 alpha-2 country code, always upper case: `US`, `CA`, `GB`.
///
/// ```
/// use numbering::CountryCode;
///
/// assert_eq!("gb".parse(), Ok(CountryCode::GB));
/// assert!("UK".parse::<CountryCode>().is_err());
/// ```
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// The United States.
    pub const US: Self = Self(*b"US");
    /// Canada.
    pub const CA: Self = Self(*b"CA");
    /// The United Kingdom.
    pub const GB: Self = Self(*b"GB");

    /// The two upper-case letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII letters get in, so the fallback is never seen.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Every assigned code, in alphabetical order.
    pub fn all() -> impl Iterator<Item = Self> {
        ASSIGNED
            .as_bytes()
            .chunks_exact(2)
            .map(|pair| Self([pair[0], pair[1]]))
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no assigned ISO 3166-1 alpha-2 code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{given}\" is not a country: give an ISO 3166-1 code of two letters, such as US, CA or GB")]
pub struct UnknownCountry {
    /// What was given, cut to a printable length.
    pub given: String,
}

impl FromStr for CountryCode {
    type Err = UnknownCountry;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownCountry {
            given: crate::text::excerpt(text),
        };
        let &[first, second] = text.trim().as_bytes() else {
            return Err(unknown());
        };
        let letters = [first.to_ascii_uppercase(), second.to_ascii_uppercase()];
        assigned()
            .binary_search(&letters)
            .map(|_| Self(letters))
            .map_err(|_| unknown())
    }
}

impl TryFrom<String> for CountryCode {
    type Error = UnknownCountry;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.as_str().to_owned()
    }
}
