use std::collections::BTreeSet;

use provider_core::domain::{NumberType, Places};
use provider_testkit::twin::Sold;

use super::*;

fn facts(text: &str) -> provider_core::domain::Facts {
    Places::shared().expect("the tables").describe(&e164(text))
}

/// Buys so many numbers one by one, and gives them in E.164.
fn buy(twin: &TelmetricsTwin, body: &Value, count: usize) -> Vec<String> {
    let buy_one = |_| {
        let answer = sold(twin, NUMBERS, body);
        format!("+1{}", answer["phone_number"].as_str().expect("a number"))
    };
    (0..count).map(buy_one).collect()
}

/// Buys a pool, and gives its numbers.
fn buy_pool(twin: &TelmetricsTwin, body: &Value) -> Vec<String> {
    let answer = sold(twin, POOLS, body);
    let numbers = answer["numbers"].as_array().expect("numbers").iter();
    numbers
        .map(|entry| entry["phone_number"].as_str().expect("a number").to_owned())
        .collect()
}

#[test]
fn there_are_hundreds_of_numbers_for_every_request_and_none_is_sold_twice() {
    let twin = TelmetricsTwin::new();
    let requests = [
        (near("9056372046"), NumberType::Geographic),
        (near("2125550123"), NumberType::Geographic),
        (in_city("Atlanta", "GA"), NumberType::Geographic),
        (in_city("Toronto", "ON"), NumberType::Geographic),
        (in_city("Los Angeles", "CA"), NumberType::Geographic),
        (in_city("Montréal", "qc"), NumberType::Geographic),
        (number(json!({ "match_type": "tollfree" })), NumberType::TollFree),
        (toll_free("833"), NumberType::TollFree),
        (toll_free("833201"), NumberType::TollFree),
    ];
    let mut all = BTreeSet::new();
    for (request, number_type) in &requests {
        for number in buy(&twin, request, 210) {
            assert_eq!(facts(&number).number_type, *number_type, "{number}");
            assert!(all.insert(number.clone()), "{number} was sold twice");
        }
    }
    let ids: BTreeSet<u64> = twin.sold().iter().map(|sale| sale.id).collect();
    assert_eq!(
        (ids.len(), all.len()),
        (requests.len() * 210, requests.len() * 210)
    );
}

#[test]
fn there_are_hundreds_of_numbers_for_pools_of_every_kind() {
    let twin = TelmetricsTwin::new();
    let geographic =
        |key: &str, place: &str| json!({ "match_type": "geographic", key: place, "iso_country": "GB" });
    let requests = [
        (geographic("city", "Bristol"), "+44117", NumberType::Geographic),
        (geographic("city", "London"), "+4420", NumberType::Geographic),
        (geographic("city", "Edinburgh"), "+44131", NumberType::Geographic),
        (geographic("area_code", "024"), "+4424", NumberType::Geographic),
        (
            geographic("area_code", "01274"),
            "+441274",
            NumberType::Geographic,
        ),
        (
            json!({ "match_type": "tollfree", "iso_country": "GB" }),
            "+4480",
            NumberType::TollFree,
        ),
        (
            json!({ "match_type": "national", "iso_country": "GB" }),
            "+443",
            NumberType::National,
        ),
        (
            json!({ "match_type": "tollfree", "iso_country": "US" }),
            "+18",
            NumberType::TollFree,
        ),
        (
            json!({ "match_type": "geographic", "area_code": "404", "iso_country": "US" }),
            "+1404",
            NumberType::Geographic,
        ),
    ];
    let mut all = BTreeSet::new();
    for (wish, prefix, number_type) in requests {
        let numbers = buy_pool(&twin, &pool(210, wish.clone()));
        assert_eq!(numbers.len(), 210, "{wish}");
        for number in numbers {
            assert!(number.starts_with(prefix), "{number} for {wish}");
            assert_eq!(facts(&number).number_type, number_type, "{number}");
            assert!(all.insert(number.clone()), "{number} was sold twice");
        }
    }
}

#[test]
fn a_filter_is_kept() {
    let twin = TelmetricsTwin::new();
    let filtered = |filter: &str| {
        number(json!({
            "match_type": "localtocity",
            "city": "Atlanta",
            "state": "ga",
            "number_match_filter": filter,
        }))
    };
    for filter in ["404", "678", "470", "404526"] {
        for number in buy(&twin, &filtered(filter), 30) {
            assert!(number.starts_with(&format!("+1{filter}")), "{number}");
        }
    }
    assert_eq!(
        refused(&twin, NUMBERS, &filtered("416")),
        (422, json!("bad_filter"))
    );
    assert_eq!(
        refused(&twin, NUMBERS, &toll_free("404")),
        (422, json!("bad_filter"))
    );
}

#[test]
fn the_same_orders_get_the_same_numbers() {
    let buy_some = || {
        let twin = TelmetricsTwin::new();
        let numbers = buy(&twin, &in_city("Chicago", "il"), 5);
        let wish = json!({ "match_type": "geographic", "city": "Leeds", "iso_country": "GB" });
        (numbers, buy_pool(&twin, &pool(5, wish)))
    };
    assert_eq!(buy_some(), buy_some());
}

#[test]
fn some_places_are_sold_out() {
    let twin = TelmetricsTwin::new();
    let no_stock = (422, json!("no_stock"));
    for request in [
        in_city("Whitehorse", "yt"),
        near("8676675555"),
        toll_free("800"),
        toll_free("800201"),
    ] {
        assert_eq!(refused(&twin, NUMBERS, &request), no_stock, "{request}");
    }
    let wish = json!({ "match_type": "geographic", "area_code": "01595", "iso_country": "GB" });
    assert_eq!(refused(&twin, POOLS, &pool(1, wish)), no_stock);
    assert!(twin.sold().is_empty());
}

#[test]
fn a_pool_in_a_place_with_few_numbers_gets_what_is_left() {
    let twin = TelmetricsTwin::new();
    let wish = json!({ "match_type": "geographic", "area_code": "01856", "iso_country": "GB" });
    let answer = sold(&twin, POOLS, &pool(3, wish.clone()));
    let given = answer["numbers"].as_array().map(Vec::len);
    assert_eq!((given, &answer["quantity"]), (Some(2), &json!(3)));
    assert_eq!(refused(&twin, POOLS, &pool(1, wish)), (422, json!("no_stock")));
}

#[test]
fn what_can_not_be_matched_is_refused() {
    let twin = TelmetricsTwin::new();
    let unknown = in_city("Nowhere upon Nothing", "ga");
    assert_eq!(refused(&twin, NUMBERS, &unknown), (422, json!("unknown_city")));
    let wish = json!({ "match_type": "national", "iso_country": "US" });
    assert_eq!(
        refused(&twin, POOLS, &pool(1, wish)),
        (422, json!("unsupported_country"))
    );
    assert!(twin.sold().is_empty());
}

#[test]
fn what_was_sold_in_an_earlier_life_is_not_sold_again() {
    let requests = [in_city("Atlanta", "ga"), near("9056372046"), toll_free("833")];
    let wish = json!({ "match_type": "geographic", "city": "Bristol", "iso_country": "GB" });
    let before = TelmetricsTwin::new();
    for request in &requests {
        buy(&before, request, 300);
    }
    let pools = [
        sold(&before, POOLS, &pool(3, wish.clone())),
        sold(&before, POOLS, &pool(2, wish.clone())),
    ];
    let old = before.sold();
    let after = TelmetricsTwin::new();
    after.remember(&Sold {
        numbers: old.iter().map(|sale| sale.number.clone()).collect(),
        pools: pools
            .iter()
            .map(|pool| pool["id"].to_string().parse().expect("a reference"))
            .collect(),
    });
    for request in &requests {
        buy(&after, request, 20);
    }
    let pool_after = sold(&after, POOLS, &pool(3, wish));
    assert!(pools.iter().all(|pool| pool["id"] != pool_after["id"]));
    for sale in after.sold() {
        let same = |old: &&provider_telmetrics_twin::Sale| old.number == sale.number || old.id == sale.id;
        assert_eq!(old.iter().find(same), None);
    }
}

#[test]
fn the_ledger_tells_what_was_sold_to_whom_and_for_which_request() {
    let twin = TelmetricsTwin::new();
    let request = TwinRequest::new("POST", NUMBERS)
        .expect("a target")
        .with_json(&toll_free("844"));
    let reply = twin
        .answer(&request.with_header("Idempotency-Key", "token-1"))
        .expect("an answer");
    let answer = reply.json_body().expect("JSON");
    let wish = json!({ "match_type": "national", "iso_country": "GB" });
    let bought = sold(&twin, POOLS, &pool(2, wish));
    let sales = twin.sold();
    let told: Vec<_> = sales
        .iter()
        .map(|sale| {
            (
                json!(sale.id),
                sale.group_id,
                json!(sale.pool_id),
                sale.idempotency_key.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (answer["id"].clone(), 11_623_282, Value::Null, Some("token-1")),
            (
                bought["numbers"][0]["id"].clone(),
                12_462_615,
                bought["id"].clone(),
                None
            ),
            (
                bought["numbers"][1]["id"].clone(),
                12_462_615,
                bought["id"].clone(),
                None
            ),
        ]
    );
}

#[test]
fn a_taken_name_comes_back_changed() {
    let twin = TelmetricsTwin::new();
    let names: Vec<Value> = (0..3)
        .map(|_| sold(&twin, NUMBERS, &toll_free("855"))["name"].clone())
        .collect();
    assert_eq!(names, ["Shop", "Shop 2", "Shop 3"]);
}
