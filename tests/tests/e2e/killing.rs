//! `kill -9` in the middle of assigning.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    client::Client,
    database::Database,
    queries::{NUMBERS, any_toll_free, assignment, reference},
    server::{Server, eventually},
    stock::Stock,
    world::{Assigned, assign, count, group, text, total, try_assign},
};

crate::on_both! {
    killing_the_server_loses_no_acknowledged_assignment_and_leaves_no_number_stuck,
}

const NUMBERS_IN_STOCK: usize = 600;
const CLIENTS: usize = 16;
const GROUPS: [&str; 4] = ["North", "East", "South", "West"];
const KILLS: usize = 12;
const SEED: u64 = 20_180_412;

const ANY_OPEN: &str = "{
  operations(first: 1, filter: { states: [REQUESTED, SUBMITTING, SUBMITTED, UNCONFIRMED] }) {
    nodes { id state clientReference attempts }
  }
}";

const HISTORIES: &str = "query Histories($first: Int, $after: String) {
  numbers(first: $first, after: $after, filter: { status: [ACTIVE] }) {
    pageInfo { hasNextPage endCursor }
    nodes { e164 name history(first: 20) { nodes { kind } } }
  }
}";

/// An order of the test: what it asks for is decided by its index.
fn order(groups: &[String], index: usize) -> Value {
    let group = &groups[index % groups.len()];
    assignment(
        &index.to_string(),
        group,
        &format!("Line {index}"),
        any_toll_free(),
    )
}

/// What the clients know.
#[derive(Debug, Default)]
struct Ledger {
    /// Orders that nobody has sent yet.
    waiting: Mutex<VecDeque<usize>>,
    /// The number that each acknowledged order got.
    acknowledged: Mutex<BTreeMap<usize, String>>,
    acknowledgements: AtomicUsize,
    progress: Notify,
}

impl Ledger {
    /// Sends orders until there are none left or the server is gone. An order that was sent and not answered
    /// isn't sent again here: what becomes of it is the server's business.
    async fn send(&self, client: Client, groups: &[String]) {
        loop {
            let Some(index) = self.waiting.lock().expect("no panic").pop_front() else {
                return;
            };
            match try_assign(&client, order(groups, index)).await {
                Ok(Assigned::Number(number)) => self.acknowledge(index, number),
                Ok(Assigned::Refused(code)) => panic!("order {index}: {code}"),
                Err(_) => return,
            }
        }
    }

    fn acknowledge(&self, index: usize, number: String) {
        let before = self.acknowledged.lock().expect("no panic").insert(index, number);
        assert_eq!(before, None, "an order is sent once");
        self.acknowledgements.fetch_add(1, Ordering::SeqCst);
        self.progress.notify_waiters();
    }

    /// Waits until so many orders are acknowledged, or all were sent.
    async fn reaches(&self, acknowledgements: usize) {
        eventually("orders are acknowledged", async || {
            let reached = self.acknowledgements.load(Ordering::SeqCst) >= acknowledgements;
            (reached || self.waiting.lock().expect("no panic").is_empty()).then_some(())
        })
        .await;
    }
}

async fn killing_the_server_loses_no_acknowledged_assignment_and_leaves_no_number_stuck(database: Database) {
    let stock = Stock::default().toll_free(NUMBERS_IN_STOCK);
    let stock = GROUPS.iter().enumerate().fold(stock, |stock, (index, group)| {
        stock.owned(&format!("+1833202000{index}"), "ACME", group, "Main line")
    });
    let imported = i64::try_from(stock.count()).expect("small");
    stock.import(&database).await;

    let first = Server::start(&database).await;
    let key = first.first_key().expect("a key").to_owned();
    let admin = Client::new(&first, Some(&key));
    let mut groups = Vec::new();
    for name in GROUPS {
        groups.push(group(&admin, name).await);
    }

    let ledger = Arc::new(Ledger::default());
    ledger
        .waiting
        .lock()
        .expect("no panic")
        .extend(0..NUMBERS_IN_STOCK);
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut server = first;
    for _ in 0..KILLS {
        kill_while_assigning(server, &key, &groups, &ledger, &mut random).await;
        server = Server::start(&database).await;
    }
    let acknowledged = ledger.acknowledged.lock().expect("no panic").clone();
    let unsent = ledger.waiting.lock().expect("no panic").len();
    let in_doubt = NUMBERS_IN_STOCK - unsent - acknowledged.len();
    println!(
        "{} acknowledged, {in_doubt} in doubt, {unsent} not sent",
        acknowledged.len()
    );
    assert!(
        in_doubt >= KILLS / 2,
        "the kills hit orders under way: {in_doubt}"
    );

    let admin = Client::new(&server, Some(&key));
    nothing_is_left_open(&admin).await;
    acknowledged_are_in_service(&admin, &groups, &acknowledged).await;
    assert_eq!(total(&admin).await, imported, "numbers never vanish");

    let numbers = send_all_again(&admin, &groups, &acknowledged).await;
    let distinct: BTreeSet<&String> = numbers.values().collect();
    assert_eq!(distinct.len(), NUMBERS_IN_STOCK, "no number was given twice");
    assert_eq!(count(&admin, &["ACTIVE"]).await, imported);
    acknowledged_are_in_service(&admin, &groups, &numbers).await;
    each_was_assigned_once(&admin).await;
    let more = assign(
        &admin,
        assignment("more", &groups[0], "One more", any_toll_free()),
    )
    .await;
    assert_eq!(more, Assigned::Refused("NO_STOCK".to_owned()));
}

/// Lets the clients assign, and kills the server at a moment that only the seed and the machine decide.
async fn kill_while_assigning(
    server: Server,
    key: &str,
    groups: &[String],
    ledger: &Arc<Ledger>,
    random: &mut fastrand::Rng,
) {
    let clients = (0..CLIENTS).map(|_| {
        let (ledger, client) = (Arc::clone(ledger), Client::new(&server, Some(key)));
        let groups = groups.to_vec();
        tokio::spawn(async move { ledger.send(client, &groups).await })
    });
    let clients: Vec<_> = clients.collect();
    let so_far = ledger.acknowledgements.load(Ordering::SeqCst);
    ledger.reaches(so_far + random.usize(1..40)).await;
    tokio::time::sleep(Duration::from_micros(random.u64(0..8_000))).await;
    server.kill();
    for client in join_all(clients).await {
        client.expect("no client failed but for the server's end");
    }
}

/// Without anybody's help, every order comes to its end and no number stays claimed.
async fn nothing_is_left_open(admin: &Client) {
    eventually("no operation is open", async || {
        let data = admin.data(ANY_OPEN, json!({})).await;
        (data["operations"]["nodes"] == json!([])).then_some(())
    })
    .await;
    assert_eq!(count(admin, &["PENDING", "HELD"]).await, 0, "no number is stuck");
}

async fn acknowledged_are_in_service(admin: &Client, groups: &[String], expected: &BTreeMap<usize, String>) {
    let numbers = admin.all(NUMBERS, "numbers", json!({})).await;
    let by_number: BTreeMap<String, Value> = numbers
        .into_iter()
        .map(|number| (text(&number["e164"]), number))
        .collect();
    for (index, e164) in expected {
        let number = &by_number[e164];
        assert_eq!(number["status"], "ACTIVE", "{e164}");
        assert_eq!(number["group"]["id"], groups[index % groups.len()], "{e164}");
        assert_eq!(number["name"], format!("Line {index}"), "{e164}");
    }
}

/// Every reference once more, acknowledged or not: each gives one number, the one that it had.
async fn send_all_again(
    admin: &Client,
    groups: &[String],
    acknowledged: &BTreeMap<usize, String>,
) -> BTreeMap<usize, String> {
    let mut numbers = BTreeMap::new();
    for batch in (0..NUMBERS_IN_STOCK).collect::<Vec<_>>().chunks(CLIENTS) {
        let answers = join_all(batch.iter().map(|index| assign(admin, order(groups, *index)))).await;
        for (index, answer) in batch.iter().zip(answers) {
            let Assigned::Number(number) = answer else {
                panic!("{}: {answer:?}", reference(&index.to_string()))
            };
            if let Some(before) = acknowledged.get(index) {
                assert_eq!(&number, before, "the same reference gives the same number");
            }
            numbers.insert(*index, number);
        }
    }
    numbers
}

async fn each_was_assigned_once(admin: &Client) {
    for number in admin.all(HISTORIES, "numbers", json!({})).await {
        let history = number["history"]["nodes"].as_array().expect("a history");
        let assigned = history.iter().filter(|event| event["kind"] == "ASSIGNED").count();
        assert_eq!(assigned, 1, "{number}");
    }
}
