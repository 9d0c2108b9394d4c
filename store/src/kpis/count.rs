//! Counts of numbers, by aggregation over the numbers themselves: what the counters must equal, and the answer where
//! there are none, for a customer, a group, and filters beyond the document's.
//!
//! Numbers in every status count as inventory, whatever provider they come from. A customer counts once, however
//! many of the numbers it has; a released number is nobody's, although its row keeps its last owner while it rests
//! in quarantine: the document's own example counts no customers for dropped numbers.

use provider_core::domain::DealerFilter;
use sea_orm::{ConnectionTrait, QueryResult};

use super::query::{
    CountBy, CountKey, CountQuery, CountRow, Tally, area_of, category_of, in_order, of_category, of_type,
    read_area, read_country, row, types_of,
};
use crate::{
    Result, Scope, error,
    sql::{Columns, Sql},
};

/// The counts of the numbers inside `scope`, in the order of their keys. A key without numbers is left out; a
/// count by [`CountBy::Nothing`] has its one row.
///
/// # Errors
/// What the database says.
pub async fn count_numbers(
    connection: &impl ConnectionTrait,
    scope: Scope,
    query: &CountQuery,
) -> Result<Vec<CountRow>> {
    let found = counting(scope, query).all(connection).await?;
    let mut rows = Vec::with_capacity(found.len());
    for found in &found {
        let (key, tally) = read(query.by, found)?;
        rows.extend(row(key, tally, query.filter.status)?);
    }
    Ok(in_order(rows))
}

/// The expression that rows of `numbers n` are grouped by; without one there is one row, also for no numbers.
fn expression(by: CountBy) -> Option<String> {
    Some(match by {
        CountBy::Nothing => return None,
        CountBy::Status => "n.status".to_owned(),
        CountBy::Dealer => "n.dealer_id".to_owned(),
        CountBy::Type => "n.number_type".to_owned(),
        CountBy::Category => category_of("n.number_type"),
        CountBy::Provider => "n.provider".to_owned(),
        CountBy::Country => "n.country".to_owned(),
        CountBy::AreaCode => area_of("n"),
        CountBy::Pool => "n.pool_id".to_owned(),
    })
}

fn read_key(by: CountBy, cell: Option<String>) -> Result<CountKey> {
    let word = cell.as_deref().unwrap_or_default();
    Ok(match by {
        CountBy::Nothing => CountKey::All,
        CountBy::Dealer => CountKey::Dealer(cell),
        CountBy::Status => CountKey::Status(error::word("numbers", "status", word)?),
        CountBy::Type => of_type(error::word("numbers", "number_type", word)?),
        CountBy::Category => of_category(error::word("numbers", "number_type", word)?),
        CountBy::Provider => CountKey::Provider(word.to_owned()),
        CountBy::Country => CountKey::Country(read_country(word)?),
        CountBy::AreaCode => read_area(word)?,
        CountBy::Pool => CountKey::Pool(error::word("numbers", "pool_id", word)?),
    })
}

fn counting(scope: Scope, query: &CountQuery) -> Sql {
    let expression = expression(query.by);
    let mut sql = Sql::new(format!(
        "SELECT {} AS cell, COUNT(CASE WHEN n.status <> 'DROPPED' THEN 1 END) AS live, \
         COUNT(CASE WHEN n.status = 'DROPPED' THEN 1 END) AS dropped, \
         COUNT(DISTINCT CASE WHEN n.status <> 'DROPPED' THEN n.customer_id END) AS customers \
         FROM numbers n WHERE 1 = 1",
        expression.as_deref().unwrap_or("NULL")
    ));
    scope.restrict(&mut sql, "n");
    restrict(&mut sql, "n", query);
    if let Some(expression) = &expression {
        sql.push(&format!(" GROUP BY {expression}"));
    }
    let cell = match query.by {
        CountBy::Dealer => "(SELECT d.code FROM dealers d WHERE d.id = k.cell)",
        _ => "k.cell",
    };
    sql.wrap(
        &format!("SELECT CAST({cell} AS TEXT), k.live, k.dropped, k.customers FROM ("),
        ") k",
    )
}

/// Appends the conditions of a query to rows with the dimensions of numbers; the status's are left to [`row`].
pub(super) fn restrict(sql: &mut Sql, alias: &str, query: &CountQuery) {
    match &query.filter.dealer {
        None => {}
        Some(DealerFilter::Unassigned) => {
            sql.push(&format!(" AND {alias}.dealer_id IS NULL"));
        }
        Some(DealerFilter::Code(code)) => {
            sql.push(&format!(
                " AND {alias}.dealer_id = (SELECT d.id FROM dealers d WHERE d.code = "
            ))
            .bind(code.as_str())
            .push(")");
        }
    }
    if query.filter.number_type.is_some() {
        let types: Vec<String> = types_of(query.filter.number_type)
            .map(|number_type| format!("'{number_type}'"))
            .collect();
        sql.push(&format!(" AND {alias}.number_type IN ({})", types.join(", ")));
    }
    if query.by == CountBy::Pool {
        sql.push(&format!(" AND {alias}.pool_id IS NOT NULL"));
    }
    let within = &query.within;
    if let Some(provider) = &within.provider {
        sql.push_bind(&format!(" AND {alias}.provider = "), provider.as_str());
    }
    if let Some(country) = within.country {
        sql.push_bind(&format!(" AND {alias}.country = "), country.as_str());
    }
    for (column, id) in [("customer_id", within.customer_id), ("group_id", within.group_id)] {
        if let Some(id) = id {
            sql.push_bind(&format!(" AND {alias}.{column} = "), id);
        }
    }
}

fn read(by: CountBy, row: &QueryResult) -> Result<(CountKey, Tally)> {
    let mut columns = Columns::of(row);
    let key = read_key(by, columns.get()?)?;
    let tally = Tally {
        live: columns.get()?,
        dropped: columns.get()?,
        customers: columns.get()?,
        ..Tally::default()
    };
    Ok((key, tally))
}
