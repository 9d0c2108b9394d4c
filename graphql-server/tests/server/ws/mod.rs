//! `graphql-transport-ws`: a client to test with.

mod connections;
mod operations;

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use graphql_server::Limits;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::Request},
};

use crate::support::{Listening, TOKEN};

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

fn handshake(server: &Listening, subprotocol: &str) -> Request<()> {
    let url = format!("ws://{}/graphql/ws", server.address);
    let mut request = url.into_client_request().expect("a valid URL");
    request.headers_mut().insert(
        "sec-websocket-protocol",
        subprotocol.parse().expect("a header value"),
    );
    request
}

impl Client {
    async fn connect(server: &Listening) -> Self {
        let (socket, _) = connect_async(handshake(server, "graphql-transport-ws"))
            .await
            .expect("upgraded");
        Self(socket)
    }

    async fn ready(server: &Listening) -> Self {
        let mut client = Self::connect(server).await;
        client
            .send(json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {TOKEN}")}}))
            .await;
        assert_eq!(client.receive().await, json!({"type": "connection_ack"}));
        client
    }

    async fn send(&mut self, message: Value) {
        self.0
            .send(Message::text(message.to_string()))
            .await
            .expect("sent");
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({"id": id, "type": "subscribe", "payload": {"query": query}}))
            .await;
    }

    async fn next_frame(&mut self) -> Message {
        let next = tokio::time::timeout(Duration::from_secs(20), self.0.next());
        next.await
            .expect("an answer in time")
            .expect("not the end")
            .expect("a frame")
    }

    async fn receive(&mut self) -> Value {
        loop {
            match self.next_frame().await {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Ping(_) => {}
                other => panic!("a message expected, not {other:?}"),
            }
        }
    }

    async fn close_code(&mut self) -> u16 {
        loop {
            match self.next_frame().await {
                Message::Close(frame) => return frame.expect("a code").code.into(),
                _ => continue,
            }
        }
    }
}

fn next(id: &str, data: Value) -> Value {
    json!({"id": id, "type": "next", "payload": {"data": data}})
}

fn complete(id: &str) -> Value {
    json!({"type": "complete", "id": id})
}

async fn listening() -> Listening {
    Listening::with_limits(Limits::default()).await
}
