//! Where the demo's numbers come from.
//!
//! British ones are of the ranges that Ofcom keeps for drama, as far as there are such; North American ones end in
//! 0100 to 0199, which in the exchange 555 are kept for fiction.

use provider_core::domain::{CountryCode, GeographicMatch, PoolMatch};

/// Numbers that differ in their last digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    /// E.164 up to the digits that differ.
    prefix: &'static str,
    /// How many digits differ.
    width: usize,
    /// The lowest of them.
    first: u32,
    pub(super) count: u32,
    pub(super) country: CountryCode,
    pub(super) kind: Kind,
    /// What a month costs: amount and currency.
    pub(super) cost: (&'static str, &'static str),
}

/// What the numbers of a range are, and how a pool of them is ordered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Local {
        city: &'static str,
        region: Option<&'static str>,
    },
    AreaCode(&'static str),
    TollFree,
    National,
    Mobile,
}

impl Range {
    /// The numbers, as E.164 text.
    pub(super) fn numbers(&self) -> impl Iterator<Item = String> + use<> {
        let Self {
            prefix,
            width,
            first,
            count,
            ..
        } = *self;
        (first..first + count).map(move |last| format!("{prefix}{last:0width$}"))
    }

    /// What a pool of these numbers is ordered by; none where pools are not made of such.
    pub(super) fn pool_match(&self) -> Option<PoolMatch> {
        let country = self.country;
        Some(match self.kind {
            Kind::Local { city, region } => PoolMatch::Geographic(GeographicMatch::City {
                country,
                city: city.to_owned(),
                region: region.map(str::to_owned),
            }),
            Kind::AreaCode(code) => PoolMatch::Geographic(GeographicMatch::AreaCode {
                country,
                area_code: code.to_owned(),
            }),
            Kind::TollFree => PoolMatch::TollFree { country },
            Kind::National => PoolMatch::National { country },
            Kind::Mobile => return None,
        })
    }
}

/// City, region, and the exchanges (NPA-NXX) that are its own.
type City = (&'static str, &'static str, &'static [&'static str]);

const CANADA: &[City] = &[
    ("Burlington", "ON", &["+1289337"]),
    (
        "Hamilton",
        "ON",
        &["+1289389", "+1289396", "+1905296", "+1905297"],
    ),
    ("Oakville", "ON", &["+1905257", "+1905337"]),
    ("Mississauga", "ON", &["+1905206"]),
    ("Toronto", "ON", &["+1416203", "+1416204"]),
    ("Ottawa", "ON", &["+1613216"]),
    ("Montreal", "QC", &["+1514223", "+1514227"]),
    ("Calgary", "AB", &["+1403313"]),
    ("Vancouver", "BC", &["+1604215", "+1604221"]),
];

const UNITED_STATES: &[City] = &[
    ("Atlanta", "GA", &["+1404209", "+1404214", "+1404215", "+1404220"]),
    ("Decatur", "GA", &["+1404212"]),
    ("Seattle", "WA", &["+1206215", "+1206217"]),
    ("Dallas", "TX", &["+1214217", "+1214219"]),
    ("Austin", "TX", &["+1512206", "+1512231"]),
    ("Houston", "TX", &["+1713218"]),
    ("Cleveland", "OH", &["+1216229"]),
    ("Denver", "CO", &["+1303256"]),
    ("Boulder", "CO", &["+1303245"]),
    ("Miami", "FL", &["+1305207", "+1305232"]),
    ("Tampa", "FL", &["+1813261"]),
    ("Los Angeles", "CA", &["+1310201", "+1310203"]),
    ("San Francisco", "CA", &["+1415202", "+1415206"]),
    ("San Diego", "CA", &["+1619209"]),
    ("St. Louis", "MO", &["+1314226"]),
    ("Kansas City", "MO", &["+1816214"]),
    ("Portland", "OR", &["+1503331"]),
    ("New Orleans", "LA", &["+1504218"]),
    ("Phoenix", "AZ", &["+1602216"]),
    ("Minneapolis", "MN", &["+1612225"]),
    ("Nashville", "TN", &["+1615222"]),
    ("Boston", "MA", &["+1617227"]),
    ("Las Vegas", "NV", &["+1702202"]),
    ("Charlotte", "NC", &["+1704295"]),
    ("Raleigh", "NC", &["+1919212"]),
    ("Brooklyn", "NY", &["+1718209"]),
];

/// North American toll-free area codes with the exchange 555.
const TOLL_FREE: [&str; 7] = [
    "+1800555", "+1833555", "+1844555", "+1855555", "+1866555", "+1877555", "+1888555",
];

const BRITAIN: &[(&str, &str, u32)] = &[
    ("Bristol", "+441174960", 200),
    ("London", "+442079460", 250),
    ("Birmingham", "+441214960", 110),
    ("Leeds", "+441134960", 110),
    ("Sheffield", "+441144960", 110),
    ("Nottingham", "+441154960", 110),
    ("Leicester", "+441164960", 110),
    ("Reading", "+441184960", 110),
    ("Manchester", "+441614960", 110),
    ("Liverpool", "+441514960", 110),
    ("Edinburgh", "+441314960", 110),
    ("Glasgow", "+441414960", 110),
    ("Cardiff", "+442920180", 110),
    ("Belfast", "+442896496", 110),
];

/// All ranges of the demo.
pub(super) fn all() -> Vec<Range> {
    const NANP: Range = Range {
        prefix: "",
        width: 4,
        first: 100,
        count: 60,
        country: CountryCode::US,
        kind: Kind::TollFree,
        cost: ("1.15", "USD"),
    };
    const GB: Range = Range {
        width: 3,
        first: 0,
        country: CountryCode::GB,
        cost: ("1.00", "GBP"),
        ..NANP
    };
    let cities = |list: &'static [City], base: Range| {
        list.iter().flat_map(move |(city, region, exchanges)| {
            let kind = Kind::Local {
                city,
                region: Some(region),
            };
            exchanges.iter().map(move |prefix| Range { prefix, kind, ..base })
        })
    };
    let canada = Range {
        country: CountryCode::CA,
        cost: ("1.50", "CAD"),
        ..NANP
    };
    let mut ranges: Vec<Range> = cities(CANADA, canada)
        .chain(cities(UNITED_STATES, NANP))
        .collect();
    ranges.extend(TOLL_FREE.map(|prefix| Range {
        prefix,
        count: 80,
        cost: ("2.00", "USD"),
        ..NANP
    }));
    ranges.extend(BRITAIN.iter().map(|&(city, prefix, count)| Range {
        prefix,
        count,
        kind: Kind::Local { city, region: None },
        ..GB
    }));
    ranges.extend([
        // No drama range here: numbers at the start of one of Coventry's blocks.
        Range {
            prefix: "+442476010",
            count: 120,
            kind: Kind::AreaCode("24"),
            ..GB
        },
        Range {
            prefix: "+441914980",
            count: 110,
            kind: Kind::AreaCode("191"),
            ..GB
        },
        Range {
            prefix: "+448081570",
            count: 200,
            cost: ("2.00", "GBP"),
            ..GB
        },
        Range {
            prefix: "+443069990",
            count: 200,
            kind: Kind::National,
            ..GB
        },
        Range {
            prefix: "+447400123",
            count: 60,
            kind: Kind::Mobile,
            ..GB
        },
    ]);
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use provider_core::domain::{E164, NumberType, Places};

    #[test]
    fn every_number_is_of_its_ranges_type_and_place() {
        let places = Places::shared().unwrap();
        for range in all() {
            for number in range.numbers() {
                let facts = places.describe(&number.parse::<E164>().unwrap());
                let (number_type, city) = match range.kind {
                    Kind::Local { city, .. } => (NumberType::Geographic, Some(city)),
                    Kind::AreaCode(_) => (NumberType::Geographic, None),
                    Kind::TollFree => (NumberType::TollFree, None),
                    Kind::National => (NumberType::National, None),
                    Kind::Mobile => (NumberType::Mobile, None),
                };
                assert_eq!(facts.number_type, number_type, "{number}");
                if city.is_some() {
                    assert_eq!(facts.locality.as_deref(), city, "{number}");
                }
                if let Kind::AreaCode(code) = range.kind {
                    assert_eq!(facts.area_code.as_deref(), Some(code), "{number}");
                }
            }
        }
    }

    #[test]
    fn there_are_about_six_thousand_numbers() {
        let count: u32 = all().iter().map(|range| range.count).sum();
        assert!((5_800..=6_200).contains(&count), "{count}");
    }
}
