//! Connections: both ways, without skipping or repeating, with cursors that are bound to their list.

use serde_json::{Value, json};

use crate::world::{OWNED, STOCK, World, code, in_both_worlds};

const PAGE: &str = "query ($first: Int, $after: String, $last: Int, $before: String, $order: NumberOrder!) {
    numbers(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
        nodes { e164 }
        edges { cursor node { e164 } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}";

fn numbers(connection: &Value) -> Vec<String> {
    let nodes = connection["nodes"].as_array().expect("nodes").iter();
    nodes
        .map(|node| node["e164"].as_str().expect("a number").to_owned())
        .collect()
}

async fn walk(world: &World, order: Value, forward: bool) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let variables = if forward {
            json!({ "first": 7, "after": cursor, "order": order })
        } else {
            json!({ "last": 7, "before": cursor, "order": order })
        };
        let data = world.data(PAGE, variables).await;
        let (page, info) = (&data["numbers"], &data["numbers"]["pageInfo"]);
        let here = if pages.is_empty() {
            (false, true)
        } else {
            (true, true)
        };
        let last = pages.len() == (OWNED + STOCK) / 7;
        let (behind, ahead) = if last { (here.0, false) } else { here };
        let (previous, next) = if forward {
            ("hasPreviousPage", "hasNextPage")
        } else {
            ("hasNextPage", "hasPreviousPage")
        };
        assert_eq!(
            (&info[previous], &info[next]),
            (&json!(behind), &json!(ahead)),
            "page {}",
            pages.len()
        );
        assert_eq!(info["startCursor"], page["edges"][0]["cursor"]);
        pages.push(numbers(page));
        if info[next] == json!(false) {
            return pages;
        }
        cursor = info[if forward { "endCursor" } else { "startCursor" }].clone();
        assert!(pages.len() < 20, "the pages don't end");
    }
}

#[tokio::test]
async fn pages_forward_and_backward_give_the_same_list() {
    in_both_worlds(async |world| {
        for field in ["CREATED_AT", "E164", "UPDATED_AT"] {
            for direction in ["ASC", "DESC"] {
                let order = json!({ "field": field, "direction": direction });
                let forward = walk(world, order.clone(), true).await;
                let backward = walk(world, order, false).await;
                let list = forward.concat();
                assert_eq!(list.len(), OWNED + STOCK);
                assert_eq!(
                    list,
                    backward.into_iter().rev().flatten().collect::<Vec<_>>(),
                    "{field} {direction}"
                );
                if field == "E164" {
                    let mut sorted = list.clone();
                    sorted.sort();
                    if direction == "DESC" {
                        sorted.reverse();
                    }
                    assert_eq!(list, sorted);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn edges_and_nodes_are_the_same_objects() {
    in_both_worlds(async |world| {
        let data = world.data(PAGE, json!({ "first": 5, "order": {} })).await;
        let edges = data["numbers"]["edges"].as_array().expect("edges").iter();
        let edges: Vec<_> = edges.map(|edge| edge["node"].clone()).collect();
        assert_eq!(Value::from(edges), data["numbers"]["nodes"]);
    })
    .await;
}

#[tokio::test]
async fn a_cursor_of_another_filter_order_or_list_is_refused_by_its_argument() {
    in_both_worlds(async |world| {
        let data = world
            .data("{ numbers(first: 1) { pageInfo { endCursor } } }", Value::Null)
            .await;
        let cursor = &data["numbers"]["pageInfo"]["endCursor"];
        for (list, argument) in [
            ("numbers(after: $cursor, filter: {areaCode: \"905\"})", "after"),
            ("numbers(before: $cursor, orderBy: {field: E164})", "before"),
            ("numbers(after: $cursor, orderBy: {direction: DESC})", "after"),
            ("groups(after: $cursor)", "after"),
        ] {
            let query = format!("query ($cursor: String) {{ {list} {{ __typename }} }}");
            let answer = world.ask(&query, json!({ "cursor": cursor })).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{list}");
            assert_eq!(answer["errors"][0]["extensions"]["argument"], argument, "{list}");
            assert_eq!(answer["data"], Value::Null, "{list}");
        }
        let query = "query ($cursor: String) { numbers(after: $cursor) { nodes { e164 } } }";
        world.data(query, json!({ "cursor": cursor })).await;
    })
    .await;
}

#[tokio::test]
async fn page_sizes_are_limited_and_one_way() {
    in_both_worlds(async |world| {
        for (arguments, argument) in [
            ("first: -1", "first"),
            ("first: 101", "first"),
            ("last: -1", "last"),
            ("last: 101", "last"),
            ("first: 1, last: 1", "last"),
            ("after: \"!!not a cursor!!\"", "after"),
            ("before: \"\"", "before"),
        ] {
            let answer = world
                .ask(
                    &format!("{{ numbers({arguments}) {{ __typename }} }}"),
                    Value::Null,
                )
                .await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{arguments}");
            assert_eq!(answer["errors"][0]["extensions"]["argument"], argument);
        }
        let data = world.data(
            "{ numbers { nodes { id } } none: numbers(first: 0) { nodes { id } } }",
            Value::Null,
        );
        let data = data.await;
        assert_eq!(data["numbers"]["nodes"].as_array().map(Vec::len), Some(20));
        assert_eq!(data["none"]["nodes"].as_array().map(Vec::len), Some(0));
    })
    .await;
}

#[tokio::test]
async fn a_bad_argument_below_a_list_nulls_its_own_field_alone() {
    in_both_worlds(async |world| {
        let query = "{ groups(first: 2) { nodes { name numbers(first: -1) { nodes { id } } } } }";
        let answer = world.ask(query, Value::Null).await;
        let groups = answer["data"]["groups"]["nodes"]
            .as_array()
            .expect("groups")
            .clone();
        assert_eq!(groups.len(), 2);
        for (index, group) in groups.iter().enumerate() {
            assert!(group["name"].is_string());
            assert_eq!(group["numbers"], Value::Null);
            let path = json!(["groups", "nodes", index, "numbers"]);
            assert!(
                answer["errors"]
                    .as_array()
                    .expect("errors")
                    .iter()
                    .any(|error| error["path"] == path)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_total_counts_what_the_filter_lets_through() {
    in_both_worlds(async |world| {
        let query = "{
            all: numbers(first: 1) { totalCount }
            stock: numbers(filter: {status: [AVAILABLE]}, first: 1) { totalCount }
            sold: numbers(filter: {withoutDealer: true, status: [ACTIVE]}, first: 1) { totalCount }
            pools { totalCount } groups { totalCount } customers { totalCount } dealers { totalCount }
            employees { totalCount } operations { totalCount }
        }";
        let data = world.data(query, Value::Null).await;
        let total = |name: &str| data[name]["totalCount"].as_u64();
        assert_eq!(total("all"), Some((OWNED + STOCK) as u64));
        assert_eq!(total("stock"), Some(STOCK as u64));
        assert_eq!(total("sold"), Some(OWNED as u64 / 2));
        // Two groups of each of three customers, and a pool in each.
        assert_eq!(
            (total("pools"), total("groups"), total("customers")),
            (Some(6), Some(6), Some(3))
        );
        assert_eq!(
            (total("dealers"), total("employees"), total("operations")),
            (Some(1), Some(0), Some(0))
        );
    })
    .await;
}

#[tokio::test]
async fn filters_let_through_what_they_say() {
    in_both_worlds(async |world| {
        for (filter, expected) in [
            ("{country: \"CA\"}", OWNED + STOCK),
            ("{country: \"GB\"}", 0),
            ("{areaCode: \"289\"}", STOCK),
            ("{e164Prefix: \"+1905637100\"}", 10),
            ("{nameContains: \"LINE 1\"}", 10),
            ("{tag: \"blue\"}", OWNED),
            ("{tag: \"red\"}", 0),
            ("{type: [GEOGRAPHIC, MOBILE]}", OWNED + STOCK),
            ("{type: [TOLL_FREE]}", 0),
            ("{status: []}", 0),
            ("{withoutPool: true, status: [ACTIVE]}", OWNED - 10),
        ] {
            let query = format!("{{ numbers(first: 100, filter: {filter}) {{ nodes {{ e164 }} }} }}");
            let data = world.data(&query, Value::Null).await;
            assert_eq!(numbers(&data["numbers"]).len(), expected, "{filter}");
        }
    })
    .await;
}
