//! The tables as a whole.

use numbering::{E164, NumberMatch, NumberType};

use super::{facts, local_to_city, places};

fn csv(table: &str) -> Vec<Vec<String>> {
    let path = format!("{}/data/{table}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the table is in the crate");
    text.lines()
        .skip(1)
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

#[test]
fn every_geographic_area_code_has_numbers_of_its_country() {
    for row in csv("npas.csv") {
        let (npa, country, used_for) = (&row[0], &row[1], &row[3]);
        let facts = facts(&format!("+1{npa}2345678"));
        let expected = match used_for.as_str() {
            "geographic" => NumberType::Geographic,
            "toll_free" => NumberType::TollFree,
            "premium" => NumberType::PremiumRate,
            _ => continue,
        };
        // Some island countries give their exchanges to fixed, mobile and other use by range.
        let divided = !matches!(country.as_str(), "US" | "CA" | "");
        assert!(
            facts.number_type == expected || divided,
            "{npa}: {:?}",
            facts.number_type
        );
        assert_eq!(
            facts.country.map(String::from).unwrap_or_default(),
            *country,
            "{npa}"
        );
    }
}

#[test]
fn overlays_are_mutual_and_of_one_country() {
    let rows = csv("npas.csv");
    let find = |npa: &str| rows.iter().find(|row| row[0] == npa);
    for row in &rows {
        for over in row[4].split('/').filter(|over| !over.is_empty()) {
            let other = find(over).unwrap_or_else(|| panic!("{over} overlays {} and is not listed", row[0]));
            assert!(
                other[4].split('/').any(|back| back == row[0]),
                "{} and {over}",
                row[0]
            );
            assert_eq!(
                (&other[1], &other[2]),
                (&row[1], &row[2]),
                "{} and {over}",
                row[0]
            );
        }
    }
}

#[test]
fn the_british_area_codes_are_known_to_the_metadata() {
    let known = csv("gb_area_codes.csv")
        .iter()
        .filter(|row| row[0].len() <= 4)
        .count();
    let geographic = csv("gb_area_codes.csv")
        .iter()
        .filter(|row| row[0].len() <= 4)
        .filter(|row| {
            (2..=9u8).any(|digit| {
                let rest = digit.to_string().repeat(10 - row[0].len());
                let number = format!("+44{}{rest}", row[0]).parse::<E164>();
                number.is_ok_and(|number| places().describe(&number).number_type == NumberType::Geographic)
            })
        })
        .count();
    assert!(known > 550);
    assert_eq!(geographic, known);
}

#[test]
fn large_cities_have_local_numbers() {
    for (city, region, country) in [
        ("New York", "NY", "US"),
        ("Los Angeles", "CA", "US"),
        ("Chicago", "IL", "US"),
        ("Houston", "TX", "US"),
        ("Washington", "DC", "US"),
        ("Anchorage", "AK", "US"),
        ("Honolulu", "HI", "US"),
        ("Toronto", "ON", "CA"),
        ("Montréal", "QC", "CA"),
        ("Vancouver", "BC", "CA"),
        ("Halifax", "NS", "CA"),
        ("Charlottetown", "PE", "CA"),
        ("Whitehorse", "YT", "CA"),
        ("Yellowknife", "NT", "CA"),
        ("London", "", "GB"),
        ("Glasgow", "Scotland", "GB"),
        ("Cardiff", "wls", "GB"),
        ("Belfast", "NIR", "GB"),
        ("Dublin", "", "IE"),
        ("Munich", "", "DE"),
        ("Milan", "", "IT"),
        ("Amsterdam", "", "NL"),
        ("Stockholm", "", "SE"),
    ] {
        let wanted: NumberMatch = local_to_city(city, region, super::country(country), None);
        assert!(
            places().plan(&wanted, false).is_ok(),
            "{city}: {:?}",
            places().plan(&wanted, false)
        );
    }
}

#[test]
fn the_tables_load_twice_alike() {
    let loaded = numbering::Places::load().unwrap();
    let number = "+19056372046".parse().unwrap();
    assert_eq!(loaded.describe(&number), places().describe(&number));
}
