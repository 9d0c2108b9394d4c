//! Reading and printing numbers, countries and place names.

use numbering::{CountryCode, E164, NumberError, fold, keypad_digits};
use proptest::prelude::*;

use super::e164;

#[test]
fn only_the_exact_e164_form_is_read_strictly() {
    for good in ["+1234567", "+123456789012345", "+19056372046"] {
        assert_eq!(good.parse::<E164>().map(String::from), Ok(good.to_owned()));
    }
    for bad in [
        "",
        "+",
        "+123456",
        "+1234567890123456",
        "+0123456789",
        "19056372046",
        "+1905637204x",
        "+1 9056372046",
        " +19056372046",
        "+1905637204\u{0664}",
        "++1234567",
    ] {
        assert!(
            matches!(E164::parse_strict(bad), Err(NumberError::NotE164 { .. })),
            "{bad}"
        );
    }
}

#[test]
fn national_text_is_read_with_its_country_and_refused_without() {
    for (text, region, expected) in [
        ("9056372046", CountryCode::US, "+19056372046"),
        ("9056372046", CountryCode::CA, "+19056372046"),
        ("(404) 399-3433", CountryCode::US, "+14043993433"),
        ("1-800-FLOWERS", CountryCode::US, "+18003569377"),
        ("01274 792823", CountryCode::GB, "+441274792823"),
        ("+44 (0)20 7839 5555", CountryCode::US, "+442078395555"),
    ] {
        assert_eq!(E164::parse(text, Some(region)), Ok(e164(expected)), "{text}");
    }
    assert_eq!(E164::parse("+44 1274 792823", None), Ok(e164("+441274792823")));
    assert!(matches!(
        E164::parse("01274 792823", None),
        Err(NumberError::NeedsCountry { .. })
    ));
}

#[test]
fn text_that_is_no_number_is_refused_by_kind() {
    let us = Some(CountryCode::US);
    assert!(matches!(
        E164::parse("hello", us),
        Err(NumberError::NotANumber { .. })
    ));
    assert!(matches!(E164::parse("", us), Err(NumberError::NotANumber { .. })));
    assert!(matches!(
        E164::parse("905637", us),
        Err(NumberError::TooShort { .. })
    ));
    assert!(matches!(
        E164::parse("905637204612", us),
        Err(NumberError::TooLong { .. })
    ));
    assert!(matches!(
        E164::parse("9056372046 ext. 12", us),
        Err(NumberError::HasExtension { .. })
    ));
    assert!(matches!(
        E164::parse(&"9".repeat(5000), us),
        Err(NumberError::NotANumber { .. } | NumberError::TooLong { .. })
    ));
}

#[test]
fn an_error_never_repeats_long_or_unprintable_input() {
    let error = E164::parse_strict(&format!("\u{1b}[31m{}", "x".repeat(500))).unwrap_err();
    let text = error.to_string();
    assert!(text.len() < 250 && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn numbers_print_nationally_and_internationally() {
    assert_eq!(e164("+19056372046").national_format(), "(905) 637-2046");
    assert_eq!(e164("+441174090162").national_format(), "0117 409 0162");
    assert_eq!(e164("+441174090162").international_format(), "+44 117 409 0162");
    assert_eq!(e164("+9991234567").international_format(), "+9991234567");
}

#[test]
fn numbers_and_countries_are_serialized_as_text() {
    let number = e164("+19056372046");
    assert_eq!(serde_json::to_value(&number).unwrap(), "+19056372046");
    assert_eq!(serde_json::from_str::<E164>("\"+19056372046\"").unwrap(), number);
    assert!(serde_json::from_str::<E164>("\"9056372046\"").is_err());
    assert_eq!(
        serde_json::from_str::<CountryCode>("\"ca\"").unwrap(),
        CountryCode::CA
    );
    assert!(serde_json::from_str::<CountryCode>("\"XX\"").is_err());
}

#[test]
fn the_assigned_country_codes_are_the_249_of_iso_3166() {
    let all: Vec<CountryCode> = CountryCode::all().collect();
    assert_eq!(all.len(), 249);
    assert!(all.is_sorted());
    assert!(
        all.iter()
            .all(|code| code.as_str().bytes().all(|byte| byte.is_ascii_uppercase()))
    );
    for unassigned in ["UK", "EU", "XK", "AA", "U", "USA", "é"] {
        assert!(unassigned.parse::<CountryCode>().is_err(), "{unassigned}");
    }
}

#[test]
fn spellings_of_a_place_fold_to_one_key() {
    for (key, spellings) in [
        (
            "saint catharines",
            ["St. Catharines", "SAINT CATHARINES", "st catharines"],
        ),
        ("saint jerome", ["Saint-Jérôme", "St-Jerome", "saint  jérôme"]),
        ("fort worth", ["Ft. Worth", "Fort Worth", "FT WORTH"]),
        ("mount vernon", ["Mt. Vernon", "Mount Vernon", "mt vernon"]),
        ("coeur dalene", ["Coeur d'Alene", "Cœur d’Alene", "COEUR DALENE"]),
        ("malmo", ["Malmö", "malmo", "MALMO\u{308}"]),
    ] {
        for spelling in spellings {
            assert_eq!(fold(spelling), key, "{spelling}");
        }
    }
}

#[test]
fn vanity_letters_are_dialed_as_their_keypad_digits() {
    assert_eq!(keypad_digits("905219CARS"), "9052192277");
    assert_eq!(
        keypad_digits("abcdefghijklmnopqrstuvwxyz"),
        "22233344455566677778889999"
    );
    assert_eq!(keypad_digits("(404) 555-3434"), "4045553434");
}

proptest! {
    #[test]
    fn a_number_prints_what_was_read(digits in "[1-9][0-9]{6,14}") {
        let text = format!("+{digits}");
        let number = E164::parse_strict(&text).unwrap();
        prop_assert_eq!(number.as_str(), &text);
        prop_assert_eq!(number.digits(), &digits);
        prop_assert_eq!(serde_json::from_value::<E164>(serde_json::to_value(&number).unwrap()).unwrap(), number);
    }

    #[test]
    fn numbers_sort_as_their_text(a in "\\+[1-9][0-9]{6,14}", b in "\\+[1-9][0-9]{6,14}") {
        prop_assert_eq!(e164(&a).cmp(&e164(&b)), a.cmp(&b));
    }

    #[test]
    fn any_text_is_read_or_refused_without_panic(text in "\\PC{0,40}", national in "[0-9 ()+-]{0,20}") {
        for region in [None, Some(CountryCode::US), Some(CountryCode::GB)] {
            for text in [&text, &national] {
                if let Ok(number) = E164::parse(text, region) {
                    prop_assert_eq!(E164::parse_strict(number.as_str()).unwrap(), number);
                }
            }
        }
    }

    #[test]
    fn folding_a_key_changes_nothing(name in "\\PC{0,30}") {
        let key = fold(&name);
        prop_assert_eq!(fold(&key), key);
    }

    #[test]
    fn folding_ignores_case(name in "[A-Za-zÀ-ÖØ-öø-ÿ' .-]{0,30}") {
        prop_assert_eq!(fold(&name.to_uppercase()), fold(&name.to_lowercase()));
    }
}
