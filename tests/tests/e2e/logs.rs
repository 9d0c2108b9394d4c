//! What the program writes about its work: lines that machines read, and no secret.

use reqwest::{Method, header::ACCEPT};
use serde_json::{Value, json};

use crate::{
    client::Client,
    database::Database,
    queries::{ASSIGN, NUMBERS, any_toll_free, assignment},
    server::Server,
    stock::Stock,
    world::{group, key},
};

crate::on_both! {
    json_logs_are_json_and_hold_no_key,
    text_logs_hold_no_key,
}

/// A key that nobody has; it must not stand in a log either, for it may be one with a typing error.
const STRANGER: &str = "sb_live_strangerstrangerstrangerstranger";

async fn json_logs_are_json_and_hold_no_key(database: Database) {
    let log = busy(database, "json").await;
    assert!(log.lines().count() > 1, "there is a log: {log}");
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for field in ["timestamp", "level", "target"] {
            assert!(entry[field].is_string(), "{field}: {line}");
        }
    }
}

async fn text_logs_hold_no_key(database: Database) {
    let log = busy(database, "text").await;
    assert!(log.lines().count() > 1, "there is a log: {log}");
}

/// Does something of everything with keys of several levels while as much as possible is logged; gives the log,
/// in which there is none of them.
async fn busy(database: Database, format: &str) -> String {
    let stock = Stock::default()
        .toll_free(5)
        .owned("+18332029999", "ACME", "Marketing", "Main line");
    stock.import(&database).await;
    let logging = [
        ("SWITCHBOARD_LOG_FORMAT", format),
        ("SWITCHBOARD_LOG_LEVEL", "trace"),
    ];
    let server = Server::start_with(&database, &logging).await;
    let admin = server.first_key().expect("a key").to_owned();
    let kpi = key(&database, "kpi", None).await;
    let manager = key(&database, "manage", Some("ACME")).await;
    let keys = [admin.as_str(), kpi.as_str(), manager.as_str(), STRANGER];
    for key in keys {
        everything_once(&Client::new(&server, Some(key))).await;
    }
    let marketing = group(&Client::new(&server, Some(&admin)), "Marketing").await;
    for key in [&admin, &manager] {
        let order = assignment(&key[key.len() - 6..], &marketing, key, any_toll_free());
        Client::new(&server, Some(key)).data(ASSIGN, order).await;
    }
    let (said, log) = server.stop().await;
    assert_eq!(said.matches(&admin).count(), 1, "the first key is shown, once");
    for key in keys {
        assert!(!log.contains(key), "a key in the log: {}", lines_with(&log, key));
        assert!(key == admin || !said.contains(key), "a key in the output: {said}");
    }
    log
}

/// Requests of all sorts, good and bad, with the key in each place that takes one.
async fn everything_once(client: &Client) {
    client.ask(NUMBERS, json!({ "first": 5 })).await;
    client.ask("{ nothing }", json!({})).await;
    client.ask(ASSIGN, json!({})).await;
    Client::send(client.get("{ viewer { name } }")).await;
    Client::send(client.request(Method::PUT, "/graphql")).await;
    Client::send(client.request(Method::GET, "/nowhere")).await;
    let body = json!({ "query": "{ viewer { name } }" });
    let request = client
        .request(Method::POST, "/graphql")
        .header("x-api-key", client.key());
    Client::send(request.header(ACCEPT, "text/event-stream").json(&body)).await;
}

fn lines_with(log: &str, key: &str) -> String {
    log.lines()
        .filter(|line| line.contains(key))
        .take(3)
        .collect::<Vec<_>>()
        .join("\n")
}
