//! The shape of the workspace: which crate may depend on which, and what no crate may do.

#![allow(clippy::expect_used, reason = "only tests are here, their helpers included")]

use std::{collections::BTreeSet, path::PathBuf, process::Command};

use serde_json::Value;

/// Every crate of the workspace and all that it may depend on; see ARCHITECTURE.md. Those below `providers/adapters`
/// are found by themselves, since adding one touches its folder only.
const EDGES: &[(&str, &[&str])] = &[
    (
        "api",
        &[
            "exports",
            "graphql-server",
            "mail",
            "numbering",
            "provider-core",
            "provider-registry",
            "provider-testkit",
            "queues",
            "service",
            "web",
        ],
    ),
    (
        "benches",
        &[
            "calls",
            "numbering",
            "provider-core",
            "provider-testkit",
            "service",
            "store",
        ],
    ),
    ("calls", &["numbering", "provider-core"]),
    ("entity", &[]),
    ("exports", &["provider-core"]),
    ("graphql-server", &[]),
    ("mail", &[]),
    ("migration", &[]),
    ("numbering", &[]),
    ("provider-core", &["numbering"]),
    ("provider-registry", &["provider-core", "provider-testkit"]),
    ("provider-testkit", &["provider-core"]),
    ("queues", &["provider-core"]),
    (
        "service",
        &[
            "calls",
            "exports",
            "mail",
            "numbering",
            "provider-core",
            "queues",
            "store",
        ],
    ),
    (
        "store",
        &[
            "calls",
            "entity",
            "migration",
            "numbering",
            "provider-core",
            "queues",
        ],
    ),
    ("tests", &[]),
    ("web", &[]),
];

/// What an adapter may depend on, and with its twin, what their tests may use besides.
const ADAPTER: &[&str] = &["provider-core"];
const TWIN: &[&str] = &["provider-core", "provider-testkit"];

/// What must stay out of every crate below `providers/adapters`, tests included: there is one HTTP client.
const FORBIDDEN_TO_ADAPTERS: &[&str] = &["async-graphql", "axum", "hyper", "reqwest", "sea-orm", "sqlx"];

/// What must stay out of a crate's own dependencies.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("api", &["sea-orm", "sqlx"]),
    ("calls", &["tokio", "sea-orm", "sqlx", "async-graphql", "axum"]),
    ("exports", &["sea-orm", "sqlx", "async-graphql", "axum"]),
    ("graphql-server", &["sea-orm", "sqlx"]),
    ("mail", &["sea-orm", "sqlx", "async-graphql", "axum"]),
    ("migration", &["entity"]),
    (
        "numbering",
        &["tokio", "sea-orm", "async-graphql", "axum", "reqwest"],
    ),
    ("provider-core", &["sea-orm", "sqlx", "async-graphql", "axum"]),
    (
        "provider-registry",
        &["sea-orm", "sqlx", "async-graphql", "axum", "reqwest"],
    ),
    ("provider-testkit", &["sea-orm", "sqlx", "async-graphql", "axum"]),
    ("queues", &["sea-orm", "sqlx", "async-graphql", "axum", "tokio"]),
    ("service", &["sea-orm", "sqlx", "async-graphql", "axum"]),
    ("store", &["async-graphql", "axum", "reqwest"]),
];

/// A package of the workspace.
struct Package {
    name: String,
    manifest: PathBuf,
    /// Its dependencies, those of tests aside.
    needs: BTreeSet<String>,
    /// Those of its tests.
    tests_need: BTreeSet<String>,
}

/// What a package is, where there are many of a sort.
#[derive(Debug, PartialEq)]
enum Role {
    Adapter,
    Twin,
    Other,
}

impl Package {
    fn role(&self) -> Role {
        let path = self.manifest.to_string_lossy().replace('\\', "/");
        let inside = path.rsplit_once("/providers/adapters/").map(|(_, inside)| inside);
        match inside.map(|inside| inside.matches('/').count()) {
            Some(1) => Role::Adapter,
            Some(_) => Role::Twin,
            None => Role::Other,
        }
    }
}

/// Each package of the workspace.
fn packages() -> Vec<Package> {
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
    let packages = list(&metadata["packages"]);
    let package = |package: &Value| {
        let (for_tests, always): (Vec<Value>, Vec<Value>) = list(&package["dependencies"])
            .into_iter()
            .partition(|dependency| dependency["kind"] == "dev");
        let names = |of: &[Value]| of.iter().map(|dependency| text(&dependency["name"])).collect();
        Package {
            name: text(&package["name"]),
            manifest: text(&package["manifest_path"]).into(),
            needs: names(&always),
            tests_need: names(&for_tests),
        }
    };
    packages.iter().map(package).collect()
}

/// Those of some names that are packages of the workspace.
fn own<'a>(names: &'a BTreeSet<String>, packages: &[Package]) -> BTreeSet<&'a str> {
    let known = |name: &&str| packages.iter().any(|package| package.name == *name);
    names.iter().map(String::as_str).filter(known).collect()
}

#[test]
fn crates_depend_only_on_what_the_architecture_allows() {
    let packages = packages();
    let role = |name: &str| packages.iter().find(|p| p.name == name).map(Package::role);
    let others = packages.iter().filter(|package| package.role() == Role::Other);
    let names: BTreeSet<&str> = others.clone().map(|package| package.name.as_str()).collect();
    let known: BTreeSet<&str> = EDGES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, known, "every crate has its row in EDGES");
    for package in others {
        let allowed = EDGES.iter().find(|(name, _)| *name == package.name);
        let allowed = allowed.map_or(&[][..], |(_, allowed)| allowed);
        let mut own = own(&package.needs, &packages);
        match package.name.as_str() {
            "provider-registry" => own.retain(|name| role(name) == Some(Role::Other)),
            // They measure against simulated upstreams, and against no adapter by name.
            "benches" => own.retain(|name| role(name) != Some(Role::Twin)),
            _ => {}
        }
        assert!(
            own.iter().all(|name| allowed.contains(name)),
            "{} depends on {own:?}, and may on {allowed:?}",
            package.name
        );
    }
}

#[test]
fn adapters_know_the_contract_and_their_twins_the_testkit_and_neither_knows_the_other() {
    let packages = packages();
    let mut seen = 0;
    for package in &packages {
        let name = &package.name;
        let twin = format!("{name}-twin");
        let (allowed, in_tests): (&[&str], &[&str]) = match package.role() {
            Role::Adapter => (ADAPTER, &[&twin, "provider-testkit"]),
            Role::Twin => (TWIN, &[]),
            Role::Other => continue,
        };
        seen += 1;
        let own_needs = own(&package.needs, &packages);
        assert!(
            own_needs.iter().all(|name| allowed.contains(name)),
            "{name} depends on {own_needs:?}, and may on {allowed:?}"
        );
        let own_tests = own(&package.tests_need, &packages);
        assert!(
            own_tests
                .iter()
                .all(|name| allowed.contains(name) || in_tests.contains(name)),
            "the tests of {name} depend on {own_tests:?}, and may on {allowed:?} and {in_tests:?}"
        );
        let all = package.needs.union(&package.tests_need);
        let hits: Vec<&String> = all
            .filter(|name| FORBIDDEN_TO_ADAPTERS.contains(&name.as_str()))
            .collect();
        assert!(hits.is_empty(), "{name} must not depend on {hits:?}");
    }
    assert!(seen >= 8, "{seen} crates below providers/adapters");
}

#[test]
fn crates_stay_free_of_what_belongs_elsewhere() {
    let packages = packages();
    for (name, forbidden) in FORBIDDEN {
        let package = packages.iter().find(|package| package.name == *name);
        let needs = &package.expect("every crate of FORBIDDEN is there").needs;
        let hits: Vec<&&str> = forbidden
            .iter()
            .filter(|crate_name| needs.contains(**crate_name))
            .collect();
        assert!(hits.is_empty(), "{name} must not depend on {hits:?}");
    }
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for package in packages() {
        let manifest = package.manifest.display();
        let text = std::fs::read_to_string(&package.manifest).expect("a manifest");
        assert!(
            text.contains("[lints]\nworkspace = true"),
            "{manifest} inherits the lints, unsafe code forbidden"
        );
    }
}
