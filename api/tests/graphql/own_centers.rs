//! Call centers on own data.

use jiff::Timestamp;
use queues::{EventKind, QueueEvent};
use serde_json::{Value, json};
use service::{AccessLevel, QueueImport};
use std::sync::Arc;

use crate::{
    upstream::Upstream,
    world::{World, admin, code, in_both_worlds, key, user_errors, with_providers},
};

const CREATE: &str = "mutation ($input: CreateCallCenterInput!) {
    createCallCenter(input: $input) { callCenter { id name setup { timeZone queues } } userErrors { code path } }
}";

async fn create(world: &World, more: Value) -> Value {
    let mut input = json!({
        "groupId": world.group("Sales").await, "name": "Desk", "timeZone": "Europe/Brussels", "queues": ["desk"],
    });
    let fields = input.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    world.ask(CREATE, json!({ "input": input })).await
}

fn event(seconds: i64, kind: EventKind, call: Option<&str>, agent: Option<&str>) -> QueueEvent {
    QueueEvent {
        at: Timestamp::from_second(1_609_459_200 + seconds).expect("a time"),
        kind,
        queue: Some("desk".to_owned()),
        call: call.map(str::to_owned),
        agent: agent.map(str::to_owned),
        wait_ms: None,
        lasted_ms: None,
        detail: None,
    }
}

/// The first hour of 2021: an agent there for half of it, three calls.
async fn hour(world: &World) {
    use EventKind as K;
    let service::Scope::Group { group_id, .. } = world.group_scope("Sales").await else {
        panic!("a group's scope");
    };
    let import = QueueImport {
        group_id,
        time_zone: "UTC".to_owned(),
        call_center: None,
    };
    let events = vec![
        event(0, K::AddMember, None, Some("SIP/1")),
        event(1_800, K::RemoveMember, None, Some("SIP/1")),
        event(60, K::EnterQueue, Some("a"), None),
        event(70, K::Connect, Some("a"), Some("SIP/1")),
        event(250, K::CompleteAgent, Some("a"), Some("SIP/1")),
        event(300, K::EnterQueue, Some("b"), None),
        event(330, K::Connect, Some("b"), Some("SIP/1")),
        event(510, K::CompleteCaller, Some("b"), Some("SIP/1")),
        event(400, K::EnterQueue, Some("c"), None),
        event(450, K::Abandon, Some("c"), None),
    ];
    let report = world
        .switchboard
        .import_queue_events(&admin(), &import, events)
        .await;
    assert_eq!(report.expect("imported").added, 10);
}

#[tokio::test]
async fn a_center_is_made_reports_and_tells_its_figures() {
    in_both_worlds(async |world| {
        let made = create(world, json!({})).await;
        let center = &made["data"]["createCallCenter"]["callCenter"];
        assert_eq!(center["setup"], json!({ "timeZone": "Europe/Brussels", "queues": ["desk"] }));
        hour(world).await;
        let query = "query ($id: ID!) { callCenter(by: {id: $id}) {
            name provider { name } dailyReports { day }
            reporting { collectionPeriodMinutes statisticsSource }
            statistics(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-01T01:00:00Z\"}) {
                queue {
                    busyOverflows callsAnswered callsAbandoned callsTransferred callsTimedout averageAgentsTalking
                    averageAgentsStaffed averageWaitSeconds averageAbandonmentSeconds
                }
                agents { agentUserId available callsHandled averageCallSeconds totalTalkSeconds totalStaffedSeconds }
            }
            performance(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-01T01:00:00Z\"}) {
                start end callsOffered callsWaitingAtStart callsWaitingAtEnd abandonmentRate occupancy
                longestWaitSeconds averageTalkSeconds
                serviceLevel positive: serviceLevel(withinSeconds: 60, variant: ABANDONED_POSITIVE)
                answered: serviceLevel(withinSeconds: 10, variant: ANSWERED_ONLY)
                median: waitPercentileSeconds(percent: 50) all: waitPercentileSeconds(percent: 100)
                staffing(averageHandleSeconds: 200) { agents trafficErlangs }
            }
        } }";
        let data = world.data(query, json!({ "id": center["id"] })).await;
        let shown = &data["callCenter"];
        assert_eq!(shown["provider"]["name"], "inventory");
        assert_eq!(shown["dailyReports"], json!([]));
        assert_eq!(shown["reporting"], json!({ "collectionPeriodMinutes": 30, "statisticsSource": "Switchboard" }));
        let queue = json!({
            "busyOverflows": 0, "callsAnswered": 2, "callsAbandoned": 1, "callsTransferred": 0, "callsTimedout": 0,
            "averageAgentsTalking": 0.1, "averageAgentsStaffed": 0.5, "averageWaitSeconds": 20.0,
            "averageAbandonmentSeconds": 50.0,
        });
        assert_eq!(shown["statistics"]["queue"], queue);
        let agent = json!({
            "agentUserId": "SIP/1", "available": false, "callsHandled": 2, "averageCallSeconds": 180.0,
            "totalTalkSeconds": 360, "totalStaffedSeconds": 1800,
        });
        assert_eq!(shown["statistics"]["agents"], json!([agent]));
        let performance = json!({
            "start": "2021-01-01T00:00:00Z", "end": "2021-01-01T01:00:00Z", "callsOffered": 3,
            "callsWaitingAtStart": 0, "callsWaitingAtEnd": 0, "abandonmentRate": 1.0 / 3.0, "occupancy": 0.2,
            "longestWaitSeconds": 50.0, "averageTalkSeconds": 180.0, "serviceLevel": 1.0 / 3.0, "positive": 1.0,
            "answered": 0.5, "median": 10.0, "all": 30.0,
            "staffing": { "agents": 1, "trafficErlangs": 3.0 * 200.0 / 3600.0 },
        });
        assert_eq!(shown["performance"], performance);
    })
    .await;
}

#[tokio::test]
async fn a_centers_figures_over_time_are_told_by_interval() {
    in_both_worlds(async |world| {
        let made = create(world, json!({})).await;
        let center = &made["data"]["createCallCenter"]["callCenter"];
        hour(world).await;
        let query = "query ($id: ID!) { callCenter(by: {id: $id}) {
            day: history(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-02T00:00:00Z\"}, timeZone: \"UTC\") {
                key isoYear start end callsOffered callsWaitingAtStart callsWaitingAtEnd abandonmentRate occupancy
                longestWaitSeconds averageTalkSeconds serviceLevel
                queue { callsAnswered callsAbandoned averageWaitSeconds averageAgentsStaffed }
            }
            week: history(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-02T00:00:00Z\"}, interval: WEEK) {
                __typename key isoYear start
            }
            periods: history(
                range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-01T01:00:00Z\"}
                interval: COLLECTION_PERIOD, withinSeconds: 60, variant: ABANDONED_POSITIVE
            ) { key serviceLevel ...Waits }
        } }
        fragment Waits on CallCenterInterval { queue { averageWaitSeconds } }";
        let data = world.data(query, json!({ "id": center["id"] })).await;
        let shown = &data["callCenter"];
        let day = json!({
            "key": "1", "isoYear": null, "start": "2021-01-01T00:00:00Z", "end": "2021-01-02T00:00:00Z",
            "callsOffered": 3, "callsWaitingAtStart": 0, "callsWaitingAtEnd": 0, "abandonmentRate": 1.0 / 3.0,
            "occupancy": 0.2, "longestWaitSeconds": 50.0, "averageTalkSeconds": 180.0, "serviceLevel": 1.0 / 3.0,
            "queue": {
                "callsAnswered": 2, "callsAbandoned": 1, "averageWaitSeconds": 20.0,
                "averageAgentsStaffed": 1_800.0 / 86_400.0,
            },
        });
        assert_eq!(shown["day"], json!([day]));
        // The center's clock is that of Brussels.
        let week = json!({
            "__typename": "CallCenterInterval", "key": "53", "isoYear": 2020, "start": "2020-12-27T23:00:00Z",
        });
        assert_eq!(shown["week"], json!([week]));
        let periods = json!([
            { "key": "01:00", "serviceLevel": 1.0, "queue": { "averageWaitSeconds": 20.0 } },
            { "key": "01:30", "serviceLevel": null, "queue": { "averageWaitSeconds": null } },
        ]);
        assert_eq!(shown["periods"], periods);
    })
    .await;
}

#[tokio::test]
async fn a_centers_settings_are_changed_like_a_carriers() {
    in_both_worlds(async |world| {
        let made = create(world, json!({ "collectionPeriodMinutes": 15 })).await;
        let id = &made["data"]["createCallCenter"]["callCenter"]["id"];
        let update = "mutation ($input: UpdateCallCenterReportingInput!) { updateCallCenterReporting(input: $input) {
            callCenter { reporting {
                generateDailyReport collectionPeriodMinutes reportingEmailAddress1 obstacles { code }
            } }
            operation { state } warnings { code message } userErrors { code path }
        } }";
        let input = |reference: &str, minutes: i32| {
            json!({ "input": {
                "clientReference": format!("own-reporting-{reference}"), "callCenterId": id,
                "generateDailyReport": true, "collectionPeriodMinutes": minutes,
                "reportingEmailAddress1": "reports@example.com",
            } })
        };
        let data = world.data(update, input("good", 60)).await;
        let payload = &data["updateCallCenterReporting"];
        assert_eq!(payload["operation"]["state"], "SUCCEEDED", "{payload}");
        let reporting = json!({
            "generateDailyReport": true, "collectionPeriodMinutes": 60, "reportingEmailAddress1": "reports@example.com",
            "obstacles": [{ "code": "MAIL_NOT_CONFIGURED" }],
        });
        assert_eq!(payload["callCenter"]["reporting"], reporting);
        let warnings = payload["warnings"].as_array().expect("warnings");
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0]["code"], "MAIL_NOT_CONFIGURED");
        assert!(warnings[0]["message"].as_str().is_some_and(|text| text.contains("[mail]")), "{payload}");
        let off = json!({ "input": {
            "clientReference": "own-reporting-switch-off", "callCenterId": id, "generateDailyReport": false,
        } });
        let data = world.data(update, off).await;
        assert_eq!(data["updateCallCenterReporting"]["warnings"], json!([]));
        assert_eq!(data["updateCallCenterReporting"]["callCenter"]["reporting"]["obstacles"], json!([]));
        let answer = world.ask(update, input("wrong", 20)).await;
        let expected = [("INVALID_INPUT".to_owned(), "input.collectionPeriodMinutes".to_owned())];
        assert_eq!(user_errors(&answer), expected);
    })
    .await;
}

#[tokio::test]
async fn queues_zone_and_agents_are_changed_and_what_can_not_be_is_a_user_error() {
    in_both_worlds(async |world| {
        let made = create(world, json!({})).await;
        let id = &made["data"]["createCallCenter"]["callCenter"]["id"];
        for (more, expected) in [
            (json!({}), ("NAME_TAKEN", "input.name")),
            (json!({ "name": "Other" }), ("NAME_TAKEN", "input.queues")),
            (
                json!({ "name": "Other", "queues": [], "timeZone": "Here" }),
                ("INVALID_INPUT", "input.timeZone"),
            ),
            (json!({ "groupId": "x" }), ("UNKNOWN_GROUP", "input.groupId")),
        ] {
            let answer = create(world, more).await;
            assert_eq!(
                user_errors(&answer),
                [(expected.0.to_owned(), expected.1.to_owned())]
            );
        }
        let update = "mutation ($input: UpdateCallCenterInput!) { updateCallCenter(input: $input) {
            callCenter { setup { timeZone queues }
                statistics(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-01T01:00:00Z\"}) {
                    agents { agentUserId firstName lastName }
                }
            } userErrors { code path }
        } }";
        let agent = json!({ "agentUserId": "SIP/9", "firstName": "Ada", "lastName": "Byron" });
        let input = json!({ "callCenterId": id, "timeZone": "UTC", "queues": ["b", "a"], "agents": [agent] });
        let data = world.data(update, json!({ "input": input })).await;
        let center = &data["updateCallCenter"]["callCenter"];
        assert_eq!(
            center["setup"],
            json!({ "timeZone": "UTC", "queues": ["a", "b"] })
        );
        assert_eq!(center["statistics"]["agents"], json!([agent]));
        let answer = world
            .ask(update, json!({ "input": { "callCenterId": id } }))
            .await;
        assert_eq!(
            user_errors(&answer),
            [("INVALID_INPUT".to_owned(), "input".to_owned())]
        );
    })
    .await;
}

#[tokio::test]
async fn arguments_that_can_not_be_used_are_named() {
    in_both_worlds(async |world| {
        let made = create(world, json!({})).await;
        let id = &made["data"]["createCallCenter"]["callCenter"]["id"];
        for (field, argument) in [
            ("performance(range: {start: \"2021-01-02T00:00:00Z\", end: \"2021-01-01T00:00:00Z\"}) { start }", "range.end"),
            ("performance(range: {start: \"2199-01-02T00:00:00Z\", end: \"2199-01-03T00:00:00Z\"}) { start }", "range.start"),
            ("history(range: {start: \"2001-01-01T00:00:00Z\", end: \"2021-01-01T00:00:00Z\"}, interval: HOUR) { key }", "range"),
            ("history(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-02T00:00:00Z\"}, timeZone: \"Mars\") { key }", "timeZone"),
            ("history(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-02T00:00:00Z\"}, withinSeconds: -1) { key }", "withinSeconds"),
            ("performance(range: {start: \"yesterday\", end: \"2021-01-03T00:00:00Z\"}) { start }", "range.start"),
            ("performance(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-02T00:00:00Z\"}) { waitPercentileSeconds(percent: 0) }", "percent"),
            ("performance(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-02T00:00:00Z\"}) { serviceLevel(withinSeconds: -1) }", "withinSeconds"),
            ("performance(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-02T00:00:00Z\"}) { staffing(averageHandleSeconds: 60, shrinkage: 2) { agents } }", "shrinkage"),
        ] {
            let query = format!("query ($id: ID!) {{ callCenter(by: {{id: $id}}) {{ {field} }} }}");
            let answer = world.ask(&query, json!({ "id": id })).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
            assert_eq!(answer["errors"][0]["extensions"]["argument"], argument, "{field}");
        }
    })
    .await;
}

#[tokio::test]
async fn staffing_is_the_published_example_and_names_what_makes_no_sense() {
    in_both_worlds(async |world| {
        let query = "query ($demand: StaffingDemand!) { staffing(demand: $demand) { agents scheduledAgents occupancy } }";
        let mut demand = json!({
            "callsPerHour": 200, "averageHandleSeconds": 180, "largestOccupancy": 0.85, "shrinkage": 0.3,
        });
        let data = world.data(query, json!({ "demand": demand })).await;
        assert_eq!(data["staffing"], json!({ "agents": 14, "scheduledAgents": 20, "occupancy": 10.0 / 14.0 }));
        demand["serviceLevel"] = json!(1);
        let answer = world.ask(query, json!({ "demand": demand })).await;
        assert_eq!(answer["errors"][0]["extensions"]["argument"], "demand.serviceLevel");
    })
    .await;
}

#[tokio::test]
async fn a_carriers_center_has_no_more_than_the_carrier_says() {
    let upstream = Arc::new(Upstream::new("apio", &["centers"]));
    with_providers(vec![upstream.plain()], async |world| {
        let made = create(world, json!({})).await;
        assert_eq!(made["data"]["createCallCenter"]["userErrors"], json!([]), "{made}");
        // The own inventory is meant where no provider is named.
        let query = "query ($group: ID!, $carrier: ID!, $empty: ID!) {
            none: callCenters(filter: {groupId: $empty}) { totalCount }
            callCenters(filter: {groupId: $group, provider: $carrier}) { nodes { provider { name } setup { timeZone } dailyReports { day }
                performance(range: {start: \"2021-01-01T00:00:00Z\", end: \"2021-01-02T00:00:00Z\"}) { start }
            } }
            own: callCenters(filter: {groupId: $group}) { nodes { name provider { name } } }
        }";
        let variables = json!({
            "group": world.group("Sales").await,
            "carrier": world.provider("apio").await,
            "empty": world.group("Support").await,
        });
        let answer = world.ask(query, variables).await;
        let errors = answer["errors"].as_array().expect("errors");
        let unsupported = |error: &Value| error["extensions"]["code"] == "PROVIDER_UNSUPPORTED";
        assert!(errors.iter().all(unsupported), "{answer}");
        let nodes = answer["data"]["callCenters"]["nodes"].as_array().expect("nodes");
        let carriers = json!({ "provider": { "name": "apio" }, "setup": null, "dailyReports": [], "performance": null });
        assert!(!nodes.is_empty() && nodes.iter().all(|node| *node == carriers), "{answer}");
        assert_eq!(errors.len(), nodes.len());
        let own = json!([{ "name": "Desk", "provider": { "name": "inventory" } }]);
        assert_eq!(answer["data"]["own"]["nodes"], own);
        assert_eq!(answer["data"]["none"]["totalCount"], 0, "{answer}");
    })
    .await;
}

#[tokio::test]
async fn only_keys_that_may_change_things_make_centers() {
    in_both_worlds(async |world| {
        let scope = world.group_scope("Sales").await;
        let input =
            json!({ "groupId": world.group("Sales").await, "name": "Mine", "timeZone": "UTC", "queues": [] });
        let viewer = key(AccessLevel::Viewer, scope);
        let answer = world.ask_as(viewer, CREATE, json!({ "input": input })).await;
        assert_eq!(code(&answer), "FORBIDDEN");
        let manager = key(AccessLevel::Manage, scope);
        let answer = world.ask_as(manager, CREATE, json!({ "input": input })).await;
        assert_eq!(
            answer["data"]["createCallCenter"]["callCenter"]["name"], "Mine",
            "{answer}"
        );
    })
    .await;
}
