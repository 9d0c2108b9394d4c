//! How many statements a request takes: not more for more rows.

use serde_json::Value;

use crate::world::{World, in_both_worlds};

async fn statements(world: &World, query: &str) -> u64 {
    // The first run may prepare what later ones share.
    world.data(query, Value::Null).await;
    let before = world.switchboard.database().statements();
    world.data(query, Value::Null).await;
    world.switchboard.database().statements() - before
}

#[tokio::test]
async fn a_page_of_numbers_with_its_relations_takes_one_statement() {
    in_both_worlds(async |world| {
        for query in [
            "{ numbers(first: SIZE) { nodes { e164 customer { name } dealer { code } group { name } pool { name } } } }",
            "{ numbers(first: SIZE) { edges { node { tags locality provider { name } pool { quantity } } } } }",
            "query { all: numbers(first: SIZE) { ...P } }
             fragment P on NumberConnection { n: nodes { ... on Node { id } ...R } }
             fragment R on Number { who: customer { name } via: dealer { code } }",
        ] {
            for size in ["2", "30"] {
                assert_eq!(statements(world, &query.replace("SIZE", size)).await, 1, "{query} {size}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn one_number_with_its_relations_takes_one_statement() {
    in_both_worlds(async |world| {
        let query = "{ number(by: {e164: \"+19056371000\"}) { customer { name } group { name } pool { name } tags } }";
        assert_eq!(statements(world, query).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_stands_below_a_list_is_read_once_for_all_its_rows() {
    in_both_worlds(async |world| {
        for query in [
            "{ groups(first: SIZE) { nodes { name customer { name } } } }",
            "{ pools(first: SIZE) { nodes { name group { name customer { name } } replacement { replaceAllNumbers } } } }",
            "{ numbers(first: SIZE) { nodes { customer { dealer { name } } group { customer { name } } } } }",
        ] {
            let (few, many) = (query.replace("SIZE", "2"), query.replace("SIZE", "30"));
            let few = statements(world, &few).await;
            assert_eq!(statements(world, &many).await, few, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_is_not_counted_unless_its_total_is_asked_for() {
    in_both_worlds(async |world| {
        assert_eq!(
            statements(world, "{ numbers { nodes { id } pageInfo { hasNextPage } } }").await,
            1
        );
        assert_eq!(
            statements(world, "{ numbers { nodes { id } totalCount } }").await,
            2
        );
    })
    .await;
}
