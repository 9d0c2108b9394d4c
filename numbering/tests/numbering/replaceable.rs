//! Entries of `numbersToReplace`.

use numbering::replaceable::{ReplaceableError, ReplaceableNumber};

#[test]
fn the_documents_numbers_to_replace_are_accepted_with_their_digits() {
    for (entry, digits) in [
        ("905219CARS", "9052192277"),
        ("4045553434", "4045553434"),
        ("01011231234", "01011231234"),
        ("4402078395555", "4402078395555"),
        ("4409011231234", "4409011231234"),
    ] {
        let number = ReplaceableNumber::parse(entry).unwrap();
        assert_eq!((number.as_str(), number.digits().as_str()), (entry, digits));
    }
}

#[test]
fn an_entry_has_7_to_20_letters_and_digits() {
    assert!(ReplaceableNumber::parse("1234567").is_ok());
    assert!(ReplaceableNumber::parse(&"1".repeat(20)).is_ok());
    for length in [0, 6, 21, 500] {
        let entry = "1".repeat(length);
        assert!(
            matches!(ReplaceableNumber::parse(&entry), Err(ReplaceableError::Length { length: found, .. }) if found == length)
        );
    }
}

#[test]
fn punctuation_in_an_entry_is_refused_by_its_first_character() {
    for (entry, at) in [
        ("905-219-CARS", '-'),
        ("(905)2192277", '('),
        ("905219CÄRS", 'Ä'),
        ("+19052192277", '+'),
    ] {
        assert!(
            matches!(ReplaceableNumber::parse(entry), Err(ReplaceableError::Character { found, .. }) if found == at)
        );
    }
}
