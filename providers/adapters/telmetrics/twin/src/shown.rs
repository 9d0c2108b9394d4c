//! What the documents' examples show: numbers, ids and names.

use provider_core::domain::E164;

use crate::stock::Kind;

/// Who the examples of number assignment belong to.
pub(crate) const NUMBERS_GROUP: u64 = 11_623_282;
/// Who the examples of number pools belong to.
pub(crate) const POOLS_GROUP: u64 = 12_462_615;
/// When every number of the examples was made.
pub(crate) const CREATED: &str = "2018-04-12T00:00:00Z";

/// A number of an example of number assignment.
pub(crate) struct ShownNumber {
    pub(crate) number: &'static str,
    pub(crate) id: u64,
    pub(crate) route_id: u64,
    /// The name that the answer gives to a number that was asked for as `ABC Company`.
    pub(crate) given: &'static str,
}

impl ShownNumber {
    /// The name that the examples ask for.
    pub(crate) const ASKED: &str = "ABC Company";

    /// The example that shows a number.
    pub(crate) fn of(number: &E164) -> Option<&'static Self> {
        NUMBERS.iter().find(|shown| shown.number == number.as_str())
    }
}

/// The examples of number assignment, sections 1 to 3.
pub(crate) const NUMBERS: [ShownNumber; 3] = [
    ShownNumber {
        number: "+12898122093",
        id: 8_660_466,
        route_id: 30_474_073,
        given: "ABC Company 4",
    },
    ShownNumber {
        number: "+14043411266",
        id: 8_660_467,
        route_id: 30_474_074,
        given: "ABC Company",
    },
    ShownNumber {
        number: "+18332018273",
        id: 8_660_468,
        route_id: 30_474_075,
        given: "ABC Company 6",
    },
];

/// A pool of an example of number pools.
pub(crate) struct ShownPool {
    pub(crate) id: u64,
    /// The name that the example asks for.
    pub(crate) asked: &'static str,
    /// The name that its answer gives.
    pub(crate) given: &'static str,
    /// Its numbers and their ids.
    pub(crate) numbers: [(&'static str, u64); 3],
}

impl ShownPool {
    /// The pool that has exactly these numbers.
    pub(crate) fn of(numbers: &[E164]) -> Option<&'static Self> {
        POOLS.iter().find(|shown| {
            let shown = shown.numbers.iter().map(|(number, _)| *number);
            shown.eq(numbers.iter().map(E164::as_str))
        })
    }

    /// The id of a number of one of the pools.
    pub(crate) fn id_of(number: &E164) -> Option<u64> {
        let mut all = POOLS.iter().flat_map(|shown| shown.numbers);
        all.find_map(|(shown, id)| (shown == number.as_str()).then_some(id))
    }
}

/// The examples of number pools: by city, by area code, toll-free, national.
pub(crate) const POOLS: [ShownPool; 4] = [
    ShownPool {
        id: 31_849,
        asked: "ABC Company 123",
        given: "ABC Company 123",
        numbers: [
            ("+441174090162", 9_570_553),
            ("+441174090163", 9_570_554),
            ("+441174090165", 9_570_555),
        ],
    },
    ShownPool {
        id: 31_850,
        asked: "ABC Company 123",
        given: "ABC Company 123",
        numbers: [
            ("+442477180193", 9_570_557),
            ("+442477180194", 9_570_558),
            ("+442477180209", 9_570_559),
        ],
    },
    ShownPool {
        id: 31_851,
        asked: "ABC Company 123",
        given: "ABC Company 126",
        numbers: [
            ("+448000885644", 9_570_560),
            ("+448000885645", 9_570_561),
            ("+448000885650", 9_570_562),
        ],
    },
    ShownPool {
        id: 31_852,
        asked: "ABC Company 127",
        given: "ABC Company 127",
        numbers: [
            ("+443308180609", 9_570_563),
            ("+443308180610", 9_570_564),
            ("+443308180611", 9_570_565),
        ],
    },
];

/// The numbers of the examples of a kind, in the documents' order.
pub(crate) fn numbers(kind: Kind) -> impl Iterator<Item = E164> {
    let texts: Vec<&str> = match kind {
        Kind::Number => NUMBERS.iter().map(|shown| shown.number).collect(),
        Kind::Pool => POOLS
            .iter()
            .flat_map(|shown| shown.numbers.map(|(number, _)| number))
            .collect(),
    };
    texts.into_iter().filter_map(|text| text.parse().ok())
}

/// Whether a number stands in an example: it is the first to be sold where it answers a request.
pub(crate) fn is_shown(number: &E164) -> bool {
    ShownNumber::of(number).is_some() || ShownPool::id_of(number).is_some()
}
