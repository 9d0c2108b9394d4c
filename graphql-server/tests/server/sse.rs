//! Results as server-sent events.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use axum::{body::Body, http::Request};
use graphql_server::{Limits, SlowClientLimits};
use serde_json::{Value, json};

use crate::support::{
    Doorkeeper, Listening, Reply, TOKEN, client, get, post, routes, send, server, server_for, with_header,
};

fn streamed(query: &str) -> Request<Body> {
    with_header(
        post(json!({ "query": query }).to_string()),
        "accept",
        "text/event-stream",
    )
}

/// The payloads of `next`, which must be followed by one `complete` and nothing else.
fn events(text: &str) -> Vec<Value> {
    let mut blocks: Vec<&str> = text
        .split("\n\n")
        .filter(|block| !block.is_empty() && !block.starts_with(':'))
        .collect();
    assert_eq!(
        blocks.pop().map(str::trim),
        Some("event: complete\ndata:"),
        "{text}"
    );
    let payload = |block: &&str| {
        let data = block
            .strip_prefix("event: next\ndata: ")
            .unwrap_or_else(|| panic!("not a next event: {block}"));
        serde_json::from_str(data).expect("JSON in one line")
    };
    blocks.iter().map(payload).collect()
}

async fn stream(query: &str) -> Reply {
    send(&routes(&server(Limits::default())), streamed(query)).await
}

#[tokio::test]
async fn a_subscription_is_a_stream_of_next_events() {
    let reply = stream("subscription { count(to: 3) }").await;
    assert_eq!(reply.header("content-type"), "text/event-stream");
    assert_eq!(reply.header("cache-control"), "no-cache");
    let counted: Vec<Value> = (1..=3).map(|number| json!({"data": {"count": number}})).collect();
    assert_eq!(events(&reply.text), counted);
}

#[tokio::test]
async fn a_query_has_one_event() {
    let reply = stream("{ greeting }").await;
    let events = events(&reply.text);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["data"], json!({"greeting": "Hello reader"}));
}

#[tokio::test]
async fn a_subscription_can_be_asked_for_over_get() {
    let router = routes(&server(Limits::default()));
    let request = get("query=subscription%7Bcount(to%3A1)%7D");
    let reply = send(&router, with_header(request, "accept", "text/event-stream")).await;
    assert_eq!(events(&reply.text), [json!({"data": {"count": 1}})]);
}

#[tokio::test]
async fn a_refused_document_is_an_event_and_a_refused_request_a_status() {
    let reply = stream("subscription { nope }").await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        events(&reply.text)[0]["errors"][0]["extensions"]["code"],
        "GRAPHQL_VALIDATION_FAILED"
    );

    let router = routes(&server(Limits::default()));
    let reply = send(
        &router,
        with_header(streamed("{ greeting }"), "authorization", "Bearer wrong"),
    )
    .await;
    assert_eq!(
        (reply.status.as_u16(), reply.code().as_str()),
        (401, "UNAUTHENTICATED")
    );
}

#[tokio::test]
async fn faults_are_hidden_and_end_the_stream_where_they_must() {
    for (query, code) in [
        ("subscription { mishaps }", "INTERNAL_SERVER_ERROR"),
        ("subscription { crashes }", "INTERNAL_SERVER_ERROR"),
        (
            "subscription { arrivals(isbn: \"978\") { id } }",
            "BAD_USER_INPUT",
        ),
    ] {
        let reply = stream(query).await;
        let events = events(&reply.text);
        let last = events.last().expect("an event");
        assert_eq!(last["errors"][0]["extensions"]["code"], code, "{query}");
        assert!(
            !reply.text.contains("/var/") && !reply.text.contains("out of bounds"),
            "{reply:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_stream_is_kept_alive_by_comments_and_ends_when_the_key_is_revoked() {
    let doorkeeper = Arc::new(Doorkeeper::default());
    let router = routes(&server_for(doorkeeper.clone(), Limits::default()));
    let revoke = async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        doorkeeper.revoked.store(true, Ordering::SeqCst);
    };
    let (reply, ()) = tokio::join!(send(&router, streamed("subscription { silence }")), revoke);
    assert!(reply.text.starts_with(":\n\n"), "{reply:?}");
    assert!(events(&reply.text).is_empty());
}

#[tokio::test]
async fn streams_end_when_the_server_shuts_down() {
    let server = Listening::start(server(Limits::default()), SlowClientLimits::default()).await;
    let client = client().post(server.url()).bearer_auth(TOKEN);
    let request = client
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .body(r#"{"query":"subscription { ticks }"}"#);
    let mut response = request.send().await.expect("an answer");
    let first = response.chunk().await.expect("a chunk").expect("not the end");
    assert!(first.starts_with(b"event: next"), "{first:?}");
    server.shutdown.cancel();
    let mut rest = Vec::new();
    while let Some(chunk) = response.chunk().await.expect("the stream ends properly") {
        rest.extend_from_slice(&chunk);
    }
    assert!(
        String::from_utf8_lossy(&rest)
            .trim_end()
            .ends_with("event: complete\ndata:")
    );
    server
        .serving
        .await
        .expect("no panic")
        .expect("served to the end");
}
