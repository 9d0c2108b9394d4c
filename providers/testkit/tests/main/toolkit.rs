//! A running twin: who is let in, what is refused, what is written down.

use std::sync::Arc;

use provider_core::domain::E164;
use provider_testkit::twin::{RunningTwin, Sold, TwinRequest};

use crate::wire::{Counter, add, client, count, counter, get, raw};

#[tokio::test]
async fn a_twin_answers_and_keeps_what_was_done() {
    let twin = counter().await;
    assert_eq!(add(&twin, 2).await.unwrap().status(), 201);
    assert_eq!(add(&twin, 3).await.unwrap().status(), 201);
    assert_eq!(count(&twin).await, 5);
    assert_eq!(twin.unexpected(), [] as [&str; 0]);
}

#[tokio::test]
async fn a_wrong_key_or_none_is_refused_and_does_nothing() {
    let twin = counter().await;
    let url = format!("{}/counter", twin.base_url());
    let without = client().get(&url).send().await.unwrap();
    let wrong = client().get(&url).bearer_auth("wrong").send().await.unwrap();
    assert_eq!((without.status().as_u16(), wrong.status().as_u16()), (401, 401));
    let exchanges = twin.exchanges();
    assert!(
        exchanges
            .iter()
            .all(|exchange| !exchange.acted && exchange.status == Some(401))
    );
}

#[tokio::test]
async fn what_the_document_does_not_describe_is_refused_with_the_reason_and_noted() {
    let twin = counter().await;
    let bearer = |request: reqwest::RequestBuilder| request.bearer_auth(twin.secret()).send();
    let url = |target: &str| format!("{}{target}", twin.base_url());
    for (request, reason) in [
        (client().get(url("/nowhere")), "the path or the method"),
        (client().put(url("/counter")), "the path or the method"),
        (client().get(url("/counter?size=1")), "the parameter size"),
        (
            client().get(url("/counter?unit=a&unit=b")),
            "the parameter unit twice",
        ),
        (client().get(url("/counter")).body("x"), "a body"),
        (
            client().post(url("/counter")).body("{\"by\": 1}"),
            "instead of application/json",
        ),
        (
            client()
                .post(url("/counter"))
                .json(&serde_json::json!({ "by": 1, "of": 2 })),
            "unknown field",
        ),
        (client().get(url("/name/%ff/")), "not UTF-8"),
    ] {
        let before = twin.unexpected().len();
        let answer = bearer(request).await.unwrap();
        assert_eq!(answer.status(), 400);
        let told = answer.json::<serde_json::Value>().await.unwrap()["unexpected"].to_string();
        assert!(told.contains(reason), "{told} should tell {reason}");
        assert_eq!(twin.unexpected().len(), before + 1);
    }
    assert_eq!(count(&twin).await, 0);
}

#[tokio::test]
async fn paths_and_queries_are_decoded_and_a_trailing_slash_is_seen() {
    let twin = counter().await;
    let named = get(&twin, "/name/a%2Fb+c%20d/")
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(named, "a/b+c d");
    let unit: serde_json::Value = get(&twin, "/counter?unit=a%26b+c")
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(unit["unit"], "a&b c");
    let request = TwinRequest::new("GET", "/a//b/?x=").unwrap();
    assert_eq!(request.segments(), ["a", "", "b", ""]);
    assert_eq!((request.query("x"), request.query("y")), (Some(""), None));
}

#[tokio::test]
async fn every_exchange_is_in_the_ledger_and_its_debug_hides_the_key() {
    let twin = counter().await;
    add(&twin, 4).await.unwrap();
    get(&twin, &format!("/nowhere/{}", twin.secret())).await.unwrap();
    let exchanges = twin.exchanges();
    let told: Vec<_> = exchanges
        .iter()
        .map(|exchange| (exchange.method.as_str(), exchange.status, exchange.acted))
        .collect();
    assert_eq!(told, [("POST", Some(201), true), ("GET", Some(400), false)]);
    assert_eq!(exchanges[0].body_text(), "{\"by\":4}");
    assert_eq!(exchanges[0].header("content-type"), Some("application/json"));
    assert!(!format!("{exchanges:?} {twin:?}").contains(twin.secret()));
}

#[tokio::test]
async fn below_a_base_path_the_rest_is_unexpected() {
    let twin = RunningTwin::start_under(Arc::new(Counter::default()), "/v3/")
        .await
        .unwrap();
    assert!(twin.base_url().ends_with("/v3"));
    assert_eq!(count(&twin).await, 0);
    let root = twin.base_url().replace("/v3", "");
    for beside in ["/counter", "/v34/counter", "/"] {
        let answer = client()
            .get(format!("{root}{beside}"))
            .bearer_auth(twin.secret())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 400);
    }
    assert_eq!(twin.unexpected().len(), 3);
}

#[tokio::test]
async fn the_provider_table_leads_to_the_twin_and_its_secret() {
    let twin = counter().await;
    let table = twin.provider_table("counter-1");
    assert_eq!(table["id"].as_str(), Some("counter-1"));
    assert_eq!(table["kind"].as_str(), Some("counter"));
    assert_eq!(
        table["config"]["base_url"].as_str(),
        Some(twin.base_url().as_str())
    );
    let file = table["config"]["auth"]["bearer"]["file"].as_str().unwrap();
    assert_eq!(std::fs::read_to_string(file).unwrap().trim_end(), twin.secret());
    assert_ne!(counter().await.secret(), twin.secret());
}

#[tokio::test]
async fn a_twin_is_told_what_was_sold_before() {
    let twin = counter().await;
    let numbers = vec![E164::parse_strict("+448000885641").unwrap()];
    twin.remember(&Sold {
        numbers,
        pools: Vec::new(),
    });
    assert_eq!(count(&twin).await, 1);
}

#[tokio::test]
async fn requests_do_not_wait_for_one_another() {
    let twin = counter().await;
    twin.faults().next(provider_testkit::twin::Fault::Hang);
    let hanging = tokio::spawn({
        let url = format!("{}/counter", twin.base_url());
        let request = client().get(url).bearer_auth(twin.secret());
        async move { request.send().await.is_err() }
    });
    while twin.exchanges().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(count(&twin).await, 0);
    twin.stop().await;
    assert!(hanging.await.unwrap(), "a stopped twin gives up what hangs");
}

#[tokio::test]
async fn a_stopped_twin_refuses_connections() {
    let twin = counter().await;
    let url = format!("{}/counter", twin.base_url());
    twin.stop().await;
    assert!(client().get(url).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn a_dropped_twin_goes_away() {
    let twin = counter().await;
    let url = format!("{}/counter", twin.base_url());
    drop(twin);
    while client().get(&url).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_connection_serves_more_than_one_request() {
    let twin = counter().await;
    let (answers, end) = raw(&twin, &["/counter", "/counter?unit=a", "/name/end/"]).await;
    end.unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3, "{answers}");
}
