//! Secrets and entries of the configuration.

use std::io::Write;

use provider_core::config::{ProviderEntry, Secret, read_section};
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
