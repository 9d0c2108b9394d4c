//! The settings of the client, and their faults.

use std::num::NonZeroU8;

use provider_core::http::HttpSettings;
use provider_core::port::OPERATIONS;

use super::support::{BEARER, configured};

const HERE: &str = "http://127.0.0.1:1";

/// The keys of the faults of a configuration that has some; nothing in them is the secret.
fn faults(base_url: &str, auth: &str, http: &str) -> Vec<String> {
    let faults = configured(base_url, auth, http).unwrap_err();
    for fault in &faults {
        let text = format!("{fault} {fault:?}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    faults.iter().map(|fault| fault.key().to_owned()).collect()
}

#[test]
fn everything_about_http_may_be_left_out() {
    assert!(configured(HERE, BEARER, "").is_ok());
    let read: HttpSettings = toml::from_str("").unwrap();
    assert_eq!(read, HttpSettings::default());
    assert_eq!(read.deepest_json, NonZeroU8::new(32).unwrap());
    let figures = [
        read.connect_timeout_ms,
        read.read_timeout_ms,
        read.largest_body_kib,
    ];
    assert_eq!(figures.map(u32::from), [3000, 10_000, 4096]);
}

#[test]
fn settings_that_make_no_sense_are_faults_at_their_keys() {
    for (http, key) in [
        ("connect_timeout_ms = 0", "config.http.connect_timeout_ms"),
        ("read_timeout_ms = -1", "config.http.read_timeout_ms"),
        ("largest_body_kib = 0", "config.http.largest_body_kib"),
        ("deepest_json = 128", "config.http.deepest_json"),
        ("deepest_json = 0", "config.http.deepest_json"),
        ("request_id_header = \"no name\"", "config.http.request_id_header"),
        (
            "base_urls = { \"orders.palce\" = \"https://a.example.com\" }",
            "config.http.base_urls.orders.palce",
        ),
        (
            "base_urls = { \"orders.place\" = \"http://a.example.com\" }",
            "config.http.base_urls.orders.place",
        ),
        ("read_timeout_seconds = 1", "config.http.read_timeout_seconds"),
    ] {
        assert_eq!(faults(HERE, BEARER, http), [key], "{http}");
    }
}

#[test]
fn credentials_that_can_not_be_sent_are_faults_at_their_keys() {
    for (auth, key) in [
        (
            "{ basic = { user = \"a:b\", password = SECRET } }",
            "config.auth.basic.user",
        ),
        (
            "{ header = { name = \"no name\", value = SECRET } }",
            "config.auth.header.name",
        ),
        (
            "{ header = { name = \"Content-Length\", value = SECRET } }",
            "config.auth.header.name",
        ),
        (
            "{ query = { name = \"\", value = SECRET } }",
            "config.auth.query.name",
        ),
    ] {
        assert_eq!(faults(HERE, auth, ""), [key], "{auth}");
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, b"hunter2\nhunter2").unwrap();
    let place = format!("{{ file = {:?} }}", file.path());
    for (auth, key) in [
        (format!("{{ bearer = {place} }}"), "config.auth.bearer"),
        (
            format!("{{ header = {{ name = \"X-Key\", value = {place} }} }}"),
            "config.auth.header.value",
        ),
    ] {
        assert_eq!(faults(HERE, &auth, ""), [key], "{auth}");
    }
}

#[test]
fn a_secret_written_where_it_should_not_be_is_not_repeated() {
    for auth in [
        "\"hunter2\"",
        "{ bearer = \"hunter2\" }",
        "{ basic = \"me:hunter2\" }",
        "{ header = \"X-Key: hunter2\" }",
        "{ query = \"hunter2\" }",
        "{ client_credentials = \"hunter2\" }",
        "{ header = { name = \"X-Key\", value = \"hunter2\" } }",
    ] {
        assert!(!faults(HERE, auth, "").is_empty(), "{auth}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let auth = "{ query = { name = \"\", value = SECRET } }";
    let http = "deepest_json = 200, request_id_header = \"a b\", base_urls = { nothing = \"https://a.example.com\" }";
    let mut keys = faults(HERE, auth, http);
    keys.sort();
    let expected = [
        "config.auth.query.name",
        "config.http.base_urls.nothing",
        "config.http.deepest_json",
        "config.http.request_id_header",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn every_operation_of_every_port_is_listed_once() {
    let mut written = vec!["provider.health".to_owned()];
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/port")).unwrap() {
        let path = file.unwrap().path();
        let port = format!("{}.", path.file_stem().unwrap().to_str().unwrap());
        let source = std::fs::read_to_string(&path).unwrap();
        let quoted = source.split('"').skip(1).step_by(2);
        written.extend(quoted.filter(|text| text.starts_with(&port)).map(str::to_owned));
    }
    let mut listed = OPERATIONS.map(str::to_owned);
    written.sort();
    listed.sort();
    assert_eq!(written, listed);
}
