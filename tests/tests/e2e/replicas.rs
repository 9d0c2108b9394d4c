//! Two servers on one database.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all};

use crate::{
    client::Client,
    database::Database,
    queries::{any_toll_free, assignment},
    server::Server,
    stock::Stock,
    world::{Assigned, World, assign, count},
};

crate::on_both! {
    two_servers_never_give_one_number_twice,
    one_reference_sent_to_both_servers_buys_one_number,
    a_server_answers_for_an_order_of_another_that_was_killed,
}

const NUMBERS: usize = 200;
const CLIENTS: usize = 16;

async fn two_servers(database: Database) -> (World, Server, Client, String) {
    let stock = Stock::default()
        .toll_free(NUMBERS)
        .owned("+18332029999", "ACME", "Marketing", "Main line");
    let world = World::with(database, stock).await;
    let other = Server::start(&world.database).await;
    assert_eq!(other.first_key(), None, "one database has one first key");
    let client = Client::new(&other, Some(world.admin.key()));
    let group = world.group("Marketing").await;
    (world, other, client, group)
}

async fn two_servers_never_give_one_number_twice(database: Database) {
    let (world, _other, second, group) = two_servers(database).await;
    let orders = (0..CLIENTS).map(|client| {
        let server = if client % 2 == 0 {
            world.admin.clone()
        } else {
            second.clone()
        };
        let group = group.clone();
        tokio::spawn(async move {
            let mut numbers = Vec::new();
            loop {
                let word = format!("{client}-{}", numbers.len());
                match assign(&server, assignment(&word, &group, &word, any_toll_free())).await {
                    Assigned::Number(number) => numbers.push(number),
                    Assigned::Refused(code) => {
                        assert_eq!(code, "NO_STOCK");
                        return numbers;
                    }
                }
            }
        })
    });
    let given: Vec<String> = join_all(orders)
        .await
        .into_iter()
        .flat_map(|numbers| numbers.expect("no client failed"))
        .collect();
    assert_eq!(given.len(), NUMBERS);
    assert_eq!(
        given.iter().collect::<BTreeSet<_>>().len(),
        NUMBERS,
        "no number twice"
    );
    assert_eq!(
        count(&second, &["ACTIVE"]).await,
        i64::try_from(NUMBERS + 1).expect("small")
    );
}

async fn one_reference_sent_to_both_servers_buys_one_number(database: Database) {
    let (world, _other, second, group) = two_servers(database).await;
    for round in 0..20 {
        let order = assignment(
            &format!("both-{round}"),
            &group,
            &format!("Both {round}"),
            any_toll_free(),
        );
        let (one, other) = join(assign(&world.admin, order.clone()), assign(&second, order)).await;
        assert!(matches!(one, Assigned::Number(_)), "{one:?}");
        assert_eq!(one, other);
    }
    assert_eq!(count(&world.admin, &["ACTIVE"]).await, 21);
}

async fn a_server_answers_for_an_order_of_another_that_was_killed(database: Database) {
    let (world, _other, second, group) = two_servers(database).await;
    let order = assignment("killed", &group, "Killed", any_toll_free());
    let number = assign(&world.admin, order.clone()).await;
    assert!(matches!(number, Assigned::Number(_)), "{number:?}");
    world.server.kill();
    assert_eq!(assign(&second, order).await, number);
}
