//! The one door to `rlibphonenumber` and the numbering metadata it carries.

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region,
    ValidationError,
};

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
    match parsed.is_possible_with_reason() {
        Ok(NumberLengthType::IsPossible) => {}
        Ok(NumberLengthType::IsPossibleLocalOnly) | Err(ValidationError::TooShort) => {
            return Err(NumberError::TooShort { given: given() });
        }
        Err(ValidationError::TooLong) => return Err(NumberError::TooLong { given: given() }),
        Err(ValidationError::InvalidLength) => return Err(NumberError::ImpossibleLength { given: given() }),
        Err(ValidationError::InvalidCountryCode) => return Err(NumberError::NotANumber { given: given() }),
    }
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

/// Whether the number lies in a range that is in use.
pub(crate) fn is_valid(number: &E164) -> bool {
    parsed(number).is_some_and(|phone| phone.is_valid())
}

/// Whether a number of its country can have this many digits, area code included.
pub(crate) fn has_full_length(number: &E164) -> bool {
    let length = parsed(number).map(|phone| phone.is_possible_with_reason());
    matches!(length, Some(Ok(NumberLengthType::IsPossible)))
}

/// Whether the country's plan has numbers of the type.
pub(crate) fn has_type(country: CountryCode, wanted: NumberType) -> bool {
    let types = region(country).and_then(|region| PHONE_NUMBER_UTIL.get_supported_types_for_region(region));
    types.is_some_and(|types| types.into_iter().any(|kind| number_type(kind, true) == wanted))
}

/// The country code, without `+`.
pub(crate) fn calling_code(country: CountryCode) -> Option<u32> {
    let code = PHONE_NUMBER_UTIL.get_country_code_for_region(region(country)?)?;
    code.try_into().ok()
}

/// The digits that people put before an area code inside the country, such as the 0 of 024.
pub(crate) fn trunk_prefix(country: CountryCode) -> Option<String> {
    let example = PHONE_NUMBER_UTIL.get_example_number(region(country)?).ok()?;
    let national: String = example
        .format_as(PhoneNumberFormat::National)
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let prefix = national.strip_suffix(&example.get_national_significant_number())?;
    (!prefix.is_empty()).then(|| prefix.to_owned())
}

/// Whether fixed lines of the country have this area code. The metadata lists no area codes, so numbers are
/// tried: the code filled up with one repeated digit to a length that the country uses.
pub(crate) fn has_area_code(country: CountryCode, area_code: &str) -> bool {
    let Some(calling_code) = calling_code(country) else {
        return false;
    };
    (area_code.len() + 3..=MAX_NATIONAL_DIGITS).any(|length| {
        (b'0'..=b'9').any(|filler| {
            let filler = char::from(filler).to_string().repeat(length - area_code.len());
            let tried = E164::parse_strict(&format!("+{calling_code}{area_code}{filler}"));
            tried.is_ok_and(|number| {
                let described = describe(&number);
                described.number_type == NumberType::Geographic
                    && described.country == Some(country)
                    && described.area_code.as_deref() == Some(area_code)
            })
        })
    })
}

/// Longest national number that [`has_area_code`] tries.
const MAX_NATIONAL_DIGITS: usize = 12;

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
