//! How many statements a request takes: not more for more rows.

use serde_json::Value;

use crate::world::{World, admin, in_both_worlds};

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

#[tokio::test]
async fn what_is_asked_of_call_centers_is_read_once_for_all_of_a_list() {
    in_both_worlds(async |world| {
        let group = world.group("Sales").await;
        let service::Scope::Group { group_id, .. } = world.group_scope("Sales").await else {
            panic!("a group's scope");
        };
        for number in 0..20 {
            let request = service::CreateCallCenter {
                group_id,
                name: format!("Desk {number}"),
                time_zone: "Europe/Brussels".to_owned(),
                collection_period_minutes: None,
                queues: vec![format!("desk {number}")],
            };
            let made = world.switchboard.create_call_center(&admin(), request).await;
            made.expect("made");
        }
        let range = "range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-02-01T00:00:00Z\"}";
        for fields in [
            "setup { queues } reporting { collectionPeriodMinutes } dailyReports { day }".to_owned(),
            format!("statistics({range}) {{ queue {{ callsAnswered }} }}"),
            format!("history({range}, interval: WEEK) {{ key queue {{ callsAnswered }} }}"),
            format!("performance({range}) {{ callsOffered }} statistics({range}) {{ agents {{ agentUserId }} }}"),
        ] {
            let query = |size: usize| {
                format!("{{ callCenters(filter: {{groupId: \"{group}\"}}, first: {size}) {{ nodes {{ name {fields} }} }} }}")
            };
            let nodes = world.data(&query(20), Value::Null).await;
            assert_eq!(nodes["callCenters"]["nodes"].as_array().map(Vec::len), Some(20));
            let one = statements(world, &query(1)).await;
            assert_eq!(statements(world, &query(20)).await, one, "{fields}");
        }
    })
    .await;
}
