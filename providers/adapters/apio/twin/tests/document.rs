//! The twin answers the document's requests with the document's answers, and nothing that the document leaves out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use provider_apio_twin::ApioTwin;
use provider_testkit::twin::{Twin as _, TwinReply, TwinRequest, Unexpected};
use serde_json::{Value, json};

const BASIC: &str = "foo/groups/foogroup/services/call_centers/APIOTestCCBasic@sip.netaxis.be";
const PREMIUM: &str = "foo/groups/foogroup/services/call_centers/APIOTestCCPremium@sip.netaxis.be";
const P: &str = "footenant/groups/foogroup/services/call_centers/APIOTestCallCenterP@sip.netaxis.be";

fn json(fixture: &str) -> Value {
    serde_json::from_str(fixture).unwrap()
}

fn ask(twin: &ApioTwin, method: &str, path: &str, body: Option<&Value>) -> Result<TwinReply, Unexpected> {
    let request = TwinRequest::new(method, &format!("/api/v1/tenants/{path}")).unwrap();
    twin.answer(&match body {
        Some(body) => request.with_json(body),
        None => request,
    })
}

fn answered(reply: Result<TwinReply, Unexpected>) -> (u16, Value) {
    let reply = reply.unwrap();
    (reply.status(), reply.json_body().unwrap())
}

fn range(start: &str, end: &str) -> Value {
    json!({ "statisticsRange": { "start": start, "end": end } })
}

#[test]
fn the_documents_requests_get_the_documents_answers() {
    let twin = ApioTwin::new();
    let path = format!("{BASIC}/instance_statistics_reporting/");
    let shown = answered(ask(&twin, "GET", &path, None));
    assert_eq!(
        shown,
        (200, json(include_str!("../../tests/fixtures/reporting.json")))
    );

    let path = format!("{PREMIUM}/instance_statistics_reporting/");
    let update = json(include_str!("../../tests/fixtures/reporting_update.json"));
    let (status, shown) = answered(ask(&twin, "PUT", &path, Some(&update)));
    assert_eq!(status, 200);
    for (key, value) in update.as_object().unwrap() {
        assert_eq!(&shown[key], value);
    }
    assert!(shown["statisticsSource"].is_string());
    assert_eq!(answered(ask(&twin, "GET", &path, None)), (200, shown));

    let request = json(include_str!("../../tests/fixtures/statistics_request.json"));
    let statistics = answered(ask(&twin, "GET", &format!("{P}/statistics/"), Some(&request)));
    assert_eq!(
        statistics,
        (200, json(include_str!("../../tests/fixtures/statistics.json")))
    );
}

#[test]
fn an_empty_address_deletes_it_in_one_tenant_only() {
    let twin = ApioTwin::new();
    let at = |tenant: &str| PREMIUM.replace("foo/", tenant) + "/instance_statistics_reporting/";
    let update = json!({
        "generateDailyReport": true, "collectionPeriodMinutes": 60, "reportingEmailAddress1": "",
    });
    let (status, shown) = answered(ask(&twin, "PUT", &at("foo/"), Some(&update)));
    assert_eq!((status, shown.get("reportingEmailAddress1")), (200, None));
    let (_, other) = answered(ask(&twin, "GET", &at("footenant/"), None));
    assert_eq!(other["reportingEmailAddress1"], "supervisor@example.com");
}

#[test]
fn wrong_ranges_get_the_documents_complaints() {
    let twin = ApioTwin::new();
    let (early, late) = ("2022-01-01T00:00:00+01:00", "2022-02-01T00:00:00+01:00");
    for (start, end, message) in [
        (
            "2022-01-01",
            late,
            "The format of start date or end date is invalid.",
        ),
        (early, "soon", "The format of start date or end date is invalid."),
        (
            early,
            "2922-01-01T00:00:00+01:00",
            "Start date or end date in the future",
        ),
        (late, early, "End date can not be earlier than start date."),
    ] {
        let reply = ask(
            &twin,
            "GET",
            &format!("{P}/statistics/"),
            Some(&range(start, end)),
        );
        let (status, complaint) = answered(reply);
        assert_eq!(
            (status, &complaint["code"], &complaint["message"]),
            (400, &json!(2), &json!(message))
        );
    }
}

#[test]
fn a_range_of_no_length_has_averages_of_nothing() {
    let twin = ApioTwin::new();
    let noon = "2022-01-01T12:00:00+01:00";
    let reply = ask(
        &twin,
        "GET",
        &format!("{P}/statistics/"),
        Some(&range(noon, noon)),
    );
    let (status, statistics) = answered(reply);
    assert_eq!(
        (status, &statistics["queueStatistics"]["averageAgentsStaffed"]),
        (200, &json!(0.0))
    );
}

#[test]
fn what_is_not_there_is_not_found() {
    let twin = ApioTwin::new();
    for path in [
        BASIC.replace("foo/", "bar/"),
        BASIC.replace("foogroup", "bargroup"),
        BASIC.replace("Basic", "Nobody"),
    ] {
        let path = format!("{path}/instance_statistics_reporting/");
        assert_eq!(ask(&twin, "GET", &path, None).unwrap().status(), 404);
    }
}

#[test]
fn settings_that_make_no_sense_change_nothing() {
    let twin = ApioTwin::new();
    let path = format!("{BASIC}/instance_statistics_reporting/");
    for update in [
        json!({ "generateDailyReport": true, "collectionPeriodMinutes": 20 }),
        json!({ "generateDailyReport": true, "collectionPeriodMinutes": 15, "reportingEmailAddress2": "nobody" }),
    ] {
        let (status, complaint) = answered(ask(&twin, "PUT", &path, Some(&update)));
        assert_eq!((status, &complaint["code"]), (400, &json!(2)));
    }
    let shown = answered(ask(&twin, "GET", &path, None));
    assert_eq!(
        shown,
        (200, json(include_str!("../../tests/fixtures/reporting.json")))
    );
}

#[test]
fn what_the_document_does_not_describe_is_unexpected() {
    let twin = ApioTwin::new();
    let whole = json!({ "generateDailyReport": true, "collectionPeriodMinutes": 15 });
    let reporting = |center: &str| format!("{center}/instance_statistics_reporting/");
    let cases = [
        ("GET", reporting(BASIC).trim_end_matches('/').to_owned(), None),
        ("GET", reporting(BASIC) + "?page=1", None),
        ("GET", reporting(BASIC), Some(json!({}))),
        ("PATCH", reporting(BASIC), Some(whole.clone())),
        ("PUT", reporting(BASIC), None),
        (
            "PUT",
            reporting(BASIC),
            Some(json!({ "generateDailyReport": true })),
        ),
        (
            "PUT",
            reporting(BASIC),
            Some(
                json!({ "generateDailyReport": true, "collectionPeriodMinutes": 15, "statisticsSource": "x" }),
            ),
        ),
        // The first address is set: the document does not say what becomes of it.
        ("PUT", reporting(PREMIUM), Some(whole)),
        ("GET", format!("{P}/statistics/"), None),
        (
            "GET",
            format!("{P}/statistics/"),
            Some(json!({ "statisticsRange": { "start": "x" } })),
        ),
        ("POST", format!("{P}/statistics/"), Some(range("x", "y"))),
        ("GET", format!("{P}/agents/"), None),
    ];
    for (method, path, body) in cases {
        let reply = ask(&twin, method, &path, body.as_ref());
        assert!(reply.is_err(), "{method} {path} {body:?}");
    }
}
