//! Everything that is written from the folders of `providers/adapters`. `scripts/adapters` writes it anew.

mod folders;
mod guide;
mod list;
mod matrix;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path} can't be read: {error}"))
}

/// A file must be what it would be if it were written now. With `UPDATE=1` it is.
fn check(path: &str, expected: &str) {
    let written = fs::read_to_string(root().join(path)).unwrap_or_default();
    if written == expected {
        return;
    }
    assert!(
        std::env::var_os("UPDATE").is_some(),
        "{path} is out of date: run scripts/adapters, and read the difference"
    );
    fs::write(root().join(path), expected).unwrap_or_else(|error| panic!("{path} can't be written: {error}"));
    println!("written: {path}");
}

/// A text with something else between two of its lines.
fn replaced(path: &str, begin: &str, end: &str, between: &str) -> String {
    let text = read(path);
    let parts = text.split_once(begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(end)?;
        Some((before, after))
    });
    let (before, after) = parts.unwrap_or_else(|| panic!("{path} must hold the lines {begin} and {end}"));
    format!("{before}{begin}\n{between}{end}{after}")
}
