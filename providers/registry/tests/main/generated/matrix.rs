//! What each adapter can do, as the README shows it: from real instances, beside which nothing is declared.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use provider_core::provider::{Capability, Instance};
use provider_registry::{all, twins};
use strum::IntoEnumIterator as _;
use toml::{Table, Value};

use super::folders::folders;
use super::{check, read, replaced};

/// An instance of each kind, with its twin as the upstream, which need not run.
pub(super) fn instances() -> BTreeMap<String, Instance> {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "secret").unwrap();
    let build = |kind: &str, config: Table| {
        let table = Table::from_iter([
            ("id".to_owned(), Value::from(kind)),
            ("kind".to_owned(), Value::from(kind)),
            ("config".to_owned(), Value::Table(config)),
        ]);
        let built = all().build_all(vec![table]);
        built
            .unwrap_or_else(|faults| panic!("{kind} is not built: {faults:?}"))
            .remove(0)
    };
    let config = |secret: &Path, kind: &provider_registry::TwinKind| {
        (kind.make)().config("http://127.0.0.1:9", secret)
    };
    twins()
        .iter()
        .map(|twin| {
            (
                twin.kind.to_owned(),
                build(twin.kind, config(secret.path(), twin)),
            )
        })
        .collect()
}

#[test]
fn adapters_and_twins_are_of_the_kinds_that_their_folders_say() {
    let folders: Vec<String> = folders().into_iter().map(|folder| folder.kind).collect();
    assert_eq!(
        all().kinds().collect::<Vec<_>>(),
        folders,
        "KIND of an adapter is the name of its folder; after a folder was added or removed, run scripts/adapters"
    );
    let twins: Vec<_> = twins()
        .iter()
        .map(|twin| (twin.kind, (twin.make)().kind()))
        .collect();
    let same: Vec<_> = folders
        .iter()
        .map(|kind| (kind.as_str(), kind.as_str()))
        .collect();
    assert_eq!(twins, same, "kind() of a twin is the name of its folder");
}

#[test]
fn the_readme_shows_what_each_adapter_can_do() {
    let known = folders().into_iter().map(|folder| folder.kind);
    assert!(
        all().kinds().eq(known),
        "the list of adapters is older than the folders: run scripts/adapters"
    );
    let matrix = matrix(&instances());
    check(
        "README.md",
        &replaced("README.md", "<!-- adapters -->", "<!-- /adapters -->", &matrix),
    );
}

/// The table. The row of the own inventory, which this crate can't see, stays as it is: a test of the service writes it.
fn matrix(instances: &BTreeMap<String, Instance>) -> String {
    let mut text = "\n| provider |".to_owned();
    for port in Capability::iter() {
        write!(text, " `{port}` |").unwrap();
    }
    text.push_str("\n|---|");
    Capability::iter().for_each(|_| text.push_str(":-:|"));
    let readme = read("README.md");
    let own = readme.lines().find(|line| line.starts_with("| Own inventory |"));
    text.extend(own.into_iter().flat_map(|row| ["\n", row]));
    for (kind, instance) in instances {
        let ports = instance.ports().capabilities();
        let title = instance.info().title;
        write!(text, "\n| [{title}](providers/adapters/{kind}/README.md) |").unwrap();
        for port in Capability::iter() {
            text.push_str(if ports.contains(&port) { " ✓ |" } else { "  |" });
        }
    }
    text + "\n\n"
}

#[test]
fn every_adapter_can_do_something_and_is_of_its_kind() {
    for (kind, instance) in instances() {
        assert!(!instance.ports().capabilities().is_empty(), "{kind} has no port");
        assert_eq!(instance.info().kind, kind);
    }
}
