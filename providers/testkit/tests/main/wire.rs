//! A twin of a counter, and ways to ask it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use provider_testkit::twin::{RunningTwin, Sold, Twin, TwinReply, TwinRequest, Unexpected};
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Counts: `POST /counter { "by": 2 }`, `GET /counter?unit=pieces`.
#[derive(Default)]
pub(crate) struct Counter {
    count: AtomicU32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    by: u32,
}

impl Twin for Counter {
    fn kind(&self) -> &'static str {
        "counter"
    }

    fn answer(&self, request: &TwinRequest) -> Result<TwinReply, Unexpected> {
        match (request.method(), request.segments().as_slice()) {
            ("GET", ["counter"]) => {
                request.only_query(&["unit"])?;
                request.no_body()?;
                let unit = request.query("unit").unwrap_or("pieces");
                Ok(TwinReply::json(
                    200,
                    &json!({ "count": self.count.load(Ordering::SeqCst), "unit": unit }),
                ))
            }
            ("POST", ["counter"]) => {
                request.only_query(&[])?;
                let step: Step = request.json()?;
                let count = self.count.fetch_add(step.by, Ordering::SeqCst) + step.by;
                Ok(TwinReply::json(201, &json!({ "count": count })).header("X-Request-Id", "r1"))
            }
            ("GET", ["name", name, ""]) => Ok(TwinReply::file(200, "text/plain", *name)),
            _ => Err(request.not_described()),
        }
    }

    fn config(&self, base_url: &str, secret_file: &Path) -> toml::Table {
        toml::toml! {
            base_url = base_url
            auth = { bearer = { file = (secret_file.to_string_lossy().into_owned()) } }
        }
    }

    fn remember(&self, sold: &Sold) {
        self.count.fetch_add(sold.numbers.len() as u32, Ordering::SeqCst);
    }
}

pub(crate) async fn counter() -> RunningTwin {
    RunningTwin::start(Arc::new(Counter::default())).await.unwrap()
}

/// A client that follows no redirect and reads no environment.
pub(crate) fn client() -> reqwest::Client {
    // An earlier client may have done it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

pub(crate) async fn get(twin: &RunningTwin, target: &str) -> reqwest::Result<reqwest::Response> {
    let url = format!("{}{target}", twin.base_url());
    client().get(url).bearer_auth(twin.secret()).send().await
}

pub(crate) async fn count(twin: &RunningTwin) -> u64 {
    let answer: serde_json::Value = get(twin, "/counter").await.unwrap().json().await.unwrap();
    answer["count"].as_u64().unwrap()
}

pub(crate) async fn add(twin: &RunningTwin, by: u32) -> reqwest::Result<reqwest::Response> {
    let url = format!("{}/counter", twin.base_url());
    let body = json!({ "by": by });
    client()
        .post(url)
        .bearer_auth(twin.secret())
        .json(&body)
        .send()
        .await
}

/// Asks for targets one after the other on one connection, and gives everything that comes back until it ends, and
/// how it ended.
pub(crate) async fn raw(twin: &RunningTwin, targets: &[&str]) -> (String, std::io::Result<()>) {
    let host = twin.base_url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).await.unwrap();
    for (at, target) in targets.iter().enumerate() {
        let connection = if at + 1 == targets.len() {
            "close"
        } else {
            "keep-alive"
        };
        let head = format!(
            "GET {target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\nconnection: {connection}\r\n\r\n",
            twin.secret()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
    }
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer).await.map(|_| ());
    (String::from_utf8(answer).unwrap(), end)
}
