//! Operations on a connection that is ready.

use graphql_server::Limits;
use serde_json::json;

use super::{Client, complete, listening, next};
use crate::support::Listening;

#[tokio::test]
async fn a_subscription_delivers_its_events_and_completes() {
    let mut client = Client::ready(&listening().await).await;
    client.subscribe("a", "subscription { count(to: 2) }").await;
    for message in [
        next("a", json!({"count": 1})),
        next("a", json!({"count": 2})),
        complete("a"),
    ] {
        assert_eq!(client.receive().await, message);
    }
    client.subscribe("a", "{ reader }").await;
    assert_eq!(
        client.receive().await["payload"]["data"],
        json!({"reader": "127.0.0.1"}),
        "the id is free again"
    );
}

#[tokio::test]
async fn queries_and_mutations_run_too() {
    let mut client = Client::ready(&listening().await).await;
    client.subscribe("q", "{ greeting }").await;
    let answer = client.receive().await;
    assert_eq!(
        (&answer["type"], &answer["payload"]["data"]),
        (&json!("next"), &json!({"greeting": "Hello reader"}))
    );
    assert_eq!(client.receive().await, complete("q"));
    client
        .subscribe(
            "m",
            "mutation { addBook(input: {title: \"T\", isbn: \"9780000000001\"}) { title } }",
        )
        .await;
    assert_eq!(
        client.receive().await["payload"]["data"],
        json!({"addBook": {"title": "T"}})
    );
    assert_eq!(client.receive().await, complete("m"));
}

#[tokio::test]
async fn a_refused_operation_is_an_error_message_and_the_connection_stays() {
    let mut client = Client::ready(&listening().await).await;
    let deep = format!("{{ greeting(name: {}{}) }}", "[".repeat(3_000), "]".repeat(3_000));
    for (query, code) in [
        ("subscription { nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("query($v: Int!) { text(length: $v) }", "BAD_USER_INPUT"),
        (deep.as_str(), "QUERY_TOO_COMPLEX"),
    ] {
        client.subscribe("x", query).await;
        let answer = client.receive().await;
        assert_eq!((&answer["type"], &answer["id"]), (&json!("error"), &json!("x")));
        assert_eq!(answer["payload"][0]["extensions"]["code"], code);
        assert!(answer["payload"][0]["extensions"]["requestId"].is_string());
    }
}

#[tokio::test]
async fn a_panic_ends_one_operation_only() {
    let mut client = Client::ready(&listening().await).await;
    client.subscribe("x", "subscription { crashes }").await;
    assert_eq!(client.receive().await, next("x", json!({"crashes": 1})));
    let answer = client.receive().await;
    assert_eq!(
        (&answer["type"], &answer["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("INTERNAL_SERVER_ERROR"))
    );
    client.subscribe("x", "subscription { count(to: 1) }").await;
    assert_eq!(client.receive().await, next("x", json!({"count": 1})));
}

#[tokio::test]
async fn an_event_over_the_limit_ends_its_operation() {
    let limits = Limits {
        response_bytes: 1_000,
        ..Limits::default()
    };
    let mut client = Client::ready(&Listening::with_limits(limits).await).await;
    client
        .subscribe("x", "subscription { texts(length: 1001) }")
        .await;
    assert_eq!(client.receive().await, next("x", json!({"texts": "short"})));
    assert_eq!(
        client.receive().await["payload"][0]["extensions"]["code"],
        "RESPONSE_TOO_LARGE"
    );
    client.send(json!({"type": "ping"})).await;
    assert_eq!(client.receive().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn a_client_can_end_an_operation_and_use_its_id_again() {
    let mut client = Client::ready(&listening().await).await;
    client.subscribe("x", "subscription { silence }").await;
    client.send(complete("x")).await;
    client.subscribe("x", "subscription { count(to: 1) }").await;
    assert_eq!(client.receive().await, next("x", json!({"count": 1})));
    assert_eq!(client.receive().await, complete("x"));
}

#[tokio::test]
async fn operations_are_limited_in_number() {
    let mut client = Client::ready(&listening().await).await;
    for number in 0..20 {
        client
            .subscribe(&number.to_string(), "subscription { silence }")
            .await;
    }
    client.subscribe("one-more", "subscription { silence }").await;
    assert_eq!(
        client.receive().await["payload"][0]["extensions"]["code"],
        "TOO_MANY_OPERATIONS"
    );
    client.send(complete("7")).await;
    client
        .subscribe("one-more", "subscription { count(to: 1) }")
        .await;
    assert_eq!(client.receive().await, next("one-more", json!({"count": 1})));
}
