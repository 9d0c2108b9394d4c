//! How full the stock is.

use std::collections::BTreeMap;

use numbering::{CountryCode, NumberType};
use provider_core::domain::NumberStatus;
use sea_orm::{ConnectionTrait, QueryResult};

use super::query::whole;
use crate::{
    Backend, Result, Scope, error,
    sql::{Columns, Sql},
};

/// What numbers are stocked by: who asks for a number asks for these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StockKey {
    /// What kind of numbers.
    pub number_type: NumberType,
    /// Their country; none for numbers of several countries.
    pub country: Option<CountryCode>,
    /// Their national destination code without trunk prefix; none where the plan has none.
    pub area_code: Option<String>,
}

/// How many numbers of one [`StockKey`] there are, and in what state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLevel {
    /// Of which numbers.
    pub key: StockKey,
    /// All that are ours: the sum of the four below. A carrier's number that went back to the carrier is not.
    pub inventory: u64,
    /// AVAILABLE: nobody has them.
    pub available: u64,
    /// ACTIVE, SUSPENDED and PORTING_OUT: they have an owner.
    pub assigned: u64,
    /// HELD, PENDING and PORTING_IN: somebody is about to have them.
    pub reserved: u64,
    /// DROPPED and still in quarantine.
    pub aging: u64,
    /// How often an order gave one of them to a group in the last 90 days by the database's clock, from our stock or
    /// from a carrier. Imports, restores, and moves between groups or out of pools take nothing from stock and
    /// don't count.
    pub assigned_last_90_days: u64,
}

impl StockLevel {
    fn empty(key: StockKey) -> Self {
        Self {
            key,
            inventory: 0,
            available: 0,
            assigned: 0,
            reserved: 0,
            aging: 0,
            assigned_last_90_days: 0,
        }
    }

    fn add(&mut self, status: NumberStatus, numbers: u64) {
        self.inventory += numbers;
        *match status {
            NumberStatus::Available => &mut self.available,
            NumberStatus::Active | NumberStatus::Suspended | NumberStatus::PortingOut => &mut self.assigned,
            NumberStatus::Held | NumberStatus::Pending | NumberStatus::PortingIn => &mut self.reserved,
            NumberStatus::Dropped => &mut self.aging,
        } += numbers;
    }
}

const KEY: &str = "n.number_type, n.country, n.area_code";

const NINETY_DAYS_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// The levels of the numbers inside `scope`, one for each key that there are numbers of, in the order of the keys.
/// Stock is nobody's, so that only the platform sees any.
///
/// # Errors
/// What the database says.
pub async fn stock_levels(connection: &impl ConnectionTrait, scope: Scope) -> Result<Vec<StockLevel>> {
    let mut levels = BTreeMap::new();
    for row in by_status(scope).all(connection).await? {
        let mut columns = Columns::of(&row);
        let key = read_key(&mut columns)?;
        let status: String = columns.get()?;
        let status = error::word("numbers", "status", &status)?;
        level(&mut levels, key).add(status, whole(columns.get()?)?);
    }
    let mut assigned = assignments_since(connection, &format!("{KEY}, COUNT(*)"), scope);
    assigned.push(&format!(" GROUP BY {KEY}"));
    for row in assigned.all(connection).await? {
        let (key, assigned) = read_assigned(&row)?;
        level(&mut levels, key).assigned_last_90_days = assigned;
    }
    Ok(levels.into_values().collect())
}

fn level(levels: &mut BTreeMap<StockKey, StockLevel>, key: StockKey) -> &mut StockLevel {
    levels
        .entry(key.clone())
        .or_insert_with(|| StockLevel::empty(key))
}

fn by_status(scope: Scope) -> Sql {
    let mut sql = Sql::new(format!(
        "SELECT {KEY}, n.status, COUNT(*) FROM numbers n WHERE (n.status <> 'DROPPED' OR n.quarantine_until IS NOT NULL)"
    ));
    scope.restrict(&mut sql, "n");
    sql.push(&format!(" GROUP BY {KEY}, n.status"));
    sql
}

/// Begins a statement about the assignments `a` of the last 90 days that took a number `n` from stock. A number that
/// goes from one owner to another in one transaction ends the one assignment when it begins the next.
pub(super) fn assignments_since(connection: &impl ConnectionTrait, what: &str, scope: Scope) -> Sql {
    let now = Backend::of(connection).now_ms();
    let mut sql = Sql::new(format!(
        "SELECT {what} FROM assignments a JOIN numbers n ON n.id = a.number_id \
         WHERE a.operation_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM assignments o \
         WHERE o.number_id = a.number_id AND o.released_at = a.assigned_at AND o.id <> a.id) \
         AND a.assigned_at > {now} - {NINETY_DAYS_MS}"
    ));
    scope.restrict(&mut sql, "a");
    sql
}

fn read_assigned(row: &QueryResult) -> Result<(StockKey, u64)> {
    let mut columns = Columns::of(row);
    let key = read_key(&mut columns)?;
    Ok((key, whole(columns.get()?)?))
}

fn read_key(columns: &mut Columns<'_>) -> Result<StockKey> {
    let number_type: String = columns.get()?;
    let country: Option<String> = columns.get()?;
    Ok(StockKey {
        number_type: error::word("numbers", "number_type", &number_type)?,
        country: country
            .map(|code| error::word("numbers", "country", &code))
            .transpose()?,
        area_code: columns.get()?,
    })
}
