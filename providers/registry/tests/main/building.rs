//! Building providers from configuration.

use std::sync::Arc;

use async_trait::async_trait;
use provider_core::adapter::Adapter;
use provider_core::call::CallContext;
use provider_core::config::{ConfigFault, Secret};
use provider_core::domain::{KpiAnswer, KpiQuery, NumberQuery, StockNumber};
use provider_core::error::{ErrorKind, ProviderError, Result};
use provider_core::port::{KpiTerms, MatchTerms, NumberKpis, NumberSearch, SearchTerms};
use provider_core::provider::{Capability, Health, HealthState, Instance, Ports, Provider, ProviderInfo};
use provider_registry::Adapters;
use serde::Deserialize;
use toml::Table;

/// Set by Cargo for every test, so a real variable of the environment.
const VARIABLE: &str = "CARGO_PKG_NAME";

#[derive(Debug)]
struct Sample {
    info: ProviderInfo,
    search: SearchTerms,
    kpis: KpiTerms,
    key: Secret,
}

#[derive(Deserialize)]
struct SampleConfig {
    key: Secret,
    largest_limit: u32,
    second_key: Option<Secret>,
}

impl Adapter for Sample {
    const KIND: &'static str = "sample";
    const TITLE: &'static str = "Sample";
    type Config = SampleConfig;

    fn build(info: ProviderInfo, config: SampleConfig) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
        if config.largest_limit == 0 {
            return Err(vec![ConfigFault::new("config.largest_limit", "must be positive")]);
        }
        let search = SearchTerms {
            matches: MatchTerms::everything(),
            largest_limit: config.largest_limit,
        };
        let kpis = KpiTerms {
            groupings: [].into(),
            statuses: [].into(),
            filters_dealers: false,
            number_types: [].into(),
        };
        drop(config.second_key);
        Ok(Arc::new(Self {
            info,
            search,
            kpis,
            key: config.key,
        }))
    }
}

#[async_trait]
impl Provider for Sample {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            search: Some(self.clone()),
            kpis: Some(self),
            ..Ports::default()
        }
    }

    async fn health(&self, _: &CallContext) -> Result<Health> {
        let checked_at = jiff::Timestamp::now();
        let known = !self.key.expose().is_empty();
        Ok(Health {
            state: if known { HealthState::Up } else { HealthState::Down },
            latency: None,
            checked_at,
            last_error: None,
        })
    }
}

#[async_trait]
impl NumberSearch for Sample {
    fn terms(&self) -> &SearchTerms {
        &self.search
    }

    async fn search(&self, _: &CallContext, _: &NumberQuery) -> Result<Vec<StockNumber>> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl NumberKpis for Sample {
    fn terms(&self) -> &KpiTerms {
        &self.kpis
    }

    async fn count(&self, _: &CallContext, _: &KpiQuery) -> Result<KpiAnswer> {
        Err(ProviderError::new(ErrorKind::Unavailable, "kpis.count", "down"))
    }
}

fn tables(text: &str) -> Vec<Table> {
    let mut file: Table = text.parse().unwrap();
    let Some(toml::Value::Array(entries)) = file.remove("provider") else {
        panic!("no [[provider]]")
    };
    entries
        .into_iter()
        .map(|entry| entry.try_into().unwrap())
        .collect()
}

fn build(text: &str) -> Result<Vec<Instance>, Vec<ConfigFault>> {
    Adapters::default().with::<Sample>().build_all(tables(text))
}

fn faults(text: &str) -> Vec<(String, String)> {
    let place = |fault: &ConfigFault| {
        (
            fault.instance().unwrap_or_default().to_owned(),
            fault.key().to_owned(),
        )
    };
    let mut places: Vec<_> = build(text).unwrap_err().iter().map(place).collect();
    places.sort();
    places
}

fn at(instance: &str, key: &str) -> (String, String) {
    (instance.to_owned(), key.to_owned())
}

#[test]
fn several_instances_of_a_kind_are_built_in_their_order() {
    let instances = build(&format!(
        r#"
        [[provider]]
        id = "b"
        kind = "sample"
        config = {{ key = "${{{VARIABLE}}}", largest_limit = 10 }}
        [[provider]]
        id = "a"
        kind = "sample"
        config = {{ key = "${{{VARIABLE}}}", largest_limit = 20 }}
        policy = {{ timeout_seconds = 2 }}
        "#
    ))
    .unwrap();
    let ids: Vec<_> = instances
        .iter()
        .map(|instance| instance.info().id.as_str())
        .collect();
    assert_eq!(ids, ["b", "a"]);
    let limits: Vec<_> = instances
        .iter()
        .map(|instance| instance.ports().search.as_ref().unwrap().terms().largest_limit)
        .collect();
    assert_eq!(limits, [10, 20]);
}

#[test]
fn an_unknown_kind_lists_the_known_ones() {
    let faults = build("[[provider]]\nid = \"x\"\nkind = \"nope\"").unwrap_err();
    assert_eq!((faults[0].instance(), faults[0].key()), (Some("x"), "kind"));
    assert!(faults[0].message().contains("sample"));
}

#[test]
fn of_two_adapters_of_one_kind_neither_is_used() {
    let adapters = Adapters::default().with::<Sample>().with::<Sample>();
    assert_eq!(adapters.kinds().collect::<Vec<_>>(), ["sample"]);
    let table = format!(
        "[[provider]]\nid = \"x\"\nkind = \"sample\"\nconfig = {{ key = \"${{{VARIABLE}}}\", largest_limit = 1 }}"
    );
    let faults = adapters.build_all(tables(&table)).unwrap_err();
    assert_eq!((faults.len(), faults[0].key()), (1, "kind"));
}

#[test]
fn the_id_of_the_own_inventory_is_taken() {
    let found = faults(&format!(
        r#"
        [[provider]]
        id = "inventory"
        kind = "sample"
        config = {{ key = "${{{VARIABLE}}}", largest_limit = 0 }}
        "#
    ));
    assert_eq!(
        found,
        [at("inventory", "config.largest_limit"), at("inventory", "id")]
    );
}

#[test]
fn a_denied_port_is_gone_from_the_capabilities() {
    let instances = build(&format!(
        r#"
        [[provider]]
        id = "x"
        kind = "sample"
        deny = ["kpis", "pools"]
        config = {{ key = "${{{VARIABLE}}}", largest_limit = 10 }}
        "#
    ))
    .unwrap();
    assert_eq!(instances[0].ports().capabilities(), [Capability::Search].into());
    assert!(instances[0].ports().kpis.is_none());
}

#[test]
fn the_faults_of_all_tables_are_reported_together() {
    let found = faults(&format!(
        r#"
        [[provider]]
        id = "first"
        kind = "sample"
        deny = ["serach"]
        policy = {{ timeout_seconds = 0 }}
        colour = "red"
        config = {{ largest_limit = "many" }}
        [[provider]]
        id = "Not an id"
        [[provider]]
        id = "third"
        kind = "sample"
        config = {{ key = "${{SWITCHBOARD_ABSENT_1}}", second_key = "${{SWITCHBOARD_ABSENT_2}}", size = 1 }}
        [[provider]]
        id = "fourth"
        kind = "sample"
        config = {{ key = "${{{VARIABLE}}}", largest_limit = 0 }}
        [[provider]]
        id = "fourth"
        kind = "sample"
        config = {{ key = "${{{VARIABLE}}}", largest_limit = "many" }}
        "#
    ));
    for fault in [
        at("first", "deny[0]"),
        at("first", "policy.timeout_seconds"),
        at("first", "colour"),
        at("first", "config.largest_limit"),
        at("#2", "id"),
        at("#2", "kind"),
        at("third", "config.key"),
        at("third", "config.second_key"),
        at("third", "config.size"),
        at("fourth", "config.largest_limit"),
        at("fourth", "id"),
    ] {
        assert!(found.contains(&fault), "{fault:?} is missing in {found:?}");
    }
    assert_eq!(
        found
            .iter()
            .filter(|fault| **fault == at("fourth", "config.largest_limit"))
            .count(),
        2
    );
}

#[test]
fn an_unknown_key_is_refused_although_the_adapter_does_not_deny_it() {
    let found = faults(&format!(
        r#"
        [[provider]]
        id = "x"
        kind = "sample"
        config = {{ key = "${{{VARIABLE}}}", largest_limit = 1, larger_limit = 2 }}
        "#
    ));
    assert_eq!(found, [at("x", "config.larger_limit")]);
}

#[test]
fn a_secret_is_read_from_the_environment_and_never_shown() {
    let secret = std::env::var(VARIABLE).unwrap();
    let config = format!("key = \"${{{VARIABLE}}}\"\nlargest_limit = 1")
        .parse::<Table>()
        .unwrap();
    let config: SampleConfig = provider_core::config::read_section(config.into(), "config").unwrap();
    assert_eq!(config.key.expose(), secret);
    assert!(!format!("{:?}", config.key).contains(&secret));
    let info = ProviderInfo {
        id: "x".parse().unwrap(),
        kind: Sample::KIND,
        title: Sample::TITLE,
    };
    let provider = Sample::build(info, config).unwrap();
    assert!(!format!("{provider:?}").contains(&secret));
}

#[test]
fn a_secret_written_into_the_file_is_refused_and_not_repeated() {
    for literal in ["\"hunter2-hunter2\"", "982451653"] {
        let faults = build(&format!(
            "[[provider]]\nid = \"x\"\nkind = \"sample\"\nconfig = {{ key = {literal}, largest_limit = 1 }}"
        ))
        .unwrap_err();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].key(), "config.key");
        assert!(!format!("{} {:?}", faults[0], faults[0]).contains(literal.trim_matches('"')));
    }
}

#[test]
fn every_kind_of_the_list_is_a_valid_word() {
    for kind in provider_registry::all().with::<Sample>().kinds() {
        assert!(
            kind.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{kind}"
        );
    }
}
