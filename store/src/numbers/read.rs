use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbBackend, QueryResult};

use super::record::{COLUMNS, read_own};
use super::{NumberBy, NumberFilter, NumberOrderBy, NumberRecord, NumberRelations};
use crate::{
    Key, Page, PageRequest, Position, Result, Scope, page,
    pools::{pool_columns, read_pool},
    sql::{Columns, Sql},
    tenants::{customer_columns, dealer_columns, group_columns, read_customer, read_dealer, read_group},
};

/// One number, or nothing where the scope has none.
///
/// # Errors
/// What the database says.
pub async fn number(
    connection: &impl ConnectionTrait,
    scope: Scope,
    by: &NumberBy,
    relations: NumberRelations,
) -> Result<Option<NumberRecord>> {
    let mut rows = Sql::new("SELECT * FROM numbers n WHERE 1 = 1");
    by.restrict(&mut rows);
    scope.restrict(&mut rows, "n");
    let sql = with_relations(rows, relations, connection.get_database_backend());
    sql.one(connection)
        .await?
        .map(|row| read(&row, relations))
        .transpose()
}

/// Numbers by row id; those outside the scope are left out.
///
/// # Errors
/// What the database says.
pub async fn numbers_by_ids(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
    relations: NumberRelations,
) -> Result<HashMap<i64, NumberRecord>> {
    let mut rows = Sql::new("SELECT * FROM numbers n WHERE n.id IN ");
    rows.bind_list(ids.iter().copied());
    scope.restrict(&mut rows, "n");
    let sql = with_relations(rows, relations, connection.get_database_backend());
    sql.all(connection)
        .await?
        .iter()
        .map(|row| read(row, relations).map(|n| (n.id, n)))
        .collect()
}

/// One page of numbers with their relations, in one statement.
///
/// # Errors
/// What the database says.
pub async fn numbers(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &NumberFilter,
    order: (NumberOrderBy, bool),
    request: &PageRequest,
    relations: NumberRelations,
) -> Result<Page<NumberRecord>> {
    let (by, descending) = order;
    let sql = numbers_sql(
        scope,
        filter,
        order,
        request,
        relations,
        connection.get_database_backend(),
    );
    let _ = descending;
    page::fetch(connection, sql, request, |row| {
        let number = read(row, relations)?;
        Ok((position(&number, by), number))
    })
    .await
}

/// The statement that [`numbers`] runs: public for tests and benchmarks that look at its plan.
#[must_use]
pub fn numbers_sql(
    scope: Scope,
    filter: &NumberFilter,
    (by, descending): (NumberOrderBy, bool),
    request: &PageRequest,
    relations: NumberRelations,
    backend: DbBackend,
) -> Sql {
    let keyset = by.keyset(descending);
    let mut rows = Sql::new("SELECT * FROM numbers n");
    filter.restrict(&mut rows, scope);
    keyset.restrict(&mut rows, "n", request);
    let mut sql = with_relations(rows, relations, backend);
    keyset.order(&mut sql, "n", request.backward);
    sql
}

/// How many numbers match.
///
/// # Errors
/// What the database says.
pub async fn count_numbers(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &NumberFilter,
) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM numbers n");
    filter.restrict(&mut sql, scope);
    sql.one_i64(connection).await
}

/// Where a number stands in a list ordered by `by`.
#[must_use]
pub fn position(number: &NumberRecord, by: NumberOrderBy) -> Position {
    let key = match by {
        NumberOrderBy::Created => Key::Int(number.id),
        NumberOrderBy::E164 => Key::Text(number.e164.as_str().to_owned()),
        NumberOrderBy::Updated => Key::Int(number.updated_at.as_millisecond()),
    };
    Position { key, id: number.id }
}

/// Wraps a statement that gives rows of `numbers` so that each comes with its relations.
fn with_relations(rows: Sql, relations: NumberRelations, backend: DbBackend) -> Sql {
    let mut select = format!("SELECT {COLUMNS}");
    let mut joins = String::new();
    if relations.locality {
        select.push_str(", (SELECT pl.name FROM places pl WHERE pl.id = n.place_id)");
    }
    if relations.tags {
        select.push_str(match backend {
            DbBackend::Postgres => {
                ", (SELECT json_agg(t.tag ORDER BY t.tag)::text FROM number_tags t WHERE t.number_id = n.id)"
            }
            _ => {
                ", (SELECT json_group_array(t.tag) FROM \
                 (SELECT tag FROM number_tags WHERE number_id = n.id ORDER BY tag) t)"
            }
        });
    }
    let mut join = |wanted: bool, columns: String, table: &str, alias: &str, key: &str| {
        if wanted {
            select.push_str(", ");
            select.push_str(&columns);
            // Lateral with a limit, PostgreSQL looks each relation up by its key; as a plain join it reads and
            // hashes whole tables for a page, and plans anew each time.
            joins.push_str(&match backend {
                DbBackend::Postgres => format!(
                    " LEFT JOIN LATERAL (SELECT * FROM {table} WHERE id = n.{key} LIMIT 1) {alias} ON TRUE"
                ),
                _ => format!(" LEFT JOIN {table} {alias} ON {alias}.id = n.{key}"),
            });
        }
    };
    join(relations.group, group_columns("g"), "groups", "g", "group_id");
    join(
        relations.customer,
        customer_columns("c"),
        "customers",
        "c",
        "customer_id",
    );
    join(relations.dealer, dealer_columns("d"), "dealers", "d", "dealer_id");
    join(relations.pool, pool_columns("p"), "pools", "p", "pool_id");
    rows.wrap(&format!("{select} FROM ("), &format!(") n{joins}"))
}

fn read(row: &QueryResult, relations: NumberRelations) -> Result<NumberRecord> {
    let mut columns = Columns::of(row);
    let mut number = read_own(&mut columns)?;
    if relations.locality {
        number.locality = columns.get()?;
    }
    if relations.tags
        && let Some(tags) = columns.get::<Option<String>>()?
    {
        number.tags = crate::error::json("number_tags", "tag", &tags)?;
    }
    if relations.group {
        number.group = read_group(&mut columns)?;
    }
    if relations.customer {
        number.customer = read_customer(&mut columns)?;
    }
    if relations.dealer {
        number.dealer = read_dealer(&mut columns)?;
    }
    if relations.pool {
        number.pool = read_pool(&mut columns)?;
    }
    Ok(number)
}

/// Reads a number for changing it: no other transaction can change it until this one ends.
///
/// # Errors
/// What the database says.
pub async fn lock_number(
    transaction: &crate::Transaction,
    scope: Scope,
    by: &NumberBy,
) -> Result<Option<NumberRecord>> {
    let connection = transaction.connection();
    if transaction.backend() == crate::Backend::Postgres {
        let mut lock = Sql::new("SELECT n.id FROM numbers n WHERE 1 = 1");
        by.restrict(&mut lock);
        scope.restrict(&mut lock, "n");
        lock.push(" FOR UPDATE");
        lock.all(connection).await?;
    }
    number(connection, scope, by, NumberRelations::OWN).await
}
