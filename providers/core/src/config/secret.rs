//! Secrets: named in the configuration, kept elsewhere, never shown.

use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Value;

/// A secret. In the configuration stands where it is: `"${NAME}"` in the environment, or
/// `{ file = "path" }`, whose last line end is dropped.
///
/// It has no `Display` and no `Serialize`, and its `Debug` shows nothing, so it can't get into a message.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The secret itself, to be put on the wire and nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By way of a value, since serde's own errors repeat what they find: it may be the secret.
        let value = Value::deserialize(deserializer)?;
        let place = SecretPlace::of(&value).ok_or_else(|| {
            D::Error::custom("a secret does not stand here itself: write \"${NAME}\" or { file = \"path\" }")
        })?;
        place
            .read()
            .map(|secret| Self(secret.into()))
            .map_err(D::Error::custom)
    }
}

/// Where a secret is kept.
pub(super) enum SecretPlace {
    Environment(String),
    File(PathBuf),
}

impl SecretPlace {
    /// Reads `${NAME}` or `{ file = "path" }`.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => {
                let name = text.strip_prefix("${")?.strip_suffix('}')?;
                Some(Self::Environment(name.to_owned()))
            }
            Value::Table(table) if table.len() == 1 => {
                table.get("file")?.as_str().map(|path| Self::File(path.into()))
            }
            _ => None,
        }
    }

    /// Fetches the secret, or says why it is not to be had.
    pub(super) fn read(&self) -> Result<String, String> {
        let secret = match self {
            Self::Environment(name) => {
                std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))
            }
            Self::File(path) => read_file(path),
        }?;
        if secret.is_empty() {
            Err("the secret is empty".to_owned())
        } else {
            Ok(secret)
        }
    }
}

fn read_file(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("the file {} can't be read: {error}", path.display()))?;
    let line = text
        .strip_suffix('\n')
        .map(|text| text.strip_suffix('\r').unwrap_or(text));
    Ok(line.unwrap_or(&text).to_owned())
}
