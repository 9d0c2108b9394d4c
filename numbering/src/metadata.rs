//! The one door to `rlibphonenumber` and the numbering metadata it carries.

use rlibphonenumber::{ParseError, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region, ValidationError};

use crate::text::excerpt;
use crate::{CountryCode, E164, NumberError, NumberType};

/// What the metadata says about a number.
pub(crate) struct Described {
    pub(crate) number_type: NumberType,
    pub(crate) country: Option<CountryCode>,
    /// National destination code without trunk prefix, for numbers that have one.
    pub(crate) area_code: Option<String>,
}

/// Reads a number as people write it and prints it as E.164.
pub(crate) fn to_e164(text: &str, default_region: Option<CountryCode>) -> Result<String, NumberError> {
    let given = || excerpt(text);
    let parsed = PhoneNumber::parse(text, default_region.and_then(region)).map_err(|error| match error {
        ParseError::InvalidCountryCode if default_region.is_none() && !text.contains('+') => {
            NumberError::NeedsCountry { given: given() }
        }
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => NumberError::TooShort { given: given() },
        ParseError::TooLongNsn => NumberError::TooLong { given: given() },
        ParseError::InvalidCountryCode | ParseError::NotANumber(_) => {
            NumberError::NotANumber { given: given() }
        }
    })?;
    if parsed
        .extension
        .as_deref()
        .is_some_and(|extension| !extension.is_empty())
    {
        return Err(NumberError::HasExtension { given: given() });
    }
    parsed.is_possible_with_reason().map_err(|error| match error {
        ValidationError::InvalidCountryCode => NumberError::NotANumber { given: given() },
        ValidationError::TooShort => NumberError::TooShort { given: given() },
        ValidationError::TooLong => NumberError::TooLong { given: given() },
        ValidationError::InvalidLength => NumberError::ImpossibleLength { given: given() },
    })?;
    Ok(parsed.format_as(PhoneNumberFormat::E164).into_owned())
}

/// National format; the E.164 text itself where the metadata knows no such country code.
pub(crate) fn national_format(number: &E164) -> String {
    formatted(number, PhoneNumberFormat::National)
}

/// International format; the E.164 text itself where the metadata knows no such country code.
pub(crate) fn international_format(number: &E164) -> String {
    formatted(number, PhoneNumberFormat::International)
}

fn formatted(number: &E164, format: PhoneNumberFormat) -> String {
    match parsed(number) {
        Some(phone) => phone.format_as(format).into_owned(),
        None => number.to_string(),
    }
}

/// Type, country and area code of a number.
pub(crate) fn describe(number: &E164) -> Described {
    let Some(phone) = parsed(number) else {
        return Described {
            number_type: NumberType::Unknown,
            country: None,
            area_code: None,
        };
    };
    let national = phone.get_national_significant_number();
    let length = phone.get_length_of_geographical_area_code();
    let area_code = national
        .get(..length)
        .filter(|code| !code.is_empty())
        .map(str::to_owned);
    Described {
        number_type: number_type(phone.get_type(), area_code.is_some()),
        country: phone.get_region_code().and_then(country),
        area_code,
    }
}

fn parsed(number: &E164) -> Option<PhoneNumber> {
    PhoneNumber::parse(number.as_str(), None).ok()
}

fn number_type(kind: PhoneNumberType, has_area_code: bool) -> NumberType {
    match kind {
        PhoneNumberType::FixedLine => NumberType::Geographic,
        PhoneNumberType::FixedLineOrMobile if has_area_code => NumberType::Geographic,
        PhoneNumberType::FixedLineOrMobile | PhoneNumberType::Unknown => NumberType::Unknown,
        PhoneNumberType::Mobile => NumberType::Mobile,
        PhoneNumberType::TollFree => NumberType::TollFree,
        PhoneNumberType::PremiumRate => NumberType::PremiumRate,
        PhoneNumberType::SharedCost => NumberType::SharedCost,
        PhoneNumberType::VoIP => NumberType::Voip,
        PhoneNumberType::UAN => NumberType::National,
        PhoneNumberType::PersonalNumber | PhoneNumberType::Pager | PhoneNumberType::VoiceMail => {
            NumberType::SpecialService
        }
    }
}

fn region(country: CountryCode) -> Option<Region> {
    Region::from_code(country.as_str()).ok()
}

/// The ISO country of a libphonenumber region. Ascension and Tristan da Cunha are regions of their own there
/// and parts of Saint Helena's code in ISO 3166-1; codes that ISO doesn't assign give none.
fn country(region: Region) -> Option<CountryCode> {
    match region {
        Region::AC | Region::TA => "SH".parse().ok(),
        other => other.as_region_str().as_str().parse().ok(),
    }
}
