//! What is asked, word for word.

use std::time::Duration;

use provider_core::adapter::make;
use provider_core::config::ConfigFault;
use provider_core::domain::*;
use provider_core::error::ErrorKind;
use provider_core::provider::HealthState;
use provider_telecomx::Telecomx;
use provider_telecomx_twin::TelecomxTwin;
use provider_testkit::twin::Fault;
use serde_json::{Value, json};
use toml::Table;

use crate::scene::{BENNY, BO, Scene, all, context, customer, period, weeks};

/// The document's query: January 2020 until the last second that it names.
fn example() -> CallStatisticsQuery {
    let bounds = ("2020-01-01T00:00:00Z", "2020-01-31T00:00:01Z");
    CallStatisticsQuery {
        customer: Some(customer(TelecomxTwin::CUSTOMER_CODE)),
        employees: vec![
            "12345678901234567890AAAA".to_owned(),
            "12345678901234567890BBBB".to_owned(),
        ],
        ignore_below_seconds: 10,
        ignore_unanswered_below_seconds: 0,
        include_empty: false,
        ignore_local: true,
        fields: vec![
            CallField::EmployeeName,
            CallField::ExtensionNumber,
            CallField::InboundCalls,
            CallField::OutboundCalls,
        ],
        sort: Some(EmployeeSort::ExtensionNumber),
        ..all(
            GroupingInterval::Day,
            Period::new(bounds.0.parse().unwrap(), bounds.1.parse().unwrap()).unwrap(),
        )
    }
}

/// The same as the document writes it, but for the slip in its `from`.
fn example_body() -> Value {
    json!({
        "customer": "12345678901234567890ABCD",
        "employees": ["12345678901234567890AAAA", "12345678901234567890BBBB"],
        "from": "2020-01-01T00:00:00.000Z",
        "to": "2020-01-31T00:00:00.000Z",
        "ignoreBelow": 10,
        "ignoreLocal": true,
        "direction": "BOTH",
        "groupingInterval": "DAY",
        "fields": ["employeeName", "extensionNumber", "inboundCalls", "outboundCalls"],
        "sort": "extensionNumber",
        "format": "JSON",
    })
}

#[tokio::test]
async fn the_documents_query_is_asked_as_it_stands_there() {
    let scene = Scene::new().await;
    scene.export(&example(), ExportFormat::Json).await.unwrap();
    assert_eq!(scene.bodies(), [example_body()]);
    let exchange = &scene.twin.exchanges()[0];
    assert_eq!(
        (exchange.method.as_str(), exchange.target.as_str()),
        ("POST", "/pbx/cdrstats")
    );
    let bearer = format!("Bearer {}", scene.twin.secret());
    assert_eq!(exchange.header("authorization"), Some(bearer.as_str()));
}

#[tokio::test]
async fn a_report_also_asks_for_what_tells_its_rows_apart() {
    let scene = Scene::new().await;
    let report = scene.report(&example()).await.unwrap();
    let mut body = example_body();
    body["fields"] = json!([
        "employeeName",
        "extensionNumber",
        "inboundCalls",
        "outboundCalls",
        "employeeId",
        "extensionId",
    ]);
    assert_eq!(scene.bodies(), [body]);
    assert!(
        report
            .rows
            .iter()
            .all(|row| row.employee_id.is_none() && row.extension_id.is_none())
    );
    let names: Vec<_> = report
        .rows
        .iter()
        .map(|row| row.employee_name.clone().unwrap())
        .collect();
    assert_eq!(names, ["Birgitte Holm", "Anne Larsen"]);
}

#[tokio::test]
async fn a_plain_question_leaves_out_what_has_no_value_and_names_every_field() {
    let scene = Scene::new().await;
    scene.report(&weeks()).await.unwrap();
    let expected = json!({
        "from": "2020-11-29T23:00:00.000Z",
        "to": "2020-12-20T22:59:59.000Z",
        "ignoreLocal": false,
        "direction": "BOTH",
        "groupingInterval": "WEEK",
        "fields": [
            "employeeId", "employeeName", "extensionId", "extensionNumber",
            "outboundCalls", "outboundSeconds", "outboundAnswered", "outboundUnanswered", "outboundFailed",
            "inboundCalls", "inboundSeconds", "inboundAnswered", "inboundUnanswered", "inboundBusy",
        ],
        "format": "JSON",
    });
    assert_eq!(scene.bodies(), [expected]);
}

#[tokio::test]
async fn every_word_of_ours_is_one_of_the_documents() {
    let scene = Scene::new().await;
    let day = period("2020-12-01", "2020-12-02");
    for (interval, word) in [
        (GroupingInterval::Month, "MONTH"),
        (GroupingInterval::Week, "WEEK"),
        (GroupingInterval::Day, "DAY"),
        (GroupingInterval::Hour, "HOUR"),
    ] {
        scene.report(&all(interval, day)).await.unwrap();
        assert_eq!(scene.bodies().last().unwrap()["groupingInterval"], word);
    }
    for (direction, word) in [
        (CallDirection::In, "IN"),
        (CallDirection::Out, "OUT"),
        (CallDirection::Both, "BOTH"),
    ] {
        let query = CallStatisticsQuery { direction, ..weeks() };
        scene.report(&query).await.unwrap();
        assert_eq!(scene.bodies().last().unwrap()["direction"], word);
    }
    for (sort, word) in [
        (EmployeeSort::EmployeeName, "employeeName"),
        (EmployeeSort::ExtensionNumber, "extensionNumber"),
    ] {
        let query = CallStatisticsQuery {
            sort: Some(sort),
            ..weeks()
        };
        scene.report(&query).await.unwrap();
        assert_eq!(scene.bodies().last().unwrap()["sort"], word);
    }
    for (format, word) in [
        (ExportFormat::Json, "JSON"),
        (ExportFormat::Csv, "CSV"),
        (ExportFormat::Excel, "EXCEL"),
    ] {
        scene.export(&weeks(), format).await.unwrap();
        assert_eq!(scene.bodies().last().unwrap()["format"], word);
    }
}

#[tokio::test]
async fn one_employee_is_asked_for_as_employee_and_several_as_employees() {
    let scene = Scene::new().await;
    for (named, employee, employees) in [
        (&[][..], Value::Null, Value::Null),
        (&[BO], json!(BO), Value::Null),
        (&[BO, BO], json!(BO), Value::Null),
        (&[BENNY, BO, BENNY], Value::Null, json!([BENNY, BO])),
    ] {
        let query = CallStatisticsQuery {
            employees: named.iter().map(|id| (*id).to_owned()).collect(),
            ..weeks()
        };
        scene.report(&query).await.unwrap();
        let body = scene.bodies().pop().unwrap();
        assert_eq!((&body["employee"], &body["employees"]), (&employee, &employees));
    }
}

#[tokio::test]
async fn a_period_shorter_than_a_second_still_ends_after_it_begins() {
    let scene = Scene::new().await;
    let (start, end) = ("2020-12-01T09:00:00.250Z", "2020-12-01T09:00:00.750Z");
    let period = Period::new(start.parse().unwrap(), end.parse().unwrap()).unwrap();
    scene.report(&all(GroupingInterval::Day, period)).await.unwrap();
    let body = &scene.bodies()[0];
    assert_eq!((&body["from"], &body["to"]), (&json!(start), &json!(start)));
}

#[tokio::test]
async fn a_customer_that_nobody_mapped_is_not_asked_for() {
    let scene = Scene::new().await;
    let query = CallStatisticsQuery {
        customer: Some(customer("OTHER")),
        ..weeks()
    };
    for error in [
        scene.report(&query).await.unwrap_err(),
        scene.export(&query, ExportFormat::Csv).await.unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::NotFound, Some("customer"))
        );
        assert!(error.message().contains("config.customers"), "{error}");
    }
    assert!(scene.twin.exchanges().is_empty());
}

#[tokio::test]
async fn another_zone_than_the_upstreams_is_refused_and_nothing_is_sent() {
    let scene = Scene::new().await;
    let query = CallStatisticsQuery {
        zone: jiff::tz::TimeZone::UTC,
        ..weeks()
    };
    for error in [
        scene.report(&query).await.unwrap_err(),
        scene.export(&query, ExportFormat::Csv).await.unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::Unsupported, Some("zone"))
        );
        assert!(error.message().contains("Europe/Copenhagen"), "{error}");
    }
    assert!(scene.twin.exchanges().is_empty());
}

#[tokio::test]
async fn a_report_that_would_take_too_many_calls_is_refused_and_nothing_is_sent() {
    let scene = Scene::new().await;
    let query = all(GroupingInterval::Hour, period("2020-01-01", "2021-01-01"));
    let error = scene.report(&query).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::InvalidRequest, Some("period"))
    );
    assert!(scene.twin.exchanges().is_empty());
    // The file is the upstream's own, so it takes one call.
    scene.export(&query, ExportFormat::Csv).await.unwrap();
    assert_eq!(scene.twin.exchanges().len(), 1);
}

#[tokio::test]
async fn at_most_four_parts_are_asked_for_at_once() {
    let scene = Scene::new().await;
    scene
        .twin
        .faults()
        .always(Fault::Delay(Duration::from_millis(20)));
    let query = all(GroupingInterval::Day, period("2020-01-01", "2021-01-01"));
    let mut report = std::pin::pin!(scene.report(&query));
    let mut most = 0;
    loop {
        tokio::select! {
            biased;
            answer = &mut report => break drop(answer.unwrap()),
            () = tokio::task::yield_now() => {}
        }
        let exchanges = scene.twin.exchanges();
        let waiting = exchanges.iter().filter(|exchange| exchange.status.is_none());
        most = most.max(waiting.count());
    }
    assert_eq!(scene.twin.exchanges().len(), 12);
    assert!((1..=4).contains(&most), "{most} at once");
}

#[tokio::test]
async fn health_is_told_by_who_had_calls_in_the_last_minute() {
    let scene = Scene::new().await;
    let health = scene.provider.health(&context()).await.unwrap();
    assert_eq!((health.state, health.last_error), (HealthState::Up, None));
    let body = scene.bodies().pop().unwrap();
    assert_eq!(body["fields"], json!(["employeeId"]));
    let at = |field: &str| body[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(at("to").duration_since(at("from")).as_secs(), 59);
    scene.twin.faults().next(Fault::status(503));
    let health = scene.provider.health(&context()).await.unwrap();
    assert_eq!(health.state, HealthState::Down);
}

#[test]
fn faults_of_the_settings_are_told_together() {
    let id = || "telecomx".parse().unwrap();
    let keys = |config: &str| {
        let config: Table = config.parse().unwrap();
        let faults = make::<Telecomx>(id(), config).unwrap_err();
        faults
            .iter()
            .map(|fault: &ConfigFault| fault.key().to_owned())
            .collect::<Vec<_>>()
    };
    let header = "auth = { header = { name = \"not a name\", value = \"${CARGO_PKG_NAME}\" } }";
    let zone = "time_zone = \"Europe/Atlantis\"";
    let faults = keys(&format!(
        "base_url = \"https://api.telecomx.dk\"\n{header}\n{zone}"
    ));
    assert!(faults.contains(&"config.time_zone".to_owned()), "{faults:?}");
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(keys("customer = \"ACME\"").contains(&"config.customer".to_owned()));
}
