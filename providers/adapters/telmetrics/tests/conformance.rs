//! Telmetrics keeps the contract of every provider.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

use std::sync::Arc;

use provider_core::domain::{CountryCode, CustomerRef, GeographicMatch, GroupRef, NumberMatch, PoolMatch};
use provider_telmetrics::Telmetrics;
use provider_telmetrics_twin::TelmetricsTwin;
use provider_testkit::conformance::UnknownWord;
use provider_testkit::{Known, Subject};
use serde_json::{Value, json};

provider_testkit::conformance!(subject());

fn subject() -> Subject {
    let known = Known {
        group: Some(GroupRef {
            id: 1,
            external_id: Some("11623282".to_owned()),
            name: "Sales".to_owned(),
            customer: CustomerRef {
                id: 1,
                code: "ACME".to_owned(),
            },
        }),
        matches: matches(),
        pool_matches: pool_matches(),
        sold_out: Some(toll_free("800")),
        pool_sold_out: Some(in_area("01595")),
        unknown_words: unknown_words(),
        ..Known::default()
    };
    Subject::of::<Telmetrics>(Arc::new(TelmetricsTwin::new()), known)
}

fn matches() -> Vec<NumberMatch> {
    vec![
        NumberMatch::LocalToNumber {
            number: "+19056372046".parse().expect("a number"),
            prefix: None,
        },
        NumberMatch::LocalToCity {
            city: "Atlanta".to_owned(),
            region: Some("GA".to_owned()),
            country: CountryCode::US,
            prefix: "404".parse().ok(),
        },
        toll_free("833"),
    ]
}

fn toll_free(prefix: &str) -> NumberMatch {
    NumberMatch::TollFree {
        country: CountryCode::US,
        prefix: prefix.parse().ok(),
    }
}

fn pool_matches() -> Vec<PoolMatch> {
    let country = CountryCode::GB;
    let in_bristol = GeographicMatch::City {
        country,
        city: "Bristol".to_owned(),
        region: None,
    };
    vec![
        PoolMatch::Geographic(in_bristol),
        in_area("024"),
        PoolMatch::TollFree { country },
        PoolMatch::National { country },
    ]
}

fn in_area(area_code: &str) -> PoolMatch {
    PoolMatch::Geographic(GeographicMatch::AreaCode {
        country: CountryCode::GB,
        area_code: area_code.to_owned(),
    })
}

/// The documents' answers with other words at the places of a few known ones.
fn unknown_words() -> Vec<UnknownWord> {
    let number = include_str!("fixtures/number_toll_free_answer.json");
    let pool = include_str!("fixtures/pool_city_answer.json");
    let places = ["/status", "/call_routes/route_type", "/sms_routes/route_type"];
    let with = |operation, answer: &str, place| {
        let word = "Hibernating";
        let mut body: Value = serde_json::from_str(answer).expect("JSON");
        *body.pointer_mut(place).expect("a field of the answer") = json!(word);
        UnknownWord {
            operation,
            body,
            word,
        }
    };
    let numbers = places.iter().map(|place| with("orders.place", number, place));
    let pools = places.iter().map(|place| with("pools.create", pool, place));
    numbers.chain(pools).collect()
}
