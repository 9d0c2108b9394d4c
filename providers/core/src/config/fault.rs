//! What can be wrong with a configuration.

use std::fmt;

/// Something wrong with the configuration of a provider: where, and what to do. Shows no values of secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    instance: Option<String>,
    key: String,
    message: String,
}

impl ConfigFault {
    /// A fault at a key, as a path from the `[[provider]]` table: `config.auth.bearer`.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            instance: None,
            key: key.into(),
            message: message.into(),
        }
    }

    /// Says whose it is, unless it is said already.
    #[must_use]
    pub fn of(mut self, instance: &str) -> Self {
        self.instance.get_or_insert_with(|| instance.to_owned());
        self
    }

    /// The instance's id, or `#` and its position while it has none.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }

    /// The path of the key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(instance) = &self.instance {
            write!(f, "provider {instance}: ")?;
        }
        write!(f, "{}: {}", self.key, self.message)
    }
}

impl std::error::Error for ConfigFault {}
