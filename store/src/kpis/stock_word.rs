//! The words of stock: in what state a number is, whose it was, and which areas it is of, as the cells of the axis
//! `STOCK` are divided.

use std::fmt;

use numbering::CountryCode;
use provider_core::domain::NumberStatus;

use super::query::read_country;
use crate::{Result, StoreError, error};

/// Dropped, and not resting: its carrier has it again.
pub(super) const GONE: &str = "GONE";
/// Available, and given to a dealer who has no customer for it yet.
pub(super) const SOLD_ON: &str = "SOLD_ON";

/// What stands between the parts. None of them has one in it: states and countries are words, provider ids have letters,
/// digits and `-`, and area codes digits.
const BETWEEN: char = '/';

/// `AVAILABLE/inventory/US-404/404`: state, provider, country and area code, and for numbers of +1 the first three
/// digits behind it.
pub(super) struct StockWord<'w> {
    pub(super) state: &'w str,
    pub(super) provider: &'w str,
    pub(super) country: &'w str,
    pub(super) area_code: &'w str,
    pub(super) npa: &'w str,
}

impl fmt::Display for StockWord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            state,
            provider,
            country,
            area_code,
            npa,
        } = self;
        write!(
            f,
            "{state}{BETWEEN}{provider}{BETWEEN}{country}-{area_code}{BETWEEN}{npa}"
        )
    }
}

impl StockWord<'_> {
    /// An SQL expression for the word of a row of `number_changes`.
    pub(super) fn of_change(alias: &str) -> String {
        expression(
            alias,
            &format!("{alias}.rests"),
            &format!("COALESCE({alias}.npa, '')"),
        )
    }

    /// The same for a row of `numbers`.
    pub(super) fn of_number(alias: &str) -> String {
        expression(
            alias,
            &rests_of(alias),
            &format!("COALESCE({}, '')", npa_of(alias)),
        )
    }

    /// A `LIKE` pattern for the words of a provider, of a country, or of both.
    pub(super) fn pattern(provider: Option<&str>, country: Option<CountryCode>) -> String {
        let country = country.map_or_else(|| "%".to_owned(), |country| format!("{}-%", country.as_str()));
        format!("%{BETWEEN}{}{BETWEEN}{country}", provider.unwrap_or("%"))
    }
}

fn expression(alias: &str, rests: &str, npa: &str) -> String {
    format!(
        "(CASE WHEN {alias}.status = 'DROPPED' AND {rests} = 0 THEN '{GONE}' \
         WHEN {alias}.status = 'AVAILABLE' AND {alias}.dealer_id IS NOT NULL AND {alias}.customer_id IS NULL \
         THEN '{SOLD_ON}' ELSE {alias}.status END || '{BETWEEN}' || {alias}.provider || '{BETWEEN}' || \
         COALESCE({alias}.country, '') || '-' || COALESCE({alias}.area_code, '') || '{BETWEEN}' || {npa})"
    )
}

/// An SQL expression: 1 for a row of `numbers` that has an end of quarantine.
pub(super) fn rests_of(alias: &str) -> String {
    format!("CASE WHEN {alias}.quarantine_until IS NULL THEN 0 ELSE 1 END")
}

/// An SQL expression for the area of a row of `numbers` in the North American Numbering Plan. +1 is the plan's country
/// code, and nobody else's.
pub(super) fn npa_of(alias: &str) -> String {
    format!(
        "CASE WHEN SUBSTR({alias}.e164, 1, 2) = '+1' THEN COALESCE({alias}.area_code, SUBSTR({alias}.e164, 3, 3)) END"
    )
}

/// In what state a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum StockState {
    /// As its status says; a dropped one rests.
    Status(NumberStatus),
    /// [`SOLD_ON`].
    SoldOn,
    /// [`GONE`].
    Gone,
}

impl StockState {
    pub(super) fn read(word: &str) -> Result<Self> {
        Ok(match word {
            GONE => Self::Gone,
            SOLD_ON => Self::SoldOn,
            status => Self::Status(error::word("kpi_cells", "word", status)?),
        })
    }

    /// Its status; none for numbers that are not ours any more.
    pub(super) const fn status(self) -> Option<NumberStatus> {
        match self {
            Self::Status(status) => Some(status),
            Self::SoldOn => Some(NumberStatus::Available),
            Self::Gone => None,
        }
    }
}

/// What a word says, without the provider.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StockPart {
    pub(super) state: StockState,
    pub(super) country: Option<CountryCode>,
    pub(super) area_code: Option<String>,
    pub(super) npa: Option<String>,
}

impl StockPart {
    pub(super) fn read(word: &str) -> Result<Self> {
        let corrupt = || StoreError::Corrupt {
            table: "kpi_cells",
            column: "word",
            value: word.to_owned(),
        };
        let parts: Vec<&str> = word.split(BETWEEN).collect();
        let [state, _, area, npa] = parts.as_slice() else {
            return Err(corrupt());
        };
        let (country, area_code) = area.split_once('-').ok_or_else(corrupt)?;
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Self {
            state: StockState::read(state)?,
            country: read_country(country)?,
            area_code: some(area_code),
            npa: some(npa),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_it_was_written() {
        let word = StockWord {
            state: "HELD",
            provider: "inventory",
            country: "US",
            area_code: "404",
            npa: "404",
        };
        let read = StockPart::read(&word.to_string()).unwrap();
        assert_eq!(read.state, StockState::Status(NumberStatus::Held));
        assert_eq!(
            (read.country, read.area_code.as_deref(), read.npa.as_deref()),
            (Some(CountryCode::US), Some("404"), Some("404"))
        );
        let toll_free = StockPart::read("GONE/carrier-2/-/800").unwrap();
        assert_eq!(
            (toll_free.state, toll_free.country, toll_free.area_code),
            (StockState::Gone, None, None)
        );
        for wrong in [
            "",
            "HELD/inventory/US-404",
            "LOST/inventory/US-404/404",
            "HELD/inventory/US/404",
        ] {
            assert!(StockPart::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pattern_matches_provider_and_country_alone() {
        assert_eq!(StockWord::pattern(Some("carrier"), None), "%/carrier/%");
        assert_eq!(StockWord::pattern(None, Some(CountryCode::GB)), "%/%/GB-%");
        assert_eq!(
            StockWord::pattern(Some("carrier"), Some(CountryCode::GB)),
            "%/carrier/GB-%"
        );
    }
}
