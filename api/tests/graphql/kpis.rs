//! Counts of numbers: our own inside the scope, and those of providers.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};
use service::{AccessLevel, Principal, Scope};

use crate::{
    upstream::{Manner, Upstream},
    world::{World, code, in_both_worlds, key, with_providers},
};

const ALL: &str = "query ($filter: NumberKpiFilter, $source: ID) {
    numberKpis(filter: $filter, source: $source) {
        summary { numberCount customerCount }
        byStatus { status label numberCount customerCount }
        byDealer { dealerCode numberCount customerCount }
        byType { type category label numberCount customerCount }
        byCategory { category numberCount customerCount }
        asOf
        source { name }
    }
}";

/// Asks for all counts of the own inventory.
async fn own(world: &World, who: Principal, filter: Value) -> Value {
    let mut answer = world.ask_as(who, ALL, json!({ "filter": filter })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["numberKpis"].take()
}

fn kpi_key() -> Principal {
    key(AccessLevel::Kpi, Scope::Platform)
}

fn sum(rows: &Value) -> i64 {
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|row| row["numberCount"].as_i64().expect("a count"))
        .sum()
}

#[tokio::test]
async fn our_own_numbers_are_counted_by_everything_that_the_document_counts_by() {
    in_both_worlds(async |world| {
        let kpis = own(world, kpi_key(), Value::Null).await;
        assert_eq!(kpis["summary"], json!({ "numberCount": 36, "customerCount": 3 }));
        assert_eq!(kpis["source"]["name"], "inventory");
        assert!(kpis["asOf"].is_string());
        for breakdown in ["byStatus", "byDealer", "byType", "byCategory"] {
            assert_eq!(sum(&kpis[breakdown]), 36, "{breakdown}: {kpis}");
        }
        let active = json!({ "status": "ACTIVE", "label": "ACTIVE", "numberCount": 30, "customerCount": 3 });
        assert!(
            kpis["byStatus"].as_array().expect("rows").contains(&active),
            "{kpis}"
        );
        let dealers = json!([
            { "dealerCode": null, "numberCount": 21, "customerCount": 3 },
            { "dealerCode": "D1", "numberCount": 15, "customerCount": 3 },
        ]);
        assert_eq!(kpis["byDealer"], dealers);
        assert_eq!(kpis["byType"][0]["category"], "GEOGRAPHIC");
    })
    .await;
}

#[tokio::test]
async fn filters_are_the_documents() {
    in_both_worlds(async |world| {
        for (filter, numbers) in [
            (json!({}), 36),
            (json!({ "active": true }), 36),
            (json!({ "excludeDropped": true, "active": true }), 36),
            (json!({ "active": false, "dropped": true }), 0),
            (json!({ "dealerCode": "D1" }), 15),
            (json!({ "dealerCode": "" }), 21),
            (json!({ "dealerCode": null }), 36),
            (json!({ "dealerCode": "NOBODY" }), 0),
            (json!({ "numberType": "GEOGRAPHIC" }), 36),
            (json!({ "numberType": "NON_GEOGRAPHIC" }), 0),
            (json!({ "numberType": "TOLL_FREE", "dealerCode": "D1" }), 0),
        ] {
            let kpis = own(world, kpi_key(), filter.clone()).await;
            assert_eq!(kpis["summary"]["numberCount"], numbers, "{filter}");
            assert_eq!(sum(&kpis["byStatus"]), numbers, "{filter}");
        }
        for filter in [
            json!({ "active": true, "dropped": true }),
            json!({ "excludeDropped": true, "dropped": true }),
        ] {
            let answer = world.ask(ALL, json!({ "filter": filter })).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT");
            assert_eq!(answer["errors"][0]["extensions"]["argument"], "filter.dropped");
            assert_eq!(answer["data"]["numberKpis"], Value::Null);
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_counts_what_it_sees() {
    in_both_worlds(async |world| {
        let scope = world.customer_scope("C0").await;
        for level in [AccessLevel::Kpi, AccessLevel::Viewer] {
            let kpis = own(world, key(level, scope), Value::Null).await;
            assert_eq!(kpis["summary"], json!({ "numberCount": 10, "customerCount": 1 }));
        }
    })
    .await;
}

#[tokio::test]
async fn a_providers_counts_are_the_documents_example() {
    let upstream = Arc::new(Upstream::new("callstats", &["kpis"]));
    with_providers(vec![upstream.plain()], async |world| {
        let source = world.provider("callstats").await;
        let answer = world
            .ask_as(kpi_key(), ALL, json!({ "source": source }))
            .await;
        let expected = json!({
            "summary": { "numberCount": 5847, "customerCount": 2150 },
            "byStatus": [
                { "status": "ACTIVE", "label": "ACTIVE", "numberCount": 5234, "customerCount": 2050 },
                { "status": "SUSPENDED", "label": "SUSPENDED", "numberCount": 85, "customerCount": 45 },
                { "status": null, "label": "Parked ", "numberCount": 528, "customerCount": 0 },
            ],
            "byDealer": [
                { "dealerCode": "DEALER01", "numberCount": 1850, "customerCount": 750 },
                { "dealerCode": "DEALER02", "numberCount": 1250, "customerCount": 500 },
                { "dealerCode": null, "numberCount": 2747, "customerCount": 900 },
            ],
            "byType": [
                { "type": null, "category": "GEOGRAPHIC", "label": "GEOGRAPHIC", "numberCount": 3500, "customerCount": 1500 },
                { "type": null, "category": "NON_GEOGRAPHIC", "label": "NON_GEOGRAPHIC", "numberCount": 1847, "customerCount": 850 },
                { "type": null, "category": "MOBILE", "label": "MOBILE", "numberCount": 500, "customerCount": 200 },
            ],
            "byCategory": [
                { "category": "GEOGRAPHIC", "numberCount": 3500, "customerCount": 1500 },
                { "category": "NON_GEOGRAPHIC", "numberCount": 1847, "customerCount": 850 },
                { "category": "MOBILE", "numberCount": 500, "customerCount": 200 },
            ],
            "asOf": null,
            "source": { "name": "callstats" },
        });
        assert_eq!(answer["data"]["numberKpis"], expected, "{answer}");
    })
    .await;
}

#[tokio::test]
async fn a_count_that_fails_is_missing_alone() {
    let upstream = Arc::new(Upstream::new("callstats", &["kpis"]));
    upstream.break_at("kpis.count DEALER", Manner::Down);
    with_providers(vec![upstream.plain()], async |world| {
        let source = world.provider("callstats").await;
        let query = "query ($source: ID) { numberKpis(source: $source) {
            summary { numberCount } byDealer { numberCount } byType { numberCount }
        } }";
        let answer = world.ask(query, json!({ "source": source })).await;
        assert_eq!(code(&answer), "PROVIDER_UNAVAILABLE");
        assert_eq!(answer["errors"][0]["path"], json!(["numberKpis", "byDealer"]));
        let kpis = &answer["data"]["numberKpis"];
        assert_eq!(kpis["summary"]["numberCount"], 5847);
        assert_eq!(kpis["byDealer"], Value::Null);
        assert_eq!(sum(&kpis["byType"]), 5847);
    })
    .await;
}

#[tokio::test]
async fn a_providers_whole_account_is_for_keys_of_the_whole_platform() {
    let upstream = Arc::new(Upstream::new("callstats", &["kpis"]));
    with_providers(vec![upstream.plain()], async |world| {
        let source = world.provider("callstats").await;
        let scope = world.customer_scope("C0").await;
        for level in [AccessLevel::Kpi, AccessLevel::Owner, AccessLevel::Admin] {
            let answer = world
                .ask_as(key(level, scope), ALL, json!({ "source": source }))
                .await;
            assert_eq!(code(&answer), "FORBIDDEN");
            let message = answer["errors"][0]["message"].as_str().expect("a message");
            assert!(message.starts_with("access_denied: "), "{message}");
        }
        assert_eq!(upstream.take_asked(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_kpi_key_gets_to_nothing_else_through_the_source() {
    in_both_worlds(async |world| {
        let query = "{ numberKpis { source { name health { state } } } }";
        let answer = world.ask_as(kpi_key(), query, Value::Null).await;
        assert_eq!(code(&answer), "FORBIDDEN");
        assert_eq!(
            answer["data"]["numberKpis"]["source"],
            json!({ "name": "inventory", "health": null })
        );
    })
    .await;
}

#[tokio::test]
async fn a_source_must_be_a_provider_that_counts_numbers() {
    let upstream = Arc::new(Upstream::new("telecomx", &["calls"]));
    with_providers(vec![upstream.plain()], async |world| {
        let source = world.provider("telecomx").await;
        let answer = world.ask(ALL, json!({ "source": source })).await;
        assert_eq!(code(&answer), "PROVIDER_UNSUPPORTED");
        assert_eq!(answer["errors"][0]["extensions"]["provider"], "telecomx");
        let nobody = "MTpQcm92aWRlcjpub2JvZHk"; // 1:Provider:nobody
        for wrong in [json!("x"), json!(nobody), json!(world.group("Sales").await)] {
            let answer = world.ask(ALL, json!({ "source": wrong })).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT");
            assert_eq!(
                answer["errors"][0]["extensions"]["argument"], "source",
                "{answer}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn providers_that_count_nothing_are_null_beside_those_that_do() {
    let counts = Arc::new(Upstream::new("callstats", &["kpis"]));
    let counts_not = Arc::new(Upstream::new("telecomx", &["calls"]));
    let providers = vec![counts.plain(), counts_not.plain()];
    with_providers(providers, async |world| {
        let query = "{ providers { name numberKpis(filter: {active: true}) { summary { numberCount } source { name } } } }";
        let data = world.data(query, Value::Null).await;
        let expected = json!([
            { "name": "inventory", "numberKpis": { "summary": { "numberCount": 36 }, "source": { "name": "inventory" } } },
            { "name": "callstats", "numberKpis": { "summary": { "numberCount": 5847 }, "source": { "name": "callstats" } } },
            { "name": "telecomx", "numberKpis": null },
        ]);
        assert_eq!(data["providers"], expected);
    })
    .await;
}

#[tokio::test]
async fn equal_questions_of_one_request_are_asked_once_and_together() {
    let upstream = Arc::new(Upstream::new("callstats", &["kpis"]));
    with_providers(vec![upstream.plain()], async |world| {
        let source = world.provider("callstats").await;
        let query = "query ($source: ID) {
            a: numberKpis(source: $source) { summary { numberCount } byStatus { label } asOf }
            b: numberKpis(source: $source) { summary { customerCount } }
            providers { numberKpis { summary { numberCount } } }
        }";
        world.data(query, json!({ "source": source })).await;
        let mut asked = upstream.take_asked();
        asked.sort();
        assert_eq!(asked, ["kpis.count STATUS", "kpis.count SUMMARY"]);
    })
    .await;
}

#[tokio::test]
async fn equal_questions_of_many_requests_at_once_are_one_call() {
    let upstream = Arc::new(Upstream::new("callstats", &["kpis"]));
    with_providers(vec![upstream.with_policies()], async |world| {
        let source = world.provider("callstats").await;
        let query = "query ($source: ID) { numberKpis(source: $source) { summary { numberCount } } }";
        let viewer = key(AccessLevel::Viewer, Scope::Platform);
        let callers = [kpi_key(), viewer, Principal::command_line()];
        let answers = (0..30).map(|request| {
            let who = callers[request % callers.len()].clone();
            world.ask_as(who, query, json!({ "source": source }))
        });
        for answer in join_all(answers).await {
            assert_eq!(
                answer["data"]["numberKpis"]["summary"]["numberCount"], 5847,
                "{answer}"
            );
        }
        assert_eq!(upstream.take_asked(), ["kpis.count SUMMARY"]);
    })
    .await;
}

const OWN: &str = "query ($filter: NumberKpiFilter, $source: ID) {
    numberKpis(filter: $filter, source: $source) {
        summary { numberCount }
        byProvider { provider { name } label numberCount customerCount }
        byCountry { country numberCount customerCount }
        byAreaCode { country areaCode numberCount customerCount }
        byPool { poolId numberCount customerCount }
        utilization
        stock { available aging monthlyAssignments monthsOfStock nextReleases { day numberCount } }
        form502 { country areaCode assigned intermediate reserved aging administrative available }
    }
}";

async fn release(world: &World, number: &str) {
    let query = "query ($number: PhoneNumber!) { number(by: {e164: $number}) { id } }";
    let data = world.data(query, json!({ "number": number })).await;
    let mutation = "mutation ($id: ID!) { releaseNumber(input: {numberId: $id}) { userErrors { code } } }";
    let data = world.data(mutation, json!({ "id": data["number"]["id"] })).await;
    assert_eq!(data["releaseNumber"]["userErrors"], json!([]));
}

#[tokio::test]
async fn our_own_numbers_are_counted_by_where_they_are_and_come_from() {
    in_both_worlds(async |world| {
        release(world, "+19056371020").await;
        let answer = world.ask_as(kpi_key(), OWN, Value::Null).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        let kpis = &answer["data"]["numberKpis"];
        let inventory = json!([{
            "provider": { "name": "inventory" }, "label": "inventory", "numberCount": 36, "customerCount": 3,
        }]);
        assert_eq!(kpis["byProvider"], inventory);
        let canada = json!([{ "country": "CA", "numberCount": 36, "customerCount": 3 }]);
        assert_eq!(kpis["byCountry"], canada);
        let areas = json!([
            { "country": "CA", "areaCode": "289", "numberCount": 6, "customerCount": 0 },
            { "country": "CA", "areaCode": "905", "numberCount": 30, "customerCount": 3 },
        ]);
        assert_eq!(kpis["byAreaCode"], areas);
        assert_eq!(sum(&kpis["byPool"]), 10);
        assert!((kpis["utilization"].as_f64().expect("a share") - 29.0 / 36.0).abs() < 1e-9);
        let stock = &kpis["stock"];
        assert_eq!((&stock["available"], &stock["aging"]), (&json!(6), &json!(1)));
        assert_eq!(stock["monthsOfStock"], Value::Null, "nothing was assigned by an order");
        assert_eq!(stock["nextReleases"].as_array().expect("days").len(), 1);
        assert_eq!(stock["nextReleases"][0]["numberCount"], 1);
        let row = |area_code, assigned, aging, available| {
            json!({
                "country": "CA", "areaCode": area_code, "assigned": assigned, "intermediate": 0, "reserved": 0,
                "aging": aging, "administrative": 0, "available": available,
            })
        };
        assert_eq!(kpis["form502"], json!([row("289", 0, 0, 6), row("905", 29, 1, 0)]));
    })
    .await;
}

#[tokio::test]
async fn filters_beyond_the_documents_narrow_every_figure() {
    in_both_worlds(async |world| {
        let (customer, group) = (world.customer("C0").await, world.group("Sales").await);
        let inventory = world.provider("inventory").await;
        for (filter, numbers) in [
            (json!({ "provider": inventory }), 36),
            (json!({ "country": "CA", "dealerCode": "D1" }), 15),
            (json!({ "country": "GB" }), 0),
            (json!({ "customer": customer }), 10),
            (
                json!({ "customer": customer, "country": "CA", "dropped": true }),
                0,
            ),
            (json!({ "group": group, "active": true }), 5),
        ] {
            let answer = world.ask_as(kpi_key(), OWN, json!({ "filter": filter })).await;
            let kpis = &answer["data"]["numberKpis"];
            assert_eq!(kpis["summary"]["numberCount"], numbers, "{filter}: {answer}");
            for breakdown in ["byProvider", "byCountry", "byAreaCode"] {
                assert_eq!(sum(&kpis[breakdown]), numbers, "{filter} {breakdown}");
            }
        }
        for (filter, argument) in [
            (json!({ "customer": group }), "filter.customer"),
            (json!({ "group": customer }), "filter.group"),
            (json!({ "provider": customer }), "filter.provider"),
        ] {
            let answer = world.ask(OWN, json!({ "filter": filter })).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT");
            assert_eq!(answer["errors"][0]["extensions"]["argument"], argument);
        }
        let foreign = key(AccessLevel::Viewer, world.customer_scope("C1").await);
        let answer = world
            .ask_as(foreign, OWN, json!({ "filter": { "customer": customer } }))
            .await;
        assert_eq!(
            answer["data"]["numberKpis"]["summary"]["numberCount"], 0,
            "{answer}"
        );
        assert_eq!(answer["data"]["numberKpis"]["stock"]["available"], 0);
    })
    .await;
}

#[tokio::test]
async fn what_a_provider_does_not_count_by_is_missing_with_a_reason() {
    let upstream = Arc::new(Upstream::new("callstats", &["kpis"]));
    with_providers(vec![upstream.plain()], async |world| {
        let source = world.provider("callstats").await;
        let answer = world.ask(OWN, json!({ "source": source })).await;
        let kpis = &answer["data"]["numberKpis"];
        assert_eq!(kpis["summary"]["numberCount"], 5847);
        let own = [
            "byProvider",
            "byCountry",
            "byAreaCode",
            "byPool",
            "utilization",
            "stock",
            "form502",
        ];
        let errors = answer["errors"].as_array().expect("errors");
        assert_eq!(errors.len(), own.len());
        for field in own {
            assert_eq!(kpis[field], Value::Null, "{field}");
            let error = errors.iter().find(|error| error["path"][1] == field);
            let code = &error.expect("a reason")["extensions"]["code"];
            assert_eq!(code, "PROVIDER_UNSUPPORTED");
        }
        let query = "query ($source: ID) {
            numberKpis(source: $source, filter: {country: \"GB\"}) { summary { numberCount } }
        }";
        let answer = world.ask(query, json!({ "source": source })).await;
        assert_eq!(code(&answer), "PROVIDER_UNSUPPORTED");
    })
    .await;
}

#[tokio::test]
async fn a_history_is_told_by_days_and_what_it_cannot_be_told_for_is_refused() {
    in_both_worlds(async |world| {
        release(world, "+19056371020").await;
        let query = "query ($from: DateTime!, $to: DateTime!, $interval: GroupingInterval) { numberKpis {
            history(from: $from, to: $to, interval: $interval) {
                start end numberCount customerCount assignedCount assigned released netAdds churn
            }
        } }";
        let now = jiff::Timestamp::now();
        let from = now - jiff::SignedDuration::from_hours(24);
        let data = world
            .data(
                query,
                json!({ "from": from.to_string(), "to": now.to_string(), "interval": "DAY" }),
            )
            .await;
        let days = data["numberKpis"]["history"].as_array().expect("days").clone();
        assert_eq!(days.len(), 2);
        let (yesterday, today) = (&days[0], &days[1]);
        assert_eq!(yesterday["end"], today["start"]);
        assert_eq!(
            (&yesterday["numberCount"], &yesterday["churn"]),
            (&json!(0), &Value::Null)
        );
        for (figure, value) in [
            ("numberCount", 36),
            ("customerCount", 3),
            ("assignedCount", 29),
            ("assigned", 30),
            ("released", 1),
            ("netAdds", 29),
        ] {
            assert_eq!(today[figure], value, "{figure}: {today}");
        }
        for (from, to, interval) in [
            (now, now, "DAY"),
            (now, from, "DAY"),
            (from - jiff::SignedDuration::from_hours(24 * 401), now, "DAY"),
        ] {
            let variables = json!({ "from": from.to_string(), "to": to.to_string(), "interval": interval });
            let answer = world.ask(query, variables).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
            assert_eq!(answer["errors"][0]["extensions"]["argument"], "to");
        }
    })
    .await;
}
