//! Counts of numbers, by exact aggregation over the inventory (document `callstats-number-kpis`).
//!
//! Numbers in every status count as inventory, whatever provider they come from. A customer counts once, however
//! many of the numbers it has; a released number is nobody's, although its row keeps its last owner while it rests
//! in quarantine: the document's own example counts no customers for dropped numbers.

use numbering::NumberType;
use provider_core::domain::{
    DealerFilter, KpiFilter, KpiGrouping, KpiKey, KpiQuery, KpiRow, KpiStatusFilter, KpiType,
};
use sea_orm::{ConnectionTrait, QueryResult};
use strum::IntoEnumIterator;

use crate::{
    Result, Scope, StoreError, error,
    sql::{Columns, Sql},
};

/// The counts of the numbers inside `scope`, in the order of their keys: statuses and types as their enumerations
/// have them, no dealer before the dealers' codes. A key without numbers is left out; a summary has its one row.
///
/// # Errors
/// What the database says.
pub async fn number_kpis(
    connection: &impl ConnectionTrait,
    scope: Scope,
    query: &KpiQuery,
) -> Result<Vec<KpiRow>> {
    let key = match query.grouping {
        KpiGrouping::Summary => Key::All,
        KpiGrouping::Status => Key::Status,
        KpiGrouping::Dealer => Key::Dealer,
        KpiGrouping::Type => Key::Type,
    };
    count(connection, scope, key, &query.filter).await
}

/// The counts by the document's four categories of number. They are counted apart, because the customers of
/// several types don't add up to the customers of their category.
///
/// # Errors
/// What the database says.
pub async fn number_kpis_by_category(
    connection: &impl ConnectionTrait,
    scope: Scope,
    filter: &KpiFilter,
) -> Result<Vec<KpiRow>> {
    count(connection, scope, Key::Category, filter).await
}

/// What rows are counted by.
#[derive(Debug, Clone, Copy)]
enum Key {
    All,
    Status,
    Dealer,
    Type,
    Category,
}

impl Key {
    /// The expression that rows of `numbers n` are grouped by; without one there is one row, also for no numbers.
    fn expression(self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Status => Some("n.status".to_owned()),
            Self::Dealer => Some("n.dealer_id".to_owned()),
            Self::Type => Some("n.number_type".to_owned()),
            Self::Category => Some(category()),
        }
    }

    fn read(self, cell: Option<String>) -> Result<KpiKey> {
        let word = cell.as_deref().unwrap_or_default();
        Ok(match self {
            Self::All => KpiKey::All,
            Self::Dealer => KpiKey::Dealer(cell),
            Self::Status => KpiKey::Status(error::word("numbers", "status", word)?),
            Self::Type => KpiKey::Type(KpiType::Type(error::word("numbers", "number_type", word)?)),
            Self::Category => KpiKey::Type(KpiType::Category(error::word("numbers", "number_type", word)?)),
        })
    }
}

/// The category of a row's type, as [`NumberType::category`] says.
fn category() -> String {
    let mut cases = String::from("CASE n.number_type");
    for number_type in NumberType::iter() {
        cases.push_str(&format!(
            " WHEN '{number_type}' THEN '{}'",
            number_type.category()
        ));
    }
    cases.push_str(" END");
    cases
}

async fn count(
    connection: &impl ConnectionTrait,
    scope: Scope,
    key: Key,
    filter: &KpiFilter,
) -> Result<Vec<KpiRow>> {
    let rows = counting(scope, key, filter).all(connection).await?;
    let mut rows = rows
        .iter()
        .map(|row| read(key, row))
        .collect::<Result<Vec<_>>>()?;
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(rows)
}

fn counting(scope: Scope, key: Key, filter: &KpiFilter) -> Sql {
    let expression = key.expression();
    let mut sql = Sql::new(format!(
        "SELECT {} AS cell, COUNT(*) AS numbers, \
         COUNT(DISTINCT CASE WHEN n.status <> 'DROPPED' THEN n.customer_id END) AS customers \
         FROM numbers n WHERE 1 = 1",
        expression.as_deref().unwrap_or("NULL")
    ));
    scope.restrict(&mut sql, "n");
    restrict(&mut sql, filter);
    if let Some(expression) = &expression {
        sql.push(&format!(" GROUP BY {expression}"));
    }
    let cell = match key {
        Key::Dealer => "(SELECT d.code FROM dealers d WHERE d.id = k.cell)",
        Key::All | Key::Status | Key::Type | Key::Category => "k.cell",
    };
    sql.wrap(
        &format!("SELECT CAST({cell} AS TEXT), k.numbers, k.customers FROM ("),
        ") k",
    )
}

fn restrict(sql: &mut Sql, filter: &KpiFilter) {
    match filter.status {
        KpiStatusFilter::All => {}
        KpiStatusFilter::NotDropped => {
            sql.push(" AND n.status <> 'DROPPED'");
        }
        KpiStatusFilter::Dropped => {
            sql.push(" AND n.status = 'DROPPED'");
        }
    }
    match &filter.dealer {
        None => {}
        Some(DealerFilter::Unassigned) => {
            sql.push(" AND n.dealer_id IS NULL");
        }
        Some(DealerFilter::Code(code)) => {
            sql.push_bind(
                " AND n.dealer_id = (SELECT d.id FROM dealers d WHERE d.code = ",
                code.as_str(),
            )
            .push(")");
        }
    }
    if let Some(wanted) = filter.number_type {
        let types: Vec<String> = NumberType::iter()
            .filter(|number_type| is_of(*number_type, wanted))
            .map(|number_type| format!("'{number_type}'"))
            .collect();
        sql.push(&format!(" AND n.number_type IN ({})", types.join(", ")));
    }
}

fn is_of(number_type: NumberType, wanted: KpiType) -> bool {
    match wanted {
        KpiType::Type(wanted) => number_type == wanted,
        KpiType::Category(wanted) => number_type.category() == wanted,
    }
}

fn read(key: Key, row: &QueryResult) -> Result<KpiRow> {
    let mut columns = Columns::of(row);
    let cell = columns.get()?;
    Ok(KpiRow {
        key: key.read(cell)?,
        number_count: whole(columns.get()?)?,
        customer_count: whole(columns.get()?)?,
    })
}

pub(super) fn whole(count: i64) -> Result<u64> {
    u64::try_from(count).map_err(|_| StoreError::Corrupt {
        table: "numbers",
        column: "id",
        value: format!("a count of {count}"),
    })
}
