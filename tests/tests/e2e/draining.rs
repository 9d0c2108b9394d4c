//! More clients than numbers.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use crate::{
    client::Client,
    database::Database,
    queries::{any_toll_free, assignment},
    stock::Stock,
    world::{Assigned, World, assign, count},
};

crate::on_both! {
    clients_draining_a_stock_get_every_number_once_and_then_no_stock,
    the_same_reference_sent_at_once_buys_one_number,
}

const NUMBERS: usize = 200;
const CLIENTS: usize = 64;

async fn clients_draining_a_stock_get_every_number_once_and_then_no_stock(database: Database) {
    let stock = Stock::default()
        .toll_free(NUMBERS)
        .owned("+18332029999", "ACME", "Marketing", "Main line");
    let world = World::with(database, stock).await;
    let group = world.group("Marketing").await;
    let clients = (0..CLIENTS).map(|client| {
        let (admin, group) = (world.admin.clone(), group.clone());
        tokio::spawn(async move { drain(admin, client, &group).await })
    });
    let gathered: Vec<Vec<String>> = join_all(clients)
        .await
        .into_iter()
        .map(|numbers| numbers.expect("no client failed"))
        .collect();
    let all: Vec<&String> = gathered.iter().flatten().collect();
    assert_eq!(all.len(), NUMBERS, "as many successes as numbers");
    assert_eq!(
        all.iter().collect::<BTreeSet<_>>().len(),
        NUMBERS,
        "no number twice"
    );
    assert_eq!(count(&world.admin, &["AVAILABLE", "HELD", "PENDING"]).await, 0);
    assert_eq!(
        count(&world.admin, &["ACTIVE"]).await,
        i64::try_from(NUMBERS + 1).expect("small")
    );
}

/// Assigns until there is nothing left, and gives what it got.
async fn drain(admin: Client, client: usize, group: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    loop {
        let word = format!("{client}-{}", numbers.len());
        match assign(&admin, assignment(&word, group, &word, any_toll_free())).await {
            Assigned::Number(number) => numbers.push(number),
            Assigned::Refused(code) => {
                assert_eq!(code, "NO_STOCK");
                return numbers;
            }
        }
    }
}

async fn the_same_reference_sent_at_once_buys_one_number(database: Database) {
    let stock = Stock::default()
        .toll_free(120)
        .owned("+18332029999", "ACME", "Marketing", "Main line");
    let world = World::with(database, stock).await;
    let group = world.group("Marketing").await;
    let order = assignment("once", &group, "Once", any_toll_free());
    let answers = join_all((0..100).map(|_| assign(&world.admin, order.clone()))).await;
    let distinct: BTreeSet<String> = answers.iter().map(|answer| format!("{answer:?}")).collect();
    assert_eq!(distinct.len(), 1, "{distinct:?}");
    assert!(matches!(answers[0], Assigned::Number(_)), "{distinct:?}");
    assert_eq!(count(&world.admin, &["ACTIVE"]).await, 2);

    let other = assignment("once", &group, "Another name", any_toll_free());
    let conflict = assign(&world.admin, other).await;
    assert_eq!(conflict, Assigned::Refused("IDEMPOTENCY_CONFLICT".to_owned()));
}
