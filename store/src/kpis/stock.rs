//! How full the stock is.

use std::collections::BTreeMap;

use numbering::{CountryCode, NumberType};
use provider_core::domain::{KpiFilter, NumberStatus};
use sea_orm::{ConnectionTrait, QueryResult};

use super::{
    cells::{Axis, PLATFORM},
    count::restrict,
    counters::{owner_of, push_dealer},
    query::{CountBy, CountQuery, lets_through, types_of, whole},
    stock_word::{StockPart, StockState, StockWord},
};
use crate::{
    Backend, Database, Result, Scope, error,
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
    fn new(key: StockKey, stocked: Stocked, assigned_last_90_days: u64) -> Self {
        Self {
            key,
            inventory: stocked.inventory(),
            available: stocked.available,
            assigned: stocked.assigned,
            reserved: stocked.reserved,
            aging: stocked.aging,
            assigned_last_90_days,
        }
    }
}

const KEY: &str = "n.number_type, n.country, n.area_code";

const NINETY_DAYS_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// The levels of the numbers inside `scope`, one for each key that there are numbers of, in the order of the keys.
/// Stock is nobody's, so that only the platform sees any.
///
/// For the platform and for resellers they come from the counters and cost what the areas are, however many numbers there
/// are, and the assignments of 90 days; a customer's or a group's numbers are counted.
///
/// # Errors
/// What the database says.
pub async fn stock_levels(database: &Database, scope: Scope) -> Result<Vec<StockLevel>> {
    let (reader, counters) = (database.reader(), database.has_counters().await?);
    let everything = CountQuery::new(CountBy::Nothing, KpiFilter::default());
    let mut levels: BTreeMap<StockKey, (Stocked, u64)> = BTreeMap::new();
    let cells = stock_cells(scope, &everything, counters, "x.number_type, x.word");
    for row in cells.all(reader).await? {
        let mut columns = Columns::of(&row);
        let (number_type, word): (String, String) = (columns.get()?, columns.get()?);
        let (part, numbers) = (StockPart::read(&word)?, whole(columns.get()?)?);
        if let Some(status) = part.state.status().filter(|_| numbers > 0) {
            let key = StockKey {
                number_type: error::word("kpi_cells", "kind", &number_type)?,
                country: part.country,
                area_code: part.area_code,
            };
            levels.entry(key).or_default().0.add(status, numbers);
        }
    }
    let mut assigned = assignments_since(reader, &format!("{KEY}, COUNT(*)"), scope);
    assigned.push(&format!(" GROUP BY {KEY}"));
    for row in assigned.all(reader).await? {
        let (key, assigned) = read_assigned(&row)?;
        levels.entry(key).or_default().1 = assigned;
    }
    let level = |(key, (stocked, assigned))| StockLevel::new(key, stocked, assigned);
    Ok(levels.into_iter().map(level).collect())
}

/// How many numbers of a query are in stock, in use, and resting. Those that their carrier has again are none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stocked {
    /// AVAILABLE: nobody has them.
    pub available: u64,
    /// ACTIVE, SUSPENDED and PORTING_OUT: they have an owner.
    pub assigned: u64,
    /// HELD, PENDING and PORTING_IN: somebody is about to have them.
    pub reserved: u64,
    /// DROPPED and still in quarantine.
    pub aging: u64,
}

impl Stocked {
    /// All of them.
    #[must_use]
    pub const fn inventory(&self) -> u64 {
        self.available + self.assigned + self.reserved + self.aging
    }

    fn add(&mut self, status: NumberStatus, numbers: u64) {
        *match status {
            NumberStatus::Available => &mut self.available,
            NumberStatus::Active | NumberStatus::Suspended | NumberStatus::PortingOut => &mut self.assigned,
            NumberStatus::Held | NumberStatus::Pending | NumberStatus::PortingIn => &mut self.reserved,
            NumberStatus::Dropped => &mut self.aging,
        } += numbers;
    }
}

/// How many numbers of a query inside `scope` are in stock, in use, and resting. It costs what [`stock_levels`] costs,
/// under every filter.
///
/// # Errors
/// What the database says.
pub async fn stocked(database: &Database, scope: Scope, query: &CountQuery) -> Result<Stocked> {
    stocked_in(database.reader(), scope, query, database.has_counters().await?).await
}

pub(super) async fn stocked_in(
    connection: &impl ConnectionTrait,
    scope: Scope,
    query: &CountQuery,
    counters: bool,
) -> Result<Stocked> {
    let position = match Backend::of(connection) {
        Backend::Sqlite => "INSTR",
        Backend::Postgres => "STRPOS",
    };
    let state = format!("SUBSTR(x.word, 1, {position}(x.word, '/') - 1)");
    let sql = stock_cells(scope, query, counters, &state);
    let mut stocked = Stocked::default();
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        let state: String = columns.get()?;
        let numbers = whole(columns.get()?)?;
        match StockState::read(&state)?.status() {
            Some(status) if lets_through(query.filter.status, status) => stocked.add(status, numbers),
            _ => {}
        }
    }
    Ok(stocked)
}

/// A statement: how many numbers of a query there are by `what`, an expression of `x.number_type` and `x.word`, the
/// [`StockWord`]. What is folded and what is not are of one snapshot.
pub(super) fn stock_cells(scope: Scope, query: &CountQuery, counters: bool, what: &str) -> Sql {
    let mut sql = Sql::new(format!("SELECT {what}, CAST(SUM(x.numbers) AS BIGINT) FROM ("));
    match owner_of(scope, query).filter(|_| counters) {
        Some(owner) => {
            push_cells(&mut sql, owner, query);
            sql.push(&format!(
                " UNION ALL SELECT c.number_type, {}, c.sign FROM number_changes c WHERE 1 = 1",
                StockWord::of_change("c")
            ));
            if owner != PLATFORM {
                sql.push_bind(" AND c.reseller_id = ", owner);
            }
            restrict(&mut sql, "c", query);
        }
        None => {
            sql.push(&format!(
                "SELECT n.number_type AS number_type, {} AS word, 1 AS numbers FROM numbers n WHERE 1 = 1",
                StockWord::of_number("n")
            ));
            scope.restrict(&mut sql, "n");
            restrict(&mut sql, "n", query);
        }
    }
    sql.push(&format!(") x GROUP BY {what}"));
    sql
}

fn push_cells(sql: &mut Sql, owner: i64, query: &CountQuery) {
    sql.push(&format!(
        "SELECT k.kind AS number_type, k.word AS word, k.live + k.dropped AS numbers FROM kpi_cells k \
         WHERE k.axis = '{}'",
        Axis::Stock
    ))
    .push_bind(" AND k.reseller_id = ", owner);
    if query.filter.number_type.is_some() {
        let kinds = types_of(query.filter.number_type).map(<&'static str>::from);
        sql.push(" AND k.kind IN ").bind_list(kinds);
    }
    push_dealer(sql, query);
    let within = &query.within;
    if within.provider.is_some() || within.country.is_some() {
        let pattern = StockWord::pattern(within.provider.as_deref(), within.country);
        sql.push_bind(" AND k.word LIKE ", pattern);
    }
}

/// Begins a statement about the assignments `a` of the last 90 days that took a number `n` from stock: an index has
/// assignments by their time. A number that goes from one owner to another in one transaction ends the one assignment
/// when it begins the next.
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
