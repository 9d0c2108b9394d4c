use provider_core::domain::E164;

/// What can go wrong in the database. Messages are for the log: they never reach a caller of the API.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique index refused the row; `index` is the text the database gave (an index or its columns).
    #[error("unique index refused the row: {index}")]
    Duplicate {
        /// Name of the index (PostgreSQL) or its columns (SQLite).
        index: String,
    },
    /// Another writer was in the way, or every connection was in use for too long; the same call may succeed when
    /// it is repeated.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// A row holds a word that this version of the program does not know.
    #[error("{table}.{column} holds `{value}`, which is not a value of it")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// What it holds.
        value: String,
    },
    /// Anything else that the driver reports.
    #[error("database: {0}")]
    Database(sea_orm::DbErr),
    /// The database URL or its options can't be used.
    #[error("{0}")]
    Configuration(String),
    /// The task that ran a transaction ended without an answer (it panicked or the program is stopping).
    #[error("the transaction's task ended early")]
    Aborted,
}

/// The result of every function here.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl From<sea_orm::DbErr> for StoreError {
    fn from(error: sea_orm::DbErr) -> Self {
        if let Some(sea_orm::SqlErr::UniqueConstraintViolation(index)) = error.sql_err() {
            return Self::Duplicate { index };
        }
        let text = error.to_string();
        if matches!(
            error,
            sea_orm::DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout)
        ) {
            return Self::Busy(text);
        }
        let busy = [
            "database is locked",
            "deadlock detected",
            "could not serialize",
            "lock timeout",
        ];
        if busy.iter().any(|phrase| text.contains(phrase)) {
            Self::Busy(text)
        } else {
            Self::Database(error)
        }
    }
}

impl StoreError {
    /// True when the row was refused by the unique index on these columns (SQLite names the columns,
    /// PostgreSQL the index).
    #[must_use]
    pub fn is_duplicate_of(&self, index: &str, columns: &str) -> bool {
        matches!(self, Self::Duplicate { index: found } if found.contains(index) || found.contains(columns))
    }
}

/// Reads a stored word as a domain value.
pub(crate) fn word<T: std::str::FromStr>(
    table: &'static str,
    column: &'static str,
    value: &str,
) -> Result<T> {
    value.parse().map_err(|_| StoreError::Corrupt {
        table,
        column,
        value: value.to_owned(),
    })
}

/// Reads stored E.164 text.
pub(crate) fn e164(table: &'static str, column: &'static str, value: &str) -> Result<E164> {
    E164::parse_strict(value).map_err(|_| StoreError::Corrupt {
        table,
        column,
        value: value.to_owned(),
    })
}

/// Reads stored JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    value: &str,
) -> Result<T> {
    serde_json::from_str(value).map_err(|_| StoreError::Corrupt {
        table,
        column,
        value: value.chars().take(80).collect(),
    })
}
