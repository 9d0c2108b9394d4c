//! A database with numbers in it, a server on it, and its administrator.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    client::Client,
    database::Database,
    queries::{ASSIGN, COUNT, GROUPS, OPERATION},
    server::{self, Patience, Server},
    stock::Stock,
};

/// States in which an operation has come to its end.
const ENDS: [&str; 4] = ["SUCCEEDED", "PARTIAL", "REFUSED", "NEEDS_REVIEW"];

/// Codes that leave open whether there will be a number: the same request tells.
const AGAIN: [&str; 3] = ["BUSY", "DEADLINE_EXCEEDED", "SERVICE_UNAVAILABLE"];

/// Where most scenarios begin.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) admin: Client,
    // Dropped in this order: the program goes before its database.
    pub(crate) server: Server,
    pub(crate) database: Database,
}

impl World {
    /// Imports the numbers into an empty database and serves it.
    pub(crate) async fn with(database: Database, stock: Stock) -> Self {
        stock.import(&database).await;
        let server = Server::start(&database).await;
        Self::of(database, server)
    }

    /// The same, served with a configuration file.
    pub(crate) async fn configured(database: Database, stock: Stock, file: &Path) -> Self {
        stock.import_configured(&database, file).await;
        let server = Server::start_configured(&database, file).await;
        Self::of(database, server)
    }

    fn of(database: Database, server: Server) -> Self {
        let key = server.first_key().expect("a first start shows a key").to_owned();
        let admin = Client::new(&server, Some(&key));
        Self {
            database,
            server,
            admin,
        }
    }

    /// A client with a key of its own, made on the command line.
    pub(crate) async fn client(&self, level: &str, customer: Option<&str>) -> Client {
        Client::new(&self.server, Some(&key(&self.database, level, customer).await))
    }

    /// The id of the group with this name.
    pub(crate) async fn group(&self, name: &str) -> String {
        group(&self.admin, name).await
    }
}

/// A new key.
pub(crate) async fn key(database: &Database, level: &str, customer: Option<&str>) -> String {
    let mut arguments = vec!["keys", "create", "--name", "a test", "--level", level];
    if let Some(customer) = customer {
        arguments.extend(["--customer", customer]);
    }
    server::run_well(database, &arguments).await.trim().to_owned()
}

/// The id of the group with this name.
pub(crate) async fn group(client: &Client, name: &str) -> String {
    let groups = client.all(GROUPS, "groups", json!({})).await;
    let group = groups.iter().find(|group| group["name"] == name);
    text(&group.unwrap_or_else(|| panic!("no group {name}"))["id"])
}

/// How many numbers there are in these statuses.
pub(crate) async fn count(client: &Client, statuses: &[&str]) -> i64 {
    counted(client, json!(statuses)).await
}

/// How many numbers there are.
pub(crate) async fn total(client: &Client) -> i64 {
    counted(client, Value::Null).await
}

async fn counted(client: &Client, statuses: Value) -> i64 {
    let data = client.data(COUNT, json!({ "status": statuses })).await;
    data["numbers"]["totalCount"].as_i64().expect("a count")
}

/// The text that a value is.
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

/// What became of an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Assigned {
    /// This number.
    Number(String),
    /// A refusal with this code.
    Refused(String),
}

/// Assigns, following the operation when the answer comes before its end. An error when the server died.
pub(crate) async fn try_assign(client: &Client, variables: Value) -> reqwest::Result<Assigned> {
    let patience = Patience::with("an answer");
    let mut payload = loop {
        let answer = client.try_ask(ASSIGN, variables.clone()).await?;
        match answer.code().as_str() {
            "" => break answer.json()["data"]["assignNumber"].take(),
            code if AGAIN.contains(&code) => patience.pause().await,
            _ => panic!("{}", answer.text()),
        }
    };
    if let Some(refusal) = payload["userErrors"].get(0) {
        return Ok(Assigned::Refused(text(&refusal["code"])));
    }
    if let Some(number) = payload["number"]["e164"].as_str() {
        return Ok(Assigned::Number(number.to_owned()));
    }
    follow(client, payload["operation"].take()).await
}

/// Looks at an operation until it has come to its end.
async fn follow(client: &Client, operation: Value) -> reqwest::Result<Assigned> {
    let waiting = format!("the end of {operation}");
    let patience = Patience::with(&waiting);
    loop {
        let answer = client
            .try_ask(OPERATION, json!({ "id": operation["id"] }))
            .await?;
        let operation = answer.json()["data"]["operation"].take();
        if let Some(number) = operation["number"]["e164"].as_str() {
            return Ok(Assigned::Number(number.to_owned()));
        }
        if ENDS.iter().any(|state| operation["state"] == **state) {
            return Ok(Assigned::Refused(text(&operation["problem"]["code"])));
        }
        patience.pause().await;
    }
}

/// Assigns, following the operation when the answer comes before its end.
pub(crate) async fn assign(client: &Client, variables: Value) -> Assigned {
    try_assign(client, variables).await.expect("an answer")
}
