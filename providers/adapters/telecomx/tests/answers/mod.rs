//! What the answers mean.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use provider_core::domain::*;
use provider_core::error::{Effect, ErrorKind};
use provider_testkit::twin::{Body, Fault};
use serde_json::{Value, json};
use strum::IntoEnumIterator;

use crate::scene::{BENNY, BO, HANS, Scene, WEEKS, all, danish, period, weeks};

/// The document's answer, read by hand.
fn expected() -> Vec<EmployeeCalls> {
    let answer: Value = serde_json::from_str(WEEKS).unwrap();
    let monday = |week: &str| {
        let date: Date = ["2020-11-30", "2020-12-07", "2020-12-14", "2020-12-21"]
            [usize::from(week.parse::<u8>().unwrap() - 49)]
        .parse()
        .unwrap();
        date.to_zoned(danish()).unwrap().timestamp()
    };
    let next = |week: &str| monday(&(week.parse::<u8>().unwrap() + 1).to_string());
    let text = |value: &Value| Some(value.as_str().unwrap().to_owned());
    let employee = |row: &Value| EmployeeCalls {
        employee_id: text(&row["employeeId"]),
        employee_name: text(&row["employeeName"]),
        extension_id: text(&row["extensionId"]),
        extension_number: text(&row["extensionNumber"]),
        intervals: row["data"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(week, counts)| CallInterval {
                start: monday(week),
                end: next(week),
                counts: CallCounts {
                    outbound_calls: counts["outboundCalls"].as_u64(),
                    outbound_seconds: counts["outboundSeconds"].as_u64(),
                    outbound_answered: counts["outboundAnswered"].as_u64(),
                    outbound_unanswered: counts["outboundUnanswered"].as_u64(),
                    outbound_failed: counts["outboundFailed"].as_u64(),
                    inbound_calls: counts["inboundCalls"].as_u64(),
                    inbound_seconds: counts["inboundSeconds"].as_u64(),
                    inbound_answered: counts["inboundAnswered"].as_u64(),
                    inbound_unanswered: counts["inboundUnanswered"].as_u64(),
                    inbound_busy: counts["inboundBusy"].as_u64(),
                    inbound_rung_elsewhere: None,
                },
            })
            .collect(),
    };
    answer.as_array().unwrap().iter().map(employee).collect()
}

fn ids(report: &CallStatisticsReport) -> Vec<&str> {
    let rows = report.rows.iter();
    rows.filter_map(|row| row.employee_id.as_deref()).collect()
}

/// A body with one employee and one interval.
fn one_interval(name: &str, counts: &Value) -> String {
    json!([{ "employeeId": BO, "extensionId": "e", "data": { name: counts } }]).to_string()
}

#[tokio::test]
async fn the_documents_answer_means_what_it_says_and_is_doubtful_in_one_field() {
    let scene = Scene::new().await;
    for report in [
        scene.read(&weeks(), WEEKS).await.unwrap(),
        scene.report(&weeks()).await.unwrap(),
    ] {
        assert_eq!(report.rows, expected());
        let doubtful: Vec<CallField> = report.caveats.iter().map(|caveat| caveat.field).collect();
        assert_eq!(doubtful, [CallField::InboundAnswered]);
    }
}

#[tokio::test]
async fn answered_calls_are_doubtful_only_where_there_must_have_been_some() {
    let scene = Scene::new().await;
    for (counts, doubtful) in [
        (
            json!({ "inboundCalls": 5, "inboundUnanswered": 3, "inboundAnswered": 0 }),
            true,
        ),
        (
            json!({ "inboundCalls": 5, "inboundUnanswered": 5, "inboundAnswered": 0 }),
            false,
        ),
        (
            json!({ "inboundCalls": 5, "inboundUnanswered": 3, "inboundAnswered": 2 }),
            false,
        ),
        (json!({ "inboundCalls": 5, "inboundUnanswered": 3 }), false),
        (json!({ "inboundCalls": 5, "inboundAnswered": 0 }), false),
    ] {
        let report = scene.read(&weeks(), &one_interval("49", &counts)).await.unwrap();
        assert_eq!(!report.caveats.is_empty(), doubtful, "{counts}");
    }
    // One employee with answered calls shows that they are counted.
    let both = json!([
        { "employeeId": BO, "data": { "49": { "inboundCalls": 5, "inboundUnanswered": 3, "inboundAnswered": 0 } } },
        { "employeeId": BENNY, "data": { "49": { "inboundAnswered": 1 } } },
    ]);
    let report = scene.read(&weeks(), &both.to_string()).await.unwrap();
    assert_eq!(report.caveats, []);
}

#[tokio::test]
async fn a_caveat_does_not_depend_on_which_other_fields_are_wanted() {
    let scene = Scene::new().await;
    let only = |field, direction| CallStatisticsQuery {
        fields: vec![field],
        direction,
        ..weeks()
    };
    for (query, doubtful) in [
        (only(CallField::InboundAnswered, CallDirection::Both), true),
        (only(CallField::InboundAnswered, CallDirection::In), true),
        (only(CallField::InboundAnswered, CallDirection::Out), false),
        (only(CallField::InboundCalls, CallDirection::Both), false),
    ] {
        let report = scene.report(&query).await.unwrap();
        assert_eq!(!report.caveats.is_empty(), doubtful, "{query:?}");
        for interval in report.rows.iter().flat_map(|row| &row.intervals) {
            let mut counts = interval.counts;
            let given: Vec<CallField> = CallField::iter()
                .filter(|field| counts.get_mut(*field).is_some_and(|count| count.is_some()))
                .collect();
            assert_eq!(given, query.fields);
        }
    }
}

#[tokio::test]
async fn what_was_left_out_on_request_is_zero() {
    let scene = Scene::new().await;
    let query = |direction| CallStatisticsQuery { direction, ..weeks() };
    let seen = json!({ "inboundCalls": 2, "outboundCalls": null });
    for (direction, outbound, inbound) in [
        (CallDirection::In, Some(0), Some(2)),
        (CallDirection::Both, None, Some(2)),
    ] {
        let report = scene
            .read(&query(direction), &one_interval("49", &seen))
            .await
            .unwrap();
        let counts = report.rows[0].intervals[0].counts;
        assert_eq!((counts.outbound_calls, counts.inbound_calls), (outbound, inbound));
    }
    for (direction, zero) in [
        (CallDirection::In, CallField::OutboundCalls),
        (CallDirection::Out, CallField::InboundSeconds),
    ] {
        let report = scene.report(&query(direction)).await.unwrap();
        assert_eq!(ids(&report), [BO, BENNY, HANS]);
        for interval in report.rows.iter().flat_map(|row| &row.intervals) {
            let mut counts = interval.counts;
            assert_eq!(counts.get_mut(zero), Some(&mut Some(0)));
        }
    }
    // An upstream that does not do it is found out.
    let ignored = json!({ "inboundCalls": 2, "outboundCalls": 3 });
    let error = scene
        .read(&query(CallDirection::In), &one_interval("49", &ignored))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContractViolated);
}

#[tokio::test]
async fn employees_that_were_named_are_in_the_report_even_without_calls() {
    let scene = Scene::new().await;
    let named = CallStatisticsQuery {
        employees: vec![BENNY.to_owned(), "nobody".to_owned()],
        ..weeks()
    };
    let report = scene.report(&named).await.unwrap();
    assert_eq!(ids(&report), [BENNY, "nobody"]);
    assert_eq!(report.rows[1].intervals, []);
    // Others are there only with calls.
    let body = json!([{ "employeeId": BO, "data": {} }]).to_string();
    assert_eq!(scene.read(&weeks(), &body).await.unwrap().rows, []);
}

#[tokio::test]
async fn an_interval_that_was_not_asked_for_is_unreadable() {
    let scene = Scene::new().await;
    let counts = json!({ "inboundCalls": 1 });
    for name in ["48", "52", "0", "-49", "49.0", "2019-W49", "forty-nine", ""] {
        let error = scene
            .read(&weeks(), &one_interval(name, &counts))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::BadResponse, Effect::None),
            "{name}"
        );
    }
    let report = scene
        .read(&weeks(), &one_interval("2020-W49", &counts))
        .await
        .unwrap();
    assert_eq!(report.rows[0].intervals[0].start, weeks().period.start());
    // Two names of one week would count it twice.
    let twice = json!([{ "employeeId": BO, "data": { "49": counts, "2020-W49": counts } }]);
    let error = scene.read(&weeks(), &twice.to_string()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContractViolated);
}

#[tokio::test]
async fn an_answer_of_another_shape_is_unreadable_and_no_count_is_made_up() {
    let scene = Scene::new().await;
    for body in [
        json!({}),
        json!([{ "data": {} }]),
        json!([{ "employeeId": BO }]),
        json!([{ "employeeId": BO, "data": [] }]),
        json!([{ "employeeId": BO, "data": { "49": 80 } }]),
        json!([{ "employeeId": BO, "data": { "49": { "inboundCalls": "80" } } }]),
        json!([{ "employeeId": BO, "data": { "49": { "inboundCalls": -1 } } }]),
    ] {
        let error = scene.read(&weeks(), &body.to_string()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadResponse, "{body}");
    }
}

/// The counts of outbound calls by employee, and by whatever interval lies around.
fn outbound(report: &CallStatisticsReport, larger: GroupingInterval) -> BTreeMap<(String, Timestamp), u64> {
    let mut counts = BTreeMap::new();
    for row in &report.rows {
        for interval in &row.intervals {
            let start = larger.around(interval.start, &danish()).unwrap().start();
            let key = (row.employee_id.clone().unwrap(), start);
            *counts.entry(key).or_default() += interval.counts.outbound_seconds.unwrap();
        }
    }
    counts
}

#[tokio::test]
async fn a_report_in_parts_is_the_same_as_one_by_larger_intervals() {
    use GroupingInterval::{Day, Hour, Month, Week};
    let scene = Scene::new().await;
    for (small, large, start, end) in [
        // The clock is set forward, and back.
        (Hour, Day, "2020-03-28", "2020-03-31"),
        (Hour, Day, "2020-10-24", "2020-10-27"),
        // Not at midnight.
        (Hour, Week, "2020-12-02T13:45", "2020-12-04T09:30"),
        // New Year, with a week 53.
        (Day, Week, "2020-12-14", "2021-01-18"),
        (Day, Month, "2020-11-10", "2021-02-20"),
        // More than a year: every week number and month name twice.
        (Week, Week, "2020-01-06", "2021-06-07"),
        (Day, Week, "2020-01-06", "2021-06-07"),
        (Month, Month, "2020-05-01", "2021-08-01"),
        (Day, Month, "2020-05-01", "2021-08-01"),
    ] {
        let period = period(start, end);
        let by_small = scene.report(&all(small, period)).await.unwrap();
        let by_large = scene.report(&all(large, period)).await.unwrap();
        let (parts, whole) = (outbound(&by_small, large), outbound(&by_large, large));
        assert!(!whole.is_empty());
        assert_eq!(parts, whole, "{small} {large} {start} {end}");
        for row in by_small.rows.iter().chain(&by_large.rows) {
            assert!(row.intervals.is_sorted_by_key(|interval| interval.start));
        }
    }
}

#[tokio::test]
async fn each_of_two_hours_that_the_clock_calls_2_has_its_own_calls() {
    let scene = Scene::new().await;
    let query = all(GroupingInterval::Hour, period("2020-10-25", "2020-10-25T04:00"));
    let report = scene.report(&query).await.unwrap();
    assert_eq!(scene.twin.exchanges().len(), 2);
    let (first, second): (Timestamp, Timestamp) = (
        "2020-10-25T00:00:00Z".parse().unwrap(),
        "2020-10-25T01:00:00Z".parse().unwrap(),
    );
    let starts = |start| {
        let intervals = report.rows.iter().flat_map(|row| &row.intervals);
        intervals.filter(|interval| interval.start == start).count()
    };
    assert!(starts(first) > 0 && starts(second) > 0);
}

#[tokio::test]
async fn a_report_in_parts_is_sorted_as_a_whole() {
    let scene = Scene::new().await;
    let query = |sort| CallStatisticsQuery {
        sort: Some(sort),
        ..all(GroupingInterval::Day, period("2020-11-15", "2020-12-31"))
    };
    let row = |id: &str, name: Value, number: Value| json!({ "employeeId": id, "employeeName": name, "extensionNumber": number, "data": { "20": {} } });
    for (sort, sorted) in [
        (EmployeeSort::EmployeeName, ["b", "a", "c", "d"]),
        (EmployeeSort::ExtensionNumber, ["a", "c", "b", "d"]),
    ] {
        // Each part has others first.
        for rows in [
            json!([
                row("d", Value::Null, Value::Null),
                row("a", json!("bo"), json!("99"))
            ]),
            json!([
                row("c", json!("Carl"), json!("200")),
                row("b", json!("Anna"), json!("1000"))
            ]),
        ] {
            scene.twin.faults().next(Fault::Body(Body::json(&rows)));
        }
        assert_eq!(ids(&scene.report(&query(sort)).await.unwrap()), sorted);
    }
}

#[tokio::test]
async fn a_report_with_a_hole_is_none() {
    let scene = Scene::new().await;
    let query = all(GroupingInterval::Day, period("2020-01-01", "2020-07-01"));
    scene
        .twin
        .faults()
        .next_n(2, Fault::Delay(std::time::Duration::ZERO));
    scene.twin.faults().next(Fault::status(503));
    let error = scene.report(&query).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Unavailable, Effect::None)
    );
}

#[tokio::test]
async fn refusals_of_the_document_name_the_field_in_our_words() {
    let scene = Scene::new().await;
    for (message, field) in [
        ("format", "format"),
        ("from", "period"),
        ("groupingInterval", "interval"),
    ] {
        for body in [
            json!({ "code": 422, "message": message }),
            json!({ "error": message }),
            json!({ "error": { "code": 422, "message": message } }),
            json!(message),
        ] {
            let fault = Fault::Status {
                status: 422,
                headers: Vec::new(),
                body: Body::json(&body),
            };
            scene.twin.faults().next(fault);
            let error = scene.report(&weeks()).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.field()),
                (ErrorKind::InvalidRequest, Some(field)),
                "{body}"
            );
            let upstream = error.upstream().unwrap();
            assert_eq!(
                (upstream.status, upstream.code.as_deref()),
                (Some(422), Some(message))
            );
        }
    }
}

#[tokio::test]
async fn other_refusals_are_told_by_their_status_and_keep_their_message() {
    let scene = Scene::new().await;
    for (status, message, kind) in [
        (403, "access_denied", ErrorKind::Forbidden),
        (500, "internal_error", ErrorKind::Unavailable),
        (422, "to", ErrorKind::InvalidRequest),
        (429, "slow down", ErrorKind::RateLimited),
    ] {
        let fault = Fault::Status {
            status,
            headers: Vec::new(),
            body: Body::json(&json!({ "code": status, "message": message })),
        };
        scene.twin.faults().next(fault);
        let error = scene.export(&weeks(), ExportFormat::Csv).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect(), error.field()),
            (kind, Effect::None, None)
        );
        assert_eq!(error.upstream().unwrap().code.as_deref(), Some(message));
    }
    scene.twin.faults().next(Fault::status(422));
    let error = scene.report(&weeks()).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, None));
}

#[tokio::test]
async fn a_file_is_passed_on_as_the_upstream_made_it() {
    let scene = Scene::new().await;
    let workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    for (format, media_type, begin) in [
        (
            ExportFormat::Json,
            "application/json",
            &b"[{\"employeeId\":\"5450"[..],
        ),
        (ExportFormat::Csv, "text/csv", &b"employeeId,employeeName,"[..]),
        (ExportFormat::Excel, workbook, &b"PK"[..]),
    ] {
        let file = scene.export(&weeks(), format).await.unwrap();
        assert!(file.media_type.starts_with(media_type), "{}", file.media_type);
        assert!(file.bytes.starts_with(begin), "{file:?}");
    }
    let json = scene.export(&weeks(), ExportFormat::Json).await.unwrap();
    let (made, documented): (Value, Value) = (
        serde_json::from_slice(&json.bytes).unwrap(),
        serde_json::from_str(WEEKS).unwrap(),
    );
    assert_eq!(made, documented);
}

#[tokio::test]
async fn a_file_of_another_type_or_without_bytes_is_unreadable() {
    let scene = Scene::new().await;
    for body in [
        Body::html("<p>Sign in</p>"),
        Body::json(&json!([])),
        Body::bytes("text/csv", ""),
        Body::bytes("", "a,b"),
    ] {
        scene.twin.faults().next(Fault::Body(body));
        let error = scene.export(&weeks(), ExportFormat::Csv).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadResponse);
    }
}
