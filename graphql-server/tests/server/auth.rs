//! Credentials and budgets over HTTP.

use std::sync::{Arc, atomic::AtomicU64};

use axum::http::{StatusCode, header};
use graphql_server::Limits;
use serde_json::json;

use crate::support::{
    Doorkeeper, Listening, Purse, TOKEN, ask, ask_of, client, get, post, routes, send, server, server_for,
    with_header,
};

const BODY: &str = r#"{"query":"{ reader }"}"#;

#[tokio::test]
async fn a_request_without_valid_credentials_is_refused() {
    let router = routes(&server(Limits::default()));
    let mut missing = post(BODY);
    missing.headers_mut().remove(header::AUTHORIZATION);
    let mut missing_get = get("query=%7B__typename%7D");
    missing_get.headers_mut().remove(header::AUTHORIZATION);
    let wrong = with_header(post(BODY), "authorization", "Bearer wrong");
    let basic = with_header(post(BODY), "authorization", "Basic abc");
    for request in [missing, missing_get, wrong, basic] {
        let reply = send(&router, request).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED")
        );
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn either_header_carries_the_key() {
    let router = routes(&server(Limits::default()));
    let bearer = with_header(post(BODY), "authorization", &format!("bearer {TOKEN}"));
    let mut key = with_header(post(BODY), "x-api-key", TOKEN);
    key.headers_mut().remove(header::AUTHORIZATION);
    for request in [bearer, key] {
        assert_eq!(send(&router, request).await.data(), json!({"reader": "nowhere"}));
    }
}

#[tokio::test]
async fn the_authenticator_knows_the_address_of_the_client() {
    let server = Listening::with_limits(Limits::default()).await;
    let client = client();
    let request = client
        .post(server.url())
        .bearer_auth(TOKEN)
        .header("content-type", "application/json")
        .body(BODY);
    let text = request
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a body");
    assert!(text.contains(r#"{"reader":"127.0.0.1"}"#), "{text}");
}

#[tokio::test]
async fn a_client_that_fails_too_often_learns_when_to_come_back() {
    let router = routes(&server(Limits::default()));
    let reply = send(&router, with_header(post(BODY), "x-api-key", "too-often")).await;
    assert_eq!(reply.status, StatusCode::OK, "the bearer token comes first");
    let reply = send(
        &router,
        with_header(post(BODY), "authorization", "Bearer too-often"),
    )
    .await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED")
    );
    assert_eq!(reply.header("retry-after"), "7");
    assert_eq!(reply.json()["errors"][0]["extensions"]["retryAfter"], 7);
}

#[tokio::test]
async fn an_outage_of_the_authenticator_is_no_refusal_of_the_client() {
    let router = routes(&server(Limits::default()));
    let reply = send(
        &router,
        with_header(post(BODY), "authorization", "Bearer unavailable"),
    )
    .await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE")
    );
}

#[tokio::test]
async fn an_operation_over_the_budget_is_not_executed() {
    let purse = Arc::new(Purse(AtomicU64::new(10)));
    let doorkeeper = Doorkeeper {
        budget: Some(purse),
        ..Doorkeeper::default()
    };
    let router = routes(&server_for(Arc::new(doorkeeper), Limits::default()));
    let body = json!({"query": "{ books(first: 6) { nodes { id } } }"});
    assert!(ask_of(&router, body.clone()).await.codes().is_empty());
    let reply = ask_of(&router, body).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED")
    );
    assert_eq!(reply.header("retry-after"), "2");
    assert!(reply.json().get("data").is_none());
}

#[tokio::test]
async fn credentials_are_never_echoed() {
    let reply = ask("{ nope }").await;
    assert!(!format!("{reply:?}").contains(TOKEN));
}
