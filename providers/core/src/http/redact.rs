//! Keeping our secrets out of what an upstream says.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// The secrets that were sent with a request: an upstream that repeats them must not be repeated. Some say
/// `invalid key "..."`, and what an upstream says about a refusal is shown to people.
#[derive(Clone, Default)]
pub(super) struct Sensitive(Arc<[SecretString]>);

/// What stands in the place of a secret.
const HIDDEN: &str = "[secret]";

/// The shortest secret that is looked for: shorter ones stand in texts by chance.
const SHORTEST: usize = 6;

impl Sensitive {
    pub(super) fn new<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Self {
        let long = secrets.into_iter().filter(|secret| secret.len() >= SHORTEST);
        Self(long.map(SecretString::from).collect())
    }

    /// These and one more.
    pub(super) fn and(&self, secret: &str) -> Self {
        Self::new(self.0.iter().map(SecretString::expose_secret).chain([secret]))
    }

    /// Whether a text holds one of them.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(secret.expose_secret()))
    }

    /// The same JSON without them, keys included.
    pub(super) fn hide(&self, json: Value) -> Value {
        match json {
            Value::String(text) => Value::String(self.hide_in(text)),
            Value::Array(entries) => entries.into_iter().map(|entry| self.hide(entry)).collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(key, value)| (self.hide_in(key), self.hide(value)))
                .collect(),
            other => other,
        }
    }

    fn hide_in(&self, text: String) -> String {
        self.0
            .iter()
            .fold(text, |text, secret| match secret.expose_secret() {
                secret if text.contains(secret) => text.replace(secret, HIDDEN),
                _ => text,
            })
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive")
    }
}
