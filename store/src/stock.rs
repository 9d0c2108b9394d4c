//! Stock: numbers that nobody has. Finding them in the order of a match plan, and claiming them so that no two
//! orders ever get one number.

use numbering::{Cell, E164, MatchPlan, NumberType, PlaceFilter};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::{
    Backend, Result, Transaction, error,
    numbers::push_prefix,
    sql::{Columns, Sql},
};

/// A number in stock that a plan's step leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockRecord {
    /// Row id.
    pub id: i64,
    /// The number.
    pub e164: E164,
    /// Index of the step in the plan.
    pub step: usize,
    /// Recurring cost in minor units, with its ISO 4217 code.
    pub monthly_cost: Option<(i64, String)>,
}

/// How many steps the first, the second and every further statement looks into: plans of far cities are long, the
/// first steps nearly always have stock, and planning a statement of many steps costs more than running it.
const STEPS_A_STATEMENT: [usize; 3] = [4, 16, 40];

/// The first `limit` numbers in stock, in the order of the plan: by step, and inside a step lowest first.
///
/// # Errors
/// What the database says.
pub async fn find_stock(
    connection: &impl ConnectionTrait,
    provider: &str,
    plan: &MatchPlan,
    limit: u32,
) -> Result<Vec<StockRecord>> {
    let mut found: Vec<StockRecord> = Vec::new();
    let indexed: Vec<_> = plan.steps.iter().enumerate().collect();
    let mut rest = indexed.as_slice();
    let mut sizes = STEPS_A_STATEMENT.into_iter();
    let mut size = 0;
    while !rest.is_empty() {
        size = sizes.next().unwrap_or(size).min(rest.len());
        let (steps, later) = rest.split_at(size);
        rest = later;
        // A number may lie in the cells of several steps and counts in the first. Those found before may come
        // again from later steps: ask for enough to fill the page after these repetitions are dropped.
        let wanted = limit.saturating_add(u32::try_from(found.len()).unwrap_or(u32::MAX));
        let sql = find_sql(
            provider,
            steps.iter().map(|(index, step)| (*index, &step.cell)),
            wanted,
        );
        for row in sql.all(connection).await? {
            let record = read(&row)?;
            if !found.iter().any(|other| other.id == record.id) {
                found.push(record);
            }
        }
        if found.len() >= limit as usize {
            break;
        }
    }
    found.truncate(limit as usize);
    Ok(found)
}

fn find_sql<'c>(provider: &str, steps: impl Iterator<Item = (usize, &'c Cell)>, limit: u32) -> Sql {
    let mut sql = Sql::new("SELECT id, e164, MIN(step) AS step, cost, currency FROM (");
    let mut separator = "";
    for (index, cell) in steps {
        for number_type in types(cell) {
            sql.push(separator).push(&format!(
                "SELECT * FROM (SELECT n.id AS id, n.e164 AS e164, {index} AS step, \
                 n.monthly_cost_minor AS cost, n.monthly_cost_currency AS currency FROM numbers n \
                 WHERE n.status = 'AVAILABLE'"
            ));
            restrict(&mut sql, provider, cell, number_type);
            sql.push(&format!(" ORDER BY n.e164 LIMIT {limit}) s{index}"));
            separator = " UNION ALL ";
        }
    }
    sql.push(") stock GROUP BY id, e164, cost, currency ORDER BY MIN(step), e164")
        .push(&format!(" LIMIT {limit}"));
    sql
}

/// One branch a type: an index on (type, number) then gives the numbers in order, without sorting.
fn types(cell: &Cell) -> Vec<Option<NumberType>> {
    if cell.types.is_empty() {
        vec![None]
    } else {
        cell.types.iter().copied().map(Some).collect()
    }
}

fn restrict(sql: &mut Sql, provider: &str, cell: &Cell, number_type: Option<NumberType>) {
    if let Some(number_type) = number_type {
        let word: &'static str = number_type.into();
        sql.push_bind(" AND n.number_type = ", word);
    }
    if let Some(country) = cell.country {
        sql.push_bind(" AND n.country = ", country.as_str());
    }
    if let Some(prefix) = &cell.prefix {
        push_prefix(sql, "n.e164", prefix);
    }
    if let Some(region) = &cell.region {
        sql.push_bind(" AND n.region = ", region.clone());
    }
    match &cell.place {
        PlaceFilter::Any => {}
        PlaceFilter::Unknown => {
            sql.push(" AND n.place_id IS NULL");
        }
        PlaceFilter::City { key, region } => {
            let membership = if region.is_some() { "=" } else { "IN" };
            sql.push(&format!(
                " AND n.place_id {membership} (SELECT pl.id FROM places pl WHERE"
            ))
            .push_bind(" pl.name_key = ", key.clone());
            if let Some(country) = cell.country {
                sql.push_bind(" AND pl.country = ", country.as_str());
            }
            if let Some(region) = region {
                sql.push_bind(" AND pl.region = ", region.clone())
                    .push(" LIMIT 1");
            }
            sql.push(")");
        }
    }
    sql.push_bind(" AND n.provider = ", provider);
}

fn read(row: &QueryResult) -> Result<StockRecord> {
    let mut columns = Columns::of(row);
    let id = columns.get()?;
    let e164: String = columns.get()?;
    let step: i32 = columns.get()?;
    let cost: Option<i64> = columns.get()?;
    Ok(StockRecord {
        id,
        e164: error::e164("numbers", "e164", &e164)?,
        step: usize::try_from(step).unwrap_or_default(),
        monthly_cost: cost.zip(columns.get::<Option<String>>()?),
    })
}

/// Claims up to `limit` numbers of one cell for the order `token`: they become PENDING, and no other order can
/// have them. Numbers that another transaction is claiming at this moment are passed over, not waited for.
///
/// # Errors
/// What the database says.
pub async fn claim_stock(
    transaction: &Transaction,
    provider: &str,
    cell: &Cell,
    token: &str,
    limit: u32,
) -> Result<Vec<(i64, E164)>> {
    let mut claimed = Vec::new();
    for number_type in types(cell) {
        let wanted = limit as usize - claimed.len();
        if wanted == 0 {
            break;
        }
        let sql = claim_sql(transaction, provider, cell, number_type, token, wanted);
        for row in sql.all(transaction.connection()).await? {
            let mut columns = Columns::of(&row);
            let id: i64 = columns.get()?;
            let e164: String = columns.get()?;
            claimed.push((id, error::e164("numbers", "e164", &e164)?));
        }
    }
    claimed.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(claimed)
}

fn claim_sql(
    transaction: &Transaction,
    provider: &str,
    cell: &Cell,
    number_type: Option<NumberType>,
    token: &str,
    limit: usize,
) -> Sql {
    let mut pick = Sql::new("SELECT n.id FROM numbers n WHERE n.status = 'AVAILABLE'");
    restrict(&mut pick, provider, cell, number_type);
    pick.push(&format!(" ORDER BY n.e164 LIMIT {limit}"));
    let skip = if transaction.backend() == Backend::Postgres {
        " FOR UPDATE SKIP LOCKED"
    } else {
        ""
    };
    // Materialized: inlined, PostgreSQL would run the locking sub-select again for each row it compares.
    let mut sql = pick.wrap(
        "WITH picked AS MATERIALIZED (",
        &format!("{skip}) UPDATE numbers SET"),
    );
    sql.push_bind(" status = 'PENDING', order_token = ", token)
        .push_bind(", updated_at = ", transaction.now_ms())
        .push(" WHERE status = 'AVAILABLE' AND id IN (SELECT id FROM picked) RETURNING id, e164");
    sql
}

/// The numbers that an order has claimed and not yet given to their owner, lowest first.
///
/// # Errors
/// What the database says.
pub async fn claimed_by(connection: &impl ConnectionTrait, token: &str) -> Result<Vec<(i64, E164)>> {
    let mut sql = Sql::new("SELECT id, e164 FROM numbers WHERE order_token = ");
    sql.bind(token).push(" ORDER BY e164");
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let id: i64 = columns.get()?;
            let e164: String = columns.get()?;
            Ok((id, error::e164("numbers", "e164", &e164)?))
        })
        .collect()
}

/// Rows of up to `limit` numbers that are claimed for an operation which has come to its end without them,
/// locked for this transaction. That happens when two processes work on one operation, because the first was
/// slower than its lease: the number of the second one is left over.
///
/// # Errors
/// What the database says.
pub async fn leftover_claims(transaction: &Transaction, limit: u32) -> Result<Vec<i64>> {
    let mut sql = Sql::new(format!(
        "SELECT n.id FROM numbers n WHERE n.order_token IS NOT NULL AND n.status = 'PENDING' AND EXISTS \
         (SELECT 1 FROM operations o WHERE o.token = n.order_token AND o.state IN \
         ('SUCCEEDED', 'PARTIAL', 'REFUSED')) LIMIT {limit}"
    ));
    if transaction.backend() == Backend::Postgres {
        sql.push(" FOR UPDATE OF n SKIP LOCKED");
    }
    let rows = sql.all(transaction.connection()).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}
