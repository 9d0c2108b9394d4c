//! Reading a part of the configuration so that as many faults as possible are told at once.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment, Track};
use toml::Value;

use super::ConfigFault;
use super::expected::expected;
use super::secret::SecretPlace;

/// Reads a value of the configuration that stands at `key`.
///
/// # Errors
/// Each with the path of its key: every secret that is not to be had, every unknown key (whether or not `T`
/// denies them), every value of a wrong type (of a list the first), and the first key that is missing.
pub fn read_section<T: DeserializeOwned>(mut value: Value, key: &str) -> Result<T, Vec<ConfigFault>> {
    let mut faults = Faults::default();
    missing_secrets(&value, key, &mut faults.found);
    // A reader stops at its first fault: what it stopped at is taken out, and the rest read again.
    let mut taken: Vec<Vec<String>> = Vec::new();
    loop {
        let (read, unknown) = attempt::<T>(value.clone());
        for path in unknown {
            faults.add(join(key, &path), "unknown key".to_owned());
        }
        let stop = match read {
            Ok(read) if faults.found.is_empty() => return Ok(read),
            Ok(_) => return Err(faults.found),
            Err(stop) => stop,
        };
        if !taken.iter().any(|gone| stop.follows_from(gone)) {
            faults.add(join(key, &stop.path.to_string()), stop.message.clone());
        }
        match take_out(&mut value, &stop.path) {
            Some(gone) => taken.push(gone),
            None => return Err(faults.found),
        }
    }
}

/// Faults found so far, one for each key.
#[derive(Default)]
struct Faults {
    found: Vec<ConfigFault>,
}

impl Faults {
    fn add(&mut self, key: String, message: String) {
        if !self.found.iter().any(|fault| fault.key() == key) {
            self.found.push(ConfigFault::new(key, message));
        }
    }
}

/// Where a reader gave up, and why.
struct Stop {
    path: Path,
    message: String,
}

impl Stop {
    /// Whether it would not have given up if a key had not been taken out before.
    fn follows_from(&self, gone: &[String]) -> bool {
        let own: Vec<String> = self.path.iter().map(ToString::to_string).collect();
        let missing = self.message.strip_prefix("missing field `");
        gone.strip_prefix(own.as_slice())
            .and_then(|inside| inside.first())
            .is_some_and(|first| missing.is_none_or(|name| name.strip_suffix('`') == Some(first)))
    }
}

/// Reads a value once; also gives the keys that nobody asked for.
fn attempt<T: DeserializeOwned>(value: Value) -> (Result<T, Stop>, Vec<String>) {
    let mut unknown = Vec::new();
    let mut track = Track::new();
    let tracked = serde_path_to_error::Deserializer::new(value, &mut track);
    let read = serde_ignored::deserialize(tracked, |path| unknown.push(brackets(&path.to_string())));
    let stop = |error: toml::de::Error| Stop {
        message: one_line(expected(error.message()).unwrap_or(error.message())),
        path: track.path(),
    };
    (read.map_err(stop), unknown)
}

/// Takes the key out of a value that a path leads to, or the last one on the way that can be taken out: entries of
/// lists stay, since the places of those after them are told to people. Gives what was taken, if anything was.
fn take_out(value: &mut Value, path: &Path) -> Option<Vec<String>> {
    let mut keys: Vec<String> = Vec::new();
    let mut reached = &*value;
    for segment in path.iter() {
        let (Segment::Map { key } | Segment::Enum { variant: key }) = segment else {
            break;
        };
        let Some(next) = reached.get(key) else { break };
        keys.push(key.clone());
        reached = next;
    }
    let (last, above) = keys.split_last()?;
    let parent = above
        .iter()
        .try_fold(value, |reached, key| reached.get_mut(key.as_str()))?;
    parent.as_table_mut()?.remove(last)?;
    Some(keys)
}

fn missing_secrets(value: &Value, key: &str, faults: &mut Vec<ConfigFault>) {
    if let Some(place) = SecretPlace::of(value) {
        faults.extend(place.read().err().map(|message| ConfigFault::new(key, message)));
        return;
    }
    match value {
        Value::Table(table) => {
            for (name, inner) in table {
                missing_secrets(inner, &join(key, name), faults);
            }
        }
        Value::Array(entries) => {
            for (at, inner) in entries.iter().enumerate() {
                missing_secrets(inner, &format!("{key}[{at}]"), faults);
            }
        }
        _ => {}
    }
}

fn join(key: &str, path: &str) -> String {
    match path {
        "." | "" => key.to_owned(),
        indexed if indexed.starts_with('[') => format!("{key}{indexed}"),
        named => format!("{key}.{named}"),
    }
}

/// Writes places in a list as the other faults do: `a.0.b` as `a[0].b`.
fn brackets(path: &str) -> String {
    let mut written = String::with_capacity(path.len());
    for segment in path.split('.') {
        if segment.bytes().all(|byte| byte.is_ascii_digit()) {
            written.extend(["[", segment, "]"]);
        } else if written.is_empty() {
            written.push_str(segment);
        } else {
            written.extend([".", segment]);
        }
    }
    written
}

fn one_line(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}
