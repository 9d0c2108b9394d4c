//! The shape of the workspace: which crate may depend on which, and what no crate may do.

#![allow(clippy::expect_used, reason = "only tests are here, their helpers included")]

use std::{collections::BTreeMap, collections::BTreeSet, process::Command};

use serde_json::Value;

/// Every crate of the workspace and all that it may depend on; see ARCHITECTURE.md.
const EDGES: &[(&str, &[&str])] = &[
    (
        "api",
        &[
            "graphql-server",
            "numbering",
            "provider-core",
            "provider-registry",
            "service",
            "web",
        ],
    ),
    ("benches", &["numbering", "provider-core", "service", "store"]),
    ("entity", &[]),
    ("graphql-server", &[]),
    ("migration", &[]),
    ("numbering", &[]),
    ("provider-core", &["numbering"]),
    ("provider-registry", &["provider-core"]),
    ("service", &["numbering", "provider-core", "store"]),
    ("store", &["entity", "migration", "numbering", "provider-core"]),
    ("tests", &[]),
    ("web", &[]),
];

/// What must stay out of a crate's own dependencies.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("api", &["sea-orm", "sqlx"]),
    ("graphql-server", &["sea-orm", "sqlx"]),
    ("migration", &["entity"]),
    (
        "numbering",
        &["tokio", "sea-orm", "async-graphql", "axum", "reqwest"],
    ),
    ("provider-core", &["sea-orm", "sqlx", "async-graphql", "axum"]),
    ("provider-registry", &["sea-orm", "sqlx", "async-graphql", "axum"]),
    ("service", &["sea-orm", "sqlx", "async-graphql", "axum"]),
    ("store", &["async-graphql", "axum", "reqwest"]),
];

/// Each package of the workspace with its dependencies; those of tests aside.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo metadata runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let needed = list(&package["dependencies"])
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| text(&dependency["name"]))
                .collect();
            (text(&package["name"]), needed)
        })
        .collect()
}

#[test]
fn crates_depend_only_on_what_the_architecture_allows() {
    let found = dependencies();
    let names: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    let known: BTreeSet<&str> = EDGES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, known, "every crate has its row in EDGES");
    for (name, allowed) in EDGES {
        let own: BTreeSet<&str> = found[*name]
            .iter()
            .map(String::as_str)
            .filter(|d| names.contains(d))
            .collect();
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        assert!(
            own.is_subset(&allowed),
            "{name} depends on {own:?}, and may on {allowed:?}"
        );
    }
}

#[test]
fn crates_stay_free_of_what_belongs_elsewhere() {
    let found = dependencies();
    for (name, forbidden) in FORBIDDEN {
        let hits: Vec<&&str> = forbidden
            .iter()
            .filter(|crate_name| found[*name].contains(**crate_name))
            .collect();
        assert!(hits.is_empty(), "{name} must not depend on {hits:?}");
    }
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for (name, _) in EDGES {
        let folder = match *name {
            "provider-core" => "providers/core",
            "provider-registry" => "providers/registry",
            other => other,
        };
        let manifest = format!("{}/../{folder}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&manifest).expect("a manifest");
        assert!(
            text.contains("[lints]\nworkspace = true"),
            "{manifest} inherits the lints, unsafe code forbidden"
        );
    }
}
