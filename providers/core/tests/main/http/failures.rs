//! What failed on the way, and whether the upstream may have acted.

use std::error::Error as _;
use std::time::Duration;

use provider_core::call::{CallContext, Operation};
use provider_core::error::{Effect, ErrorKind, ProviderError};
use provider_core::http::{Method, RestClient};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;

use super::support::{
    Act, BEARER, IDEMPOTENT, JSON, READ, UNSAFE, Upstream, answer, client, configured, cx, deserted, hasty,
    json,
};

async fn failed(client: &RestClient, operation: Operation, cx: &CallContext) -> ProviderError {
    let request = client.request(operation, Method::POST).path(["x"]).json(&1);
    let error = request.send(cx).await.unwrap_err();
    assert_eq!(error.operation(), operation.name);
    error
}

/// The call fails with this kind, and may have had an effect unless it only reads.
async fn may_have_acted(client: &RestClient, kind: ErrorKind) {
    for (operation, effect) in [
        (READ, Effect::None),
        (IDEMPOTENT, Effect::Unknown),
        (UNSAFE, Effect::Unknown),
    ] {
        let error = failed(client, operation, &cx()).await;
        assert_eq!((error.kind(), error.effect()), (kind, effect), "{error:?}");
    }
}

/// The call fails with this kind, and certainly had no effect.
async fn has_not_acted(client: &RestClient, kind: ErrorKind) {
    for operation in [READ, IDEMPOTENT, UNSAFE] {
        let error = failed(client, operation, &cx()).await;
        assert_eq!((error.kind(), error.effect()), (kind, Effect::None), "{error:?}");
        assert!(error.source().is_some(), "the cause is kept");
    }
}

#[tokio::test]
async fn a_refused_connection_has_no_effect() {
    let client = configured(&deserted().await, BEARER, "").unwrap();
    has_not_acted(&client, ErrorKind::Unavailable).await;
}

#[tokio::test]
async fn a_host_without_an_address_has_no_effect() {
    // RFC 6761 section 6.4: `.invalid` never has one.
    let client = configured("https://switchboard.invalid", BEARER, "").unwrap();
    has_not_acted(&client, ErrorKind::Unavailable).await;
}

/// A listener that does not take connections any more: those who try get no answer.
struct Full {
    url: String,
    _listener: tokio::net::TcpListener,
    _waiting: Vec<TcpStream>,
}

impl Full {
    async fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        while let Ok(Ok(stream)) =
            tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(address)).await
        {
            waiting.push(stream);
        }
        Self {
            url: format!("http://{address}"),
            _listener: listener,
            _waiting: waiting,
        }
    }
}

#[tokio::test]
async fn a_connection_that_takes_too_long_has_no_effect() {
    let full = Full::new().await;
    let client = configured(&full.url, BEARER, "connect_timeout_ms = 50").unwrap();
    has_not_acted(&client, ErrorKind::Unavailable).await;
    assert_eq!(
        client.reach(&cx()).await.unwrap_err().kind(),
        ErrorKind::Unavailable
    );
}

#[tokio::test]
async fn a_deadline_before_anything_was_sent_has_no_effect() {
    let full = Full::new().await;
    let client = configured(&full.url, BEARER, "").unwrap();
    let soon = || cx().with_deadline(Instant::now() + Duration::from_millis(50));
    for operation in [READ, IDEMPOTENT, UNSAFE] {
        let error = failed(&client, operation, &soon()).await;
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::None));
    }
    assert_eq!(
        client.reach(&soon()).await.unwrap_err().kind(),
        ErrorKind::Timeout
    );
}

#[tokio::test]
async fn an_upstream_that_takes_a_request_and_says_nothing_may_have_acted() {
    for act in [Act::Close, Act::Reset] {
        let upstream = Upstream::always(act).await;
        may_have_acted(&client(&upstream), ErrorKind::Unavailable).await;
        assert_eq!(upstream.received().len(), 3, "each call is made once");
    }
    let upstream = Upstream::always(Act::Silence).await;
    may_have_acted(&hasty(&upstream), ErrorKind::Timeout).await;
    assert_eq!(upstream.received().len(), 3, "each call is made once");
}

#[tokio::test]
async fn a_change_without_a_body_may_have_acted_too() {
    let upstream = Upstream::always(Act::Close).await;
    let client = client(&upstream);
    let request = client.request(UNSAFE, Method::DELETE).path(["x"]);
    let error = request.send(&cx()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Unavailable, Effect::Unknown)
    );
}

#[tokio::test]
async fn a_deadline_ends_a_call_by_itself() {
    let half = answer(200, JSON, "{}");
    let half = half[..half.len() - 1].to_vec();
    for act in [Act::Silence, Act::SendAndHang(half)] {
        let upstream = Upstream::always(act).await;
        let soon = cx().with_deadline(Instant::now() + Duration::from_millis(500));
        let error = failed(&client(&upstream), UNSAFE, &soon).await;
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Timeout, Effect::Unknown)
        );
    }
}

#[tokio::test]
async fn a_refusal_whose_body_never_ends_is_a_refusal() {
    let head = b"HTTP/1.1 422 Said\r\nContent-Length: 100\r\n\r\n{".to_vec();
    let upstream = Upstream::always(Act::SendAndHang(head)).await;
    let soon = cx().with_deadline(Instant::now() + Duration::from_millis(500));
    let client = client(&upstream);
    let request = client.request(UNSAFE, Method::POST).json(&1);
    let error = request.send(&soon).await.unwrap().error();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::InvalidRequest, Effect::None)
    );
}

#[tokio::test]
async fn half_an_answer_may_mean_a_whole_effect() {
    let whole = json(r#"{"id":1}"#);
    let half_body = whole[..whole.len() - 3].to_vec();
    let half_head = whole[..30].to_vec();
    let half_chunk = b"HTTP/1.1 200 Said\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"id\"".to_vec();
    for bytes in [half_body.clone(), half_head, half_chunk] {
        let upstream = Upstream::always(Act::SendAndClose(bytes)).await;
        may_have_acted(&client(&upstream), ErrorKind::Unavailable).await;
    }
    let upstream = Upstream::always(Act::SendAndHang(half_body)).await;
    may_have_acted(&hasty(&upstream), ErrorKind::Timeout).await;
}

#[tokio::test]
async fn an_answer_over_the_limit_is_not_read_to_its_end() {
    let text = "x".repeat(3000);
    let known = format!("HTTP/1.1 200 Said\r\nContent-Length: 4000\r\n\r\n{text}");
    let chunked = format!("HTTP/1.1 200 Said\r\nTransfer-Encoding: chunked\r\n\r\nbb8\r\n{text}\r\n");
    let until_close = format!("HTTP/1.1 200 Said\r\n\r\n{text}");
    let announced = "HTTP/1.1 200 Said\r\nContent-Length: 99999999999\r\n\r\n".to_owned();
    for text in [known, chunked, until_close, announced] {
        // There is more to come, and it does not come: only who stops reading gets away.
        let upstream = Upstream::always(Act::SendAndHang(text.into_bytes())).await;
        let client = configured(&upstream.url(), BEARER, "largest_body_kib = 2").unwrap();
        may_have_acted(&client, ErrorKind::BadResponse).await;
    }
}

#[tokio::test]
async fn an_answer_at_the_limit_is_read() {
    let upstream = Upstream::always(Act::Send(answer(200, "", &"x".repeat(2048)))).await;
    let client = configured(&upstream.url(), BEARER, "largest_body_kib = 2").unwrap();
    assert!(client.request(READ, Method::GET).send(&cx()).await.is_ok());
}

#[tokio::test]
async fn something_that_is_not_http_can_not_be_read() {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.6\r\n"[..],
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    ] {
        let upstream = Upstream::always(Act::SendAndClose(bytes.to_vec())).await;
        may_have_acted(&client(&upstream), ErrorKind::BadResponse).await;
    }
}
