//! What the statements of tenants and pools have in common: each table's rows become one type.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, QueryResult};

use crate::{
    Key, Keyset, Page, PageRequest, Position, Result, Scope, Transaction, page,
    sql::{Columns, Sql},
};

/// A value that is read from one row.
pub(crate) trait Record: Sized {
    /// What rows come from: a table and [`Record::ALIAS`].
    const FROM: &'static str;
    /// The alias that conditions use.
    const ALIAS: &'static str;
    /// The columns, `id` first.
    const COLUMNS: &'static [&'static str];

    /// Reads the columns behind `id`.
    fn read(id: i64, columns: &mut Columns<'_>) -> Result<Self>;

    /// The row id.
    fn id(&self) -> i64;

    /// Appends the condition that keeps rows outside `scope` out.
    fn restrict(scope: Scope, sql: &mut Sql) {
        scope.restrict(sql, Self::ALIAS);
    }
}

/// The columns of `R` in the order that [`read`] wants them.
pub(crate) fn columns<R: Record>(alias: &str) -> String {
    let qualified: Vec<String> = R::COLUMNS
        .iter()
        .map(|column| format!("{alias}.{column}"))
        .collect();
    qualified.join(", ")
}

/// Reads the columns of `R`; nothing when the id is null, as an outer join makes it.
pub(crate) fn read<R: Record>(columns: &mut Columns<'_>) -> Result<Option<R>> {
    match columns.get::<Option<i64>>()? {
        Some(id) => R::read(id, columns).map(Some),
        None => {
            columns.skip(R::COLUMNS.len() - 1);
            Ok(None)
        }
    }
}

/// Begins a statement: the rows of `R` inside `scope`. Conditions follow, each with its AND.
pub(crate) fn rows<R: Record>(scope: Scope) -> Sql {
    select::<R>(&columns::<R>(R::ALIAS), scope)
}

fn select<R: Record>(what: &str, scope: Scope) -> Sql {
    let mut sql = Sql::new(format!("SELECT {what} FROM {} WHERE 1 = 1", R::FROM));
    R::restrict(scope, &mut sql);
    sql
}

/// The first row of a statement begun with [`rows`].
pub(crate) async fn first<R: Record>(connection: &impl ConnectionTrait, sql: Sql) -> Result<Option<R>> {
    match sql.one(connection).await? {
        Some(row) => read(&mut Columns::of(&row)),
        None => Ok(None),
    }
}

/// All rows of a statement begun with [`rows`].
pub(crate) async fn all<R: Record>(connection: &impl ConnectionTrait, sql: Sql) -> Result<Vec<R>> {
    let rows = sql.all(connection).await?;
    rows.iter()
        .filter_map(|row| read(&mut Columns::of(row)).transpose())
        .collect()
}

/// The row with this id.
pub(crate) async fn by_id<R: Record>(
    connection: &impl ConnectionTrait,
    scope: Scope,
    id: i64,
) -> Result<Option<R>> {
    let mut sql = rows::<R>(scope);
    sql.push(&format!(" AND {}.id = ", R::ALIAS)).bind(id);
    first(connection, sql).await
}

/// The rows with these ids, by id.
pub(crate) async fn by_ids<R: Record>(
    connection: &impl ConnectionTrait,
    scope: Scope,
    ids: &[i64],
) -> Result<HashMap<i64, R>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = rows::<R>(scope);
    sql.push(&format!(" AND {}.id IN ", R::ALIAS))
        .bind_list(ids.iter().copied());
    let records = all::<R>(connection, sql).await?;
    Ok(records.into_iter().map(|record| (record.id(), record)).collect())
}

/// A page of the rows that `filter` lets through.
pub(crate) async fn page<R: Record>(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: impl FnOnce(&mut Sql),
    keyset: Keyset,
    request: &PageRequest,
) -> Result<Page<R>> {
    let alias = R::ALIAS;
    // The id of a row that is there is never null, so it can stand beside the key and again among the columns.
    let what = format!("{alias}.{}, {alias}.id, {}", keyset.column, columns::<R>(alias));
    let mut sql = select::<R>(&what, scope);
    filter(&mut sql);
    keyset.restrict(&mut sql, alias, request);
    page::fetch(connection, sql, request, read_positioned).await
}

fn read_positioned<R: Record>(row: &QueryResult) -> Result<(Position, R)> {
    let mut columns = Columns::of(row);
    let key = match columns.get::<i64>() {
        Ok(key) => Key::Int(key),
        Err(_) => Key::Text(columns.get()?),
    };
    let position = Position {
        key,
        id: columns.get()?,
    };
    let id = columns.get()?;
    Ok((position, R::read(id, &mut columns)?))
}

/// How many rows `filter` lets through.
pub(crate) async fn count<R: Record>(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: impl FnOnce(&mut Sql),
) -> Result<i64> {
    let mut sql = select::<R>("COUNT(*)", scope);
    filter(&mut sql);
    sql.one_i64(connection).await
}

/// Rows of one INSERT: far below the bound values that a statement may have (SQLite 32,766).
pub(crate) const ROWS_PER_INSERT: usize = 500;

/// `INSERT INTO {into} VALUES (...), (...)`; `bind` appends the values of one row, without parentheses.
pub(crate) fn insert<T>(into: &str, rows: &[T], bind: impl Fn(&mut Sql, &T)) -> Sql {
    let mut sql = Sql::new(format!("INSERT INTO {into} VALUES "));
    let mut separator = "(";
    for row in rows {
        sql.push(separator);
        bind(&mut sql, row);
        sql.push(")");
        separator = ", (";
    }
    sql
}

/// Runs [`insert`] in statements of at most [`ROWS_PER_INSERT`] rows; none for no rows.
pub(crate) async fn insert_all<T>(
    transaction: &Transaction,
    into: &str,
    rows: &[T],
    bind: impl Fn(&mut Sql, &T),
) -> Result<()> {
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        insert(into, chunk, &bind)
            .execute(transaction.connection())
            .await?;
    }
    Ok(())
}

/// Appends a condition: one of `columns` contains `text`, in whatever case.
///
/// SQLite folds the case of ASCII letters only; other letters match as they are written.
pub(crate) fn contains(sql: &mut Sql, columns: &[&str], text: &str) {
    let pattern = like_pattern(text);
    let mut separator = " AND (";
    for column in columns {
        sql.push(&format!("{separator}LOWER({column}) LIKE LOWER("))
            .bind(pattern.clone());
        sql.push(") ESCAPE '\\'");
        separator = " OR ";
    }
    sql.push(")");
}

/// A LIKE pattern (escaped by `\`) for what contains `text`.
pub(crate) fn like_pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.trim().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::{columns, like_pattern, read};
    use crate::{
        Customer, Dealer, PoolRecord,
        sql::{Columns, Sql},
        testing::on_both,
    };

    #[tokio::test]
    async fn an_outer_join_that_found_nothing_reads_as_nothing_and_leaves_the_next_columns_in_place() {
        on_both(async |db| {
            let (customer, dealer, pool) = (
                columns::<Customer>("c"),
                columns::<Dealer>("d"),
                columns::<PoolRecord>("p"),
            );
            let sql = Sql::new(format!(
                "SELECT {customer}, {pool}, {dealer}, r.code FROM resellers r \
                 LEFT JOIN customers c ON c.reseller_id = r.id LEFT JOIN dealers d ON d.reseller_id = r.id \
                 LEFT JOIN pools p ON p.reseller_id = r.id"
            ));
            let row = sql.one(db.reader()).await.unwrap().unwrap();
            let mut columns = Columns::of(&row);
            assert_eq!(read::<Customer>(&mut columns).unwrap(), None);
            assert_eq!(read::<PoolRecord>(&mut columns).unwrap(), None);
            assert_eq!(read::<Dealer>(&mut columns).unwrap(), None);
            assert_eq!(columns.get::<String>().unwrap(), "DIRECT");
        })
        .await;
    }

    #[test]
    fn what_like_would_take_for_a_wildcard_is_escaped() {
        assert_eq!(like_pattern(" 100%_a\\b "), "%100\\%\\_a\\\\b%");
    }
}
