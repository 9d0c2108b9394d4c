//! A statement under construction: text with `$n` placeholders, which both databases understand.

use sea_orm::{ConnectionTrait, DbBackend, ExecResult, QueryResult, Statement, TryGetable, Value};

use crate::{Result, StoreError};

/// SQL text and its bound values.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Starts with `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            values: Vec::new(),
        }
    }

    /// Appends text. Never put a value in it: that is what [`Sql::bind`] is for.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a placeholder for `value`.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Appends `column = $n`-like text: `text` then a placeholder.
    pub fn push_bind(&mut self, text: &str, value: impl Into<Value>) -> &mut Self {
        self.push(text).bind(value)
    }

    /// Appends `($1, $2, ...)`; an empty list becomes one that nothing is in.
    pub fn bind_list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        let mut separator = "(";
        for value in values {
            self.push(separator).bind(value);
            separator = ", ";
        }
        if separator == "(" {
            self.push("(NULL)")
        } else {
            self.push(")")
        }
    }

    /// Puts text around the statement; its placeholders stay as they are.
    #[must_use]
    pub fn wrap(mut self, head: &str, tail: &str) -> Self {
        self.text.insert_str(0, head);
        self.text.push_str(tail);
        self
    }

    /// The text so far, for tests that look at query plans.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    fn statement(self, backend: DbBackend) -> Statement {
        let text = match backend {
            DbBackend::Sqlite => without_numbers(&self.text),
            _ => self.text,
        };
        Statement::from_sql_and_values(backend, text, self.values)
    }

    /// All rows.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn all(self, connection: &impl ConnectionTrait) -> Result<Vec<QueryResult>> {
        let backend = connection.get_database_backend();
        Ok(connection.query_all_raw(self.statement(backend)).await?)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn one(self, connection: &impl ConnectionTrait) -> Result<Option<QueryResult>> {
        let backend = connection.get_database_backend();
        Ok(connection.query_one_raw(self.statement(backend)).await?)
    }

    /// The single integer that the statement gives.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn one_i64(self, connection: &impl ConnectionTrait) -> Result<i64> {
        let row = self.one(connection).await?.ok_or(StoreError::Aborted)?;
        Ok(row.try_get_by_index(0)?)
    }

    /// Runs the statement and says how many rows it changed.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn execute(self, connection: &impl ConnectionTrait) -> Result<u64> {
        let backend = connection.get_database_backend();
        Ok(connection
            .execute_raw(self.statement(backend))
            .await
            .map(|r: ExecResult| r.rows_affected())?)
    }
}

/// The same with `?` for each placeholder: they stand in their order, each once. SQLite finds the name of a numbered one
/// by going through all of them, so that an INSERT of 5,000 values would look at twelve million names.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split('$');
    let mut plain = String::with_capacity(text.len());
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let behind = part.trim_start_matches(|digit: char| digit.is_ascii_digit());
        plain.push(if behind.len() < part.len() { '?' } else { '$' });
        plain.push_str(behind);
    }
    plain
}

/// Reads a row's columns in order.
pub(crate) struct Columns<'r> {
    row: &'r QueryResult,
    next: usize,
}

impl<'r> Columns<'r> {
    pub(crate) fn of(row: &'r QueryResult) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(crate) fn get<T: TryGetable>(&mut self) -> Result<T> {
        let value = self.row.try_get_by_index(self.next)?;
        self.next += 1;
        Ok(value)
    }

    /// Leaves out `count` columns.
    pub(crate) fn skip(&mut self, count: usize) {
        self.next += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_for_postgresql_and_plain_for_sqlite() {
        let mut sql = Sql::new("SELECT a FROM t WHERE b = ");
        sql.bind(1)
            .push(" AND d = '$' AND c IN ")
            .bind_list(2..=11)
            .push_bind(" AND e = ", 12);
        let sql = sql.wrap("SELECT * FROM (", ") AS x");
        let (postgres, sqlite) = (
            sql.clone().statement(DbBackend::Postgres),
            sql.statement(DbBackend::Sqlite),
        );
        assert!(
            postgres.sql.contains("b = $1 AND d = '$' AND c IN ($2, $3,"),
            "{}",
            postgres.sql
        );
        assert!(
            postgres.sql.ends_with("$10, $11) AND e = $12) AS x"),
            "{}",
            postgres.sql
        );
        let expected = format!(
            "SELECT * FROM (SELECT a FROM t WHERE b = ? AND d = '$' AND c IN (?{}) AND e = ?) AS x",
            ", ?".repeat(9)
        );
        assert_eq!(sqlite.sql, expected);
        assert_eq!(sqlite.values.map(|values| values.0.len()), Some(12));
    }
}
