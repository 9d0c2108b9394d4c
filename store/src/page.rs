use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};

use crate::{Result, sql::Sql};

/// The value that a list is ordered by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// An integer: an id or an instant.
    Int(i64),
    /// Text, ordered by bytes.
    Text(String),
}

/// Where a row stands in an ordered list: what a cursor holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Value of the ordering column.
    pub key: Key,
    /// Row id, which decides between equal keys.
    pub id: i64,
}

/// Which part of a list is asked for, in the terms of Relay's connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows wanted; the caller has capped it.
    pub limit: u32,
    /// True when the last rows are wanted (`last`), not the first.
    pub backward: bool,
    /// Only rows behind this one.
    pub after: Option<Position>,
    /// Only rows ahead of this one.
    pub before: Option<Position>,
}

impl PageRequest {
    /// The first `limit` rows.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self {
            limit,
            backward: false,
            after: None,
            before: None,
        }
    }
}

/// A part of a list, in list order.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows, each with its position.
    pub items: Vec<(Position, T)>,
    /// Rows stand ahead of the first one.
    pub has_previous: bool,
    /// Rows stand behind the last one.
    pub has_next: bool,
}

/// How a list is ordered: by `column`, then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyset {
    /// The ordering column of the paged table.
    pub column: &'static str,
    /// No two rows have the same value, so that the id isn't needed.
    pub unique: bool,
    /// Largest first.
    pub descending: bool,
}

impl Keyset {
    /// By row id, oldest first.
    pub const BY_ID: Self = Self {
        column: "id",
        unique: true,
        descending: false,
    };

    /// Appends the conditions, order and limit of `page` to a statement that ends in a WHERE clause. One row
    /// more than wanted is read, which tells whether there are more; the limit is literal, because PostgreSQL
    /// plans a bound one anew for each call.
    pub(crate) fn restrict(self, sql: &mut Sql, alias: &str, page: &PageRequest) {
        for (position, behind) in [(&page.after, true), (&page.before, false)] {
            let Some(position) = position else { continue };
            let sign = if behind != self.descending { ">" } else { "<" };
            let Self { column, .. } = self;
            if self.unique {
                sql.push(&format!(" AND {alias}.{column} {sign} "));
                bind_key(sql, &position.key);
            } else {
                sql.push(&format!(" AND ({alias}.{column}, {alias}.id) {sign} ("));
                bind_key(sql, &position.key);
                sql.push_bind(", ", position.id).push(")");
            }
        }
        self.order(sql, alias, page.backward);
        sql.push(&format!(" LIMIT {}", u64::from(page.limit) + 1));
    }

    /// Appends ORDER BY.
    pub(crate) fn order(self, sql: &mut Sql, alias: &str, backward: bool) {
        let direction = if self.descending == backward {
            "ASC"
        } else {
            "DESC"
        };
        sql.push(&format!(" ORDER BY {alias}.{} {direction}", self.column));
        if !self.unique {
            sql.push(&format!(", {alias}.id {direction}"));
        }
    }
}

fn bind_key(sql: &mut Sql, key: &Key) {
    match key {
        Key::Int(value) => sql.bind(*value),
        Key::Text(value) => sql.bind(value.clone()),
    };
}

/// Runs a statement made with [`Keyset::restrict`] and puts its rows in list order.
pub(crate) async fn fetch<T>(
    connection: &impl ConnectionTrait,
    sql: Sql,
    request: &PageRequest,
    read: impl Fn(&QueryResult) -> Result<(Position, T)>,
) -> Result<Page<T>> {
    let rows = sql.all(connection).await?;
    let wanted = request.limit as usize;
    let more = rows.len() > wanted;
    let mut items = rows.iter().take(wanted).map(read).collect::<Result<Vec<_>>>()?;
    let (has_previous, has_next) = if request.backward {
        items.reverse();
        (more, request.before.is_some())
    } else {
        (request.after.is_some(), more)
    };
    Ok(Page {
        items,
        has_previous,
        has_next,
    })
}
