//! What goes wrong, and what is told of it. An order whose answer can't be used may have been carried out.

use std::time::Duration;

use provider_core::domain::{NumberOrder, PoolOrder};
use provider_core::error::{Effect, ErrorKind, ProviderError};
use provider_testkit::twin::{Body, Fault};
use serde_json::{Value, json};

use crate::support::*;

impl Account {
    /// Places an order that goes wrong in this way.
    async fn fail(&self, order: &NumberOrder, fault: Fault) -> ProviderError {
        self.running.faults().next(fault);
        self.place(order).await.expect_err("an error")
    }

    /// Orders a pool that is answered with this instead.
    async fn fail_pool(&self, order: &PoolOrder, answer: &Value) -> ProviderError {
        self.running.faults().next(Fault::Body(Body::json(answer)));
        self.create(order).await.expect_err("an error")
    }
}

fn reference(error: &ProviderError) -> Option<&str> {
    error.reference().map(provider_core::domain::UpstreamRef::as_str)
}

/// A change of an answer of a document. Each gets an account of its own: after some, the breaker opens.
type Change = (&'static str, Value);

fn changed(mut answer: Value, (pointer, value): Change) -> Value {
    *answer.pointer_mut(pointer).expect("a field of the answer") = value;
    answer
}

#[tokio::test]
async fn an_order_that_may_have_been_carried_out_is_sent_once_and_never_again() {
    let faults = [
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::CutBody,
        Fault::status(408),
        Fault::status(500),
        Fault::status(503),
        Fault::status_after(502),
        Fault::Redirect("/v3/api/11623282/numbers".to_owned()),
        Fault::Body(Body::empty()),
        Fault::Body(Body::json_text("{\"id\": 1, ")),
        Fault::Body(Body::json(&json!([]))),
        Fault::Body(Body::html("<h1>It works</h1>")),
        Fault::Body(Body::json_text("[".repeat(10_000))),
        Fault::Body(Body::json(&json!({ "message": "created" }))),
    ];
    for fault in faults {
        let account = Account::open().await;
        let error = account.fail(&local_to_number(), fault.clone()).await;
        assert_eq!(error.effect(), Effect::Unknown, "{fault:?}: {error:?}");
        assert_eq!(account.running.exchanges().len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_definite_no_has_no_effect() {
    let kinds = [
        (400, ErrorKind::InvalidRequest),
        (401, ErrorKind::Unauthenticated),
        (402, ErrorKind::QuotaExceeded),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Conflict),
        (422, ErrorKind::InvalidRequest),
    ];
    for (status, kind) in kinds {
        let account = Account::open().await;
        let error = account.fail(&local_to_number(), Fault::status(status)).await;
        assert_eq!((error.kind(), error.effect()), (kind, Effect::None));
        assert_eq!(error.upstream().and_then(|answer| answer.status), Some(status));
        assert_eq!(account.twin.sold(), []);
    }
}

#[tokio::test]
async fn an_outage_is_never_taken_for_an_empty_stock() {
    let body = Body::json(&json!({ "code": "no_stock", "message": "nothing is left" }));
    for status in [408, 429, 500, 503] {
        let account = Account::open().await;
        // The last one of a row of attempts, where the policies make several.
        account.running.faults().always(Fault::Status {
            status,
            headers: Vec::new(),
            body: body.clone(),
        });
        let error = account.place(&local_to_number()).await.expect_err("an error");
        assert_ne!(error.kind(), ErrorKind::NoStock);
        let upstream = error.upstream().expect("what Telmetrics said");
        assert_eq!(upstream.code.as_deref(), Some("no_stock"));
    }
}

#[tokio::test]
async fn an_answer_that_can_not_be_used_keeps_what_was_bought() {
    let changes: [Change; 12] = [
        ("/status", json!("Inactive")),
        ("/status", Value::Null),
        ("/phone_number", json!("289812209")),
        ("/phone_number", json!(2_898_122_093_u64)),
        ("/phone_number", json!("+442898122093")),
        ("/created_datetime", json!("yesterday")),
        ("/created_datetime", json!("2018-04-12T00:00:00")),
        ("/call_routes/route_type", json!("KeyPress")),
        ("/call_routes/route/termination_number", json!("")),
        ("/call_routes/route/id", json!("x")),
        ("/sms_routes/route_type", json!("Forward")),
        ("/name", json!(["ABC Company"])),
    ];
    for change in changes {
        let account = Account::open().await;
        let answer = changed(fixture!("number_toll_free_answer"), change.clone());
        let error = account
            .fail(&toll_free("833"), Fault::Body(Body::json(&answer)))
            .await;
        assert_eq!(error.kind(), ErrorKind::BadResponse, "{change:?}: {error:?}");
        assert_eq!(error.effect(), Effect::Unknown, "{change:?}");
        assert_eq!(reference(&error), Some("8660468"), "{change:?}");
    }
}

#[tokio::test]
async fn a_pool_that_can_not_be_used_keeps_what_was_bought() {
    let changes: [Change; 8] = [
        ("/status", json!("building")),
        ("/match_period", json!(-30)),
        ("/numbers/0/phone_number", json!("1174090162")),
        ("/numbers/2/id", json!("9570555")),
        ("/numbers", Value::Null),
        ("/replacement_configuration/replace_all_numbers", json!(true)),
        ("/replacement_configuration/tracking_sources", json!([])),
        ("/call_routes/route_type", json!("None")),
    ];
    for change in changes {
        let account = Account::open().await;
        let answer = changed(fixture!("pool_city_answer"), change.clone());
        let error = account.fail_pool(&pool_in_city("Bristol"), &answer).await;
        assert_eq!(error.kind(), ErrorKind::BadResponse, "{change:?}: {error:?}");
        assert_eq!(
            (error.effect(), reference(&error)),
            (Effect::Unknown, Some("31849")),
            "{change:?}"
        );
    }
}

#[tokio::test]
async fn another_thing_than_was_asked_for_is_not_passed_on() {
    let changes: [Change; 4] = [
        ("/group_id", json!(12_462_615)),
        // A filter of 833 was asked for.
        ("/phone_number", json!("8442018273")),
        ("/phone_number", json!("4043411266")),
        ("/call_routes/route/termination_number", json!("9005551234")),
    ];
    for change in changes {
        let account = Account::open().await;
        let answer = changed(fixture!("number_toll_free_answer"), change.clone());
        let error = account
            .fail(&toll_free("833"), Fault::Body(Body::json(&answer)))
            .await;
        assert_eq!(error.kind(), ErrorKind::ContractViolated, "{change:?}: {error:?}");
        assert_eq!(
            (error.effect(), reference(&error)),
            (Effect::Unknown, Some("8660468"))
        );
    }
    let changes: [Change; 4] = [
        ("/group_id", json!(11_623_282)),
        ("/numbers/1/phone_number", json!("+441174090162")),
        ("/numbers/1/phone_number", json!("+448000885644")),
        ("/call_routes/route/termination_number", json!("+441274792824")),
    ];
    for change in changes {
        let account = Account::open().await;
        let answer = changed(fixture!("pool_city_answer"), change.clone());
        let error = account.fail_pool(&pool_in_city("Bristol"), &answer).await;
        assert_eq!(error.kind(), ErrorKind::ContractViolated, "{change:?}: {error:?}");
        assert_eq!(
            (error.effect(), reference(&error)),
            (Effect::Unknown, Some("31849"))
        );
    }
}

#[tokio::test]
async fn a_pool_that_says_it_has_more_than_was_asked_for_is_for_a_person_to_look_at() {
    let account = Account::open().await;
    let answer = changed(fixture!("pool_city_answer"), ("/quantity", json!(4)));
    account.running.faults().next(Fault::Body(Body::json(&answer)));
    let outcome = account.create(&pool_in_city("Bristol")).await.expect("an answer");
    let reference = "31849".parse().ok();
    assert_eq!(outcome, provider_core::outcome::Outcome::Unknown { reference });
}

#[tokio::test]
async fn what_telmetrics_says_is_kept_clean_and_apart_from_our_own_words() {
    let account = Account::open().await;
    let answer = json!({ "code": "bad\nrequest", "message": "x".repeat(10_000) });
    let fault = Fault::Status {
        status: 400,
        headers: vec![("X-Request-Id".to_owned(), "upstream-7".to_owned())],
        body: Body::json(&answer),
    };
    let error = account.fail(&local_to_number(), fault).await;
    let upstream = error.upstream().expect("what Telmetrics said");
    assert_eq!(upstream.code.as_deref(), Some("bad request"));
    assert_eq!(upstream.request_id.as_deref(), Some("upstream-7"));
    assert!(
        upstream
            .message
            .as_ref()
            .is_some_and(|message| message.len() <= 200)
    );
    assert!(!error.message().contains("xxx"));
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    let account = Account::open().await;
    account
        .running
        .faults()
        .next(Fault::Delay(Duration::from_millis(30)));
    assert_eq!(
        done(account.place(&toll_free("833")).await).number,
        e164("+18332018273")
    );
}

#[tokio::test]
async fn an_answer_that_never_comes_may_have_been_carried_out() {
    let account = Account::with("http = { read_timeout_ms = 50 }").await;
    let error = account.fail(&toll_free("833"), Fault::Hang).await;
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Timeout, Effect::Unknown)
    );
    assert_eq!(account.twin.sold().len(), 1);
}
