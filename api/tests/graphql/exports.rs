//! Files behind links, over HTTP.

use std::sync::Arc;

use api::{AppOptions, app};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use service::{AccessLevel, IssuedKey, KeyRequest, Scope};
use tower::ServiceExt;

use crate::{
    upstream::{Manner, Upstream},
    world::{World, admin, user_errors, with_providers},
};

const EXPORT: &str = "mutation ($input: ExportCallStatisticsInput!) {
    exportCallStatistics(input: $input) { url fileName expiresAt userErrors { code message path } }
}";

fn telecomx() -> Arc<Upstream> {
    Arc::new(Upstream::new("telecomx", &["calls"]))
}

pub(crate) async fn server(world: &World) -> Router {
    app(world.switchboard.clone(), AppOptions::default())
        .await
        .expect("the schema is valid")
}

pub(crate) async fn issue(world: &World, level: AccessLevel, scope: Scope) -> IssuedKey {
    let request = KeyRequest {
        name: "exports".to_owned(),
        level,
        scope,
        expires_at: None,
    };
    world
        .switchboard
        .issue_key(&admin(), request)
        .await
        .expect("a key")
}

fn december() -> Value {
    json!({
        "filter": { "from": "2020-12-01T00:00:00Z", "to": "2020-12-20T12:00:00Z" },
        "source": "MTpQcm92aWRlcjp0ZWxlY29teA",
        "format": "CSV",
    })
}

/// Asks for a link over HTTP; the answer as JSON.
async fn export(server: &Router, key: &IssuedKey, input: Value) -> Value {
    post(server, key, EXPORT, json!({ "input": input })).await
}

pub(crate) async fn post(server: &Router, key: &IssuedKey, query: &str, variables: Value) -> Value {
    let body = json!({ "query": query, "variables": variables });
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(
            header::AUTHORIZATION,
            format!("Bearer {}", key.key.expose_secret()),
        )
        .body(Body::from(body.to_string()))
        .expect("a request");
    let response = server.clone().oneshot(request).await.expect("an answer");
    let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    serde_json::from_slice(&bytes).expect("JSON")
}

async fn link(server: &Router, key: &IssuedKey) -> String {
    let answer = export(server, key, december()).await;
    assert_eq!(user_errors(&answer), [], "{answer}");
    let url = answer["data"]["exportCallStatistics"]["url"].as_str();
    url.expect("a link").to_owned()
}

/// What is behind a link, asked for as a browser does: without a key.
pub(crate) async fn follow(server: &Router, url: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = Request::get(url).body(Body::empty()).expect("a request");
    let response = server.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a body");
    (parts.status, parts.headers, bytes.to_vec())
}

#[tokio::test]
async fn a_link_gives_the_file_as_the_source_made_it() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let server = server(world).await;
        let key = issue(world, AccessLevel::Viewer, Scope::Platform).await;
        let answer = export(&server, &key, december()).await;
        let payload = &answer["data"]["exportCallStatistics"];
        let name = "call-statistics-2020-12-01-to-2020-12-20.csv";
        assert_eq!(payload["fileName"], name, "{answer}");
        assert_eq!(
            upstream.take_asked(),
            Vec::<String>::new(),
            "nothing is asked yet"
        );
        let url = payload["url"].as_str().expect("a link");
        for _ in 0..2 {
            let (status, headers, bytes) = follow(&server, url).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(bytes, b"employeeName,inboundCalls\nBo Madsen,111\n");
            assert_eq!(headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
            assert_eq!(
                headers[header::CONTENT_DISPOSITION],
                format!("attachment; filename=\"{name}\"")
            );
            assert_eq!(headers[header::CACHE_CONTROL], "no-store");
            assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
            assert_eq!(
                headers[header::CONTENT_SECURITY_POLICY],
                "default-src 'none'; sandbox"
            );
        }
        assert_eq!(upstream.take_asked(), ["call_stats.export - CSV"; 2]);
    })
    .await;
}

#[tokio::test]
async fn a_customers_link_is_of_the_customers_calls() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let server = server(world).await;
        let scope = world.customer_scope("C2").await;
        let key = issue(world, AccessLevel::Viewer, scope).await;
        follow(&server, &link(&server, &key).await).await;
        assert_eq!(upstream.take_asked(), ["call_stats.export C2 CSV"]);
    })
    .await;
}

#[tokio::test]
async fn a_link_ends_with_its_key_and_no_other_text_is_one() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let server = server(world).await;
        let key = issue(world, AccessLevel::Viewer, Scope::Platform).await;
        let url = link(&server, &key).await;
        let (path, signature) = url.split_once('.').expect("a signature");
        let forged = [
            format!("{path}x.{signature}"),
            format!("{path}.{}x", &signature[..signature.len() - 1]),
            path.to_owned(),
            format!("{path}."),
            "/exports/x".to_owned(),
            "/exports/.".to_owned(),
        ];
        for forged in forged {
            let (status, headers, bytes) = follow(&server, &forged).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{forged}");
            assert_eq!(headers[header::CACHE_CONTROL], "no-store");
            let answer: Value = serde_json::from_slice(&bytes).expect("JSON");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
        }
        assert!(
            world
                .switchboard
                .revoke_key(&admin(), key.id)
                .await
                .expect("revoked")
        );
        assert_eq!(follow(&server, &url).await.0, StatusCode::NOT_FOUND);
        assert_eq!(upstream.take_asked(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_source_that_fails_is_told_with_a_status_and_a_code() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let server = server(world).await;
        let key = issue(world, AccessLevel::Viewer, Scope::Platform).await;
        let url = link(&server, &key).await;
        for (manner, status, code) in [
            (
                Manner::Down,
                StatusCode::SERVICE_UNAVAILABLE,
                "PROVIDER_UNAVAILABLE",
            ),
            (Manner::Silent, StatusCode::GATEWAY_TIMEOUT, "PROVIDER_TIMEOUT"),
        ] {
            upstream.break_at("call_stats.export", manner);
            let (said, headers, bytes) = follow(&server, &url).await;
            assert_eq!(said, status);
            let answer: Value = serde_json::from_slice(&bytes).expect("JSON");
            assert_eq!(answer["errors"][0]["extensions"]["code"], code);
            let wait = headers
                .get(header::RETRY_AFTER)
                .map(|wait| wait.to_str().expect("text"));
            assert_eq!(wait, (manner == Manner::Down).then_some("7"));
        }
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_exported_is_a_user_error_at_its_field() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        for (change, code, path) in [
            (
                json!({ "filter": { "from": "2020-12-02T00:00:00Z", "to": "2020-12-01T00:00:00Z" } }),
                "INVALID_INPUT",
                "input.filter.to",
            ),
            (
                json!({ "filter": { "from": "x" } }),
                "INVALID_INPUT",
                "input.filter.from",
            ),
            (json!({ "source": "x" }), "UNKNOWN_PROVIDER", "input.source"),
            (
                json!({ "orderBy": "EXTENSION_NUMBER", "fields": ["EMPLOYEE_NAME"] }),
                "INVALID_INPUT",
                "input.orderBy",
            ),
        ] {
            let mut input = december();
            let fields = input.as_object_mut().expect("an object");
            fields.extend(change.as_object().expect("an object").clone());
            let answer = world.ask(EXPORT, json!({ "input": input })).await;
            assert_eq!(
                user_errors(&answer),
                [(code.to_owned(), path.to_owned())],
                "{change}"
            );
            assert_eq!(answer["data"]["exportCallStatistics"]["url"], Value::Null);
        }
        let mut input = december();
        input["format"] = json!("EXCEL");
        let answer = world.ask(EXPORT, json!({ "input": input })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "PROVIDER_UNSUPPORTED");
    })
    .await;
}

#[tokio::test]
async fn a_providers_failure_carries_the_id_of_the_request() {
    let upstream = Arc::new(Upstream::new("telecomx", &["calls"]).behaving(Manner::Down));
    with_providers(vec![upstream.plain()], async |world| {
        let server = server(world).await;
        let key = issue(world, AccessLevel::Viewer, Scope::Platform).await;
        let query = "{ callStatistics(source: \"MTpQcm92aWRlcjp0ZWxlY29teA\", filter: {}) { totalCount } providers { name } }";
        let answer = post(&server, &key, query, Value::Null).await;
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(extensions["code"], "PROVIDER_UNAVAILABLE", "{answer}");
        assert_eq!(extensions["provider"], "telecomx");
        assert_eq!(extensions["retryAfter"], 7);
        let id = extensions["requestId"].as_str().expect("the id of the request");
        assert!(!id.is_empty());
        assert_eq!(answer["data"]["callStatistics"], Value::Null);
        assert_eq!(answer["data"]["providers"][1]["name"], "telecomx");
    })
    .await;
}
