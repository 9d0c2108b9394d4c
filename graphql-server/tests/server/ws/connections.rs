//! Opening, keeping and closing connections.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures_util::SinkExt;
use graphql_server::{Limits, SlowClientLimits, WebSocketLimits};
use serde_json::json;
use tokio_tungstenite::{MaybeTlsStream, connect_async, tungstenite::Message};

use super::{Client, handshake, listening};
use crate::support::{Doorkeeper, Listening, TOKEN, client, server, server_for};

fn websocket(limits: WebSocketLimits) -> Limits {
    Limits {
        websocket: limits,
        ..Limits::default()
    }
}

#[tokio::test]
async fn pings_are_answered_with_their_payload() {
    let mut client = Client::ready(&listening().await).await;
    client.send(json!({"type": "ping", "payload": {"a": 1}})).await;
    assert_eq!(
        client.receive().await,
        json!({"type": "pong", "payload": {"a": 1}})
    );
    client.send(json!({"type": "pong"})).await;
    client.send(json!({"type": "ping"})).await;
    assert_eq!(client.receive().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn credentials_are_asked_for_at_initialisation() {
    let server = listening().await;
    for (payload, code) in [
        (json!({}), 4401),
        (json!({"authorization": "Bearer wrong"}), 4403),
        (json!({"apiKey": "wrong"}), 4403),
        (json!({"apiKey": "too-often"}), 4403),
        (json!({"apiKey": "unavailable"}), 1013),
    ] {
        let mut client = Client::connect(&server).await;
        client
            .send(json!({"type": "connection_init", "payload": payload}))
            .await;
        assert_eq!(client.close_code().await, code, "{payload}");
    }
    for payload in [json!({"Authorization": TOKEN}), json!({"apiKey": TOKEN})] {
        let mut client = Client::connect(&server).await;
        client
            .send(json!({"type": "connection_init", "payload": payload}))
            .await;
        assert_eq!(
            client.receive().await,
            json!({"type": "connection_ack"}),
            "{payload}"
        );
    }
}

#[tokio::test]
async fn the_upgrade_request_may_carry_the_credentials() {
    let server = listening().await;
    let mut request = handshake(&server, "graphql-transport-ws");
    request
        .headers_mut()
        .insert("x-api-key", TOKEN.parse().expect("a header value"));
    let mut client = Client(connect_async(request).await.expect("upgraded").0);
    client.send(json!({"type": "connection_init"})).await;
    assert_eq!(client.receive().await, json!({"type": "connection_ack"}));
}

#[tokio::test]
async fn violations_of_the_protocol_close_the_connection_with_their_code() {
    let server = listening().await;
    let mut early = Client::connect(&server).await;
    early.subscribe("x", "{ __typename }").await;
    assert_eq!(early.close_code().await, 4401);

    for message in [
        "not json",
        "[]",
        "{}",
        r#"{"type":"nope"}"#,
        r#"{"type":"subscribe","id":"x"}"#,
        r#"{"type":"complete"}"#,
    ] {
        let mut client = Client::ready(&server).await;
        client.0.send(Message::text(message)).await.expect("sent");
        assert_eq!(client.close_code().await, 4400, "{message}");
    }
    let mut binary = Client::ready(&server).await;
    binary
        .0
        .send(Message::binary(b"{}".to_vec()))
        .await
        .expect("sent");
    assert_eq!(binary.close_code().await, 4400);

    let mut twice = Client::ready(&server).await;
    twice.send(json!({"type": "connection_init"})).await;
    assert_eq!(twice.close_code().await, 4429);

    for id in ["x".to_owned(), "long".repeat(100)] {
        let mut duplicate = Client::ready(&server).await;
        duplicate.subscribe(&id, "subscription { silence }").await;
        duplicate.subscribe(&id, "subscription { silence }").await;
        assert_eq!(duplicate.close_code().await, 4409);
    }
}

#[tokio::test]
async fn another_subprotocol_is_closed() {
    let server = listening().await;
    // The client library refuses an answer without the subprotocol it asked for, so none is asked for.
    let mut request = handshake(&server, "graphql-ws");
    request.headers_mut().remove("sec-websocket-protocol");
    let mut client = Client(connect_async(request).await.expect("upgraded").0);
    assert_eq!(client.close_code().await, 4406);
}

#[tokio::test]
async fn a_connection_that_is_not_initialised_is_closed() {
    let limits = websocket(WebSocketLimits {
        init: Duration::from_millis(50),
        ..WebSocketLimits::default()
    });
    let mut client = Client::connect(&Listening::with_limits(limits).await).await;
    assert_eq!(client.close_code().await, 4408);
}

#[tokio::test]
async fn messages_over_the_limit_close_the_connection() {
    let server = listening().await;
    for length in [64 * 1024 + 1, 1024 * 1024] {
        let mut client = Client::ready(&server).await;
        // The server may close before it has read all of it.
        let _ = client.0.send(Message::text("x".repeat(length))).await;
        assert_eq!(client.close_code().await, 1009, "{length}");
    }
}

#[tokio::test]
async fn the_server_sends_pings_and_drops_who_stays_silent() {
    let limits = Limits {
        keep_alive: Duration::from_millis(50),
        ..Limits::default()
    };
    let mut client = Client::ready(&Listening::with_limits(limits).await).await;
    assert!(matches!(client.next_frame().await, Message::Ping(_)));
    // Unread pings are not answered; the server gives up and the connection ends.
    let raw = client.0.get_mut();
    let MaybeTlsStream::Plain(stream) = raw else {
        panic!("loopback has no TLS")
    };
    let mut buffer = [0; 1024];
    loop {
        stream.readable().await.expect("readable");
        match stream.try_read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
    }
}

#[tokio::test]
async fn a_revoked_key_ends_its_connections() {
    let doorkeeper = Arc::new(Doorkeeper::default());
    let limits = Limits {
        keep_alive: Duration::from_millis(50),
        ..Limits::default()
    };
    let server = Listening::start(
        server_for(doorkeeper.clone(), limits),
        SlowClientLimits::default(),
    )
    .await;
    let mut client = Client::ready(&server).await;
    client.subscribe("x", "subscription { silence }").await;
    doorkeeper.revoked.store(true, Ordering::SeqCst);
    assert_eq!(client.close_code().await, 4403);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_dropped_and_holds_nothing() {
    let limits = Limits {
        websocket: WebSocketLimits {
            write: Duration::from_millis(100),
            queued_messages: 2,
            ..WebSocketLimits::default()
        },
        ..Limits::default()
    };
    let slow = SlowClientLimits {
        connections: 1,
        ..SlowClientLimits::default()
    };
    let server = Listening::start(server(limits), slow).await;
    let mut stuck = Client::ready(&server).await;
    stuck
        .subscribe("x", "subscription { count(to: 2000000000) }")
        .await;
    // The only place is taken until the server gives up on the client that does not read.
    let mut other = Client::ready(&server).await;
    other.subscribe("y", "{ greeting }").await;
    assert_eq!(
        other.receive().await["payload"]["data"],
        json!({"greeting": "Hello reader"})
    );
    drop(stuck);
}

#[tokio::test]
async fn connections_are_closed_when_the_server_shuts_down() {
    let server = listening().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("x", "subscription { silence }").await;
    server.shutdown.cancel();
    assert_eq!(client.close_code().await, 1001);
    drop(client);
    server
        .serving
        .await
        .expect("no panic")
        .expect("served to the end");
}

#[tokio::test]
async fn a_plain_request_learns_what_the_path_is_for() {
    let server = listening().await;
    let response = client()
        .get(format!("http://{}/graphql/ws", server.address))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status().as_u16(), 400);
    assert!(
        response
            .text()
            .await
            .expect("a body")
            .contains("graphql-transport-ws")
    );
}
