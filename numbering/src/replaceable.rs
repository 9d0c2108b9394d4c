//! Numbers on a web page that a pool replaces (`numbersToReplace` of the number pool document).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::keypad_digits;
use crate::text::excerpt;

/// Fewest letters and digits of an entry.
pub const MIN_LENGTH: usize = 7;
/// Most letters and digits of an entry.
pub const MAX_LENGTH: usize = 20;

/// A number as it stands on a page: 7 to 20 letters and digits in any form that people print numbers in.
///
/// It need not be a valid number of any country; the document's own examples include national forms
/// (`01011231234`), ones with a country code and trunk zero (`4402078395555`) and vanity ones (`905219CARS`).
///
/// ```
/// use numbering::replaceable::ReplaceableNumber;
///
/// let vanity = ReplaceableNumber::parse("905219CARS")?;
/// assert_eq!(vanity.digits(), "9052192277");
/// assert!(ReplaceableNumber::parse("call us").is_err());
/// # Ok::<(), numbering::replaceable::ReplaceableError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReplaceableNumber(String);

impl ReplaceableNumber {
    /// Checks an entry. Space around it is dropped; inside it only ASCII letters and digits may stand.
    ///
    /// # Errors
    /// [`ReplaceableError`] saying what to correct.
    pub fn parse(text: &str) -> Result<Self, ReplaceableError> {
        let entry = text.trim();
        let given = || excerpt(entry);
        if let Some(found) = entry.chars().find(|c| !c.is_ascii_alphanumeric()) {
            return Err(ReplaceableError::Character {
                given: given(),
                found,
            });
        }
        if !(MIN_LENGTH..=MAX_LENGTH).contains(&entry.len()) {
            return Err(ReplaceableError::Length {
                given: given(),
                length: entry.len(),
            });
        }
        Ok(Self(entry.to_owned()))
    }

    /// The entry as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits a caller dials: letters stand for their keypad digits. A page's number is matched by these.
    #[must_use]
    pub fn digits(&self) -> String {
        keypad_digits(&self.0)
    }
}

impl fmt::Display for ReplaceableNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ReplaceableNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ReplaceableNumber {
    type Error = ReplaceableError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ReplaceableNumber> for String {
    fn from(number: ReplaceableNumber) -> Self {
        number.0
    }
}

/// Why an entry of `numbersToReplace` is refused. `given` repeats it, cut to a printable length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplaceableError {
    /// Something else than a letter or digit.
    #[error(
        "\"{given}\" has a {found:?} in it: write the number to replace with letters and digits only, such as 905219CARS"
    )]
    Character {
        /// The entry.
        given: String,
        /// The first character at fault.
        found: char,
    },
    /// Too short or too long.
    #[error(
        "\"{given}\" has {length} letters and digits: a number to replace has {MIN_LENGTH} to {MAX_LENGTH}"
    )]
    Length {
        /// The entry.
        given: String,
        /// Its length.
        length: usize,
    },
}

impl ReplaceableError {
    /// The stable code of every variant.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "INVALID_NUMBER_TO_REPLACE"
    }
}
