//! A switchboard with a small inventory, and what the tests ask it with.

use std::time::Duration;

use api::graphql::{self, Schema};
use async_graphql::{Request, Variables};
use provider_core::provider::Instance;
use serde_json::{Value, json};
use service::{AccessLevel, ImportRow, Principal, Scope, Settings, Switchboard};
use store::testing::{TestDatabase, on_both, sqlite};

pub(crate) struct World {
    pub(crate) switchboard: Switchboard,
    pub(crate) schema: Schema,
}

/// Numbers that somebody has: `+1905637100` and two digits.
pub(crate) const OWNED: usize = 30;
/// Numbers in stock: `+1289812200` and one digit, in Ontario as the document's example is.
pub(crate) const STOCK: usize = 6;

impl World {
    /// Thirty numbers of three customers and the groups `Sales` and `Support` of each, the first ten in the pool
    /// `Summer`, every second one sold by the dealer `D1`; and numbers in stock.
    pub(crate) async fn new(database: &TestDatabase) -> Self {
        Self::with(database, Vec::new()).await
    }

    /// The same beside these providers, which answer soon or not at all.
    pub(crate) async fn with(database: &TestDatabase, providers: Vec<Instance>) -> Self {
        let mut settings = Settings::new(database.url());
        settings.watch_stock_every = Duration::ZERO;
        if !providers.is_empty() {
            settings.provider_deadline = SOON;
        }
        settings.providers = providers;
        let switchboard = Switchboard::over(database.database(), settings).expect("the switchboard opens");
        let schema = graphql::schema(switchboard.clone());
        let world = Self { switchboard, schema };
        world
            .import((0..OWNED).map(owned).chain((0..STOCK).map(stock)).collect())
            .await;
        world
    }

    /// Imports rows, all of which must be good.
    pub(crate) async fn import(&self, rows: Vec<ImportRow>) {
        let report = self
            .switchboard
            .import_numbers(&admin(), rows)
            .await
            .expect("the import runs");
        assert_eq!(report.faults().count(), 0, "{report:?}");
    }

    /// The answer to an administrator.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Value {
        self.ask_as(admin(), query, variables).await
    }

    /// The answer as JSON: `{data, errors}`.
    pub(crate) async fn ask_as(&self, who: Principal, query: &str, variables: Value) -> Value {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let response = self.schema.execute(graphql::authenticated(who)(request)).await;
        serde_json::to_value(&response).expect("a response is JSON")
    }

    /// The data, of a request that must have no errors.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}: {answer}");
        answer["data"].take()
    }

    /// The global id of the group with this name of the first customer.
    pub(crate) async fn group(&self, name: &str) -> String {
        let query = "query ($name: String!) { groups(filter: {search: $name}, first: 1) { nodes { id } } }";
        let data = self.data(query, json!({ "name": name })).await;
        data["groups"]["nodes"][0]["id"]
            .as_str()
            .expect("the group is there")
            .to_owned()
    }

    /// The global id of a provider.
    pub(crate) async fn provider(&self, name: &str) -> String {
        let data = self.data("{ providers { id name } }", Value::Null).await;
        let providers = data["providers"].as_array().expect("providers");
        let one = providers.iter().find(|provider| provider["name"] == name);
        let id = one.and_then(|provider| provider["id"].as_str());
        id.expect("the provider is configured").to_owned()
    }

    /// The global id of the customer with this code.
    pub(crate) async fn customer(&self, code: &str) -> String {
        let query =
            "query ($code: String!) { customers(filter: {search: $code}, first: 1) { nodes { id } } }";
        let data = self.data(query, json!({ "code": code })).await;
        let id = data["customers"]["nodes"][0]["id"].as_str();
        id.expect("the customer is there").to_owned()
    }

    /// The scope of the group with this name of the first customer.
    pub(crate) async fn group_scope(&self, name: &str) -> Scope {
        let filter = service::GroupFilter {
            search: Some(name.to_owned()),
            ..Default::default()
        };
        let request = service::PageRequest::first(1);
        let page = self.switchboard.groups(&admin(), &filter, &request).await;
        let (_, group) = page
            .expect("groups are read")
            .items
            .into_iter()
            .next()
            .expect("the group is there");
        Scope::Group {
            reseller_id: group.reseller_id,
            customer_id: group.customer_id,
            group_id: group.id,
        }
    }

    /// The scope of the first customer.
    pub(crate) async fn customer_scope(&self, code: &str) -> Scope {
        let filter = service::CustomerFilter {
            search: Some(code.to_owned()),
            ..Default::default()
        };
        let request = service::PageRequest::first(1);
        let page = self
            .switchboard
            .customers(&admin(), &filter, &request)
            .await
            .expect("customers are read");
        let (_, customer) = page.items.into_iter().next().expect("the customer is there");
        Scope::Customer {
            reseller_id: customer.reseller_id,
            customer_id: customer.id,
        }
    }
}

/// How long a provider of a test may take: one that answers does so at once.
const SOON: Duration = Duration::from_millis(500);

/// Runs a test beside these providers. What it is about has nothing to do with the database.
pub(crate) async fn with_providers(providers: Vec<Instance>, test: impl AsyncFn(&World)) {
    let database = sqlite().await;
    test(&World::with(&database, providers).await).await;
}

/// Runs a test on both databases.
pub(crate) async fn in_both_worlds(test: impl AsyncFn(&World)) {
    on_both(async |database| test(&World::new(database).await).await).await;
}

fn row(number: String) -> ImportRow {
    ImportRow {
        line: 1,
        number,
        ..ImportRow::default()
    }
}

fn owned(index: usize) -> ImportRow {
    let text = |text: &str| Some(text.to_owned());
    let pool = index < 10;
    ImportRow {
        customer: Some(format!("C{}", index % 3)),
        customer_name: Some(format!("Customer {}", index % 3)),
        group: text(if index.is_multiple_of(2) {
            "Sales"
        } else {
            "Support"
        }),
        dealer: index.is_multiple_of(2).then(|| "D1".to_owned()),
        // Numbers of a pool share its name.
        name: (!pool).then(|| format!("Line {index:02}")),
        termination_number: text("+14165551234"),
        pool: pool.then(|| "Summer".to_owned()),
        pool_settings: pool.then(pool_settings),
        tags: text("blue;green"),
        ..row(format!("+1905637{:04}", 1000 + index))
    }
}

fn pool_settings() -> String {
    json!({
        "matchPeriodMinutes": 30,
        "quantity": 10,
        "match": { "geographic": { "areaCode": { "country": "CA", "areaCode": "905" } } },
        "replacement": { "replaceAllNumbers": true, "trackingSources": [{ "referrerDomain": "Any" }] },
        "terminationNumber": "+14165551234",
    })
    .to_string()
}

fn stock(index: usize) -> ImportRow {
    row(format!("+1289812{:04}", 2000 + index))
}

/// Everything, as an administrator.
pub(crate) fn admin() -> Principal {
    Principal::command_line()
}

/// A key of a level and a scope.
pub(crate) fn key(level: AccessLevel, scope: Scope) -> Principal {
    Principal {
        key_id: 7,
        name: "a key".to_owned(),
        level,
        scope,
        request_id: None,
    }
}

/// The code of the one error of an answer.
pub(crate) fn code(answer: &Value) -> &str {
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{answer}");
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .expect("an error has a code")
}

/// Code and dotted path of each user error of a mutation's only field.
pub(crate) fn user_errors(answer: &Value) -> Vec<(String, String)> {
    assert_eq!(answer.get("errors"), None, "{answer}");
    let payload = answer["data"]
        .as_object()
        .and_then(|data| data.values().next())
        .expect("a payload");
    let errors = payload["userErrors"].as_array().expect("userErrors");
    let path = |error: &Value| {
        let path = error["path"].as_array().cloned().unwrap_or_default();
        path.iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(".")
    };
    errors
        .iter()
        .map(|error| (error["code"].as_str().unwrap_or_default().to_owned(), path(error)))
        .collect()
}
