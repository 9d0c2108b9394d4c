//! Global ids.

use serde_json::{Value, json};

use crate::world::{World, code, in_both_worlds};

/// Makes one object of each type and gives their ids with their types.
async fn one_of_each(world: &World) -> Vec<(&'static str, Value)> {
    let group = world.group("Sales").await;
    let held = "mutation ($group: ID!) {
        holdNumber(input: {clientReference: \"hold-0123456789abcdef\", groupId: $group, number: \"+12898122000\"}) {
            hold { id } userErrors { code message path }
        }
    }";
    let held = world.data(held, json!({ "group": group })).await;
    let assigned = "mutation ($group: ID!) {
        assignNumber(input: {
            clientReference: \"node-0123456789abcdef\", groupId: $group, name: \"Node\",
            match: {exact: \"+12898122001\"}, callRoute: {basic: {terminationNumber: \"+14165551234\"}}
        }) {
            operation { id } number { id history { nodes { id } } } userErrors { code message path }
        }
    }";
    let assigned = world.data(assigned, json!({ "group": group })).await;
    let assigned = &assigned["assignNumber"];
    assert_eq!(assigned["userErrors"], json!([]), "{assigned}");
    let lists = "{
        pools { nodes { id } } customers { nodes { id } } dealers { nodes { id } } providers { id }
    }";
    let lists = world.data(lists, Value::Null).await;
    vec![
        ("Number", assigned["number"]["id"].clone()),
        ("NumberPool", lists["pools"]["nodes"][0]["id"].clone()),
        ("Group", json!(group)),
        ("Customer", lists["customers"]["nodes"][0]["id"].clone()),
        ("Dealer", lists["dealers"]["nodes"][0]["id"].clone()),
        ("Operation", assigned["operation"]["id"].clone()),
        ("Hold", held["holdNumber"]["hold"]["id"].clone()),
        (
            "NumberEvent",
            assigned["number"]["history"]["nodes"][0]["id"].clone(),
        ),
        ("Provider", lists["providers"][0]["id"].clone()),
    ]
}

#[tokio::test]
async fn an_object_is_read_again_by_its_id() {
    in_both_worlds(async |world| {
        let objects = one_of_each(world).await;
        for (ty, id) in &objects {
            let data = world
                .data(
                    "query ($id: ID!) { node(id: $id) { __typename id } }",
                    json!({ "id": id }),
                )
                .await;
            assert_eq!(data["node"], json!({ "__typename": ty, "id": id }));
        }
        let ids: Vec<_> = objects.iter().map(|(_, id)| id).collect();
        let data = world
            .data(
                "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }",
                json!({ "ids": ids }),
            )
            .await;
        let types: Vec<_> = objects
            .iter()
            .map(|(ty, _)| json!({ "__typename": ty }))
            .collect();
        assert_eq!(data["nodes"], Value::from(types));
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_none_is_refused_and_one_of_nothing_is_null() {
    in_both_worlds(async |world| {
        let answer = world
            .ask("{ node(id: \"nope\") { id } viewer { name } }", Value::Null)
            .await;
        assert_eq!(code(&answer), "BAD_USER_INPUT");
        assert_eq!(answer["errors"][0]["extensions"]["argument"], "id");
        assert_eq!(answer["data"]["node"], Value::Null);
        assert!(answer["data"]["viewer"]["name"].is_string(), "siblings answer");

        let group = world.group("Sales").await;
        let absent = "MTpHcm91cDo5OTk5OTk"; // 1:Group:999999
        let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let answer = world.ask(query, json!({ "ids": [group, "nope", absent] })).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT");
        assert_eq!(answer["errors"][0]["path"], json!(["nodes", 1]));
        assert_eq!(answer["data"]["nodes"], json!([{ "id": group }, null, null]));

        let answer = world
            .ask(
                "query ($id: ID!) { pool(id: $id) { id } }",
                json!({ "id": group }),
            )
            .await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "an id of another type");
        let ids = vec![group; 101];
        assert_eq!(
            code(&world.ask(query, json!({ "ids": ids })).await),
            "BAD_USER_INPUT"
        );
    })
    .await;
}
