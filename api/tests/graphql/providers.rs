//! Providers in answers: each is asked once, and one that fails takes nobody with it.

use std::sync::Arc;

use serde_json::{Value, json};
use service::ImportRow;

use crate::{
    upstream::{Manner, Upstream},
    world::{World, with_providers},
};

/// Fifty numbers that two carriers sold.
async fn fifty_numbers(world: &World) {
    let row = |index: usize| ImportRow {
        line: 1,
        number: format!("+1416555{:04}", 1000 + index),
        provider: Some(["carrier-a", "carrier-b"][index % 2].to_owned()),
        external_id: Some(format!("number-{index}")),
        customer: Some("C0".to_owned()),
        group: Some("Sales".to_owned()),
        name: Some(format!("Carrier line {index}")),
        termination_number: Some("+14165551234".to_owned()),
        ..ImportRow::default()
    };
    world.import((0..50).map(row).collect()).await;
}

#[tokio::test]
async fn fifty_numbers_of_two_carriers_ask_each_carrier_once_how_it_is() {
    let carriers = ["carrier-a", "carrier-b"].map(|id| Arc::new(Upstream::new(id, &["kpis"])));
    let providers = carriers.iter().map(Upstream::plain).collect();
    with_providers(providers, async |world| {
        fifty_numbers(world).await;
        for first in [2, 50] {
            let query = "query ($first: Int) {
                numbers(filter: {e164Prefix: \"+1416555\"}, first: $first) {
                    nodes { provider { name health { state } numberKpis { summary { numberCount } } } }
                }
            }";
            let data = world.data(query, json!({ "first": first })).await;
            let nodes = data["numbers"]["nodes"].as_array().expect("numbers");
            assert_eq!(nodes.len(), first);
            assert!(
                nodes
                    .iter()
                    .all(|number| number["provider"]["health"]["state"] == "UP")
            );
            for carrier in &carriers {
                let mut asked = carrier.take_asked();
                asked.sort();
                assert_eq!(asked, ["health", "kpis.count SUMMARY"], "{first} numbers");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_silent_down_or_lying_nulls_its_own_field_alone() {
    let upstream = |id: &str, manner| Arc::new(Upstream::new(id, &["kpis"]).behaving(manner));
    let (sound, silent) = (
        upstream("sound", Manner::Sound),
        upstream("silent", Manner::Silent),
    );
    let (down, lying) = (upstream("down", Manner::Down), upstream("lying", Manner::Lying));
    let providers = [&silent, &down, &lying, &sound].map(Upstream::plain).to_vec();
    with_providers(providers, async |world| {
        let query = "{ providers { name numberKpis { summary { numberCount } source { name } } } }";
        let answer = world.ask(query, Value::Null).await;
        let kpis = |name: &str, summary: Value| {
            json!({ "name": name, "numberKpis": { "summary": summary, "source": { "name": name } } })
        };
        let expected = json!([
            kpis("inventory", json!({ "numberCount": 36 })),
            kpis("silent", Value::Null),
            kpis("down", Value::Null),
            kpis("lying", Value::Null),
            kpis("sound", json!({ "numberCount": 5847 })),
        ]);
        assert_eq!(answer["data"]["providers"], expected, "{answer}");
        let mut errors = answer["errors"].as_array().expect("errors").clone();
        errors.sort_by_key(|error| error["path"].to_string());
        let told: Vec<_> = errors
            .iter()
            .map(|error| {
                let extensions = &error["extensions"];
                json!([
                    error["path"][1],
                    extensions["code"],
                    extensions["provider"],
                    extensions["retryable"],
                    extensions.get("retryAfter"),
                ])
            })
            .collect();
        let expected = json!([
            [1, "PROVIDER_TIMEOUT", "silent", true, null],
            [2, "PROVIDER_UNAVAILABLE", "down", true, 7],
            [3, "PROVIDER_CONTRACT_VIOLATED", "lying", false, null],
        ]);
        assert_eq!(json!(told), expected);
    })
    .await;
}

#[tokio::test]
async fn health_that_cannot_be_told_is_missing_alone() {
    let silent = Arc::new(Upstream::new("silent", &[]).behaving(Manner::Silent));
    let sound = Arc::new(Upstream::new("sound", &[]));
    with_providers(vec![silent.plain(), sound.plain()], async |world| {
        let answer = world
            .ask("{ providers { name health { state } } }", Value::Null)
            .await;
        let providers = &answer["data"]["providers"];
        assert_eq!(providers[1], json!({ "name": "silent", "health": null }));
        assert_eq!(
            providers[2],
            json!({ "name": "sound", "health": { "state": "UP" } })
        );
        assert_eq!(answer["errors"][0]["extensions"]["code"], "PROVIDER_TIMEOUT");
        assert_eq!(answer["errors"][0]["extensions"]["provider"], "silent");
    })
    .await;
}

#[tokio::test]
async fn a_request_does_not_ask_providers_without_end() {
    let upstream = Arc::new(Upstream::new("telecomx", &["kpis"]));
    with_providers(vec![upstream.plain()], async |world| {
        let field = |index: usize| {
            format!(
                "f{index}: numberKpis(source: $source, filter: {{dealerCode: \"D{index}\"}}) \
                 {{ summary {{ numberCount }} byType {{ label }} }}"
            )
        };
        let fields: Vec<_> = (0..101).map(field).collect();
        let query = format!("query ($source: ID!) {{ {} }}", fields.join("\n"));
        let source = world.provider("telecomx").await;
        let answer = world.ask(&query, json!({ "source": source })).await;
        let errors = answer["errors"].as_array().expect("errors");
        assert_eq!(errors.len(), 2);
        assert!(
            errors
                .iter()
                .all(|error| error["extensions"]["code"] == "QUERY_TOO_COMPLEX")
        );
        assert_eq!(upstream.take_asked().len(), 200);
    })
    .await;
}
