//! The adapter's settings.

use provider_testkit::twin::RunningTwin;
use std::sync::Arc;
use toml::Value;

use super::{ApioTwin, build};

async fn faulty_keys(changes: &[(&str, Value)]) -> Vec<String> {
    let twin = RunningTwin::start(Arc::new(ApioTwin::new())).await.unwrap();
    let faults = build(&twin, |config| {
        for (key, value) in changes {
            config.insert((*key).to_owned(), value.clone());
        }
    });
    let mut keys: Vec<String> = faults
        .unwrap_err()
        .iter()
        .map(|fault| fault.key().to_owned())
        .collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn all_faults_of_the_settings_are_reported_together() {
    let centers: Value = toml::toml! {
        Sales = ["sales@pbx.example", ""]
        Support = ["support@pbx.example"]
        Web = [".."]
    }
    .into();
    let http: Value = toml::toml! { deepest_json = 200 }.into();
    let keys = faulty_keys(&[("tenant", " ".into()), ("call_centers", centers), ("http", http)]).await;
    assert_eq!(
        keys,
        [
            "config.call_centers.Sales",
            "config.call_centers.Web",
            "config.http.deepest_json",
            "config.tenant"
        ]
    );
}

#[tokio::test]
async fn settings_of_a_wrong_type_and_unknown_ones_are_reported_together() {
    let keys = faulty_keys(&[
        ("tenant", 7.into()),
        ("call_centers", "all".into()),
        ("tenants", "foo".into()),
        ("base_url", "http://apio.example.com".into()),
    ])
    .await;
    assert_eq!(
        keys,
        [
            "config.base_url",
            "config.call_centers",
            "config.tenant",
            "config.tenants"
        ]
    );
}
