//! Many clients, few numbers: each number is given once, and none is lost.

use std::{sync::Arc, time::Instant};

use provider_core::domain::{E164, NumberMatch};
use service::{OperationState, Owner};
use store::{
    Database, StoreError,
    sql::Sql,
    testing::{TestDatabase, postgres, sqlite},
};
use tokio::{sync::Barrier, task::JoinSet};

use crate::{
    invariants,
    world::{World, admin, assign, count, e164, in_city, places, problem, stock},
};

const CLIENTS: usize = 64;
const NUMBERS: usize = 1_000;

/// Numbers of one area code, so that all clients want the same ones.
fn numbers(count: usize) -> Vec<E164> {
    (0..count).map(|n| e164(&format!("+1404341{n:04}"))).collect()
}

fn wanted() -> NumberMatch {
    in_city("Atlanta", Some("GA"), Some("404"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_sqlite_64_clients_share_1000_numbers_without_losing_or_repeating_one() {
    share_out(&sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_postgresql_64_clients_share_1000_numbers_without_losing_or_repeating_one() {
    share_out(&postgres().await).await;
}

async fn share_out(db: &TestDatabase) {
    let world = World::on(db).await;
    stock(db, numbers(NUMBERS)).await;
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        clients.spawn(Box::pin(order_until_refused(world.clone(), client)));
    }
    let given: Vec<(String, String)> = clients.join_all().await.into_iter().flatten().collect();
    eprintln!(
        "{:?}: {NUMBERS} numbers to {CLIENTS} clients in {:?}",
        db.backend(),
        started.elapsed()
    );

    assert_eq!(given.len(), NUMBERS);
    assert_eq!(invariants::ledger(db, &given).await, Vec::<String>::new());
    let total = |state: &str| format!("SELECT COUNT(*) FROM operations WHERE state = '{state}'");
    assert_eq!(count(db, &total("SUCCEEDED")).await, NUMBERS as i64);
    assert_eq!(count(db, &total("REFUSED")).await, CLIENTS as i64);
    assert_eq!(
        count(db, "SELECT COUNT(*) FROM operations WHERE finished_at IS NULL").await,
        0
    );
    assert_eq!(
        count(db, "SELECT COUNT(DISTINCT number_id) FROM operations").await,
        NUMBERS as i64
    );
}

/// Orders number after number until there is none; gives each number with the name it was ordered under.
async fn order_until_refused(world: World, client: usize) -> Vec<(String, String)> {
    let mut given = Vec::new();
    loop {
        let name = format!("client {client} order {}", given.len());
        let request = assign(world.tenants.sales, &name, wanted());
        let answer = world.switchboard.assign_number(&admin(), request).await.unwrap();
        match answer.operation.state {
            OperationState::Succeeded => given.push((answer.number.unwrap().e164.to_string(), name)),
            OperationState::Refused => {
                assert_eq!(problem(&answer).0, "NO_STOCK");
                return given;
            }
            other => panic!("{other}: {:?}", answer.operation),
        }
    }
}

/// What a claim must not be: a number is read, and taken later without asking whether it is still free, again and
/// again if the database refuses it.
async fn naive_claim(
    db: &Database,
    owner: Owner,
    name: String,
    together: Arc<Barrier>,
) -> Option<(String, String)> {
    let plan = places().plan(&wanted(), false).unwrap();
    let seen = store::find_stock(db.reader(), service::INVENTORY_ID, &plan, 1)
        .await
        .unwrap();
    together.wait().await;
    let free = seen.into_iter().next()?;
    while !take(db, free.id, owner, name.clone()).await {}
    Some((free.e164.to_string(), name))
}

async fn take(db: &Database, id: i64, owner: Owner, text: String) -> bool {
    let taken = db.write(move |tx| {
        Box::pin(async move {
            store::end_assignment(tx, id).await?;
            let mut sql = Sql::new("UPDATE numbers SET status = 'ACTIVE', name = ");
            sql.bind(text.clone())
                .push_bind(", reseller_id = ", owner.reseller_id)
                .push_bind(", customer_id = ", owner.customer_id)
                .push_bind(", group_id = ", owner.group_id)
                .push_bind(" WHERE id = ", id);
            sql.execute(tx.connection()).await?;
            store::insert_assignment(tx, id, owner, &text, None, None).await?;
            let event = store::NewEvent {
                kind: store::EventKind::Assigned,
                actor: "naive",
                cause: None,
                operation_id: None,
            };
            let status = |word: &str| serde_json::json!({ "status": word });
            store::record_event(
                tx,
                id,
                Some(owner),
                event,
                &status("AVAILABLE"),
                &status("ACTIVE"),
            )
            .await?;
            Ok::<_, StoreError>(())
        })
    });
    taken.await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_check_of_shared_numbers_fails_when_claims_are_naive() {
    for db in store::testing::databases().await {
        let world = World::on(&db).await;
        stock(&db, numbers(8)).await;
        let together = Arc::new(Barrier::new(4));
        let clients = (0..4).map(|client| {
            let name = format!("client {client}");
            naive_claim(&db, world.tenants.sales, name, together.clone())
        });
        let given: Vec<_> = futures_util::future::join_all(clients)
            .await
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(given.len(), 4, "every client believes that it has a number");
        let broken = invariants::ledger(&db, &given).await;
        assert!(
            broken.iter().any(|what| what.contains("given twice")),
            "{broken:?}"
        );
        assert!(
            broken.iter().any(|what| what.contains("does not have it")),
            "{broken:?}"
        );
    }
}
