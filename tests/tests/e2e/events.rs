//! `numberEvents`, over WebSocket and as server-sent events.

use futures_util::{SinkExt, StreamExt, stream::BoxStream};
use reqwest::{
    Method, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde_json::{Value, json};
use tokio::time;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::{
    client::Client,
    database::Database,
    queries::RENAME,
    server::{DEADLINE, Server, eventually},
    stock::Stock,
    world::{World, text},
};

crate::on_both! {
    an_event_arrives_over_websocket_and_not_at_another_customer,
    an_event_arrives_as_a_server_sent_event_and_not_at_another_customer,
    a_websocket_needs_a_key,
}

const EVENTS: &str = "subscription { numberEvents { kind after { name } number { id e164 } } }";

/// What a subscriber gets: the `data` of each result.
type Events = BoxStream<'static, Value>;

/// A server with a number each of two customers, and the customers.
async fn two_customers(database: Database) -> (World, [(Client, String); 2]) {
    let stock = Stock::default()
        .owned("+18332029001", "ACME", "Marketing", "Main line")
        .owned("+18332029002", "GLOBEX", "Research", "Main line");
    let world = World::with(database, stock).await;
    let mut customers = Vec::new();
    for (customer, number) in [("ACME", "+18332029001"), ("GLOBEX", "+18332029002")] {
        let client = world.client("manage", Some(customer)).await;
        let query = "query($e164: PhoneNumber!) { number(by: { e164: $e164 }) { id } }";
        let data = client.data(query, json!({ "e164": number })).await;
        customers.push((client, text(&data["number"]["id"])));
    }
    (world, customers.try_into().expect("two"))
}

async fn an_event_arrives_over_websocket_and_not_at_another_customer(database: Database) {
    let (world, customers) = two_customers(database).await;
    let streams = [
        over_websocket(&world.server, &customers[0].0).await,
        over_websocket(&world.server, &customers[1].0).await,
    ];
    each_gets_its_own(customers, streams).await;
}

async fn an_event_arrives_as_a_server_sent_event_and_not_at_another_customer(database: Database) {
    let (_world, customers) = two_customers(database).await;
    let streams = [
        server_sent(&customers[0].0).await,
        server_sent(&customers[1].0).await,
    ];
    each_gets_its_own(customers, streams).await;
}

/// Renames a number of the first customer until the first hears of it, then one of the second's. Events come in
/// order, so by the time the second hears of its own it would have heard of the first's.
async fn each_gets_its_own(customers: [(Client, String); 2], mut streams: [Events; 2]) {
    for ((client, number), events) in customers.iter().zip(&mut streams) {
        let event = rename_until_heard(client, number, events).await;
        assert_eq!(event["numberEvents"]["kind"], "UPDATED", "{event}");
        assert_eq!(
            event["numberEvents"]["number"]["id"], *number,
            "only events of one's own numbers: {event}"
        );
        assert!(
            text(&event["numberEvents"]["after"]["name"]).starts_with("Renamed"),
            "{event}"
        );
    }
}

/// The first event that a subscriber gets. A subscription begins at some moment after it was asked for, so there
/// is a change after each look.
async fn rename_until_heard(client: &Client, number: &str, events: &mut Events) -> Value {
    let mut renamed = 0;
    eventually("an event arrives", async || {
        renamed += 1;
        let name = format!("Renamed {renamed}");
        let data = client
            .data(RENAME, json!({ "input": { "numberId": number, "name": name } }))
            .await;
        assert_eq!(data["updateNumber"]["userErrors"], json!([]));
        let patience = std::time::Duration::from_millis(500);
        time::timeout(patience, events.next())
            .await
            .ok()
            .map(|event| event.expect("the stream goes on"))
    })
    .await
}

/// Subscribes over graphql-transport-ws.
async fn over_websocket(server: &Server, client: &Client) -> Events {
    let mut socket = socket(server).await;
    let hello = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", client.key()) } });
    socket
        .send(Message::text(hello.to_string()))
        .await
        .expect("it reads");
    let acknowledged = message(socket.next().await);
    assert_eq!(acknowledged["type"], "connection_ack", "{acknowledged}");
    let subscribe = json!({ "id": "events", "type": "subscribe", "payload": { "query": EVENTS } });
    socket
        .send(Message::text(subscribe.to_string()))
        .await
        .expect("it reads");
    let events = socket.filter_map(async |frame| match frame.expect("the connection stays") {
        Message::Text(text) => {
            let message: Value = serde_json::from_str(&text).expect("JSON");
            if message["type"] == "ping" {
                return None;
            }
            assert_eq!(
                (&message["type"], &message["id"]),
                (&json!("next"), &json!("events")),
                "{message}"
            );
            Some(result(&message["payload"]))
        }
        Message::Ping(_) | Message::Pong(_) => None,
        other => panic!("{other:?}"),
    });
    events.boxed()
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn socket(server: &Server) -> Socket {
    let mut request = format!("ws://{}/graphql/ws", server.address())
        .into_client_request()
        .expect("a request");
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol.clone());
    let (socket, response) = connect_async(request).await.expect("a WebSocket");
    assert_eq!(response.headers().get("sec-websocket-protocol"), Some(&protocol));
    socket
}

fn message(frame: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>) -> Value {
    match frame {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).expect("JSON"),
        other => panic!("{other:?}"),
    }
}

fn result(payload: &Value) -> Value {
    assert_eq!(payload.get("errors"), None, "{payload}");
    payload["data"].clone()
}

/// Subscribes with `Accept: text/event-stream`.
async fn server_sent(client: &Client) -> Events {
    let request = client
        .request(Method::POST, "/graphql")
        .header(ACCEPT, "text/event-stream");
    let response = request
        .json(&json!({ "query": EVENTS }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    assert!(
        response.headers()[CONTENT_TYPE]
            .as_bytes()
            .starts_with(b"text/event-stream")
    );
    let mut text = String::new();
    let results = response.bytes_stream().flat_map(move |chunk| {
        text.push_str(std::str::from_utf8(&chunk.expect("the stream stays")).expect("UTF-8"));
        let mut results = Vec::new();
        while let Some((event, rest)) = text.split_once("\n\n") {
            results.extend(next(event));
            text = rest.to_owned();
        }
        futures_util::stream::iter(results)
    });
    results.boxed()
}

/// The result in a server-sent event; none in a comment.
fn next(event: &str) -> Option<Value> {
    let data = event.strip_prefix("event: next\ndata: ");
    assert!(data.is_some() || event.starts_with(':'), "{event}");
    data.map(|data| result(&serde_json::from_str(data).expect("JSON")))
}

async fn a_websocket_needs_a_key(database: Database) {
    let server = Server::start(&database).await;
    for payload in [
        json!(null),
        json!({}),
        json!({ "authorization": "Bearer sb_live_nobody" }),
    ] {
        let mut socket = socket(&server).await;
        let hello = json!({ "type": "connection_init", "payload": payload });
        socket
            .send(Message::text(hello.to_string()))
            .await
            .expect("it reads");
        let closed = time::timeout(DEADLINE, socket.next()).await.expect("an answer");
        let Some(Ok(Message::Close(Some(frame)))) = closed else {
            panic!("{closed:?}")
        };
        assert!([4401, 4403].contains(&u16::from(frame.code)), "{frame:?}");
    }
}
