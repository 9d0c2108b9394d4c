//! Upstreams that are down, slow, or lose their answers: what clients see, and what is never sent twice.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use provider_testkit::twin::{Fault, RunningTwin};
use serde_json::{Value, json};
use toml::Table;

use crate::{
    carriers::provider,
    client::Client,
    database::Database,
    on_both,
    queries::{ASSIGN, assignment},
    server::{Server, eventually},
    stock::Stock,
    upstreams::{AGENCY, SUPPORT, Upstreams, groups},
    world::{World, group, text},
};

on_both! {
    an_order_whose_answer_is_lost_is_never_sent_again,
    an_order_that_a_killed_server_was_sending_is_never_sent_again,
    what_the_carrier_sold_and_what_operations_say_agree,
    a_failed_upstream_nulls_its_own_field_and_never_looks_empty,
    the_wait_that_an_upstream_asks_for_reaches_the_client,
    slow_upstreams_are_waited_for_at_once,
    a_dead_upstream_costs_at_most_its_deadline,
    the_same_question_of_many_at_once_is_asked_upstream_once,
    a_nested_query_over_many_numbers_makes_as_many_upstream_calls_as_over_few,
}

/// Orders that lose an answer wait for a person: a carrier that can't be asked is not guessed about.
const SETTLED: [&str; 4] = ["SUCCEEDED", "PARTIAL", "REFUSED", "NEEDS_REVIEW"];

async fn world(database: Database, upstreams: &Upstreams, policy: Table) -> World {
    World::configured(database, groups(), &upstreams.configuration_with(&policy)).await
}

fn policy(settings: &[(&str, i64)]) -> Table {
    settings
        .iter()
        .map(|(key, value)| ((*key).to_owned(), toml::Value::Integer(*value)))
        .collect()
}

/// What an order of a toll-free number from Telmetrics needs.
fn order(word: &str, group: &str, provider: &str) -> Value {
    let mut order = assignment(word, group, &format!("Line {word}"), json!({ "tollFree": {} }));
    order["input"]["provider"] = json!(provider);
    order
}

fn orders_sent(telmetrics: &RunningTwin) -> usize {
    let exchanges = telmetrics.exchanges();
    exchanges
        .iter()
        .filter(|exchange| exchange.method == "POST")
        .count()
}

/// The operation of a client reference, when nobody works on it any more.
async fn end_of(client: &Client, reference: &str) -> Value {
    let query = "query Of($reference: String!) {
      operations(first: 1, filter: { clientReference: $reference }) {
        nodes { state attempts number { e164 } problem { code message } }
      }
    }";
    eventually("the end of the operation", async || {
        let data = client.data(query, json!({ "reference": reference })).await;
        let operation = data["operations"]["nodes"][0].clone();
        SETTLED
            .iter()
            .any(|state| operation["state"] == **state)
            .then_some(operation)
    })
    .await
}

async fn an_order_whose_answer_is_lost_is_never_sent_again(database: Database) {
    let upstreams = Upstreams::start().await;
    let world = world(database, &upstreams, Table::new()).await;
    let (group, telmetrics) = (
        world.group(AGENCY).await,
        provider(&world.admin, "telmetrics").await,
    );
    upstreams.telmetrics.faults().next(Fault::ResetAfter);
    let order = order("lost", &group, &telmetrics);
    let first = world.admin.data(ASSIGN, order.clone()).await;
    assert_eq!(first["assignNumber"]["number"], Value::Null);
    let reference = text(&order["input"]["clientReference"]);
    let operation = end_of(&world.admin, &reference).await;
    assert_eq!(operation["state"], "NEEDS_REVIEW", "{operation}");
    // The same request is the same operation, and buys nothing.
    let again = world.admin.data(ASSIGN, order).await;
    assert_eq!(
        again["assignNumber"]["operation"]["id"],
        first["assignNumber"]["operation"]["id"]
    );
    assert_eq!(orders_sent(&upstreams.telmetrics), 1);
    assert_eq!(upstreams.sold().len(), 1, "the carrier did sell it");
}

async fn an_order_that_a_killed_server_was_sending_is_never_sent_again(database: Database) {
    let upstreams = Upstreams::start().await;
    let configuration = upstreams.configuration();
    let World {
        admin,
        server,
        database,
    } = world(database, &upstreams, Table::new()).await;
    let (group, telmetrics) = (group(&admin, AGENCY).await, provider(&admin, "telmetrics").await);
    upstreams.telmetrics.faults().next(Fault::Hang);
    let order = order("killed", &group, &telmetrics);
    let reference = text(&order["input"]["clientReference"]);
    let sending = tokio::spawn({
        let admin = admin.clone();
        async move { admin.try_ask(ASSIGN, order).await.map(|answer| answer.status) }
    });
    eventually("the order at the carrier", async || {
        (orders_sent(&upstreams.telmetrics) == 1).then_some(())
    })
    .await;
    server.kill();
    // An error or an answer, as the kill met it.
    let _ = sending.await.expect("no panic");

    let server = Server::start_configured(&database, &configuration).await;
    let admin = Client::new(&server, Some(admin.key()));
    let operation = end_of(&admin, &reference).await;
    assert_eq!(operation["state"], "NEEDS_REVIEW", "{operation}");
    assert_eq!(orders_sent(&upstreams.telmetrics), 1);
}

/// Faults of every kind, one after another: those that certainly had no effect may be tried again, the others never.
fn faults() -> Vec<Fault> {
    vec![
        Fault::ResetBefore,
        Fault::status(503),
        Fault::ResetAfter,
        Fault::status(429),
        Fault::CutBody,
        Fault::status(500),
        Fault::status(422),
        Fault::status_after(502),
        Fault::status(404),
    ]
}

async fn what_the_carrier_sold_and_what_operations_say_agree(database: Database) {
    let upstreams = Upstreams::start().await;
    // No breaker, so that each order meets its own fault.
    let world = world(database, &upstreams, policy(&[("breaker_failures", 0)])).await;
    let (group, telmetrics) = (
        world.group(AGENCY).await,
        provider(&world.admin, "telmetrics").await,
    );
    let mut outcomes = BTreeMap::new();
    let mut numbers = Vec::new();
    for (at, fault) in faults()
        .into_iter()
        .map(Some)
        .chain([None, None, None])
        .enumerate()
    {
        if let Some(fault) = fault {
            upstreams.telmetrics.faults().next(fault);
        }
        let order = order(&format!("mixed-{at}"), &group, &telmetrics);
        let reference = text(&order["input"]["clientReference"]);
        let before = upstreams.sold().len();
        world.admin.data(ASSIGN, order).await;
        let operation = end_of(&world.admin, &reference).await;
        upstreams.telmetrics.faults().clear();
        let sold = upstreams.sold().len() - before;
        match text(&operation["state"]).as_str() {
            "SUCCEEDED" => {
                assert_eq!(sold, 1, "{operation}");
                numbers.push(text(&operation["number"]["e164"]));
            }
            "REFUSED" => assert_eq!(sold, 0, "{operation}"),
            "NEEDS_REVIEW" => assert!(sold <= 1, "{operation}"),
            other => panic!("{other}"),
        }
        *outcomes.entry(text(&operation["state"])).or_insert(0) += 1;
    }
    assert!(
        outcomes["SUCCEEDED"] >= 3 && outcomes["NEEDS_REVIEW"] >= 3,
        "{outcomes:?}"
    );
    let sold = upstreams.sold();
    assert!(
        numbers.iter().all(|number| sold.contains(number)),
        "{numbers:?} of {sold:?}"
    );
}

const FIGURES: &str = r#"query Figures($callstats: ID!, $group: ID!) {
  numbers(first: 2) { totalCount nodes { e164 } }
  numberKpis(source: $callstats) { summary { numberCount } byStatus { numberCount } }
  callStatistics(source: "MTpQcm92aWRlcjp0ZWxlY29teA", filter: {
    from: "2020-11-30T00:00:00+01:00", to: "2020-12-20T23:59:59+01:00", interval: WEEK
  }) { totalCount nodes { employeeName } }
  callCenter(by: { name: { provider: "MTpQcm92aWRlcjphcGlv", groupId: $group, name: "APIOTestCCBasic@sip.netaxis.be" } }) {
    name reporting { collectionPeriodMinutes }
  }
}"#;

async fn figures(client: &Client, group: &str) -> Value {
    let variables = json!({ "callstats": provider(client, "callstats").await, "group": group });
    client.ask(FIGURES, variables).await.json()
}

/// The errors of an answer, by where they are.
fn errors(answer: &Value) -> BTreeMap<String, Value> {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    errors
        .into_iter()
        .map(|error| {
            let path: Vec<String> = error["path"]
                .as_array()
                .expect("a path")
                .iter()
                .map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned))
                .collect();
            (path.join("."), error["extensions"].clone())
        })
        .collect()
}

async fn a_failed_upstream_nulls_its_own_field_and_never_looks_empty(database: Database) {
    let upstreams = Upstreams::start().await;
    let world = world(database, &upstreams, policy(&[("attempts", 1)])).await;
    let group = world.group(SUPPORT).await;
    upstreams.callstats.faults().always(Fault::status(500));
    upstreams.telecomx.faults().always(Fault::CutBody);
    let answer = figures(&world.admin, &group).await;
    let data = &answer["data"];
    assert_eq!(data["numbers"]["totalCount"], 3);
    assert_eq!(data["numberKpis"], json!({ "summary": null, "byStatus": null }));
    assert_eq!(data["callStatistics"], Value::Null);
    assert_eq!(data["callCenter"]["reporting"]["collectionPeriodMinutes"], 30);
    let errors = errors(&answer);
    let named: Vec<_> = errors
        .iter()
        .map(|(path, extensions)| (path.as_str(), text(&extensions["provider"])))
        .collect();
    let expected = [
        ("callStatistics", "telecomx"),
        ("numberKpis.byStatus", "callstats"),
        ("numberKpis.summary", "callstats"),
    ];
    assert_eq!(named, expected.map(|(path, name)| (path, name.to_owned())));
    for extensions in errors.values() {
        assert_eq!(extensions["retryable"], true, "{extensions}");
        assert!(extensions["requestId"].is_string(), "{extensions}");
    }
    assert_eq!(errors["numberKpis.summary"]["code"], "PROVIDER_UNAVAILABLE");
}

async fn the_wait_that_an_upstream_asks_for_reaches_the_client(database: Database) {
    let upstreams = Upstreams::start().await;
    let world = world(database, &upstreams, Table::new()).await;
    let (group, telmetrics) = (
        world.group(AGENCY).await,
        provider(&world.admin, "telmetrics").await,
    );
    let busy = |seconds: &str| Fault::Status {
        status: 429,
        headers: vec![("Retry-After".to_owned(), seconds.to_owned())],
        body: provider_testkit::twin::Body::empty(),
    };
    upstreams.callstats.faults().always(busy("120"));
    let answer = figures(&world.admin, &world.group(SUPPORT).await).await;
    let limited = &errors(&answer)["numberKpis.summary"];
    assert_eq!(limited["code"], "PROVIDER_RATE_LIMITED");
    let wait = limited["retryAfter"].as_i64().expect("seconds");
    assert!((100..=120).contains(&wait), "{wait}");

    upstreams.telmetrics.faults().always(busy("90"));
    let data = world
        .admin
        .data(ASSIGN_WAIT, order("busy", &group, &telmetrics))
        .await;
    let refusal = &data["assignNumber"]["userErrors"][0];
    assert_eq!(refusal["code"], "PROVIDER_UNAVAILABLE", "{data}");
    let wait = refusal["retryAfter"].as_i64().expect("seconds");
    assert!((70..=90).contains(&wait), "{wait}");
    assert_eq!(upstreams.sold(), Vec::<String>::new());
}

const ASSIGN_WAIT: &str = "mutation Assign($input: AssignNumberInput!) {
  assignNumber(input: $input) { number { e164 } userErrors { code retryAfter } }
}";

async fn slow_upstreams_are_waited_for_at_once(database: Database) {
    const SLOW: Duration = Duration::from_secs(2);
    let upstreams = Upstreams::start().await;
    let world = world(database, &upstreams, Table::new()).await;
    let group = world.group(SUPPORT).await;
    for (_, twin) in upstreams.all() {
        twin.faults().always(Fault::Delay(SLOW));
    }
    // Two calls of callstats, one of telecomx, one of APIO: eight seconds, one after another.
    let started = Instant::now();
    let answer = figures(&world.admin, &group).await;
    let took = started.elapsed();
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    assert!(took >= SLOW, "{took:?}: the twins were not slow");
    assert!(took < 3 * SLOW, "{took:?} for calls of {SLOW:?} at once");
}

async fn a_dead_upstream_costs_at_most_its_deadline(database: Database) {
    let upstreams = Upstreams::start().await;
    let settings = policy(&[("timeout_seconds", 1), ("attempts", 1)]);
    let world = world(database, &upstreams, settings).await;
    let group = world.group(SUPPORT).await;
    upstreams.callstats.faults().always(Fault::Hang);
    let started = Instant::now();
    let answer = figures(&world.admin, &group).await;
    let took = started.elapsed();
    assert_eq!(
        errors(&answer)["numberKpis.summary"]["code"],
        "PROVIDER_TIMEOUT",
        "{answer}"
    );
    assert_eq!(answer["data"]["callStatistics"]["totalCount"], 3);
    // The deadline of a call as it is without that policy is 8 s.
    assert!(took < Duration::from_secs(6), "{took:?}");
}

async fn the_same_question_of_many_at_once_is_asked_upstream_once(database: Database) {
    let upstreams = Upstreams::start().await;
    let world = world(database, &upstreams, Table::new()).await;
    let callstats = provider(&world.admin, "callstats").await;
    let before = upstreams.callstats.exchanges().len();
    upstreams
        .callstats
        .faults()
        .next(Fault::Delay(Duration::from_millis(500)));
    let query = "query Same($source: ID!) { numberKpis(source: $source) { summary { numberCount } } }";
    let variables = json!({ "source": callstats });
    let answers = join_all((0..24).map(|_| world.admin.data(query, variables.clone()))).await;
    assert!(
        answers
            .iter()
            .all(|data| data["numberKpis"]["summary"]["numberCount"] == 5847)
    );
    assert_eq!(upstreams.callstats.exchanges().len() - before, 1);
}

async fn a_nested_query_over_many_numbers_makes_as_many_upstream_calls_as_over_few(database: Database) {
    let upstreams = Upstreams::start().await;
    let stock = (0..50).fold(groups(), |stock: Stock, index| {
        stock.given_by(&format!("+1416555{:04}", 2000 + index), "callstats")
    });
    // Nothing is remembered from one query to the next.
    let settings = policy(&[("cache_seconds", 0), ("health_cache_seconds", 0)]);
    let configuration = upstreams.configuration_with(&settings);
    let world = World::configured(database, stock, &configuration).await;
    let callstats = provider(&world.admin, "callstats").await;
    let query = "query Nested($first: Int, $provider: ID) {
      numbers(first: $first, filter: { providerId: $provider }) {
        nodes { e164 provider { name health { state } numberKpis { summary { numberCount } byType { numberCount } } } }
      }
    }";
    let mut calls = Vec::new();
    for first in [5, 50] {
        let before = upstreams.callstats.exchanges().len();
        let variables = json!({ "first": first, "provider": callstats });
        let data = world.admin.data(query, variables).await;
        let nodes = data["numbers"]["nodes"].as_array().expect("a list");
        assert_eq!(nodes.len(), first, "{data}");
        assert!(
            nodes
                .iter()
                .all(|node| node["provider"]["numberKpis"]["summary"]["numberCount"] == 5847)
        );
        calls.push(upstreams.callstats.exchanges().len() - before);
    }
    // The health, the summary and the types.
    assert_eq!(calls, [3, 3]);
}
