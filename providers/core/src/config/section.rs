//! Reading a part of the configuration so that as many faults as possible are told at once.

use serde::de::DeserializeOwned;
use toml::Value;

use super::ConfigFault;
use super::secret::SecretPlace;

/// Reads a value of the configuration that stands at `key`.
///
/// # Errors
/// Every secret that is not to be had, every unknown key (whether or not `T` denies them), and the first
/// value of a wrong type, each with the path of its key.
pub fn read_section<T: DeserializeOwned>(value: Value, key: &str) -> Result<T, Vec<ConfigFault>> {
    let mut faults = Vec::new();
    missing_secrets(&value, key, &mut faults);
    let mut unknown = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(value, &mut track);
    let read = serde_ignored::deserialize(tracked, |path| unknown.push(brackets(&path.to_string())));
    faults.extend(
        unknown
            .iter()
            .map(|path| ConfigFault::new(join(key, path), "unknown key")),
    );
    match read {
        Ok(read) if faults.is_empty() => Ok(read),
        Ok(_) => Err(faults),
        Err(error) => {
            let at = join(key, &track.path().to_string());
            if !faults.iter().any(|fault| fault.key() == at) {
                faults.push(ConfigFault::new(at, one_line(error)));
            }
            Err(faults)
        }
    }
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

fn one_line(error: impl ToString) -> String {
    error
        .to_string()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}
