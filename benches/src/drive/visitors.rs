//! What each connection asks for.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};

use super::{Dialect, Target, Verdict};
use crate::Result;

const PAGE: &str = "query Page($after: String) { numbers(first: 50, after: $after, \
    filter: { type: [GEOGRAPHIC], status: [ACTIVE] }) { nodes { e164 status type customer { name } \
    dealer { code } pool { name quantity } } pageInfo { hasNextPage endCursor } } }";
const OF_CUSTOMER: &str = "query OfCustomer($after: String, $customer: ID) { numbers(first: 50, after: $after, \
    filter: { customerId: $customer }) { nodes { e164 status type customer { name } dealer { code } \
    pool { name quantity } } pageInfo { hasNextPage endCursor } } }";
const ONE: &str = "query One($e164: PhoneNumber!) { number(by: { e164: $e164 }) { e164 status type \
    customer { name } dealer { code } pool { name quantity } } }";
const ASSIGN: &str = "mutation Assign($input: AssignNumberInput!) { assignNumber(input: $input) { \
    number { e164 } operation { state } userErrors { code } } }";

/// Pages after which a walk begins anew.
const PAGES_OF_A_WALK: u32 = 20;

/// A request about to be sent.
#[derive(Debug)]
pub struct Request {
    /// Path of the floor's query.
    pub to: &'static str,
    /// The body.
    pub body: String,
}

/// One connection's side of the conversation.
pub trait Visitor: Send {
    /// The next request.
    fn request(&mut self, dialect: Dialect) -> Request;
    /// Reads the answer to it.
    fn judge(&mut self, answer: &[u8]) -> Verdict;
}

fn request(dialect: Dialect, to: &'static str, query: &str, variables: Value) -> Request {
    let body = match dialect {
        Dialect::GraphQl => json!({ "query": query, "variables": variables }),
        Dialect::Floor => variables,
    };
    Request {
        to,
        body: body.to_string(),
    }
}

/// What is known about the loaded inventory, for requests to be about.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Some numbers that are in service.
    pub numbers: Arc<Vec<String>>,
    /// Global ids of some customers.
    pub customers: Arc<Vec<String>>,
    /// Global ids of some groups.
    pub groups: Arc<Vec<String>>,
    /// A cursor of the list that [`Walk`] walks, opened.
    cursor: Value,
    /// The largest row id.
    last: i64,
}

impl Sample {
    /// Looks around.
    ///
    /// # Errors
    /// No answer, or an inventory without numbers.
    pub async fn take(target: &Target, seed: u64) -> Result<Self> {
        let end = PAGE
            .replace("($after: String)", "")
            .replace("first: 50, after: $after", "last: 1");
        let end = target.ask(&end, json!({})).await?;
        let cursor = end["numbers"]["pageInfo"]["endCursor"]
            .as_str()
            .ok_or("the inventory has no numbers")?;
        let cursor: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor)?)?;
        let last = cursor["id"].as_i64().ok_or("a cursor of another form")?;
        let ids = async |query: &str, field: &str| -> Result<Arc<Vec<String>>> {
            let found = target.ask(query, json!({})).await?;
            Ok(Arc::new(texts(&found[field]["nodes"], "id")))
        };
        let mut sample = Self {
            numbers: Arc::default(),
            customers: ids("{ customers(first: 100) { nodes { id } } }", "customers").await?,
            groups: ids("{ groups(first: 100) { nodes { id } } }", "groups").await?,
            cursor,
            last,
        };
        let mut random = fastrand::Rng::with_seed(seed);
        let mut numbers = Vec::new();
        for _ in 0..40 {
            let after = sample.somewhere(Dialect::GraphQl, &mut random, 0.0);
            let page = target.ask(PAGE, json!({ "after": after })).await?;
            numbers.extend(texts(&page["numbers"]["nodes"], "e164"));
        }
        sample.numbers = Arc::new(numbers);
        Ok(sample)
    }

    /// A cursor anywhere behind this share of the list.
    fn somewhere(&self, dialect: Dialect, random: &mut fastrand::Rng, from: f64) -> String {
        let id = ((from + (0.95 - from) * random.f64()) * self.last as f64) as i64;
        if dialect == Dialect::Floor {
            return id.to_string();
        }
        let mut cursor = self.cursor.clone();
        cursor["k"] = json!(id);
        cursor["id"] = json!(id);
        URL_SAFE_NO_PAD.encode(cursor.to_string())
    }
}

fn texts(nodes: &Value, field: &str) -> Vec<String> {
    let nodes = nodes.as_array().into_iter().flatten();
    nodes
        .filter_map(|node| Some(node[field].as_str()?.to_owned()))
        .collect()
}

#[derive(Deserialize)]
struct Answer<D> {
    data: Option<D>,
    errors: Option<IgnoredAny>,
}

impl<D: serde::de::DeserializeOwned> Answer<D> {
    fn read(answer: &[u8]) -> Option<D> {
        let answer: Self = serde_json::from_slice(answer).ok()?;
        answer.data.filter(|_| answer.errors.is_none())
    }
}

#[derive(Deserialize)]
struct Numbers {
    numbers: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    nodes: Vec<IgnoredAny>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// Which list a walk is through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Geographic numbers in service, from the start.
    Head,
    /// The same, deep in the list.
    Deep,
    /// The numbers of one customer after the other.
    Customer,
}

/// Walks through a list page by page.
#[derive(Debug)]
pub struct Walk {
    of: Of,
    sample: Sample,
    random: fastrand::Rng,
    customer: Option<String>,
    after: Option<String>,
    pages: u32,
}

impl Walk {
    /// A walk of its own for each seed.
    #[must_use]
    pub fn new(of: Of, sample: &Sample, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self {
            of,
            sample: sample.clone(),
            random,
            customer: None,
            after: None,
            pages: 0,
        }
    }

    fn begin(&mut self, dialect: Dialect) {
        self.pages = PAGES_OF_A_WALK;
        self.after = (self.of == Of::Deep).then(|| self.sample.somewhere(dialect, &mut self.random, 0.5));
        self.customer = (self.of == Of::Customer).then(|| pick(&mut self.random, &self.sample.customers));
    }
}

impl Visitor for Walk {
    fn request(&mut self, dialect: Dialect) -> Request {
        if self.pages == 0 {
            self.begin(dialect);
        }
        self.pages -= 1;
        match &self.customer {
            Some(customer) => {
                let variables = json!({ "after": self.after, "customer": customer });
                request(dialect, "customer", OF_CUSTOMER, variables)
            }
            None => request(dialect, "page", PAGE, json!({ "after": self.after })),
        }
    }

    fn judge(&mut self, answer: &[u8]) -> Verdict {
        let Some(Numbers { numbers }) = Answer::read(answer) else {
            self.pages = 0;
            return Verdict::Wrong;
        };
        self.after = numbers.page_info.end_cursor;
        if !numbers.page_info.has_next_page {
            self.pages = 0;
        }
        let full = numbers.nodes.len() == 50 || !numbers.page_info.has_next_page;
        if full { Verdict::Good } else { Verdict::Wrong }
    }
}

/// Asks for one number after the other.
#[derive(Debug)]
pub struct Singles {
    numbers: Arc<Vec<String>>,
    random: fastrand::Rng,
}

impl Singles {
    /// Another order for each seed.
    #[must_use]
    pub fn new(sample: &Sample, seed: u64) -> Self {
        Self {
            numbers: sample.numbers.clone(),
            random: fastrand::Rng::with_seed(seed),
        }
    }
}

#[derive(Deserialize)]
struct OneNumber {
    number: Option<IgnoredAny>,
}

impl Visitor for Singles {
    fn request(&mut self, dialect: Dialect) -> Request {
        let number = pick(&mut self.random, &self.numbers);
        request(dialect, "number", ONE, json!({ "e164": number }))
    }

    fn judge(&mut self, answer: &[u8]) -> Verdict {
        match Answer::read(answer) {
            Some(OneNumber { number: Some(_) }) => Verdict::Good,
            _ => Verdict::Wrong,
        }
    }
}

/// Assigns numbers that are local to numbers in service.
#[derive(Debug)]
pub struct Assigning {
    sample: Sample,
    random: fastrand::Rng,
    run: String,
    count: u64,
}

impl Assigning {
    /// `run` makes the names and references of this connection unlike those of any other.
    #[must_use]
    pub fn new(sample: &Sample, seed: u64, run: String) -> Self {
        Self {
            sample: sample.clone(),
            random: fastrand::Rng::with_seed(seed),
            run,
            count: 0,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignNumber {
    assign_number: Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    number: Option<IgnoredAny>,
    user_errors: Vec<UserError>,
}

#[derive(Deserialize)]
struct UserError {
    code: String,
}

impl Visitor for Assigning {
    fn request(&mut self, dialect: Dialect) -> Request {
        self.count += 1;
        let name = format!("benchmark {} {}", self.run, self.count);
        let near = pick(&mut self.random, &self.sample.numbers);
        let input = json!({
            "clientReference": name,
            "groupId": pick(&mut self.random, &self.sample.groups),
            "name": name,
            "match": { "localToNumber": { "number": near } },
            "callRoute": { "basic": { "terminationNumber": near } },
        });
        request(dialect, "assign", ASSIGN, json!({ "input": input }))
    }

    fn judge(&mut self, answer: &[u8]) -> Verdict {
        match Answer::<AssignNumber>::read(answer).map(|data| data.assign_number) {
            Some(Payload { number: Some(_), .. }) => Verdict::Good,
            Some(Payload { user_errors, .. }) if user_errors.iter().any(|error| error.code == "NO_STOCK") => {
                Verdict::Refused
            }
            _ => Verdict::Wrong,
        }
    }
}

fn pick(random: &mut fastrand::Rng, from: &[String]) -> String {
    random.choice(from).cloned().unwrap_or_default()
}
