//! Secrets and entries of the configuration.

use std::io::Write;

use provider_core::config::{GroupNames, GroupTable, ProviderEntry, Secret, read_section};
use provider_core::domain::{CustomerRef, GroupRef};
use serde::Deserialize;
use toml::Table;

#[derive(Deserialize)]
struct Settings {
    key: Secret,
}

fn read(text: &str) -> Result<Settings, Vec<provider_core::config::ConfigFault>> {
    read_section(text.parse::<Table>().unwrap().into(), "config")
}

#[test]
fn a_secret_is_read_from_a_file_without_its_last_line_end() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "s3cret with space ").unwrap();
    let settings = read(&format!("key = {{ file = {:?} }}", file.path())).unwrap();
    assert_eq!(settings.key.expose(), "s3cret with space ");
    assert!(!format!("{:?}", settings.key).contains("s3cret"));
}

#[test]
fn a_missing_or_empty_file_is_one_fault_at_its_key() {
    let empty = tempfile::NamedTempFile::new().unwrap();
    for path in [empty.path(), &empty.path().join("absent")] {
        let faults = read(&format!("key = {{ file = {path:?} }}")).err().unwrap();
        assert_eq!(
            faults.iter().map(|fault| fault.key()).collect::<Vec<_>>(),
            ["config.key"]
        );
    }
}

#[test]
fn the_debug_form_of_an_entry_shows_no_settings() {
    let table = "id = \"x\"\nkind = \"k\"\nconfig = { key = \"hunter2\" }"
        .parse()
        .unwrap();
    let entry = ProviderEntry::read(table, 1).unwrap();
    let shown = format!("{entry:?}");
    assert!(shown.contains("key") && !shown.contains("hunter2"), "{shown}");
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only whether it can be read is looked at")]
struct Many {
    count: u32,
    auth: Auth,
    ports: Vec<u16>,
    limits: Limits,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "only whether it can be read is looked at")]
enum Auth {
    Bearer(Secret),
    Basic { user: String, password: Secret },
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only whether it can be read is looked at")]
struct Limits {
    rows: u32,
    seconds: u32,
}

fn faulty_keys(text: &str) -> Vec<String> {
    let faults = read_section::<Many>(text.parse::<Table>().unwrap().into(), "config").unwrap_err();
    let mut keys: Vec<String> = faults.iter().map(|fault| fault.key().to_owned()).collect();
    keys.sort();
    keys
}

#[test]
fn every_value_of_a_wrong_type_is_reported_and_nothing_that_only_follows_from_it() {
    let keys = faulty_keys(
        r#"
        count = "many"
        auth = { basic = { user = 7, password = "${SWITCHBOARD_ABSENT_1}" } }
        ports = [1, "two", 3]
        limits = { rows = -1, seconds = "long", minutes = 1 }
        name = []
        color = "red"
        "#,
    );
    assert_eq!(
        keys,
        [
            "config.auth.basic.password",
            "config.auth.basic.user",
            "config.color",
            "config.count",
            "config.limits.minutes",
            "config.limits.rows",
            "config.limits.seconds",
            "config.name",
            "config.ports[1]",
        ]
    );
}

#[test]
fn an_unknown_variant_hides_no_fault_beside_it() {
    let keys = faulty_keys(
        "count = 1\nauth = { baerer = 1 }\nports = []\nlimits = { rows = 1, seconds = \"x\" }\nname = \"n\"",
    );
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(keys[0].starts_with("config.auth"), "{keys:?}");
    assert_eq!(keys[1], "config.limits.seconds");
}

#[test]
fn a_missing_key_is_reported_beside_wrong_ones() {
    let keys = faulty_keys("count = \"x\"\nauth = 1\nports = []\nlimits = { rows = 1 }\nname = \"n\"");
    assert_eq!(keys, ["config.auth", "config.count", "config.limits"]);
}

fn group(external_id: Option<&str>) -> GroupRef {
    GroupRef {
        id: 7,
        external_id: external_id.map(str::to_owned),
        name: "Sales".to_owned(),
        customer: CustomerRef {
            id: 3,
            code: "ACME".to_owned(),
        },
    }
}

#[test]
fn a_group_is_told_of_by_customer_and_name_then_by_name_then_by_its_external_id() {
    let table = |text: &str| -> GroupTable<u8> { text.parse::<Table>().unwrap().try_into().unwrap() };
    let all = table("\"ACME/Sales\" = 1\nSales = 2\nx7 = 3");
    assert_eq!(all.of(&group(Some("x7"))), Some(&1));
    assert_eq!(table("Sales = 2\nx7 = 3").of(&group(Some("x7"))), Some(&2));
    assert_eq!(table("x7 = 3").of(&group(Some("x7"))), Some(&3));
    assert_eq!(table("x7 = 3").of(&group(None)), None);
}

#[test]
fn a_group_goes_by_its_configured_name_and_else_by_its_external_id() {
    let names: GroupNames = "Sales = \"up\"\nx7 = \"not a group\""
        .parse::<Table>()
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(names.upstream_name(&group(Some("x7"))), Some("up"));
    assert_eq!(
        GroupNames::default().upstream_name(&group(Some("x7"))),
        Some("x7")
    );
    assert_eq!(GroupNames::default().upstream_name(&group(None)), None);
    assert_eq!((names.of_key("Sales"), names.of_key("other")), ("up", "other"));
}
