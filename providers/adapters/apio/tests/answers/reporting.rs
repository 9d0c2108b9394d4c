//! "Instance Statistics Reporting".

use provider_core::domain::{AddressChange, ReportingSettings, ReportingUpdate};
use provider_core::error::{Effect, ErrorKind};
use provider_core::outcome::{Outcome, RefusalCode};
use provider_testkit::twin::Fault;
use serde_json::json;

use super::{BASIC, P, PREMIUM, Scene, center, context, json as parsed};

fn settings(address_1: Option<&str>, address_2: Option<&str>) -> ReportingSettings {
    ReportingSettings {
        generate_daily_report: false,
        collection_period_minutes: 30,
        reporting_email_address_1: address_1.map(str::to_owned),
        reporting_email_address_2: address_2.map(str::to_owned),
        statistics_source: None,
    }
}

fn set(address: &str) -> Option<AddressChange> {
    Some(AddressChange::Set(address.to_owned()))
}

/// The document's request as a wish.
fn documents_update() -> ReportingUpdate {
    ReportingUpdate {
        generate_daily_report: Some(false),
        collection_period_minutes: Some(30),
        reporting_email_address_1: set("apio_test_1@netaxis.be"),
        reporting_email_address_2: set("apio_test_2@netaxis.be"),
    }
}

#[tokio::test]
async fn the_documents_settings_mean_what_they_say() {
    let scene = Scene::with(|config| {
        config.insert("tenant".to_owned(), "foo".into());
    })
    .await;
    let shown = scene.port.reporting(&context(), &center(BASIC)).await.unwrap();
    assert_eq!(shown, settings(None, None));
    let path = format!(
        "/api/v1/tenants/foo/groups/foogroup/services/call_centers/{BASIC}/instance_statistics_reporting/"
    );
    assert_eq!(scene.requests(), [("GET".to_owned(), path)]);
    let exchange = &scene.twin.exchanges()[0];
    let bearer = format!("Bearer {}", scene.twin.secret());
    assert_eq!(exchange.header("authorization"), Some(bearer.as_str()));
    assert!(exchange.body.is_empty());

    scene.answer_next(include_str!("../fixtures/reporting.json"));
    let read = scene.port.reporting(&context(), &center(PREMIUM)).await.unwrap();
    assert_eq!(read, settings(None, None));
}

#[tokio::test]
async fn every_setting_is_read() {
    let scene = Scene::new().await;
    scene.answer_next(
        r#"{ "generateDailyReport": true, "collectionPeriodMinutes": 10, "reportingEmailAddress1": "a@example.com",
             "reportingEmailAddress2": "", "statisticsSource": "External", "somethingNew": 1 }"#,
    );
    let shown = scene.port.reporting(&context(), &center(P)).await.unwrap();
    let expected = ReportingSettings {
        generate_daily_report: true,
        collection_period_minutes: 10,
        reporting_email_address_1: Some("a@example.com".to_owned()),
        reporting_email_address_2: None,
        statistics_source: Some("External".to_owned()),
    };
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn the_documents_update_is_sent_as_it_stands_there() {
    let scene = Scene::with(|config| {
        config.insert("tenant".to_owned(), "foo".into());
    })
    .await;
    let outcome = scene
        .port
        .update_reporting(&context(), &center(PREMIUM), &documents_update())
        .await
        .unwrap();
    let changed = ReportingSettings {
        statistics_source: Some("Enhanced Reporting".to_owned()),
        ..settings(Some("apio_test_1@netaxis.be"), Some("apio_test_2@netaxis.be"))
    };
    assert_eq!(outcome, Outcome::Done(changed.clone()));
    assert_eq!(
        scene.sent(),
        parsed(include_str!("../fixtures/reporting_update.json"))
    );
    let path = format!(
        "/api/v1/tenants/foo/groups/foogroup/services/call_centers/{PREMIUM}/instance_statistics_reporting/"
    );
    assert_eq!(scene.requests().last(), Some(&("PUT".to_owned(), path)));

    let shown = scene.port.reporting(&context(), &center(PREMIUM)).await.unwrap();
    assert_eq!(shown, changed);
}

#[tokio::test]
async fn what_an_update_leaves_out_stays_as_it_is() {
    let scene = Scene::new().await;
    let change = async |update: ReportingUpdate| {
        let (cx, center) = (context(), center(P));
        let outcome = scene.port.update_reporting(&cx, &center, &update).await;
        outcome.unwrap().done().unwrap()
    };
    let before = scene.port.reporting(&context(), &center(P)).await.unwrap();
    assert_eq!(
        before.reporting_email_address_1.as_deref(),
        Some("supervisor@example.com")
    );

    let after = change(ReportingUpdate {
        collection_period_minutes: Some(60),
        ..ReportingUpdate::default()
    })
    .await;
    let expected = ReportingSettings {
        collection_period_minutes: 60,
        ..before.clone()
    };
    assert_eq!(after, expected);
    let whole = json!({
        "generateDailyReport": true, "collectionPeriodMinutes": 60,
        "reportingEmailAddress1": "supervisor@example.com",
    });
    assert_eq!(
        scene.sent(),
        whole,
        "an address that is not there is not deleted either"
    );

    let after = change(ReportingUpdate {
        reporting_email_address_2: set("second@example.com"),
        ..ReportingUpdate::default()
    })
    .await;
    let expected = ReportingSettings {
        reporting_email_address_2: Some("second@example.com".to_owned()),
        ..expected
    };
    assert_eq!(after, expected);
}

#[tokio::test]
async fn an_address_is_deleted_by_an_empty_text() {
    let scene = Scene::new().await;
    let update = ReportingUpdate {
        reporting_email_address_1: Some(AddressChange::Delete),
        ..ReportingUpdate::default()
    };
    for _ in 0..2 {
        let outcome = scene.port.update_reporting(&context(), &center(P), &update).await;
        let shown = outcome.unwrap().done().unwrap();
        assert_eq!(shown.reporting_email_address_1, None);
        assert_eq!(scene.sent()["reportingEmailAddress1"], "");
    }
}

#[tokio::test]
async fn an_update_of_nothing_changes_nothing() {
    let scene = Scene::new().await;
    let update = ReportingUpdate::default();
    let outcome = scene
        .port
        .update_reporting(&context(), &center(BASIC), &update)
        .await;
    assert_eq!(outcome.unwrap(), Outcome::Done(settings(None, None)));
    let methods: Vec<String> = scene.requests().into_iter().map(|(method, _)| method).collect();
    assert_eq!(methods, ["GET"]);
}

#[tokio::test]
async fn a_period_that_no_report_has_is_refused_before_anything_is_sent() {
    let scene = Scene::new().await;
    let update = ReportingUpdate {
        collection_period_minutes: Some(20),
        ..ReportingUpdate::default()
    };
    let error = scene
        .port
        .update_reporting(&context(), &center(BASIC), &update)
        .await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(error.field(), Some("collectionPeriodMinutes"));
    assert_eq!(scene.requests(), []);
}

#[tokio::test]
async fn a_definite_no_to_an_update_is_a_refusal() {
    let scene = Scene::new().await;
    for (status, code) in [
        (400, RefusalCode::InvalidRequest),
        (403, RefusalCode::Forbidden),
        (404, RefusalCode::NotFound),
    ] {
        // To the read that comes before, and to the change itself.
        for answered_before in [0, 1] {
            scene
                .twin
                .faults()
                .next_n(answered_before, Fault::Delay(std::time::Duration::ZERO));
            scene.refuse_next(status, json!({}));
            let update = documents_update();
            let outcome = scene
                .port
                .update_reporting(&context(), &center(BASIC), &update)
                .await;
            let Outcome::Refused(refusal) = outcome.unwrap() else {
                panic!("{status} is no refusal");
            };
            assert_eq!(refusal.code, code);
        }
    }
    let strange = ReportingUpdate {
        reporting_email_address_1: set("not an address"),
        ..ReportingUpdate::default()
    };
    let outcome = scene
        .port
        .update_reporting(&context(), &center(BASIC), &strange)
        .await;
    assert!(matches!(outcome, Ok(Outcome::Refused(no)) if no.code == RefusalCode::InvalidRequest));
    let shown = scene.port.reporting(&context(), &center(BASIC)).await.unwrap();
    assert_eq!(shown, settings(None, None), "nothing was changed");
}

#[tokio::test]
async fn an_update_that_fails_before_the_change_had_no_effect_and_one_that_fails_in_it_may_have() {
    let scene = Scene::new().await;
    for (answered_before, effect) in [(0, Effect::None), (1, Effect::Unknown)] {
        scene
            .twin
            .faults()
            .next_n(answered_before, Fault::Delay(std::time::Duration::ZERO));
        scene.twin.faults().next(Fault::status_after(503));
        let error = scene
            .port
            .update_reporting(&context(), &center(BASIC), &documents_update())
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Unavailable, effect));
        assert_eq!(error.operation(), "call_centers.update_reporting");
    }
}
