//! Call centers of groups.

use std::sync::Arc;

use serde_json::{Value, json};
use service::AccessLevel;

use crate::{
    upstream::{Manner, Upstream},
    world::{World, admin, code, key, user_errors, with_providers},
};

const NAME: &str = "APIOTestCallCenterP@sip.netaxis.be";

fn apio() -> Arc<Upstream> {
    Arc::new(Upstream::new("apio", &["centers"]))
}

/// The global id of a call center of the group `Sales` of the first customer.
async fn center(world: &World, name: &str) -> Value {
    let query = "query ($group: ID!, $name: String!) {
        callCenter(by: {name: {provider: \"MTpQcm92aWRlcjphcGlv\", groupId: $group, name: $name}}) { id }
    }";
    let variables = json!({ "group": world.group("Sales").await, "name": name });
    world.data(query, variables).await["callCenter"]["id"].take()
}

#[tokio::test]
async fn the_documents_fields_are_answered() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let query = "query ($group: ID!, $provider: ID!, $name: String!) {
            callCenter(by: {name: {provider: $provider, groupId: $group, name: $name}}) {
                name group { name } provider { name }
                reporting {
                    generateDailyReport collectionPeriodMinutes reportingEmailAddress1 reportingEmailAddress2
                    statisticsSource
                }
                statistics(range: {start: \"2021-01-01T00:00:00+01:00\", end: \"2021-03-01T00:00:00+01:00\"}) {
                    range { start end }
                    queue {
                        busyOverflows callsAnswered callsAbandoned callsTransferred callsTimedout
                        averageAgentsTalking averageAgentsStaffed averageWaitSeconds averageAbandonmentSeconds
                    }
                    agents {
                        agentUserId lastName firstName available callsHandled callsUnanswered averageCallSeconds
                        totalTalkSeconds totalStaffedSeconds
                    }
                }
            }
        }";
        let variables = json!({
            "group": world.group("Sales").await,
            "provider": world.provider("apio").await,
            "name": NAME,
        });
        let agent = |number: u32| {
            json!({
                "agentUserId": format!("ApioUserTest{number}@sip.netaxis.be"),
                "lastName": format!("Test{number}"), "firstName": null, "available": true,
                "callsHandled": 12, "callsUnanswered": 3, "averageCallSeconds": 61.5,
                "totalTalkSeconds": 738, "totalStaffedSeconds": 5_000_000_000_u64,
            })
        };
        let expected = json!({
            "name": NAME, "group": { "name": "Sales" }, "provider": { "name": "apio" },
            "reporting": {
                "generateDailyReport": false, "collectionPeriodMinutes": 30, "reportingEmailAddress1": null,
                "reportingEmailAddress2": null, "statisticsSource": "CallCenter",
            },
            "statistics": {
                "range": { "start": "2020-12-31T23:00:00Z", "end": "2021-02-28T23:00:00Z" },
                "queue": {
                    "busyOverflows": 1, "callsAnswered": 24, "callsAbandoned": 2, "callsTransferred": 3,
                    "callsTimedout": 4, "averageAgentsTalking": 0.5, "averageAgentsStaffed": 1.25,
                    "averageWaitSeconds": 17.0, "averageAbandonmentSeconds": null,
                },
                "agents": [agent(1), agent(2)],
            },
        });
        assert_eq!(world.data(query, variables).await["callCenter"], expected);
    })
    .await;
}

#[tokio::test]
async fn a_range_that_cannot_be_asked_for_has_the_documents_message() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let id = center(world, NAME).await;
        let query = "query ($id: ID!, $start: DateTime!, $end: DateTime!) {
            callCenter(by: {id: $id}) { name statistics(range: {start: $start, end: $end}) { agents { agentUserId } } }
        }";
        let (past, future) = ("2021-01-01T00:00:00Z", "2999-01-01T00:00:00Z");
        for (start, end, argument, message) in [
            ("2021-01-01", past, "range.start", "The format of start date or end date is invalid."),
            (past, "soon", "range.end", "The format of start date or end date is invalid."),
            (future, future, "range.start", "Start date or end date in the future"),
            (past, future, "range.end", "Start date or end date in the future"),
            ("2021-01-02T00:00:00Z", past, "range.end", "End date can not be earlier than start date."),
        ] {
            let answer = world
                .ask(query, json!({ "id": id, "start": start, "end": end }))
                .await;
            assert_eq!(code(&answer), "BAD_USER_INPUT");
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["argument"], argument);
            let said = error["message"].as_str().expect("a message");
            assert!(said.contains(message), "{said}");
            assert_eq!(answer["data"]["callCenter"], json!({ "name": NAME, "statistics": null }));
        }
        assert_eq!(upstream.take_asked(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn two_selections_of_a_call_center_ask_once() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let id = center(world, NAME).await;
        let query = "query ($id: ID!, $range: StatisticsRange!) {
            a: callCenter(by: {id: $id}) { reporting { generateDailyReport } statistics(range: $range) { range { start } } }
            b: callCenter(by: {id: $id}) { reporting { statisticsSource } s: statistics(range: $range) { range { end } } }
            node(id: $id) { ... on CallCenter { reporting { statisticsSource } } }
        }";
        let range = json!({ "start": "2021-01-01T00:00:00Z", "end": "2021-03-01T00:00:00Z" });
        world.data(query, json!({ "id": id, "range": range })).await;
        let mut asked = upstream.take_asked();
        asked.sort();
        let expected = [
            format!("call_centers.reporting C0 Sales {NAME}"),
            format!("call_centers.statistics {NAME} 2021-01-01T00:00:00Z"),
        ];
        assert_eq!(asked, expected);
    })
    .await;
}

#[tokio::test]
async fn a_call_center_of_a_group_outside_the_scope_looks_absent() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let id = center(world, NAME).await;
        let viewer = |scope| key(AccessLevel::Viewer, scope);
        let own = viewer(world.customer_scope("C0").await);
        let other = viewer(world.customer_scope("C1").await);
        let query = "query ($id: ID!) {
            callCenter(by: {id: $id}) { reporting { generateDailyReport } } node(id: $id) { id }
        }";
        let answer = world.ask_as(own, query, json!({ "id": id })).await;
        assert_eq!(
            answer["data"]["callCenter"]["reporting"]["generateDailyReport"],
            false
        );
        upstream.take_asked();
        let answer = world.ask_as(other.clone(), query, json!({ "id": id })).await;
        assert_eq!(answer["data"], json!({ "callCenter": null, "node": null }));
        let group = world.group("Sales").await;
        let list = "query ($group: ID!) { callCenters(filter: {provider: \"MTpQcm92aWRlcjphcGlv\", groupId: $group}) { nodes { id } } }";
        let foreign = world.ask_as(other.clone(), list, json!({ "group": group })).await;
        let absent = json!({ "group": "MTpHcm91cDo5OTk5OTk" }); // 1:Group:999999
        let absent = world.ask_as(other, list, absent).await;
        assert_eq!(foreign, absent);
        assert_eq!(foreign["errors"][0]["extensions"]["argument"], "filter.groupId");
        assert_eq!(upstream.take_asked(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_call_center_that_its_provider_does_not_know_is_not_found() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let id = center(world, "absent").await;
        let query =
            "query ($id: ID!) { callCenter(by: {id: $id}) { name reporting { generateDailyReport } } }";
        let answer = world.ask(query, json!({ "id": id })).await;
        assert_eq!(code(&answer), "NOT_FOUND");
        assert_eq!(
            answer["data"]["callCenter"],
            json!({ "name": "absent", "reporting": null })
        );
    })
    .await;
}

#[tokio::test]
async fn ids_and_names_that_are_none_are_refused() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let group = world.group("Sales").await;
        let query = "query ($by: CallCenterBy!) { callCenter(by: $by) { id } }";
        for (by, argument) in [
            (json!({ "id": "x" }), "by.id"),
            (json!({ "id": group }), "by.id"),
            (
                json!({ "name": { "groupId": "x", "name": NAME } }),
                "by.name.groupId",
            ),
            (
                json!({ "name": { "groupId": group, "name": "" } }),
                "by.name.name",
            ),
            (
                json!({ "name": { "groupId": group, "name": "a\nb" } }),
                "by.name.name",
            ),
            (
                json!({ "name": { "groupId": group, "name": NAME, "provider": group } }),
                "by.name.provider",
            ),
        ] {
            let answer = world.ask(query, json!({ "by": by })).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{by}");
            assert_eq!(answer["errors"][0]["extensions"]["argument"], argument, "{by}");
        }
        let unconfigured = "MTpDYWxsQ2VudGVyOm5vYm9keToxOng"; // 1:CallCenter:nobody:1:x
        let data = world.data(query, json!({ "by": { "id": unconfigured } })).await;
        assert_eq!(data["callCenter"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn call_centers_are_listed_in_pages_that_neither_skip_nor_repeat() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let group = world.group("Sales").await;
        let query = "query ($group: ID!, $first: Int, $after: String) {
            callCenters(filter: {provider: \"MTpQcm92aWRlcjphcGlv\", groupId: $group}, first: $first, after: $after) {
                totalCount edges { cursor node { name } } pageInfo { hasNextPage endCursor }
            }
        }";
        for first in [1, 2, 3, 4, 100] {
            let (mut names, mut after) = (Vec::new(), Value::Null);
            loop {
                let variables = json!({ "group": group, "first": first, "after": after });
                let page = world.data(query, variables).await["callCenters"].take();
                assert_eq!(page["totalCount"], 5);
                let edges = page["edges"].as_array().expect("edges");
                assert!(!edges.is_empty(), "a page without rows goes nowhere");
                names.extend(edges.iter().map(|edge| edge["node"]["name"].clone()));
                after = page["pageInfo"]["endCursor"].clone();
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
            }
            assert_eq!(names, ["A", "B", "C", "D", "E"], "{first} at a time");
        }
        let backward = "query ($group: ID!, $before: String) {
            callCenters(filter: {provider: \"MTpQcm92aWRlcjphcGlv\", groupId: $group}, last: 2, before: $before) {
                nodes { name } pageInfo { hasPreviousPage startCursor }
            }
        }";
        let page = world.data(backward, json!({ "group": group })).await["callCenters"].take();
        assert_eq!(page["nodes"], json!([{ "name": "D" }, { "name": "E" }]));
        let before = &page["pageInfo"]["startCursor"];
        let page = world
            .data(backward, json!({ "group": group, "before": before }))
            .await["callCenters"]
            .take();
        assert_eq!(page["nodes"], json!([{ "name": "B" }, { "name": "C" }]));
        assert_eq!(page["pageInfo"]["hasPreviousPage"], true);
        // From the middle of a page on, in pages of another size.
        let page = world.data(query, json!({ "group": group, "first": 3 })).await;
        let middle = &page["callCenters"]["edges"][0]["cursor"];
        let page = world
            .data(query, json!({ "group": group, "first": 2, "after": middle }))
            .await;
        let names: Vec<_> = (0..2)
            .map(|index| page["callCenters"]["edges"][index]["node"]["name"].clone())
            .collect();
        assert_eq!(names, ["B", "C"]);
    })
    .await;
}

#[tokio::test]
async fn a_page_of_call_centers_takes_as_many_statements_as_one() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let group = world.group("Sales").await;
        let statements = async |first: u32| {
            let query =
                "query ($group: ID!, $first: Int) { callCenters(filter: {provider: \"MTpQcm92aWRlcjphcGlv\", groupId: $group}, first: $first) {
                nodes { group { name } reporting { generateDailyReport } }
            } }";
            let before = world.switchboard.database().statements();
            world.data(query, json!({ "group": group, "first": first })).await;
            world.switchboard.database().statements() - before
        };
        assert_eq!(statements(1).await, statements(3).await);
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_cannot_list_says_so() {
    let upstream = Arc::new(Upstream::new("apio", &["centers"]).without_lists());
    with_providers(vec![upstream.plain()], async |world| {
        let query = "query ($group: ID!) {
                callCenters(filter: {provider: \"MTpQcm92aWRlcjphcGlv\", groupId: $group}) { nodes { id } }
                viewer { name }
            }";
        let answer = world
            .ask(query, json!({ "group": world.group("Sales").await }))
            .await;
        assert_eq!(code(&answer), "PROVIDER_UNSUPPORTED");
        assert_eq!(answer["data"]["callCenters"], Value::Null);
        assert_eq!(upstream.take_asked(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_provider_without_call_centers_names_those_that_have_some() {
    let counts_calls = Arc::new(Upstream::new("telecomx", &["calls"]));
    with_providers(vec![apio().plain(), counts_calls.plain()], async |world| {
        let query = "query ($group: ID!, $provider: ID!) {
            callCenters(filter: {groupId: $group, provider: $provider}) { nodes { id } }
        }";
        let variables =
            json!({ "group": world.group("Sales").await, "provider": world.provider("telecomx").await });
        let answer = world.ask(query, variables).await;
        assert_eq!(code(&answer), "PROVIDER_UNSUPPORTED");
        let said = answer["errors"][0]["message"].as_str().expect("a message");
        assert!(said.contains("can be asked: inventory, apio"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn statistics_that_contradict_themselves_are_missing_beside_what_is_sound() {
    let upstream = Arc::new(Upstream::new("apio", &["centers"]).behaving(Manner::Lying));
    with_providers(vec![upstream.plain()], async |world| {
        let id = center(world, NAME).await;
        let query = "query ($id: ID!) { callCenter(by: {id: $id}) {
            reporting { generateDailyReport }
            statistics(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-03-01T00:00:00Z\"}) { range { start } }
        } }";
        let answer = world.ask_as(admin(), query, json!({ "id": id })).await;
        assert_eq!(code(&answer), "PROVIDER_CONTRACT_VIOLATED");
        let expected = json!({ "reporting": { "generateDailyReport": false }, "statistics": null });
        assert_eq!(answer["data"]["callCenter"], expected);
    })
    .await;
}

#[tokio::test]
async fn a_groups_key_reads_the_call_centers_of_its_group() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let id = center(world, NAME).await;
        let group = world.group_scope("Sales").await;
        let query = "query ($id: ID!) { callCenter(by: {id: $id}) { reporting { generateDailyReport } } }";
        for (level, reads) in [(AccessLevel::Viewer, true), (AccessLevel::Kpi, false)] {
            let answer = world.ask_as(key(level, group), query, json!({ "id": id })).await;
            assert_eq!(answer["data"]["callCenter"].is_object(), reads, "{answer}");
        }
    })
    .await;
}

const UPDATE: &str = "mutation ($input: UpdateCallCenterReportingInput!) {
    updateCallCenterReporting(input: $input) {
        callCenter { id reporting {
            generateDailyReport collectionPeriodMinutes reportingEmailAddress1 reportingEmailAddress2 statisticsSource
        } }
        operation { id kind state callCenter { id } group { name } provider { name } }
        userErrors { code message path }
    }
}";

fn change(reference: &str, id: &Value, settings: Value) -> Value {
    let mut input = json!({ "clientReference": format!("reporting-{reference}-0001"), "callCenterId": id });
    let fields = input.as_object_mut().expect("an object");
    fields.extend(settings.as_object().expect("an object").clone());
    json!({ "input": input })
}

#[tokio::test]
async fn settings_are_changed_deleted_and_left_as_the_document_says() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let id = center(world, NAME).await;
        let shown = async |reference, settings| {
            let mut data = world.data(UPDATE, change(reference, &id, settings)).await;
            assert_eq!(
                data["updateCallCenterReporting"]["userErrors"],
                json!([]),
                "{data}"
            );
            let payload = &mut data["updateCallCenterReporting"];
            let operation = json!({
                "id": payload["operation"]["id"], "kind": "UPDATE_CALL_CENTER_REPORTING", "state": "SUCCEEDED",
                "callCenter": { "id": id }, "group": { "name": "Sales" }, "provider": { "name": "apio" },
            });
            assert_eq!(payload["operation"], operation);
            payload["callCenter"]["reporting"].take()
        };
        let document = json!({
            "generateDailyReport": false, "collectionPeriodMinutes": 30,
            "reportingEmailAddress1": "apio_test_1@netaxis.be", "reportingEmailAddress2": "apio_test_2@netaxis.be",
        });
        let mut expected = document.clone();
        expected["statisticsSource"] = json!("CallCenter");
        assert_eq!(shown("document", document).await, expected);
        let deleted = json!({ "reportingEmailAddress1": "", "reportingEmailAddress2": null });
        expected["reportingEmailAddress1"] = Value::Null;
        assert_eq!(
            shown("deleted", deleted).await,
            expected,
            "null leaves it as it is"
        );
        expected["generateDailyReport"] = json!(true);
        assert_eq!(
            shown("absent", json!({ "generateDailyReport": true })).await,
            expected
        );
    })
    .await;
}

#[tokio::test]
async fn a_change_is_seen_by_what_is_read_after_it_in_the_same_request() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let id = center(world, NAME).await;
        let document = "mutation ($a: UpdateCallCenterReportingInput!, $b: UpdateCallCenterReportingInput!) {
            a: updateCallCenterReporting(input: $a) { callCenter { reporting { collectionPeriodMinutes } } }
            b: updateCallCenterReporting(input: $b) { callCenter { reporting { collectionPeriodMinutes } } }
        }";
        let input = |reference, minutes| {
            change(reference, &id, json!({ "collectionPeriodMinutes": minutes }))["input"].take()
        };
        let variables = json!({ "a": input("first", 15), "b": input("second", 60) });
        let data = world.data(document, variables).await;
        for (field, minutes) in [("a", 15), ("b", 60)] {
            let reporting = &data[field]["callCenter"]["reporting"];
            assert_eq!(reporting["collectionPeriodMinutes"], minutes, "{field}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_that_cannot_be_made_is_a_user_error_at_its_field() {
    let upstream = apio();
    with_providers(vec![upstream.plain()], async |world| {
        let id = center(world, NAME).await;
        for (settings, code, path) in [
            (json!({}), "INVALID_INPUT", "input"),
            (
                json!({ "collectionPeriodMinutes": 20 }),
                "INVALID_INPUT",
                "input.collectionPeriodMinutes",
            ),
            (
                json!({ "collectionPeriodMinutes": -1 }),
                "INVALID_INPUT",
                "input.collectionPeriodMinutes",
            ),
            (
                json!({ "reportingEmailAddress1": "nobody" }),
                "INVALID_INPUT",
                "input.reportingEmailAddress1",
            ),
            (
                json!({ "callCenterId": "x", "generateDailyReport": true }),
                "NOT_FOUND",
                "input.callCenterId",
            ),
        ] {
            let answer = world.ask(UPDATE, change("refused", &id, settings.clone())).await;
            assert_eq!(
                user_errors(&answer),
                [(code.to_owned(), path.to_owned())],
                "{settings}"
            );
        }
        upstream.break_at("call_centers.update_reporting", Manner::Down);
        let settings = json!({ "generateDailyReport": true });
        let answer = world.ask(UPDATE, change("down", &id, settings)).await;
        assert_eq!(user_errors(&answer)[0].0, "PROVIDER_UNAVAILABLE");
        let payload = &answer["data"]["updateCallCenterReporting"];
        assert_eq!(payload["operation"]["state"], "REFUSED");
        assert_eq!(payload["callCenter"], Value::Null);
    })
    .await;
}
