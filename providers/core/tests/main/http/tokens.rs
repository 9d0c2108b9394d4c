//! Tokens of a token endpoint.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use provider_core::error::{Effect, ErrorKind, ProviderError};
use provider_core::http::{Method, Reply, RestClient};

use super::support::{Act, JSON, READ, UNSAFE, Upstream, answer, configured, cx, deserted, json};

fn client(upstream: &Upstream, token_url: &str) -> RestClient {
    with_scope(upstream, token_url, "")
}

fn with_scope(upstream: &Upstream, token_url: &str, scope: &str) -> RestClient {
    let auth = format!(
        "{{ client_credentials = {{ token_url = \"{token_url}\", client_id = \"a:me\", client_secret = SECRET{scope} }} }}"
    );
    configured(&upstream.url(), &auth, "").unwrap()
}

/// A token endpoint that numbers its tokens.
async fn issuing(more: &'static str) -> Upstream {
    let issued = AtomicUsize::new(0);
    Upstream::doing(move |_| {
        let number = issued.fetch_add(1, Ordering::SeqCst);
        let body = format!(r#"{{"access_token":"token-{number}","token_type":"bearer"{more}}}"#);
        Act::Send(json(&body))
    })
    .await
}

async fn upstream() -> Upstream {
    Upstream::always(Act::Send(json("{}"))).await
}

async fn call(client: &RestClient) -> Result<Reply, ProviderError> {
    client
        .request(UNSAFE, Method::POST)
        .path(["x"])
        .json(&1)
        .send(&cx())
        .await
}

fn tokens_of(upstream: &Upstream) -> Vec<String> {
    let received = upstream.received();
    let used = received
        .iter()
        .map(|request| request.header("authorization").unwrap().to_owned());
    used.collect()
}

#[tokio::test]
async fn a_token_is_asked_for_as_the_standard_says() {
    let (upstream, tokens) = (upstream().await, issuing(r#","expires_in":3600"#).await);
    let url = format!("{}/oauth/token/", tokens.url());
    let client = with_scope(&upstream, &url, ", scope = \"numbers read\"");
    call(&client).await.unwrap();
    let asked = tokens.only();
    assert_eq!(asked.line, "POST /oauth/token/ HTTP/1.1");
    assert_eq!(asked.body, "grant_type=client_credentials&scope=numbers+read");
    assert_eq!(
        asked.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    // base64 of a%3Ame:hunter2%2Fwith%2Bodd%3Dcharacters: both are form-encoded first.
    let pair = "Basic YSUzQW1lOmh1bnRlcjIlMkZ3aXRoJTJCb2RkJTNEY2hhcmFjdGVycw==";
    assert_eq!(asked.header("authorization"), Some(pair));
    assert_eq!(tokens_of(&upstream), ["Bearer token-0"]);
}

#[tokio::test]
async fn a_token_serves_all_calls_until_shortly_before_it_ends() {
    for (more, fetches) in [
        (r#","expires_in":3600"#, 1),
        ("", 1),
        (r#","expires_in":0"#, 3),
        (r#","expires_in":18446744073709551615"#, 1),
    ] {
        let (upstream, tokens) = (upstream().await, issuing(more).await);
        let client = client(&upstream, &tokens.url());
        for _ in 0..3 {
            call(&client).await.unwrap();
        }
        assert_eq!(tokens.received().len(), fetches, "{more}");
        assert_eq!(upstream.received().len(), 3);
    }
}

#[tokio::test]
async fn calls_at_the_same_time_share_one_token() {
    let (upstream, tokens) = (upstream().await, issuing(r#","expires_in":3600"#).await);
    let client = client(&upstream, &tokens.url());
    let calls = (0..20).map(|_| call(&client));
    for reply in futures_util::future::join_all(calls).await {
        assert!(reply.unwrap().is_success());
    }
    assert_eq!(tokens.received().len(), 1);
}

#[tokio::test]
async fn calls_at_the_same_time_share_one_failure() {
    let (upstream, tokens) = (
        upstream().await,
        Upstream::always(Act::Send(answer(503, "", ""))).await,
    );
    let client = client(&upstream, &tokens.url());
    let read = client.request(READ, Method::GET);
    let now = cx();
    let (place, read) = tokio::join!(call(&client), read.send(&now));
    assert_eq!(tokens.received().len(), 1);
    assert_eq!(place.unwrap_err().operation(), UNSAFE.name);
    assert_eq!(read.unwrap_err().operation(), READ.name);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let upstream = Upstream::doing(|request| match request.header("authorization") {
        Some("Bearer token-0") => Act::Send(answer(401, "", "")),
        _ => Act::Send(json("{}")),
    })
    .await;
    let tokens = issuing(r#","expires_in":3600"#).await;
    let client = client(&upstream, &tokens.url());
    assert!(call(&client).await.unwrap().is_success());
    assert!(call(&client).await.unwrap().is_success());
    let used = ["Bearer token-0", "Bearer token-1", "Bearer token-1"];
    assert_eq!(tokens_of(&upstream), used);
    assert!(upstream.received().iter().all(|request| request.body == "1"));
    assert_eq!(tokens.received().len(), 2);
}

#[tokio::test]
async fn an_upstream_that_refuses_every_token_is_asked_twice_and_no_more() {
    let upstream = Upstream::always(Act::Send(answer(401, "", ""))).await;
    let tokens = issuing(r#","expires_in":3600"#).await;
    let error = call(&client(&upstream, &tokens.url())).await.unwrap().error();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Unauthenticated, Effect::None)
    );
    assert_eq!(upstream.received().len(), 2);
    assert_eq!(tokens.received().len(), 2);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_to_the_upstream() {
    let upstream = upstream().await;
    let refused = answer(400, JSON, r#"{"error":"invalid_client"}"#);
    for (act, kind, code) in [
        (
            Act::Send(refused.clone()),
            ErrorKind::Unauthenticated,
            Some("invalid_client"),
        ),
        (Act::Send(answer(401, "", "")), ErrorKind::Unauthenticated, None),
        (Act::Send(answer(403, "", "")), ErrorKind::Unauthenticated, None),
        (Act::Send(answer(404, "", "")), ErrorKind::Unauthenticated, None),
        (Act::Send(answer(302, "", "")), ErrorKind::BadResponse, None),
        (Act::Send(answer(503, "", "")), ErrorKind::Unavailable, None),
        (Act::Send(json("{}")), ErrorKind::BadResponse, None),
        (
            Act::Send(json(r#"{"access_token":"a\nb","token_type":"bearer"}"#)),
            ErrorKind::BadResponse,
            None,
        ),
        (
            Act::Send(json(r#"{"access_token":"abc","token_type":"mac"}"#)),
            ErrorKind::BadResponse,
            None,
        ),
        (
            Act::Send(answer(200, "Content-Type: text/html\r\n", "x")),
            ErrorKind::BadResponse,
            None,
        ),
        (Act::Close, ErrorKind::Unavailable, None),
    ] {
        let tokens = Upstream::always(act.clone()).await;
        let error = call(&client(&upstream, &tokens.url())).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (kind, Effect::None),
            "{act:?} {error:?}"
        );
        let said = error.upstream().and_then(|upstream| upstream.code.as_deref());
        assert_eq!(said, code);
    }
    let error = call(&client(&upstream, &deserted().await)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Unavailable, Effect::None)
    );
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn a_token_endpoint_that_is_busy_says_how_long_to_wait() {
    let tokens = Upstream::always(Act::Send(answer(429, "Retry-After: 5\r\n", ""))).await;
    let error = call(&client(&upstream().await, &tokens.url())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
}

#[tokio::test]
async fn a_deadline_that_passes_while_waiting_for_a_token_has_no_effect() {
    let (upstream, tokens) = (upstream().await, Upstream::always(Act::Silence).await);
    let client = client(&upstream, &tokens.url());
    let soon = cx().with_deadline(tokio::time::Instant::now() + Duration::from_millis(500));
    let error = client
        .request(UNSAFE, Method::DELETE)
        .send(&soon)
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::None));
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn a_call_that_gives_up_waiting_for_a_token_takes_no_other_with_it() {
    let upstream = upstream().await;
    let tokens = Upstream::doing(|request| match request.connection {
        0 => Act::Silence,
        _ => Act::Send(json(r#"{"access_token":"token-1","token_type":"bearer"}"#)),
    })
    .await;
    let client = client(&upstream, &tokens.url());
    let soon = cx().with_deadline(tokio::time::Instant::now() + Duration::from_millis(500));
    let hasty = client.request(UNSAFE, Method::POST).json(&1);
    let (hasty, patient) = tokio::join!(hasty.send(&soon), call(&client));
    assert_eq!(hasty.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(patient.unwrap().is_success());
    assert_eq!(tokens.received().len(), 2);
}

#[test]
fn a_token_url_obeys_the_rules_of_base_urls() {
    let auth = "{ client_credentials = { token_url = \"http://id.example.com\", client_id = \"a\", client_secret = SECRET } }";
    let faults = configured("http://127.0.0.1:1", auth, "").unwrap_err();
    let keys: Vec<&str> = faults.iter().map(|fault| fault.key()).collect();
    assert_eq!(keys, ["config.auth.client_credentials.token_url"]);
}
