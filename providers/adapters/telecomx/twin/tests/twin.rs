//! The twin answers as the document does, and makes sense where the document is silent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use provider_telecomx_twin::TelecomxTwin;
use provider_testkit::twin::{Twin, TwinReply, TwinRequest};
use serde_json::{Value, json};

const PATH: &str = "/pbx/cdrstats";
/// The weeks of the document's example, by Danish time.
const FROM: &str = "2020-11-29T23:00:00.000Z";
const TO: &str = "2020-12-20T22:59:59.000Z";

fn ask(body: &Value) -> TwinReply {
    let request = TwinRequest::new("POST", PATH).unwrap().with_json(body);
    TelecomxTwin::new().answer(&request).unwrap()
}

/// A question about the weeks of the document's example, with more fields.
fn about(more: &Value) -> TwinReply {
    let mut body = json!({ "from": FROM, "to": TO });
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    ask(&body)
}

/// The sum of a count over all employees and intervals.
fn sum(rows: &Value, field: &str) -> u64 {
    let rows = rows.as_array().unwrap().iter();
    rows.flat_map(|row| row["data"].as_object().unwrap().values())
        .map(|counts| counts[field].as_u64().unwrap())
        .sum()
}

#[test]
fn the_weeks_of_the_document_are_as_it_says() {
    let expected: Value = serde_json::from_str(include_str!("../../tests/fixtures/weeks.json")).unwrap();
    let reply = about(&json!({ "groupingInterval": "WEEK" }));
    assert_eq!(reply.json_body().unwrap(), expected);
}

#[test]
fn every_grouping_adds_up_to_the_same() {
    for field in [
        "outboundCalls",
        "outboundSeconds",
        "inboundUnanswered",
        "inboundBusy",
    ] {
        let sums = ["MONTH", "WEEK", "DAY", "HOUR"].map(|grouping| {
            let reply = about(&json!({ "groupingInterval": grouping }));
            sum(&reply.json_body().unwrap(), field)
        });
        assert!(
            sums[0] > 0 && sums.iter().all(|sum| *sum == sums[0]),
            "{field}: {sums:?}"
        );
    }
}

#[test]
fn calls_can_be_ignored() {
    let calls = |more: Value| sum(&about(&more).json_body().unwrap(), "outboundCalls");
    let unanswered = |more: Value| sum(&about(&more).json_body().unwrap(), "outboundUnanswered");
    let all = calls(json!({}));
    let answered_long = calls(json!({ "ignoreBelow": 60 }));
    assert!(answered_long < all);
    assert_eq!(unanswered(json!({ "ignoreBelow": 60 })), unanswered(json!({})));
    let external = calls(json!({ "ignoreLocal": true }));
    assert!(0 < external && external < all);
    assert_eq!(calls(json!({ "direction": "OUT" })), all);
    assert_eq!(calls(json!({ "direction": "IN" })), 0);
}

#[test]
fn the_documents_query_is_answered_once_its_date_is_written_right() {
    let query = |from: &str| {
        json!({
            "customer": "12345678901234567890ABCD",
            "employees": ["12345678901234567890AAAA", "12345678901234567890BBBB"],
            "from": from,
            "to": "2020-01-31T00:00:00.000Z",
            "ignoreBelow": 10,
            "ignoreLocal": true,
            "direction": "BOTH",
            "groupingInterval": "DAY",
            "fields": ["employeeName", "extensionNumber", "inboundCalls", "outboundCalls"],
            "sort": "extensionNumber",
            "format": "JSON",
        })
    };
    assert_eq!(ask(&query("2020-01-01-T00:00:00.000Z")).status(), 422);
    let rows = ask(&query("2020-01-01T00:00:00.000Z")).json_body().unwrap();
    let people: Vec<(&str, &str)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            assert!(row.get("employeeId").is_none());
            let counts = row["data"].as_object().unwrap().values().next().unwrap();
            let fields: Vec<&String> = counts.as_object().unwrap().keys().collect();
            assert_eq!(fields, ["outboundCalls", "inboundCalls"]);
            (
                row["extensionNumber"].as_str().unwrap(),
                row["employeeName"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(people, [("99", "Birgitte Holm"), ("1001", "Anne Larsen")]);
}

#[test]
fn refusals_are_those_of_the_document() {
    for (body, status, message) in [
        (json!({ "format": "PDF" }), 422, "format"),
        (json!({ "from": "yesterday" }), 422, "from"),
        (json!({ "from": TO, "to": FROM }), 422, "from"),
        (json!({ "groupingInterval": "YEAR" }), 422, "groupingInterval"),
        (json!({ "customer": "0000" }), 403, "access_denied"),
    ] {
        let reply = ask(&body);
        let said = (reply.status(), reply.json_body().unwrap()["message"].clone());
        assert_eq!(said, (status, json!(message)), "{body}");
    }
}

#[test]
fn what_the_document_does_not_describe_is_refused() {
    let twin = TelecomxTwin::new();
    let refused = |request: &TwinRequest| assert!(twin.answer(request).is_err(), "{request:?}");
    refused(&TwinRequest::new("GET", PATH).unwrap());
    refused(&TwinRequest::new("POST", PATH).unwrap());
    refused(
        &TwinRequest::new("POST", "/pbx/cdrstats/")
            .unwrap()
            .with_json(&json!({})),
    );
    refused(
        &TwinRequest::new("POST", "/pbx/cdrstats?format=CSV")
            .unwrap()
            .with_json(&json!({})),
    );
    for body in [
        json!({ "ignoreUnanswered": true }),
        json!({ "direction": "in" }),
        json!({ "fields": ["inboundRungElsewhere"] }),
        json!({ "fields": "employeeName" }),
        json!({ "sort": "inboundCalls" }),
        json!({ "fields": ["employeeId"], "sort": "employeeName" }),
        json!({ "employee": "a", "employees": ["b"] }),
        json!({ "ignoreBelow": -1 }),
    ] {
        refused(&TwinRequest::new("POST", PATH).unwrap().with_json(&body));
    }
}

#[test]
fn files_hold_the_same_figures_as_the_json() {
    let asked = json!({
        "format": "CSV",
        "groupingInterval": "WEEK",
        "fields": ["employeeName", "outboundCalls", "inboundAnswered"],
    });
    let file = about(&asked).bytes();
    let text = String::from_utf8(file).unwrap();
    let lines: Vec<&str> = text.lines().take(3).collect();
    assert_eq!(
        lines,
        [
            "employeeName,interval,outboundCalls,inboundAnswered",
            "Bo Madsen,49,80,0",
            "Bo Madsen,50,106,0"
        ]
    );
    assert_eq!(text.lines().count(), 1 + 9);
    // A workbook is a ZIP archive.
    let workbook = about(&json!({ "format": "EXCEL" })).bytes();
    assert!(workbook.starts_with(b"PK\x03\x04"));
}

#[test]
fn nobody_calls_in_the_future() {
    let body = json!({ "from": "2990-01-01T00:00:00.000Z", "to": "2991-01-01T00:00:00.000Z" });
    assert_eq!(ask(&body).json_body().unwrap(), json!([]));
    assert_eq!(ask(&json!({})).status(), 200);
}
