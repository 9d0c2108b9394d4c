//! What goes over the wire.

use provider_core::error::{Effect, ErrorKind};
use provider_core::http::Method;
use serde_json::json as value;

use super::support::{Act, BEARER, IDEMPOTENT, READ, SECRET, UNSAFE, Upstream, client, configured, cx, json};

#[tokio::test]
async fn a_request_says_who_we_are_and_carries_what_it_was_given() {
    let upstream = Upstream::always(Act::Send(json("{}"))).await;
    let client = client(&upstream);
    let request = client
        .request(UNSAFE, Method::POST)
        .path(["groups", "7"])
        .query("from", "2024-01-01T00:00:00+01:00")
        .query("dealerCode", "")
        .query("name", "a&b=c d")
        .header("Idempotency-Key", "first")
        .header("Idempotency-Key", "token-1")
        .json(&value!({ "name": "ABC Company" }));
    request.send(&cx()).await.unwrap();
    let received = upstream.only();
    let target = "/groups/7?from=2024-01-01T00%3A00%3A00%2B01%3A00&dealerCode=&name=a%26b%3Dc+d";
    assert_eq!(received.line, format!("POST {target} HTTP/1.1"));
    assert_eq!(received.body, r#"{"name":"ABC Company"}"#);
    let version = env!("CARGO_PKG_VERSION");
    for (name, expected) in [
        ("user-agent", Some(format!("switchboard/{version}"))),
        ("content-type", Some("application/json".to_owned())),
        ("content-length", Some("22".to_owned())),
        ("idempotency-key", Some("token-1".to_owned())),
        ("transfer-encoding", None),
        ("accept-encoding", None),
        ("x-request-id", None),
        ("referer", None),
    ] {
        assert_eq!(received.header(name), expected.as_deref(), "{name}");
    }
}

#[tokio::test]
async fn a_get_can_have_a_body() {
    let upstream = Upstream::always(Act::Send(json("{}"))).await;
    let client = client(&upstream);
    let request = client.request(READ, Method::GET).json(&value!({ "start": "x" }));
    request.send(&cx()).await.unwrap();
    let received = upstream.only();
    assert_eq!(received.line, "GET / HTTP/1.1");
    assert_eq!(received.body, r#"{"start":"x"}"#);
}

#[tokio::test]
async fn a_header_that_can_not_be_sent_is_refused_and_nothing_is_sent() {
    let upstream = Upstream::always(Act::Send(json("{}"))).await;
    for (name, text) in [("X-Name", "a\r\nX-Other: b"), ("X-Name", "\0"), ("no name", "x")] {
        let client = client(&upstream);
        let request = client.request(UNSAFE, Method::POST).header(name, text);
        let error = request.send(&cx()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::InvalidRequest, Effect::None)
        );
        assert!(!error.to_string().contains("X-Other"), "{error}");
    }
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_fault_of_the_program_and_nothing_is_sent() {
    let upstream = Upstream::always(Act::Send(json("{}"))).await;
    let keys_of_two = std::collections::BTreeMap::from([((1, 2), 3)]);
    let client = client(&upstream);
    let request = client.request(UNSAFE, Method::POST).json(&keys_of_two);
    let error = request.send(&cx()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Unexpected, Effect::None)
    );
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn the_id_of_the_request_goes_along_where_there_is_a_header_for_it() {
    let upstream = Upstream::always(Act::Send(json("{}"))).await;
    let http = "request_id_header = \"X-Correlation-Id\"";
    let client = configured(&upstream.url(), BEARER, http).unwrap();
    client.request(READ, Method::GET).send(&cx()).await.unwrap();
    assert_eq!(upstream.only().header("x-correlation-id"), Some("request-1"));
    let mut odd = cx();
    odd.request_id = "a\nb".to_owned();
    client.request(READ, Method::GET).send(&odd).await.unwrap();
    assert_eq!(upstream.received()[1].header("x-correlation-id"), None);
}

#[tokio::test]
async fn credentials_stand_where_the_upstream_wants_them() {
    // The pair of RFC 7617 and the parameter, as they are encoded.
    let basic = "Basic YWNtZTpodW50ZXIyL3dpdGgrb2RkPWNoYXJhY3RlcnM=";
    let parameter = "/x?a=1&api_key=hunter2%2Fwith%2Bodd%3Dcharacters";
    let bearer = format!("Bearer {SECRET}");
    for (auth, header, expected, target) in [
        (BEARER, "authorization", Some(bearer.as_str()), "/x?a=1"),
        (
            "{ basic = { user = \"acme\", password = SECRET } }",
            "authorization",
            Some(basic),
            "/x?a=1",
        ),
        (
            "{ header = { name = \"X-Api-Key\", value = SECRET } }",
            "x-api-key",
            Some(SECRET),
            "/x?a=1",
        ),
        (
            "{ query = { name = \"api_key\", value = SECRET } }",
            "authorization",
            None,
            parameter,
        ),
    ] {
        let upstream = Upstream::always(Act::Send(json("{}"))).await;
        let client = configured(&upstream.url(), auth, "").unwrap();
        let request = client.request(READ, Method::GET).path(["x"]).query("a", "1");
        request.send(&cx()).await.unwrap();
        assert_eq!(upstream.only().header(header), expected, "{auth}");
        assert_eq!(upstream.only().target(), target, "{auth}");
    }
}

#[tokio::test]
async fn an_adapter_can_not_replace_the_credentials() {
    let upstream = Upstream::always(Act::Send(json("{}"))).await;
    let client = client(&upstream);
    let request = client
        .request(READ, Method::GET)
        .header("Authorization", "Bearer mine");
    request.send(&cx()).await.unwrap();
    let expected = format!("Bearer {SECRET}");
    assert_eq!(upstream.only().header("authorization"), Some(expected.as_str()));
}

#[tokio::test]
async fn what_must_not_be_made_twice_gets_a_connection_of_its_own() {
    let upstream = Upstream::always(Act::Send(json("{}"))).await;
    let client = client(&upstream);
    for operation in [READ, IDEMPOTENT, UNSAFE, READ, UNSAFE] {
        client
            .request(operation, Method::POST)
            .json(&1)
            .send(&cx())
            .await
            .unwrap();
    }
    let connections: Vec<usize> = upstream
        .received()
        .iter()
        .map(|request| request.connection)
        .collect();
    assert_eq!(connections, [0, 0, 1, 0, 2]);
}

#[tokio::test]
async fn a_request_whose_time_is_over_is_not_sent() {
    let upstream = Upstream::always(Act::Send(json("{}"))).await;
    let late = cx().with_deadline(tokio::time::Instant::now());
    let error = client(&upstream)
        .request(UNSAFE, Method::POST)
        .send(&late)
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::None));
    assert!(upstream.received().is_empty());
}
