//! `kill -9` while numbers change and are counted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::json;

use crate::{
    client::Client,
    database::Database,
    queries::{any_toll_free, assignment},
    server::{self, Server, eventually},
    stock::Stock,
    world::{count, group, total, try_assign},
};

crate::on_both! {
    counters_are_right_wherever_the_server_is_killed,
}

const NUMBERS_IN_STOCK: usize = 600;
const CLIENTS: usize = 8;
const KILLS: usize = 5;
const SEED: u64 = 502;

const COUNTED: &str = "{ numberKpis { summary { numberCount } byStatus { status numberCount } } }";

async fn counters_are_right_wherever_the_server_is_killed(database: Database) {
    let stock = Stock::default().toll_free(NUMBERS_IN_STOCK);
    let stock = stock.owned("+18332020000", "ACME", "North", "Main line");
    stock.import(&database).await;
    let mut server = Server::start(&database).await;
    let key = server.first_key().expect("a key").to_owned();
    let group = group(&Client::new(&server, Some(&key)), "North").await;
    let sent = Arc::new(AtomicUsize::new(0));
    let mut random = fastrand::Rng::with_seed(SEED);
    for _ in 0..KILLS {
        kill_while_assigning(server, &key, &group, &sent, &mut random).await;
        counters_are_right(&database).await;
        server = Server::start(&database).await;
        counters_are_right(&database).await;
    }
    assert!(
        sent.load(Ordering::SeqCst) < NUMBERS_IN_STOCK,
        "numbers were assigned until the last kill"
    );
    let admin = Client::new(&server, Some(&key));
    eventually("the counts are the numbers", async || {
        let counted = admin.data(COUNTED, json!({})).await;
        let in_service = count(&admin, &["ACTIVE"]).await;
        let counted = &counted["numberKpis"];
        let of_status = counted["byStatus"].as_array().expect("statuses");
        let active = of_status.iter().find(|row| row["status"] == "ACTIVE");
        let same = counted["summary"]["numberCount"] == total(&admin).await
            && active.is_some_and(|row| row["numberCount"] == in_service);
        same.then_some(())
    })
    .await;
    drop(server);
    counters_are_right(&database).await;
}

/// Says what an operator would: the command fails when there is a difference.
async fn counters_are_right(database: &Database) {
    let said = server::run_well(database, &["verify", "kpis"]).await;
    assert!(said.contains("the counters are right"), "{said}");
}

/// Lets clients assign numbers, which the folder counts four times a second, and kills the server at a moment that only
/// the seed and the machine decide.
async fn kill_while_assigning(
    server: Server,
    key: &str,
    group: &str,
    sent: &Arc<AtomicUsize>,
    random: &mut fastrand::Rng,
) {
    let so_far = sent.load(Ordering::SeqCst);
    let clients = (0..CLIENTS).map(|_| {
        let (client, group, sent) = (
            Client::new(&server, Some(key)),
            group.to_owned(),
            Arc::clone(sent),
        );
        tokio::spawn(async move {
            loop {
                let index = sent.fetch_add(1, Ordering::SeqCst);
                if index >= NUMBERS_IN_STOCK {
                    return;
                }
                let order = assignment(
                    &index.to_string(),
                    &group,
                    &format!("Line {index}"),
                    any_toll_free(),
                );
                if try_assign(&client, order).await.is_err() {
                    return;
                }
            }
        })
    });
    let clients: Vec<_> = clients.collect();
    let more = random.usize(CLIENTS + 1..40);
    eventually("numbers are assigned", async || {
        (sent.load(Ordering::SeqCst) >= so_far + more).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_micros(random.u64(0..40_000))).await;
    server.kill();
    for client in join_all(clients).await {
        client.expect("no client failed but for the server's end");
    }
}
