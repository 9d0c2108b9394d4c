//! What follows from counts: how much is in use, what comes back to stock and when, and reports for regulators.

use std::collections::BTreeMap;

use numbering::CountryCode;
use provider_core::domain::NumberStatus;
use sea_orm::ConnectionTrait;

use super::{
    changes::DAY_MS,
    count::restrict,
    query::{CountQuery, read_country, whole},
    stock::{assignments_since, stock_cells},
    stock_word::{StockPart, StockState, npa_of},
};
use crate::{
    Backend, Database, Result, Scope,
    sql::{Columns, Sql},
};

/// How often orders gave numbers of a query to groups in the last 90 days: see
/// [`StockLevel::assigned_last_90_days`](super::StockLevel). It costs what was assigned in that time: an index has
/// assignments by their time.
///
/// # Errors
/// What the database says.
pub async fn assigned_last_90_days(
    connection: &impl ConnectionTrait,
    scope: Scope,
    query: &CountQuery,
) -> Result<u64> {
    let mut sql = assignments_since(connection, "COUNT(*)", scope);
    restrict(&mut sql, "n", query);
    whole(sql.one_i64(connection).await?)
}

/// How many numbers leave quarantine on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantineEnds {
    /// Midnight UTC that the day begins with, milliseconds since the epoch.
    pub day_ms: i64,
    /// How many numbers.
    pub numbers: u64,
}

/// The next days on which numbers of a query leave quarantine, at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn quarantine_ends(
    connection: &impl ConnectionTrait,
    scope: Scope,
    query: &CountQuery,
    limit: u32,
) -> Result<Vec<QuarantineEnds>> {
    let day = format!("n.quarantine_until / {DAY_MS}");
    let mut sql = Sql::new(format!(
        "SELECT {day}, COUNT(*) FROM numbers n WHERE n.status = 'DROPPED' AND n.quarantine_until IS NOT NULL"
    ));
    scope.restrict(&mut sql, "n");
    restrict(&mut sql, "n", query);
    sql.push(&format!(" GROUP BY {day} ORDER BY {day} LIMIT {limit}"));
    let rows = sql.all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let day: i64 = columns.get()?;
            Ok(QuarantineEnds {
                day_ms: day * DAY_MS,
                numbers: whole(columns.get()?)?,
            })
        })
        .collect()
}

/// Numbers of one area code by the categories of 47 CFR 52.15(f)(1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Form502Row {
    /// Their country; none for toll-free numbers and others of several countries.
    pub country: Option<CountryCode>,
    /// Their NPA.
    pub area_code: Option<String>,
    /// In use, or ordered at most five days ago.
    pub assigned: u64,
    /// Given to somebody who sells on, without a customer.
    pub intermediate: u64,
    /// Held for a customer, or ordered more than five days ago.
    pub reserved: u64,
    /// Disconnected, and not to be given out yet.
    pub aging: u64,
    /// Free.
    pub available: u64,
}

/// For how long a pending order makes a number assigned: 47 CFR 52.15(f)(1)(iii).
const PENDING_MS: i64 = 5 * DAY_MS;

/// The numbers of the North American Numbering Plan that a query is about, by area code. For the platform and for
/// resellers they come from the counters and cost what the areas are, besides the orders that are late; a customer's or a
/// group's numbers are counted.
///
/// # Errors
/// What the database says.
pub async fn form_502(database: &Database, scope: Scope, query: &CountQuery) -> Result<Vec<Form502Row>> {
    let (query, counters) = (query.clone(), database.has_counters().await?);
    database
        .snapshot(move |tx| {
            Box::pin(async move { form_502_in(tx.connection(), scope, &query, counters).await })
        })
        .await
}

async fn form_502_in(
    connection: &impl ConnectionTrait,
    scope: Scope,
    query: &CountQuery,
    counters: bool,
) -> Result<Vec<Form502Row>> {
    let mut rows = BTreeMap::new();
    let cells = stock_cells(scope, query, counters, "x.word");
    for row in cells.all(connection).await? {
        let mut columns = Columns::of(&row);
        let word: String = columns.get()?;
        let (part, numbers) = (StockPart::read(&word)?, whole(columns.get()?)?);
        if let (Some(npa), true) = (part.npa, numbers > 0)
            && let Some(category) = area(&mut rows, part.country, npa).category(part.state)
        {
            *category += numbers;
        }
    }
    for row in late_orders(connection, scope, query).all(connection).await? {
        let mut columns = Columns::of(&row);
        let country: Option<String> = columns.get()?;
        let country = read_country(country.as_deref().unwrap_or_default())?;
        let (npa, numbers) = (columns.get()?, whole(columns.get()?)?);
        let row = area(&mut rows, country, npa);
        row.assigned = row.assigned.saturating_sub(numbers);
        row.reserved += numbers;
    }
    Ok(rows.into_values().filter(|row| !row.is_empty()).collect())
}

type Areas = BTreeMap<(Option<CountryCode>, String), Form502Row>;

fn area(rows: &mut Areas, country: Option<CountryCode>, npa: String) -> &mut Form502Row {
    rows.entry((country, npa.clone())).or_insert_with(|| Form502Row {
        country,
        area_code: Some(npa),
        ..Form502Row::default()
    })
}

/// Numbers that were ordered more than five days ago and are still to come: few, and an index has them.
fn late_orders(connection: &impl ConnectionTrait, scope: Scope, query: &CountQuery) -> Sql {
    let (now, npa) = (Backend::of(connection).now_ms(), npa_of("n"));
    let mut sql = Sql::new(format!(
        "SELECT n.country, {npa}, COUNT(*) FROM numbers n WHERE n.status IN ('PENDING', 'PORTING_IN') \
         AND n.updated_at < {now} - {PENDING_MS} AND {npa} IS NOT NULL"
    ));
    scope.restrict(&mut sql, "n");
    restrict(&mut sql, "n", query);
    sql.push(&format!(" GROUP BY n.country, {npa}"));
    sql
}

impl Form502Row {
    /// Which category a state is of, for orders as if they were not late; none for numbers that are not ours any more.
    fn category(&mut self, state: StockState) -> Option<&mut u64> {
        Some(match state {
            StockState::Gone => return None,
            StockState::SoldOn => &mut self.intermediate,
            StockState::Status(status) => match status {
                NumberStatus::Dropped => &mut self.aging,
                NumberStatus::Active
                | NumberStatus::Suspended
                | NumberStatus::PortingOut
                | NumberStatus::Pending
                | NumberStatus::PortingIn => &mut self.assigned,
                NumberStatus::Held => &mut self.reserved,
                NumberStatus::Available => &mut self.available,
            },
        })
    }

    const fn is_empty(&self) -> bool {
        self.assigned + self.intermediate + self.reserved + self.aging + self.available == 0
    }
}
