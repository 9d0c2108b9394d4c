//! Reading JSON that comes from outside.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::config::expected;

/// Reads JSON that is nested no deeper than `deepest`, or says where it does not fit and what is expected
/// there; never what was found, as it may be a name.
pub(super) fn decode<T: DeserializeOwned>(json: &[u8], deepest: usize) -> Result<T, String> {
    if is_deeper(json, deepest) {
        return Err(format!("is nested deeper than {deepest} (http.deepest_json)"));
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| complaint(&error))?;
    match reader.end() {
        Ok(()) => Ok(value),
        Err(_) => Err("goes on after its end".to_owned()),
    }
}

/// Whether lists and objects are nested deeper than `deepest`, found without parsing.
fn is_deeper(json: &[u8], deepest: usize) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > deepest {
            return true;
        }
    }
    false
}

/// A path as `numbers[3].status`. A key that does not look like a field's name is the upstream's own text.
fn place(path: &Path) -> String {
    let mut written = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => written.push_str(&format!("[{index}]")),
            Segment::Map { key } if is_field(key) => {
                if !written.is_empty() {
                    written.push('.');
                }
                written.push_str(key);
            }
            Segment::Map { .. } | Segment::Unknown => written.push_str("[*]"),
            Segment::Enum { .. } => {}
        }
    }
    if written.is_empty() {
        written.push_str("the top");
    }
    written
}

fn is_field(key: &str) -> bool {
    key.len() <= 40
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What is wrong and where, of an error whose message may also say what was found.
fn complaint(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    if !error.inner().is_data() {
        return "is not valid JSON".to_owned();
    }
    let message = error.inner().to_string();
    let message = message
        .rfind(" at line ")
        .map_or(&*message, |end| &message[..end]);
    let wrong = expected(message).unwrap_or("not as the upstream's document says");
    format!("at {}: {wrong}", place(error.path()))
}
