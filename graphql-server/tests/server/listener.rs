//! Connections: slow ones, many of them, and the end of the server.

use std::time::Duration;

use graphql_server::{Limits, SlowClientLimits};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Listening, TOKEN, client, server};

async fn connect(server: &Listening) -> TcpStream {
    TcpStream::connect(server.address).await.expect("connected")
}

/// All the server sends until it closes the connection.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut text));
    let _ = read.await.expect("closed in time");
    String::from_utf8_lossy(&text).into_owned()
}

fn head(length: usize, more: &str) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n{more}\r\n"
    )
}

const BODY: &str = r#"{"query":"{ greeting }"}"#;

#[tokio::test]
async fn a_head_that_does_not_arrive_ends_the_connection() {
    let slow = SlowClientLimits {
        header_read: Duration::from_millis(50),
        ..SlowClientLimits::default()
    };
    let server = Listening::start(server(Limits::default()), slow).await;
    let mut stream = connect(&server).await;
    stream
        .write_all(b"POST /graphql HTTP/1.1\r\nhost: loc")
        .await
        .expect("written");
    assert!(!rest(stream).await.contains("200 OK"));
    assert!(
        !rest(connect(&server).await).await.contains("200 OK"),
        "nothing at all is sent"
    );
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_answered_and_ends_the_connection() {
    let limits = Limits {
        body_read: Duration::from_millis(50),
        ..Limits::default()
    };
    let server = Listening::with_limits(limits).await;
    let mut stream = connect(&server).await;
    stream
        .write_all(head(BODY.len(), "").as_bytes())
        .await
        .expect("written");
    stream.write_all(b"{").await.expect("written");
    let answer = rest(stream).await;
    assert!(
        answer.starts_with("HTTP/1.1 408 ") && answer.contains("REQUEST_TIMEOUT"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_client_that_sends_far_too_much_still_reads_the_answer() {
    let server = Listening::with_limits(Limits::default()).await;
    let client = client();
    let request = client
        .post(server.url())
        .header("content-type", "application/json");
    let response = request
        .body(vec![b' '; 3_000_000])
        .send()
        .await
        .expect("an answer rather than a broken pipe");
    assert_eq!(response.status().as_u16(), 413);
}

#[tokio::test]
async fn connections_over_the_cap_wait_for_a_place() {
    let slow = SlowClientLimits {
        connections: 1,
        ..SlowClientLimits::default()
    };
    let server = Listening::start(server(Limits::default()), slow).await;
    let mut first = connect(&server).await;
    first
        .write_all(head(BODY.len(), "").as_bytes())
        .await
        .expect("written");
    let mut second = connect(&server).await;
    second
        .write_all(format!("{}{BODY}", head(BODY.len(), "connection: close\r\n")).as_bytes())
        .await
        .expect("written");
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(100), second.read_exact(&mut byte)).await;
    assert!(
        early.is_err(),
        "the second connection is not served while the first has the only place"
    );
    drop(first);
    assert!(rest(second).await.contains("Hello reader"));
}

#[tokio::test]
async fn a_request_under_way_is_answered_at_shutdown() {
    let server = Listening::with_limits(Limits::default()).await;
    let mut stream = connect(&server).await;
    stream
        .write_all(format!("{}{{", head(BODY.len(), "expect: 100-continue\r\n")).as_bytes())
        .await
        .expect("written");
    let mut interim = [0; 25];
    stream
        .read_exact(&mut interim)
        .await
        .expect("the server has begun to read the body");
    assert!(interim.starts_with(b"HTTP/1.1 100"));
    server.shutdown.cancel();
    stream.write_all(&BODY.as_bytes()[1..]).await.expect("written");
    assert!(rest(stream).await.contains("Hello reader"));
    server
        .serving
        .await
        .expect("no panic")
        .expect("served to the end");
    assert!(
        TcpStream::connect(server.address).await.is_err(),
        "nobody listens any more"
    );
}

#[tokio::test]
async fn connections_that_outlast_the_drain_are_cut() {
    let slow = SlowClientLimits {
        drain: Duration::from_millis(50),
        ..SlowClientLimits::default()
    };
    let server = Listening::start(server(Limits::default()), slow).await;
    let mut stream = connect(&server).await;
    stream
        .write_all(head(BODY.len(), "expect: 100-continue\r\n").as_bytes())
        .await
        .expect("written");
    let mut interim = [0; 25];
    stream
        .read_exact(&mut interim)
        .await
        .expect("the server has begun to read the body");
    server.shutdown.cancel();
    server
        .serving
        .await
        .expect("no panic")
        .expect("served to the end");
    assert_eq!(rest(stream).await, "");
}
