//! What follows from counts: how much is in use, what comes back to stock and when, and reports for regulators.

use numbering::CountryCode;
use provider_core::domain::NumberStatus;
use sea_orm::ConnectionTrait;

use super::{
    count::restrict,
    query::{CountQuery, read_country, whole},
    stock::assignments_since,
};
use crate::{
    Backend, Result, Scope, error,
    sql::{Columns, Sql},
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How many dropped numbers of a query are no longer ours: their carrier took them back, or their quarantine there
/// has ended.
///
/// # Errors
/// What the database says.
pub async fn gone(connection: &impl ConnectionTrait, scope: Scope, query: &CountQuery) -> Result<u64> {
    let mut sql =
        Sql::new("SELECT COUNT(*) FROM numbers n WHERE n.status = 'DROPPED' AND n.quarantine_until IS NULL");
    scope.restrict(&mut sql, "n");
    restrict(&mut sql, "n", query);
    whole(sql.one_i64(connection).await?)
}

/// How often orders gave numbers of a query to groups in the last 90 days: see
/// [`StockLevel::assigned_last_90_days`](super::StockLevel).
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

/// The numbers of the North American Numbering Plan that a query is about, by area code.
///
/// # Errors
/// What the database says.
pub async fn form_502(
    connection: &impl ConnectionTrait,
    scope: Scope,
    query: &CountQuery,
) -> Result<Vec<Form502Row>> {
    let now = Backend::of(connection).now_ms();
    // +1 is the plan's country code, and nobody else's.
    let mut sql = Sql::new(format!(
        "SELECT x.country, x.area_code, x.status, x.late, x.sold_on, COUNT(*) FROM (\
         SELECT n.country, COALESCE(n.area_code, SUBSTR(n.e164, 3, 3)) AS area_code, n.status, \
         CASE WHEN n.updated_at < {now} - {PENDING_MS} THEN 1 ELSE 0 END AS late, \
         CASE WHEN n.dealer_id IS NOT NULL AND n.customer_id IS NULL THEN 1 ELSE 0 END AS sold_on \
         FROM numbers n WHERE n.e164 >= '+1' AND n.e164 < '+2' \
         AND (n.status <> 'DROPPED' OR n.quarantine_until IS NOT NULL)"
    ));
    scope.restrict(&mut sql, "n");
    restrict(&mut sql, "n", query);
    sql.push(
        ") x GROUP BY x.country, x.area_code, x.status, x.late, x.sold_on \
         ORDER BY COALESCE(x.country, ''), x.area_code",
    );
    let mut rows: Vec<Form502Row> = Vec::new();
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        let country: Option<String> = columns.get()?;
        let country = read_country(country.as_deref().unwrap_or_default())?;
        let area_code: Option<String> = columns.get()?;
        let status: String = columns.get()?;
        let status: NumberStatus = error::word("numbers", "status", &status)?;
        let (late, sold_on): (i32, i32) = (columns.get()?, columns.get()?);
        let numbers = whole(columns.get()?)?;
        if !rows
            .last()
            .is_some_and(|last| last.country == country && last.area_code == area_code)
        {
            rows.push(Form502Row {
                country,
                area_code,
                ..Form502Row::default()
            });
        }
        if let Some(last) = rows.last_mut() {
            *last.category(status, late != 0, sold_on != 0) += numbers;
        }
    }
    Ok(rows)
}

impl Form502Row {
    fn category(&mut self, status: NumberStatus, late: bool, sold_on: bool) -> &mut u64 {
        match status {
            NumberStatus::Dropped => &mut self.aging,
            NumberStatus::Active | NumberStatus::Suspended | NumberStatus::PortingOut => &mut self.assigned,
            NumberStatus::Pending | NumberStatus::PortingIn if !late => &mut self.assigned,
            NumberStatus::Pending | NumberStatus::PortingIn | NumberStatus::Held => &mut self.reserved,
            NumberStatus::Available if sold_on => &mut self.intermediate,
            NumberStatus::Available => &mut self.available,
        }
    }
}
