//! What the tables say of numbers, the documents' examples first.

use numbering::NumberType::{self, Geographic, Mobile, National, PremiumRate, TollFree, Voip};
use numbering::{CountryCode, NumberCategory};
use strum::IntoEnumIterator;

use super::{country, facts};

/// (number, type, country, area code, exchange, locality, region)
type Expected<'a> = (&'a str, NumberType, &'a str, &'a str, &'a str, &'a str, &'a str);

#[test]
fn the_documents_numbers_have_their_type_area_code_and_place() {
    let expected: &[Expected<'_>] = &[
        ("+12898122093", Geographic, "CA", "289", "812", "", "ON"),
        ("+14043411266", Geographic, "US", "404", "341", "", "GA"),
        ("+18332018273", TollFree, "", "833", "201", "", ""),
        ("+19056372046", Geographic, "CA", "905", "637", "Burlington", "ON"),
        ("+14043211266", Geographic, "US", "404", "321", "Decatur", "GA"),
        ("+441174090162", Geographic, "GB", "117", "", "Bristol", "ENG"),
        ("+442477180193", Geographic, "GB", "24", "", "Coventry", "ENG"),
        ("+448000885644", TollFree, "GB", "", "", "", ""),
        ("+443308180609", National, "GB", "", "", "", ""),
        ("+441274792823", Geographic, "GB", "1274", "", "Bradford", "ENG"),
        ("+442078395555", Geographic, "GB", "20", "", "London", "ENG"),
    ];
    for (number, kind, country, area_code, exchange, locality, region) in expected {
        let facts = facts(number);
        let text = |value: Option<String>| value.unwrap_or_default();
        assert_eq!(facts.number_type, *kind, "{number}");
        assert_eq!(
            facts.country.map(String::from).unwrap_or_default(),
            *country,
            "{number}"
        );
        assert_eq!(text(facts.area_code), *area_code, "{number}");
        assert_eq!(text(facts.exchange), *exchange, "{number}");
        assert_eq!(text(facts.locality), *locality, "{number}");
        assert_eq!(text(facts.region), *region, "{number}");
    }
}

#[test]
fn every_kind_of_british_number_has_its_category() {
    for (number, kind, category) in [
        ("+441174090162", Geographic, NumberCategory::Geographic),
        ("+447400123456", Mobile, NumberCategory::Mobile),
        ("+443308180609", National, NumberCategory::NonGeographic),
        ("+448081570000", TollFree, NumberCategory::NonGeographic),
        ("+449012345678", PremiumRate, NumberCategory::NonGeographic),
        ("+445612345678", Voip, NumberCategory::NonGeographic),
        (
            "+447012345678",
            NumberType::SpecialService,
            NumberCategory::SpecialService,
        ),
    ] {
        let facts = facts(number);
        assert_eq!(
            (facts.number_type, facts.number_type.category()),
            (kind, category),
            "{number}"
        );
    }
}

#[test]
fn every_type_has_a_name_that_reads_back() {
    for kind in NumberType::iter() {
        assert_eq!(kind.to_string().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.to_string());
    }
}

#[test]
fn north_american_toll_free_numbers_belong_to_no_one_country() {
    for number in ["+18005550199", "+18332018273", "+18775550123"] {
        assert_eq!(
            (facts(number).number_type, facts(number).country),
            (TollFree, None),
            "{number}"
        );
    }
}

#[test]
fn an_area_code_of_several_provinces_leaves_the_region_to_the_exchange() {
    assert_eq!(facts("+19024201234").region.as_deref(), Some("NS"));
    assert_eq!(facts("+19025661234").region.as_deref(), Some("PE"));
    assert_eq!(facts("+19022001234").region, None);
}

#[test]
fn countries_that_share_a_country_code_are_told_apart() {
    for (number, expected) in [
        ("+12425021234", "BS"),
        ("+17872345678", "PR"),
        ("+14412345678", "BM"),
        ("+441481960194", "GG"),
        ("+441534960194", "JE"),
        ("+441624756789", "IM"),
    ] {
        assert_eq!(facts(number).country, Some(country(expected)), "{number}");
    }
}

#[test]
fn numbers_of_other_countries_have_their_place() {
    for (number, home, locality) in [
        ("+493012345678", "DE", "Berlin"),
        ("+3228123456", "BE", "Brussels"),
        ("+390612345678", "IT", "Rome"),
        ("+34912345678", "ES", "Madrid"),
        ("+35312345678", "IE", "Dublin"),
        ("+4315123456", "AT", "Vienna"),
    ] {
        let facts = facts(number);
        assert_eq!(facts.number_type, Geographic, "{number}");
        assert_eq!(
            (facts.country, facts.locality.as_deref()),
            (Some(country(home)), Some(locality)),
            "{number}"
        );
    }
}

#[test]
fn an_unassigned_number_is_of_unknown_type_and_no_country() {
    let facts = facts("+12992345678");
    assert_eq!(
        (facts.number_type, facts.country, facts.locality),
        (NumberType::Unknown, None, None)
    );
}

#[test]
fn a_number_in_an_area_code_newer_than_the_labels_still_has_its_region() {
    let facts = facts("+17422345678");
    assert_eq!(
        (facts.number_type, facts.country),
        (Geographic, Some(CountryCode::CA))
    );
    assert_eq!(
        (facts.area_code.as_deref(), facts.region.as_deref()),
        (Some("742"), Some("ON"))
    );
}
