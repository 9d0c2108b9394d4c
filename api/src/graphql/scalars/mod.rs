//! Scalars.

mod long;
mod text;

use jiff::{Timestamp, tz};
pub(crate) use long::Long;
use provider_core::domain::{CountryCode, E164};
pub(crate) use text::Text;
use text::TextScalar;

/// `PhoneNumber` in the schema.
pub(crate) type PhoneNumber = Text<E164>;
/// `CountryCode` in the schema.
pub(crate) type Country = Text<CountryCode>;
/// `DateTime` in the schema.
pub(crate) type DateTime = Text<Timestamp>;
/// `TimeZone` in the schema.
pub(crate) type TimeZone = Text<tz::TimeZone>;
/// `Decimal` in the schema.
pub(crate) type Decimal = Text<DecimalText>;

impl TextScalar for E164 {
    const NAME: &'static str = "PhoneNumber";
    const DESCRIPTION: &'static str = "A phone number in E.164 form: `+`, the country code and the national number, \
        7 to 15 digits, no spaces: `+441174090162`. Other forms are refused with a message that says how to \
        write them.";
    const SPECIFIED_BY: Option<&'static str> = Some("https://www.itu.int/rec/T-REC-E.164/");

    fn read(text: &str) -> Result<Self, String> {
        Self::parse_strict(text).map_err(|error| match Self::parse(text, Some(CountryCode::US)) {
            Ok(meant) if meant.is_nanp() => {
                format!("{error}; a North American number is meant? Write {meant}")
            }
            _ => error.to_string(),
        })
    }

    fn write(&self) -> String {
        self.as_str().to_owned()
    }
}

impl TextScalar for CountryCode {
    const NAME: &'static str = "CountryCode";
    const DESCRIPTION: &'static str =
        "A country by its assigned ISO 3166-1 alpha-2 code, upper case: `US`, `CA`, `GB`.";
    const SPECIFIED_BY: Option<&'static str> = Some("https://www.iso.org/iso-3166-country-codes.html");

    fn read(text: &str) -> Result<Self, String> {
        match text.parse::<Self>() {
            Ok(country) => Ok(country),
            Err(error) => Err(error.to_string()),
        }
    }

    fn write(&self) -> String {
        self.as_str().to_owned()
    }
}

impl TextScalar for Timestamp {
    const NAME: &'static str = "DateTime";
    const DESCRIPTION: &'static str = "An instant as RFC 3339 writes it, with its offset from UTC: \
        `2026-03-01T09:30:00+01:00`. Answers are in UTC: `2026-03-01T08:30:00Z`, with up to three digits of a \
        second.";
    const SPECIFIED_BY: Option<&'static str> = Some("https://www.rfc-editor.org/rfc/rfc3339");

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| {
            let shown: String = text.chars().take(40).collect();
            format!("\"{shown}\" is no RFC 3339 instant with an offset, such as 2026-03-01T09:30:00Z")
        })
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl TextScalar for tz::TimeZone {
    const NAME: &'static str = "TimeZone";
    const DESCRIPTION: &'static str =
        "A time zone by its name in the IANA database: `Europe/Copenhagen`, `America/Toronto`, `UTC`.";
    const SPECIFIED_BY: Option<&'static str> = Some("https://www.iana.org/time-zones");

    fn read(text: &str) -> Result<Self, String> {
        Self::get(text).map_err(|_| {
            let shown: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
            format!("\"{shown}\" is no time zone: write the name of one in the IANA database, such as Europe/Copenhagen")
        })
    }

    fn write(&self) -> String {
        self.iana_name().unwrap_or("UTC").to_owned()
    }
}

/// A decimal number in text; only ever written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecimalText(pub(crate) String);

impl TextScalar for DecimalText {
    const NAME: &'static str = "Decimal";
    const DESCRIPTION: &'static str =
        "An exact decimal number as text, so that no digit is lost: `\"1.15\"`.";
    const SPECIFIED_BY: Option<&'static str> = None;

    fn read(text: &str) -> Result<Self, String> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(fraction) {
            Ok(Self(text.to_owned()))
        } else {
            Err("write a decimal number, such as 1.15".to_owned())
        }
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_north_american_number_without_its_country_code_is_refused_with_the_right_form() {
        let fault = E164::read("9056372046").unwrap_err();
        assert!(fault.contains("+19056372046"), "{fault}");
        assert!(!E164::read("12").unwrap_err().contains("+12"));
    }

    #[test]
    fn an_instant_needs_an_offset_and_is_answered_in_utc() {
        let instant = Timestamp::read("2026-03-01T09:30:00+01:00").unwrap();
        assert_eq!(instant.write(), "2026-03-01T08:30:00Z");
        assert!(Timestamp::read("2026-03-01T09:30:00").is_err());
        assert!(Timestamp::read("2026-03-01").is_err());
    }

    #[test]
    fn a_time_zone_has_a_name_in_the_database() {
        assert_eq!(
            tz::TimeZone::read("Europe/Copenhagen").unwrap().write(),
            "Europe/Copenhagen"
        );
        assert_eq!(tz::TimeZone::read("UTC").unwrap().write(), "UTC");
        for bad in [
            "",
            "Mars/Olympus",
            "+02:00",
            "../etc/passwd",
            "EST5EDT,M3.2.0,M11.1.0",
        ] {
            assert!(tz::TimeZone::read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_decimal_is_digits_and_a_point() {
        for good in ["1", "1.15", "-0.5"] {
            assert_eq!(DecimalText::read(good).unwrap().write(), good);
        }
        for bad in ["", ".5", "1.", "1e3", "NaN", "--1"] {
            assert!(DecimalText::read(bad).is_err(), "{bad}");
        }
    }
}
