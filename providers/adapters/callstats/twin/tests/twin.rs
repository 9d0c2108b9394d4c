//! The twin answers as the document does, and makes sense where the document is silent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use provider_callstats_twin::CallstatsTwin;
use provider_testkit::twin::{Twin, TwinRequest};
use serde_json::{Value, json};

const NUMBERS: &str = "/backend/kpi/numbers/";

fn get(target: &str) -> Value {
    let request = TwinRequest::new("GET", target).unwrap();
    CallstatsTwin::new()
        .answer(&request)
        .unwrap()
        .json_body()
        .unwrap()
}

fn sum(rows: &Value, field: &str) -> u64 {
    let rows = rows.as_array().unwrap();
    rows.iter().map(|row| row[field].as_u64().unwrap()).sum()
}

fn largest(rows: &Value, field: &str) -> u64 {
    let rows = rows.as_array().unwrap();
    rows.iter()
        .map(|row| row[field].as_u64().unwrap())
        .max()
        .unwrap_or(0)
}

#[test]
fn the_documents_requests_get_the_documents_answers() {
    for (breakdown, answer) in [
        ("", include_str!("../../tests/fixtures/summary.json")),
        ("byStatus/", include_str!("../../tests/fixtures/by_status.json")),
        ("byDealer/", include_str!("../../tests/fixtures/by_dealer.json")),
        ("byType/", include_str!("../../tests/fixtures/by_type.json")),
    ] {
        let expected: Value = serde_json::from_str(answer).unwrap();
        assert_eq!(get(&format!("{NUMBERS}{breakdown}")), expected, "{breakdown}");
    }
}

#[test]
fn every_filter_of_the_document_gives_figures_that_fit_each_other() {
    for filter in [
        "",
        "active=true",
        "excludeDropped=true",
        "dropped=true",
        "dealerCode=DEALER01",
        "dealerCode=",
        "numberType=geographic",
        "numberType=mobile&active=true",
        "numberType=non_geographic&active=true&dealerCode=DIRECT",
        "numberType=special_services",
    ] {
        let summary = get(&format!("{NUMBERS}?{filter}"));
        for breakdown in ["byStatus/", "byDealer/", "byType/"] {
            let rows = get(&format!("{NUMBERS}{breakdown}?{filter}"));
            let total = &summary[0];
            assert_eq!(
                sum(&rows, "number_count"),
                total["number_count"],
                "{breakdown}{filter}"
            );
            let customers = total["number_customer_count"].as_u64().unwrap();
            assert!(
                largest(&rows, "number_customer_count") <= customers,
                "{breakdown}{filter}"
            );
            // By status alone, those who only had numbers that were dropped are counted nowhere.
            if breakdown != "byStatus/" {
                assert!(
                    customers <= sum(&rows, "number_customer_count"),
                    "{breakdown}{filter}"
                );
            }
        }
    }
}

#[test]
fn active_numbers_and_dropped_numbers_are_all_numbers() {
    let count = |query: &str| sum(&get(&format!("{NUMBERS}{query}")), "number_count");
    assert_eq!(count("?active=true"), 5234 + 85);
    assert_eq!(count("?excludeDropped=true"), count("?active=true"));
    assert_eq!(count("?dropped=true"), 528);
    assert_eq!(
        get(&format!("{NUMBERS}?dealerCode=")),
        json!([{ "number_customer_count": 0, "number_count": 0 }])
    );
}

#[test]
fn what_the_document_does_not_describe_is_refused() {
    let twin = CallstatsTwin::new();
    let refused = |request: &TwinRequest| assert!(twin.answer(request).is_err(), "{request:?}");
    for (method, target) in [
        ("POST", NUMBERS),
        ("GET", "/backend/kpi/numbers"),
        ("GET", "/backend/kpi/numbers/byCountry/"),
        ("GET", "/backend/kpi/numbers/?region=GA"),
        ("GET", "/backend/kpi/numbers/?active=yes"),
        ("GET", "/backend/kpi/numbers/?active=true&active=true"),
        ("GET", "/backend/kpi/numbers/?active=true&dropped=true"),
        ("GET", "/backend/kpi/numbers/?numberType=Non-Geographic"),
    ] {
        refused(&TwinRequest::new(method, target).unwrap());
    }
    refused(&TwinRequest::new("GET", NUMBERS).unwrap().with_json(&json!({})));
}
