use provider_core::adapter::make;
use provider_core::domain::ProviderId;
use provider_core::provider::{Capability, HealthState};
use provider_telmetrics::Telmetrics;
use provider_testkit::twin::RunningTwin;
use toml::Table;

use crate::support::*;

/// The faults of settings that stand beside those of a twin, by key.
fn faults(running: &RunningTwin, settings: &str) -> Vec<String> {
    let mut table = running.provider_table("telmetrics-test");
    let Some(toml::Value::Table(mut config)) = table.remove("config") else {
        panic!("a table of settings");
    };
    config.extend(settings.parse::<Table>().expect("TOML"));
    let id: ProviderId = "telmetrics-test".parse().expect("an id");
    let faults = make::<Telmetrics>(id, config).expect_err("faults");
    faults.iter().map(|fault| fault.key().to_owned()).collect()
}

#[tokio::test]
async fn it_can_order_numbers_and_pools_and_nothing_else() {
    let account = Account::open().await;
    let capabilities = account.instance.ports().capabilities();
    assert_eq!(capabilities, [Capability::Orders, Capability::Pools].into());
}

#[tokio::test]
async fn settings_that_can_not_be_meant_are_faults_at_their_keys() {
    let account = Account::open().await;
    let keys = |settings| faults(&account.running, settings);
    assert_eq!(keys("path_stile = 'bare'"), ["config.path_stile"]);
    assert_eq!(keys("path_style = 'Bare'"), ["config.path_style"]);
    assert_eq!(keys("mark_names = 'yes'"), ["config.mark_names"]);
    assert_eq!(keys("largest_pool = 0"), ["config.largest_pool"]);
    assert_eq!(keys("refusals = { a = 'SOLD_OUT' }"), ["config.refusals.a"]);
    assert_eq!(keys("base_url = 'http://api.example.com'"), ["config.base_url"]);
    assert_eq!(
        keys("auth = { bearer = 'the key itself' }"),
        ["config.auth.bearer"]
    );
}

#[tokio::test]
async fn its_health_is_unknown_while_it_can_be_reached_and_nothing_is_sent_to_find_out() {
    let account = Account::open().await;
    let health = account.instance.health(&context()).await.expect("an answer");
    assert_eq!((health.state, health.last_error), (HealthState::Unknown, None));
    assert!(health.latency.is_some());
    assert_eq!(account.sent(), []);
    // Another instance, since one remembers its health for a while.
    let other = instance(&account.running, "");
    account.running.stop().await;
    let health = other.health(&context()).await.expect("an answer");
    assert_eq!(health.state, HealthState::Down);
    assert!(health.last_error.is_some());
}

#[tokio::test]
async fn it_is_made_while_its_upstream_is_down_and_shows_no_secret() {
    let twin = std::sync::Arc::new(provider_telmetrics_twin::TelmetricsTwin::new());
    let running = RunningTwin::start(twin).await.expect("a port");
    let secret = running.secret().to_owned();
    let instance = instance(&running, "");
    assert!(!format!("{instance:?}").contains(&secret));
}
