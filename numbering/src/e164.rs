//! Phone numbers in E.164 form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::{excerpt, is_digits};
use crate::{CountryCode, metadata};

/// `+` and at most 15 digits (ITU-T E.164).
const CAPACITY: usize = 16;
/// Fewest digits accepted after the `+`, country code included.
const MIN_DIGITS: usize = 7;

/// A phone number in E.164 form: `+`, then 7 to 15 digits, the first not 0 (`^\+[1-9]\d{6,14}$`).
///
/// Ordered as its text. Serialized as its text.
///
/// ```
/// use numbering::{CountryCode, E164};
///
/// let number = E164::parse("(905) 637-2046", Some(CountryCode::CA))?;
/// assert_eq!(number.as_str(), "+19056372046");
/// assert_eq!(number.national_format(), "(905) 637-2046");
/// assert_eq!(E164::parse_strict("+19056372046")?, number);
/// assert!(E164::parse("905 637 2046", None).is_err(), "a country is never guessed");
/// # Ok::<(), numbering::NumberError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164 {
    /// The text, padded with zero bytes: these sort before digits, so derived order is text order.
    text: [u8; CAPACITY],
}

impl E164 {
    /// Reads exactly the E.164 form; spaces or a missing `+` are errors.
    ///
    /// # Errors
    /// [`NumberError::NotE164`] for anything else.
    pub fn parse_strict(text: &str) -> Result<Self, NumberError> {
        let digits = text.strip_prefix('+').unwrap_or_default();
        if digits.len() < MIN_DIGITS
            || digits.len() >= CAPACITY
            || !is_digits(digits)
            || digits.starts_with('0')
        {
            return Err(NumberError::NotE164 { given: excerpt(text) });
        }
        let mut padded = [0; CAPACITY];
        padded[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { text: padded })
    }

    /// Reads a number as people write it: E.164, international (`+44 1274 792823`), or national text with
    /// the country it is national to (`01274 792823` and `GB`). The country is never guessed. Unlike
    /// [`E164::parse_strict`] this knows the plans: the country code must exist, the length be one of its country.
    ///
    /// # Errors
    /// [`NumberError`] when the text is no number, has an impossible length for its country, carries an
    /// extension, or is national while no country is given.
    pub fn parse(text: &str, default_region: Option<CountryCode>) -> Result<Self, NumberError> {
        Self::parse_strict(&metadata::to_e164(text, default_region)?)
    }

    /// The text, `+` first.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.text.iter().position(|byte| *byte == 0).unwrap_or(CAPACITY);
        // Only ASCII gets in, so the fallback is never seen.
        std::str::from_utf8(&self.text[..end]).unwrap_or_default()
    }

    /// The digits after the `+`.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.as_str()[1..]
    }

    /// As people inside the number's country write it: `(905) 637-2046`, `01274 792823`.
    #[must_use]
    pub fn national_format(&self) -> String {
        metadata::national_format(self)
    }

    /// As people outside the number's country write it: `+1 905-637-2046`, `+44 1274 792823`.
    #[must_use]
    pub fn international_format(&self) -> String {
        metadata::international_format(self)
    }

    /// Whether the number is in the North American Numbering Plan (country code 1, ten national digits).
    #[must_use]
    pub fn is_nanp(&self) -> bool {
        self.nanp_digits().is_some()
    }

    /// The ten national digits of a North American number.
    pub(crate) fn nanp_digits(&self) -> Option<&str> {
        self.digits()
            .strip_prefix('1')
            .filter(|national| national.len() == 10)
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for E164 {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_strict(text)
    }
}

impl TryFrom<String> for E164 {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse_strict(&text)
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.as_str().to_owned()
    }
}

/// Why a text is no phone number. `given` repeats the input, cut to a printable length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NumberError {
    /// Not the strict E.164 form.
    #[error(
        "\"{given}\" is not an E.164 number: write + and 7 to 15 digits, country code first, such as +19056372046"
    )]
    NotE164 {
        /// The input.
        given: String,
    },
    /// National text without a country.
    #[error(
        "\"{given}\" has no country code: write it as +<country code><number>, or say which country it is in"
    )]
    NeedsCountry {
        /// The input.
        given: String,
    },
    /// The text holds no phone number.
    #[error("\"{given}\" is not a phone number")]
    NotANumber {
        /// The input.
        given: String,
    },
    /// Too few digits for its country.
    #[error("\"{given}\" is too short for a phone number of its country")]
    TooShort {
        /// The input.
        given: String,
    },
    /// Too many digits for its country.
    #[error("\"{given}\" is too long for a phone number of its country")]
    TooLong {
        /// The input.
        given: String,
    },
    /// A length that no number of its country has.
    #[error("\"{given}\" has a length that no phone number of its country has")]
    ImpossibleLength {
        /// The input.
        given: String,
    },
    /// An extension follows the number.
    #[error("\"{given}\" has an extension: give the number alone")]
    HasExtension {
        /// The input.
        given: String,
    },
}

impl NumberError {
    /// The stable code of every variant, for callers that report errors by code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "INVALID_NUMBER"
    }
}
