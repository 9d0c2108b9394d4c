//! Statistics of calls, from providers that count calls.

use std::sync::Arc;

use serde_json::{Value, json};
use service::{AccessLevel, Principal, Scope};

use crate::{
    upstream::{Manner, Upstream},
    world::{World, admin, code, in_both_worlds, key, with_providers},
};

const QUERY: &str = "query ($filter: CallStatisticsFilter!, $source: ID = \"MTpQcm92aWRlcjp0ZWxlY29teA\", $orderBy: CallStatisticsOrder, $first: Int, $after: String) {
    callStatistics(filter: $filter, source: $source, orderBy: $orderBy, first: $first, after: $after) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage endCursor }
        nodes {
            employeeId employeeName extensionId extensionNumber
            intervals { key isoYear start end counts { outboundCalls inboundSeconds inboundBusy inboundRungElsewhere } }
            total { outboundCalls outboundSeconds inboundCalls inboundSeconds inboundBusy inboundRungElsewhere }
        }
        caveats { field message }
        source { name } timeZone interval from to
    }
}";

fn telecomx() -> Arc<Upstream> {
    Arc::new(Upstream::new("telecomx", &["calls"]))
}

/// The document's example, by the zone of its writer.
fn december() -> Value {
    json!({
        "from": "2020-11-30T00:00:00+01:00",
        "to": "2020-12-20T23:59:59+01:00",
        "interval": "WEEK",
        "ignoreBelow": 10,
        "ignoreLocal": true,
    })
}

async fn ask(world: &World, who: Principal, filter: Value) -> Value {
    world.ask_as(who, QUERY, json!({ "filter": filter })).await
}

/// The argument that an answer blames.
fn blamed(answer: &Value) -> &str {
    assert_eq!(code(answer), "BAD_USER_INPUT", "{answer}");
    answer["errors"][0]["extensions"]["argument"]
        .as_str()
        .expect("an argument")
}

fn foreign(answer: &Value) -> (&Value, &Value, &Value) {
    let error = &answer["errors"][0];
    (&error["message"], &error["extensions"], &answer["data"])
}

#[tokio::test]
async fn the_documents_example_is_answered_with_its_week_numbers_and_sums() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let mut answer = ask(world, admin(), december()).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        let report = answer["data"]["callStatistics"].take();
        assert_eq!(report["totalCount"], 3);
        assert_eq!(report["source"]["name"], "telecomx");
        assert_eq!(report["timeZone"], "Europe/Copenhagen", "the source's own clock");
        assert_eq!(report["from"], "2020-11-29T23:00:00Z");
        assert_eq!(report["to"], "2020-12-20T22:59:59Z");
        assert_eq!(report["caveats"][0]["field"], "INBOUND_ANSWERED");
        let bo = json!({
            "employeeId": "5450f1834b75ff21032563a1",
            "employeeName": "Bo Madsen",
            "extensionId": "extension-232",
            "extensionNumber": "232",
            "intervals": [
                {
                    "key": "49", "isoYear": 2020,
                    "start": "2020-11-29T23:00:00Z", "end": "2020-12-06T23:00:00Z",
                    "counts": { "outboundCalls": 80, "inboundSeconds": 27041, "inboundBusy": 0, "inboundRungElsewhere": null },
                },
                {
                    "key": "50", "isoYear": 2020,
                    "start": "2020-12-06T23:00:00Z", "end": "2020-12-13T23:00:00Z",
                    "counts": { "outboundCalls": 106, "inboundSeconds": 45536, "inboundBusy": 0, "inboundRungElsewhere": null },
                },
            ],
            "total": {
                "outboundCalls": 186, "outboundSeconds": 47797, "inboundCalls": 270,
                "inboundSeconds": 72577, "inboundBusy": 0, "inboundRungElsewhere": null,
            },
        });
        assert_eq!(report["nodes"][0], bo);
        assert_eq!(upstream.take_asked(), ["call_stats.report -"], "the account's own customer");
    })
    .await;
}

#[tokio::test]
async fn a_row_is_read_again_by_its_id_by_those_who_may() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let query = "query ($filter: CallStatisticsFilter!, $orderBy: CallStatisticsOrder) {
            callStatistics(source: \"MTpQcm92aWRlcjp0ZWxlY29teA\", filter: $filter, orderBy: $orderBy) {
                nodes { id employeeName intervals { key counts { outboundCalls } } }
            }
        }";
        let rows = async |filter: Value, order: Value| {
            let variables = json!({ "filter": filter, "orderBy": order });
            world.data(query, variables).await["callStatistics"]["nodes"].take()
        };
        let found = rows(december(), Value::Null).await;
        let again = "query ($id: ID!) { node(id: $id) { id ... on EmployeeCallStatistics {
            employeeName intervals { key counts { outboundCalls } }
        } } }";
        for row in found.as_array().expect("rows") {
            let data = world.data(again, json!({ "id": row["id"] })).await;
            assert_eq!(data["node"], *row);
        }
        let ids = |rows: &Value| {
            let rows = rows.as_array().expect("rows").iter();
            rows.map(|row| row["id"].as_str().expect("an id").to_owned())
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(ids(&found).len(), 3);
        assert_eq!(ids(&found), ids(&rows(december(), json!("EMPLOYEE_NAME")).await));
        let mut days = december();
        days["ignoreBelow"] = json!(11);
        assert!(ids(&found).is_disjoint(&ids(&rows(days, Value::Null).await)));

        let group = key(AccessLevel::Owner, world.group_scope("Sales").await);
        let answer = world.ask_as(group, again, json!({ "id": found[0]["id"] })).await;
        assert_eq!(answer["data"]["node"], Value::Null);
        assert_eq!(answer.get("errors"), None, "what may not be seen looks absent");
    })
    .await;
}

#[tokio::test]
async fn rows_are_paged_from_both_ends() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let query = "query ($filter: CallStatisticsFilter!, $last: Int, $before: String) {
            callStatistics(source: \"MTpQcm92aWRlcjp0ZWxlY29teA\", filter: $filter, last: $last, before: $before) {
                nodes { employeeName } pageInfo { hasPreviousPage hasNextPage startCursor }
            }
        }";
        let mut seen = Vec::new();
        let mut before = Value::Null;
        loop {
            let variables = json!({ "filter": december(), "last": 1, "before": before });
            let page = world.data(query, variables).await["callStatistics"].take();
            seen.push(page["nodes"][0]["employeeName"].clone());
            before = page["pageInfo"]["startCursor"].clone();
            if page["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
        }
        seen.reverse();
        let all = world.data(QUERY, json!({ "filter": december() })).await;
        let rows = all["callStatistics"]["nodes"].as_array().expect("rows");
        let names: Vec<_> = rows.iter().map(|row| row["employeeName"].clone()).collect();
        assert_eq!(seen, names);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_asked_is_named() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        for (change, argument) in [
            (json!({ "to": "2020-11-29T00:00:00Z" }), "filter.to"),
            (
                json!({ "from": "2999-01-01T00:00:00Z", "to": null }),
                "filter.from",
            ),
            (json!({ "from": "2020-12-01" }), "filter.from"),
            (json!({ "from": "2020-01-01-T00:00:00.000Z" }), "filter.from"),
            (json!({ "to": "yesterday" }), "filter.to"),
            (json!({ "timeZone": "Mars/Olympus" }), "filter.timeZone"),
            (json!({ "ignoreBelow": -1 }), "filter.ignoreBelow"),
            (json!({ "customerId": "x" }), "filter.customerId"),
            (json!({ "employeeIds": [""] }), "filter.employeeIds"),
            (json!({ "employeeIds": vec!["x"; 101] }), "filter.employeeIds"),
            (
                json!({ "interval": "HOUR", "to": "2025-01-01T00:00:00Z" }),
                "filter.to",
            ),
        ] {
            let mut filter = december();
            let fields = filter.as_object_mut().expect("an object");
            fields.extend(change.as_object().expect("an object").clone());
            let answer = ask(world, admin(), filter).await;
            assert_eq!(blamed(&answer), argument, "{change}");
            assert_eq!(answer["data"]["callStatistics"], Value::Null);
        }
        let answer = ask(world, admin(), json!({ "timeZone": "UTC" })).await;
        assert_eq!(
            code(&answer),
            "PROVIDER_UNSUPPORTED",
            "the source cuts by its own clock"
        );
        assert_eq!(answer["errors"][0]["extensions"]["argument"], "filter.timeZone");
        let variables = json!({ "filter": december(), "first": 101 });
        assert_eq!(blamed(&world.ask(QUERY, variables).await), "first");
        assert_eq!(upstream.take_asked(), Vec::<String>::new(), "nothing was sent");
    })
    .await;
}

#[tokio::test]
async fn a_customers_key_gets_its_own_customers_calls() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let scope = world.customer_scope("C1").await;
        let own = world.customer("C1").await;
        for filter in [json!({}), json!({ "customerId": own })] {
            let answer = ask(world, key(AccessLevel::Viewer, scope), filter).await;
            assert_eq!(answer.get("errors"), None, "{answer}");
        }
        assert_eq!(upstream.take_asked(), ["call_stats.report C1"; 2]);
        let absent = json!({ "customerId": "MTpDdXN0b21lcjo5OTk5OTk" }); // 1:Customer:999999
        let absent = ask(world, key(AccessLevel::Viewer, scope), absent).await;
        let other = json!({ "customerId": world.customer("C0").await });
        let other = ask(world, key(AccessLevel::Owner, scope), other).await;
        assert_eq!(blamed(&other), "filter.customerId");
        assert_eq!(
            foreign(&other),
            foreign(&absent),
            "another's customer looks absent"
        );
        assert_eq!(upstream.take_asked(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_resellers_key_says_which_customer_and_a_groups_key_gets_none() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let Scope::Customer {
            reseller_id,
            customer_id,
        } = world.customer_scope("C1").await
        else {
            panic!("a customer's scope");
        };
        let reseller = key(AccessLevel::Reseller, Scope::Reseller { reseller_id });
        assert_eq!(
            blamed(&ask(world, reseller.clone(), json!({})).await),
            "filter.customerId"
        );
        let customer = json!({ "customerId": world.customer("C1").await });
        ask(world, reseller, customer.clone()).await;
        assert_eq!(upstream.take_asked(), ["call_stats.report C1"]);
        let group = Scope::Group {
            reseller_id,
            customer_id,
            group_id: 1,
        };
        for filter in [json!({}), customer] {
            let answer = ask(world, key(AccessLevel::Owner, group), filter).await;
            assert_eq!(code(&answer), "FORBIDDEN");
        }
        assert_eq!(upstream.take_asked(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_source_is_our_own_records_or_the_one_named() {
    in_both_worlds(async |world| {
        let query = "{ callStatistics(filter: {}) { totalCount source { name } total { outboundCalls inboundRungElsewhere } } }";
        let expected = json!({
            "totalCount": 0,
            "source": { "name": "inventory" },
            "total": { "outboundCalls": 0, "inboundRungElsewhere": 0 },
        });
        assert_eq!(world.data(query, Value::Null).await["callStatistics"], expected);
    })
    .await;
    let (one, other) = (telecomx(), Arc::new(Upstream::new("telecomx-no", &["calls"])));
    let counts_not = Arc::new(Upstream::new("callstats", &["kpis"]));
    let providers = vec![one.plain(), other.plain(), counts_not.plain()];
    with_providers(providers, async |world| {
        let named = json!({ "filter": {}, "source": world.provider("telecomx-no").await });
        let answer = world.ask(QUERY, named).await;
        assert_eq!(answer["data"]["callStatistics"]["source"]["name"], "telecomx-no");
        assert_eq!((one.take_asked().len(), other.take_asked().len()), (0, 1));
        let unable = json!({ "filter": {}, "source": world.provider("callstats").await });
        let answer = world.ask(QUERY, unable).await;
        assert_eq!(code(&answer), "PROVIDER_UNSUPPORTED");
        assert_eq!(answer["errors"][0]["extensions"]["provider"], "callstats");
    })
    .await;
}

#[tokio::test]
async fn employees_come_in_pages_of_one_report() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let page = async |after: Value| {
            let variables = json!({ "filter": december(), "first": 2, "after": after });
            world.data(QUERY, variables).await["callStatistics"].take()
        };
        let first = page(Value::Null).await;
        let names = |page: &Value| {
            let rows = page["nodes"].as_array().expect("rows").clone();
            rows.iter()
                .map(|row| row["employeeName"].clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&first), ["Bo Madsen", "Benny Andersen"]);
        assert_eq!(first["pageInfo"]["hasNextPage"], true);
        let cursor = first["pageInfo"]["endCursor"].clone();
        let second = page(cursor.clone()).await;
        assert_eq!(names(&second), ["Hans Hansen"]);
        assert_eq!(second["pageInfo"]["hasNextPage"], false);
        assert_eq!(second["pageInfo"]["hasPreviousPage"], true);
        assert_eq!(second["totalCount"], 3);
        let mut filter = december();
        filter["ignoreLocal"] = json!(false);
        let answer = world
            .ask(QUERY, json!({ "filter": filter, "after": cursor }))
            .await;
        assert_eq!(blamed(&answer), "after", "a cursor of another question");
    })
    .await;
}

#[tokio::test]
async fn named_employees_are_asked_for_by_the_sources_ids() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let mut filter = december();
        filter["employeeIds"] = json!(["534bf567221eb20000136767"]);
        let answer = ask(world, admin(), filter).await;
        let report = &answer["data"]["callStatistics"];
        assert_eq!(report["totalCount"], 1);
        assert_eq!(report["nodes"][0]["employeeName"], "Hans Hansen");
    })
    .await;
}

#[tokio::test]
async fn the_same_question_twice_in_a_request_is_asked_once() {
    let upstream = telecomx();
    with_providers(vec![upstream.plain()], async |world| {
        let query = "query ($filter: CallStatisticsFilter!) {
            a: callStatistics(source: \"MTpQcm92aWRlcjp0ZWxlY29teA\", filter: $filter, first: 1) { totalCount }
            b: callStatistics(source: \"MTpQcm92aWRlcjp0ZWxlY29teA\", filter: $filter, first: 2) { nodes { employeeName } }
            c: callStatistics(source: \"MTpQcm92aWRlcjp0ZWxlY29teA\", filter: {interval: MONTH}) { totalCount }
        }";
        world.data(query, json!({ "filter": december() })).await;
        assert_eq!(upstream.take_asked().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_source_that_is_down_nulls_the_report_and_says_when_to_ask_again() {
    let upstream = Arc::new(Upstream::new("telecomx", &["calls"]).behaving(Manner::Down));
    with_providers(vec![upstream.plain()], async |world| {
        let query = "{ callStatistics(source: \"MTpQcm92aWRlcjp0ZWxlY29teA\", filter: {}) { totalCount } viewer { name } }";
        let answer = world.ask(query, Value::Null).await;
        assert_eq!(code(&answer), "PROVIDER_UNAVAILABLE");
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(extensions["provider"], "telecomx");
        assert_eq!(extensions["retryable"], true);
        assert_eq!(extensions["retryAfter"], 7);
        assert_eq!(answer["data"]["callStatistics"], Value::Null);
        assert!(answer["data"]["viewer"]["name"].is_string());
    })
    .await;
}
