//! Methods, media types, bodies, statuses and headers.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Method, StatusCode, header},
};
use futures_util::stream;
use graphql_server::{Limits, StatusProfile};
use serde_json::json;

use crate::support::{GRAPHQL_RESPONSE, ask, ask_of, get, post, routes, send, server, with_header};

#[tokio::test]
async fn a_query_is_answered_over_post_and_get() {
    let router = routes(&server(Limits::default()));
    let reply = ask_of(
        &router,
        json!({"query": "query($n: String!) { greeting(name: $n) }", "variables": {"n": "Ada"}}),
    )
    .await;
    assert_eq!(reply.data(), json!({"greeting": "Hello Ada"}));
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");

    let uri = "query=query(%24n%3AString!)%7Bgreeting(name%3A%24n)%7D&variables=%7B%22n%22%3A%22Ada%22%7D";
    assert_eq!(
        send(&router, get(uri)).await.data(),
        json!({"greeting": "Hello Ada"})
    );
}

#[tokio::test]
async fn the_keys_of_a_response_are_in_the_order_of_the_document() {
    let reply =
        ask("{ z: greeting a: __typename ...F m: greeting } fragment F on Query { b: __typename }").await;
    let data = reply.data();
    let keys: Vec<&str> = data
        .as_object()
        .expect("data")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(keys, ["z", "a", "b", "m"]);
}

#[tokio::test]
async fn other_methods_are_refused_even_without_credentials() {
    let router = routes(&server(Limits::default()));
    for method in [
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::OPTIONS,
        Method::HEAD,
    ] {
        let mut request = post("");
        *request.method_mut() = method.clone();
        request.headers_mut().remove(header::AUTHORIZATION);
        let reply = send(&router, request).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(reply.header("allow"), "GET, POST");
        if method != Method::HEAD {
            assert_eq!(reply.code(), "METHOD_NOT_ALLOWED");
        }
    }
    let mut request = post("{}");
    *request.uri_mut() = "/graphql/ws".parse().expect("a URI");
    let reply = send(&router, request).await;
    assert_eq!(
        (reply.status, reply.header("allow")),
        (StatusCode::METHOD_NOT_ALLOWED, "GET")
    );
}

#[tokio::test]
async fn a_mutation_needs_post() {
    let router = routes(&server(Limits::default()));
    let document = "mutation { addBook(input: {title: \"T\", isbn: \"9780000000001\"}) { title isbn } }";
    let uri: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("query", document)
        .finish();
    let reply = send(&router, get(&uri)).await;
    assert_eq!(
        (reply.status, reply.header("allow")),
        (StatusCode::METHOD_NOT_ALLOWED, "POST")
    );
    assert_eq!(reply.code(), "METHOD_NOT_ALLOWED");
    let reply = ask_of(&router, json!({ "query": document })).await;
    assert_eq!(
        reply.data(),
        json!({"addBook": {"title": "T", "isbn": "9780000000001"}})
    );
}

#[tokio::test]
async fn the_media_type_of_the_response_is_negotiated() {
    let router = routes(&server(Limits::default()));
    let accept = |value: &'static str| with_header(post(r#"{"query":"{ __typename }"}"#), "accept", value);
    let reply = send(&router, accept(GRAPHQL_RESPONSE)).await;
    assert_eq!(
        reply.header("content-type"),
        "application/graphql-response+json; charset=utf-8"
    );
    assert_eq!(reply.header("vary"), "Accept");
    let reply = send(&router, accept("text/html")).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE")
    );
}

#[tokio::test]
async fn a_subscription_needs_a_stream() {
    let reply = ask("subscription { ticks }").await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE")
    );
}

#[tokio::test]
async fn a_body_that_is_not_declared_as_json_is_refused() {
    let router = routes(&server(Limits::default()));
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let reply = send(
            &router,
            with_header(post(r#"{"query":"{a}"}"#), "content-type", content_type),
        )
        .await;
        assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
        assert_eq!(reply.code(), "UNSUPPORTED_MEDIA_TYPE");
    }
    let mut request = post(r#"{"query":"{a}"}"#);
    request.headers_mut().remove(header::CONTENT_TYPE);
    assert_eq!(
        send(&router, request).await.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
}

#[tokio::test]
async fn malformed_requests_get_a_graphql_error() {
    let router = routes(&server(Limits::default()));
    for body in [
        "{bad",
        "",
        "[]",
        r#"[{"query":"{ __typename }"}]"#,
        "{}",
        r#"{"query":7}"#,
    ] {
        for accept in ["application/json", GRAPHQL_RESPONSE] {
            let reply = send(&router, with_header(post(body), "accept", accept)).await;
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (StatusCode::BAD_REQUEST, "BAD_REQUEST"),
                "{body}"
            );
        }
    }
    assert_eq!(send(&router, get("variables=%7B")).await.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_or_not_its_length_is_declared() {
    let router = routes(&server(Limits::default()));
    let chunk = || Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 1024]));
    let chunked = |chunks: usize| Body::from_stream(stream::iter((0..chunks).map(move |_| chunk())));
    for body in [
        Body::from(vec![b' '; 64 * 1024 + 1]),
        chunked(65),
        chunked(10_000),
    ] {
        let mut request = post(body);
        request.headers_mut().remove(header::AUTHORIZATION);
        let reply = send(&router, request).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE")
        );
    }
    let mut request = post("");
    request
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from_static("99999999999"));
    assert_eq!(send(&router, request).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let largest = format!(
        "{}{}",
        r#"{"query":"{ __typename }"}"#,
        " ".repeat(64 * 1024 - 26)
    );
    assert_eq!(
        send(&router, post(largest)).await.data(),
        json!({"__typename": "Query"})
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_given_up() {
    let router = routes(&server(Limits::default()));
    let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let reply = send(&router, post(body)).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT")
    );
}

#[tokio::test]
async fn a_request_error_is_a_status_only_for_those_who_accept_graphql_responses() {
    let router = routes(&server(Limits::default()));
    for document in ["{", "{ nope }", "query A { __typename } query B { __typename }"] {
        let body = json!({ "query": document }).to_string();
        let json = send(&router, post(body.clone())).await;
        let graphql = send(&router, with_header(post(body), "accept", GRAPHQL_RESPONSE)).await;
        assert_eq!(
            (json.status, graphql.status),
            (StatusCode::OK, StatusCode::BAD_REQUEST),
            "{document}"
        );
        assert!(graphql.json().get("data").is_none());
    }
}

#[tokio::test]
async fn the_draft_profile_tells_more_by_the_status() {
    let router = routes(&server(Limits::default()).with_status_profile(StatusProfile::Draft));
    for (document, status) in [
        ("{", 400),
        ("{ nope }", 422),
        ("query($v: Int!) { text(length: $v) }", 422),
        ("{ greeting reserved }", 294),
        ("{ lost }", 200),
        ("{ greeting }", 200),
    ] {
        let body = json!({ "query": document }).to_string();
        let reply = send(
            &router,
            with_header(post(body.clone()), "accept", GRAPHQL_RESPONSE),
        )
        .await;
        assert_eq!(reply.status.as_u16(), status, "{document}");
        assert_eq!(
            send(&router, post(body)).await.status,
            StatusCode::OK,
            "{document}"
        );
    }
}

#[tokio::test]
async fn the_request_id_is_in_the_response_the_errors_and_the_resolvers() {
    let router = routes(&server(Limits::default()));
    let body = r#"{"query":"{ requestId reserved }"}"#;
    let reply = send(&router, with_header(post(body), "x-request-id", "order-17")).await;
    assert_eq!(reply.header("x-request-id"), "order-17");
    assert_eq!(reply.json()["data"]["requestId"], "order-17");
    assert_eq!(reply.json()["errors"][0]["extensions"]["requestId"], "order-17");

    let reply = send(&router, post("{bad")).await;
    assert!(!reply.header("x-request-id").is_empty());
    assert_eq!(
        reply.json()["errors"][0]["extensions"]["requestId"],
        reply.header("x-request-id")
    );
}

#[tokio::test]
async fn the_cost_is_reported() {
    let reply = ask("{ books(first: 7) { nodes { title } } newest { nodes { title } } }").await;
    assert_eq!(
        reply.json()["extensions"]["cost"],
        json!({"requestedNodes": 12, "maxNodes": 10_000})
    );
}
