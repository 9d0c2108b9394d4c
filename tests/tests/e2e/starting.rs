//! Starting, stopping and starting again.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    client::Client,
    database::Database,
    queries::{CREATE_POOL, NUMBERS, any_toll_free, assignment, pool},
    server::{self, DEADLINE, Server, eventually, run, run_well},
    stock::Stock,
    world::{Assigned, World, assign, group, key},
};

crate::on_both! {
    the_first_start_shows_one_admin_key_and_the_second_none,
    without_a_good_key_there_is_nothing_but_the_probes,
    a_request_under_way_is_answered_before_the_end,
    a_restart_changes_nothing_that_was_there,
    migrations_run_once,
    a_server_told_not_to_migrate_refuses_an_empty_database,
    a_key_made_before_the_first_start_is_the_only_one,
}

const VIEWER: &str = "{ viewer { name level scope } }";

async fn the_first_start_shows_one_admin_key_and_the_second_none(database: Database) {
    let first = Server::start(&database).await;
    let key = first.first_key().expect("a key").to_owned();
    assert_eq!(first.said().matches("sb_live_").count(), 1, "{}", first.said());
    first.stop().await;

    let second = Server::start(&database).await;
    assert_eq!(second.first_key(), None);
    assert!(!second.said().contains("sb_live_"), "{}", second.said());
    let data = Client::new(&second, Some(&key)).data(VIEWER, json!({})).await;
    assert_eq!(data["viewer"]["level"], "ADMIN");
    assert_eq!(data["viewer"]["scope"], "PLATFORM");
    second.stop().await;
}

async fn without_a_good_key_there_is_nothing_but_the_probes(database: Database) {
    let server = Server::start(&database).await;
    let key = server.first_key().expect("a key").to_owned();
    let almost = format!(
        "{}{}",
        &key[..key.len() - 1],
        if key.ends_with('a') { 'b' } else { 'a' }
    );
    for wrong in [
        None,
        Some("sb_live_nobody"),
        Some("sb_demo_admin"),
        Some(""),
        Some(almost.as_str()),
    ] {
        let client = Client::new(&server, wrong);
        let answer = client.ask(VIEWER, json!({})).await;
        assert_eq!(
            answer.status,
            StatusCode::UNAUTHORIZED,
            "{wrong:?}: {}",
            answer.text()
        );
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{wrong:?}");
        assert_eq!(answer.json().get("data"), None, "{wrong:?}");
        for probe in ["/livez", "/readyz"] {
            let answer = Client::send(client.request(Method::GET, probe)).await;
            assert_eq!(answer.status, StatusCode::OK, "{probe}: {}", answer.text());
        }
    }
    let answer = Client::new(&server, Some(&key)).ask(VIEWER, json!({})).await;
    assert_eq!(answer.status, StatusCode::OK);
}

async fn a_request_under_way_is_answered_before_the_end(database: Database) {
    let server = Server::start(&database).await;
    let body = json!({ "query": VIEWER }).to_string();
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    let key = server.first_key().expect("a key");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: switchboard\r\nAuthorization: Bearer {key}\r\nExpect: 100-continue\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it reads");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).expect("it waits for the body");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    server.ask_to_end();
    let address = server.address().parse().expect("an address");
    eventually("nobody is let in any more", async || {
        TcpStream::connect_timeout(&address, Duration::from_secs(1)).err()
    })
    .await;
    stream.write_all(body.as_bytes()).expect("it still reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("an answer, then the end of the connection");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("PLATFORM"), "{answer}");
    let (status, _, log) = server.ended().await;
    assert!(status.success(), "{status}\n{log}");
}

async fn a_restart_changes_nothing_that_was_there(database: Database) {
    let stock = Stock::default()
        .toll_free(20)
        .owned("+18332020001", "ACME", "Marketing", "Main line");
    let world = World::with(database, stock).await;
    let marketing = world.group("Marketing").await;
    for index in 0..5 {
        let name = format!("Number {index}");
        let wanted = assignment(&name, &marketing, &name, any_toll_free());
        assert!(matches!(assign(&world.admin, wanted).await, Assigned::Number(_)));
    }
    let wanted = pool("pool", &marketing, "Pool", json!({ "tollFree": {} }));
    let made = world.admin.data(CREATE_POOL, wanted).await;
    assert_eq!(made["createNumberPool"]["userErrors"], json!([]));
    let viewer = key(&world.database, "viewer", Some("ACME")).await;
    let before = everything(&world.admin).await;
    world.server.stop().await;

    let server = Server::start(&world.database).await;
    let admin = Client::new(&server, Some(world.admin.key()));
    assert_eq!(everything(&admin).await, before);
    assert_eq!(
        group(&Client::new(&server, Some(&viewer)), "Marketing").await,
        marketing
    );
}

/// All that a client can read.
async fn everything(client: &Client) -> Vec<Value> {
    let mut all = client.all(NUMBERS, "numbers", json!({})).await;
    assert_eq!(all.len(), 21);
    let rest = "{
      pools { nodes { id name quantity status createdAt updatedAt numbers { nodes { e164 } }
        replacement { numbersToReplace trackingSources { referrerDomain urlTriggers } } } }
      operations { nodes { id clientReference kind state createdAt finishedAt } }
      customers { nodes { id name } }
      groups { nodes { id name numbers { nodes { e164 history { nodes { id kind at actor } } } } } }
    }";
    all.push(client.data(rest, json!({})).await);
    all
}

async fn migrations_run_once(database: Database) {
    let check = run(&database, &["migrate", "--check"]).await;
    assert_eq!(check.status.code(), Some(1), "an empty database needs migrations");
    let first = run_well(&database, &["migrate"]).await;
    let second = run_well(&database, &["migrate"]).await;
    assert_ne!(first, second);
    assert!(second.contains("up to date"), "{second}");
    run_well(&database, &["migrate", "--check"]).await;
}

async fn a_server_told_not_to_migrate_refuses_an_empty_database(database: Database) {
    let serve = ["serve", "--no-migrate", "--listen", "127.0.0.1:0"];
    let refused = run(&database, &serve).await;
    let complaint = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{complaint}");
    assert!(
        complaint.contains("switchboard migrate"),
        "it says what to do: {complaint}"
    );
    assert!(!complaint.contains("panicked"), "{complaint}");
    assert!(
        refused.stdout.is_empty(),
        "no key is shown: {}",
        String::from_utf8_lossy(&refused.stdout)
    );
}

async fn a_key_made_before_the_first_start_is_the_only_one(database: Database) {
    let key = server::run_well(
        &database,
        &["keys", "create", "--name", "ops", "--level", "admin"],
    )
    .await;
    let server = Server::start(&database).await;
    assert_eq!(server.first_key(), None);
    let data = Client::new(&server, Some(key.trim()))
        .data(VIEWER, json!({}))
        .await;
    assert_eq!(data["viewer"]["name"], "ops");
}
