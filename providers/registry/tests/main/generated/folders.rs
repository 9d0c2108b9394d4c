//! What the folders of `providers/adapters` say about themselves.

use std::fs;

use toml::Table;

use super::{read, root};

/// A folder of `providers/adapters`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Folder {
    /// Its name, which is the kind.
    pub(super) kind: String,
    /// The adapter's package, and the path of its type.
    pub(super) package: String,
    pub(super) adapter: String,
    /// The twin's package, and the path of its type.
    pub(super) twin_package: String,
    pub(super) twin: String,
}

/// All folders, by name.
pub(super) fn folders() -> Vec<Folder> {
    let found = fs::read_dir(root().join("providers/adapters")).unwrap();
    let mut names: Vec<String> = found
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names.iter().map(|name| folder(name)).collect()
}

fn folder(name: &str) -> Folder {
    let place = format!("providers/adapters/{name}/Cargo.toml");
    let twin_place = format!("providers/adapters/{name}/twin/Cargo.toml");
    let (manifest, twin_manifest) = (read(&place), read(&twin_place));
    described(name, &manifest, &twin_manifest)
        .unwrap_or_else(|fault| panic!("{place} or the one of its twin: {fault}"))
}

/// Reads the manifests of an adapter and its twin.
fn described(name: &str, manifest: &str, twin_manifest: &str) -> Result<Folder, String> {
    let package = package(manifest)?;
    let twin_package = package_name(&self::package(twin_manifest)?)?;
    let metadata = package
        .get("metadata")
        .and_then(|metadata| metadata.get("adapter"));
    let said = |key: &str| metadata?.get(key)?.as_str();
    let kind = said("kind").ok_or(format!(
        "[package.metadata.adapter] has no kind; write kind = \"{name}\""
    ))?;
    if kind != name {
        return Err(format!("the kind {kind} must be the name of the folder, {name}"));
    }
    let package = package_name(&package)?;
    let adapter = said("adapter").map_or_else(|| type_name(kind), str::to_owned);
    let twin = said("twin").map_or_else(|| format!("{adapter}Twin"), str::to_owned);
    Ok(Folder {
        kind: kind.to_owned(),
        adapter: format!("{}::{adapter}", package.replace('-', "_")),
        package,
        twin: format!("{}::{twin}", twin_package.replace('-', "_")),
        twin_package,
    })
}

fn package(manifest: &str) -> Result<Table, String> {
    let manifest: Table = manifest.parse().map_err(|error| format!("{error}"))?;
    let package = manifest.get("package").and_then(toml::Value::as_table);
    package.cloned().ok_or_else(|| "[package] is missing".to_owned())
}

fn package_name(package: &Table) -> Result<String, String> {
    let name = package.get("name").and_then(toml::Value::as_str);
    name.map(str::to_owned)
        .ok_or_else(|| "[package] has no name".to_owned())
}

/// `acme-voice` is `AcmeVoice`.
fn type_name(kind: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_uppercase() + rest
    };
    kind.split('-').map(word).collect()
}

const TWIN: &str = "[package]\nname = \"provider-acme-voice-twin\"";

#[test]
fn types_are_named_after_the_kind_unless_the_folder_says_otherwise() {
    let manifest =
        "[package]\nname = \"provider-acme-voice\"\n[package.metadata.adapter]\nkind = \"acme-voice\"\n";
    let folder = described("acme-voice", manifest, TWIN).unwrap();
    assert_eq!(folder.adapter, "provider_acme_voice::AcmeVoice");
    assert_eq!(folder.twin, "provider_acme_voice_twin::AcmeVoiceTwin");
    let manifest = format!("{manifest}adapter = \"Acme\"\ntwin = \"Simulated\"");
    let folder = described("acme-voice", &manifest, TWIN).unwrap();
    assert_eq!(folder.adapter, "provider_acme_voice::Acme");
    assert_eq!(folder.twin, "provider_acme_voice_twin::Simulated");
}

#[test]
fn a_folder_that_does_not_say_its_kind_or_says_another_is_told_what_to_write() {
    let manifest = "[package]\nname = \"provider-acme-voice\"\n";
    let fault = described("acme-voice", manifest, TWIN).unwrap_err();
    assert!(fault.contains("kind = \"acme-voice\""), "{fault}");
    let manifest = format!("{manifest}[package.metadata.adapter]\nkind = \"other\"");
    assert!(described("acme-voice", &manifest, TWIN).is_err());
}
