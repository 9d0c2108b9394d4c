use store::{AccessLevel, Scope};

/// Who asks: an access key, its level and its place in the tenant tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Row of the key.
    pub key_id: i64,
    /// The key's name, for people.
    pub name: String,
    /// What it may do.
    pub level: AccessLevel,
    /// What it may do it to.
    pub scope: Scope,
    /// The request being served, for logs and operations.
    pub request_id: Option<String>,
}

impl Principal {
    /// How histories and operations name it: `key:<id>`.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("key:{}", self.key_id)
    }

    /// The command line, which whoever can read the configuration may use: everything, as an administrator.
    #[must_use]
    pub fn command_line() -> Self {
        Self {
            key_id: 0,
            name: "command line".to_owned(),
            level: AccessLevel::Admin,
            scope: Scope::Platform,
            request_id: None,
        }
    }
}
