//! Figures of days: how cells changed on each. The numbers of a cell as of the end of any day are those of now without
//! what changed on later days, which costs the days and not the changes.

use std::collections::{BTreeMap, HashMap};

use provider_core::domain::{DealerFilter, KpiStatusFilter};
use sea_orm::ConnectionTrait;

use super::{
    cells::{ANY_DEALER, Axis, Cell, NO_DEALER, OwnedCell, Sums},
    changes::{Change, DAY_MS},
    counters::{are_ready, from_counters, kinds, owner_of},
    fold::{bind_key, in_order},
    history::HistoryPoint,
    query::{CountBy, CountQuery, Tally},
    stock::stocked_in,
};
use crate::{
    Result, Scope, Transaction,
    records::{ROWS_PER_INSERT, insert},
    sql::{Columns, Sql},
};

/// From which day on the figures are complete.
pub(super) const FROM: &str = "kpi_days_from";
/// The last day of a change that was folded.
pub(super) const UNTIL: &str = "kpi_days_until";

/// Long ago.
const NEVER: i64 = i64::MIN;
/// After everything.
const TO_COME: i64 = i64::MAX;
/// No dealer has this row.
const NOBODY: i64 = -2;

const COLUMNS: &str =
    "kpi_days (reseller_id, axis, kind, dealer_id, word, day, live, dropped, customers, assigned, released)";

/// Adds to the figures what was folded of a day. The customers that cells won or lost are counted on `customers_on`:
/// they follow from what customers had when the changes were folded, so that those of a change that comes after later
/// ones were folded belong to the day of these.
pub(super) async fn note(tx: &Transaction, sums: &Sums, day: i64, customers_on: i64) -> Result<()> {
    let mut rows = Vec::new();
    for (key, tally) in &sums.cells {
        if !key.1.axis.has_days() {
            continue;
        }
        let (numbers, customers) = on_days(*tally, day, customers_on);
        rows.extend(numbers.map(|(day, tally)| ((key, day), tally)));
        rows.extend(customers.map(|(day, tally)| ((key, day), tally)));
    }
    for chunk in in_order(rows).chunks(ROWS_PER_INSERT) {
        let mut sql = insert(COLUMNS, chunk, bind);
        sql.push(
            " ON CONFLICT (reseller_id, axis, kind, dealer_id, word, day) DO UPDATE SET \
             live = kpi_days.live + excluded.live, dropped = kpi_days.dropped + excluded.dropped, \
             customers = kpi_days.customers + excluded.customers, assigned = kpi_days.assigned + excluded.assigned, \
             released = kpi_days.released + excluded.released",
        );
        sql.execute(tx.connection()).await?;
    }
    Ok(())
}

type OnDay = Option<(i64, Tally)>;

/// What changed about a cell, by day: one where the numbers and the customers are of the same, nothing for nothing.
fn on_days(tally: Tally, day: i64, customers_on: i64) -> (OnDay, OnDay) {
    let some = |day: i64, tally: Tally| (tally != Tally::default()).then_some((day, tally));
    if day == customers_on {
        return (some(day, tally), None);
    }
    let customers = Tally {
        customers: tally.customers,
        ..Tally::default()
    };
    let numbers = Tally {
        customers: 0,
        ..tally
    };
    (some(day, numbers), some(customers_on, customers))
}

fn bind(sql: &mut Sql, (((owner, cell), day), tally): &((&OwnedCell, i64), Tally)) {
    bind_key(sql, *owner, cell);
    sql.push_bind(", ", *day)
        .push_bind(", ", tally.live)
        .push_bind(", ", tally.dropped)
        .push_bind(", ", tally.customers)
        .push_bind(", ", tally.assigned)
        .push_bind(", ", tally.released);
}

/// The day that a setting names.
pub(super) async fn day(connection: &impl ConnectionTrait, name: &str) -> Result<Option<i64>> {
    let mut sql = Sql::new("SELECT CAST(value AS BIGINT) FROM settings WHERE name = ");
    sql.bind(name);
    let row = sql.one(connection).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

pub(super) async fn set_day(tx: &Transaction, name: &str, day: i64) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO settings (name, value) VALUES (");
    sql.bind(name)
        .push_bind(", ", day.to_string())
        .push(") ON CONFLICT (name) DO UPDATE SET value = excluded.value");
    sql.execute(tx.connection()).await?;
    Ok(())
}

/// Begins the figures anew, together with the counters: they are complete from the next midnight on.
pub(super) async fn begin(tx: &Transaction) -> Result<()> {
    let mut until = Sql::new("DELETE FROM settings WHERE name = ");
    until.bind(UNTIL);
    until.execute(tx.connection()).await?;
    Sql::new("DELETE FROM kpi_days").execute(tx.connection()).await?;
    set_day(tx, FROM, tx.now_ms().div_euclid(DAY_MS) + 1).await
}

/// The answer of [`history`](super::history()), if the figures have it: for the platform and for resellers, within one
/// provider or country at most, at midnights by UTC since the figures begin and at instants that are to come.
pub(super) async fn history(
    tx: &Transaction,
    scope: Scope,
    query: &CountQuery,
    instants: &[i64],
) -> Result<Option<Vec<HistoryPoint>>> {
    let connection = tx.connection();
    let query = CountQuery {
        by: CountBy::Nothing,
        ..query.clone()
    };
    let Some(cell) = cell_of(connection, scope, &query).await? else {
        return Ok(None);
    };
    if !are_ready(connection).await? {
        return Ok(None);
    }
    let from = day(connection, FROM).await?.unwrap_or(TO_COME);
    let days: Option<Vec<i64>> = instants
        .iter()
        .map(|instant| next_day(*instant, tx.now_ms()).filter(|day| *day >= from))
        .collect();
    let Some(days) = days else {
        return Ok(None);
    };
    let Some(rows) = from_counters(connection, scope, &query).await? else {
        return Ok(None);
    };
    let (Some(now), Some(first)) = (rows.first(), days.first()) else {
        return Ok(None);
    };
    let with_owner = stocked_in(connection, scope, &query, true).await?.assigned;
    let mut changed = figures(connection, &cell, *first).await?;
    add_unfolded(connection, &cell, &mut changed).await?;
    let since = |day: i64| Since::of(&changed, day, query.filter.status);
    let point = |window: &[i64]| {
        let [begin, end] = *window else { return None };
        let (all, later) = (since(begin), since(end));
        Some(HistoryPoint {
            number_count: before(now.number_count, later.numbers),
            customer_count: before(now.customer_count, later.customers),
            assigned_before: before(with_owner, all.assigned - all.released),
            assigned_after: before(with_owner, later.assigned - later.released),
            assigned: before(0, later.assigned - all.assigned),
            released: before(0, later.released - all.released),
        })
    };
    Ok(Some(days.windows(2).filter_map(point).collect()))
}

/// The first day that is after an instant, or begins with it; none for an instant inside of a day that is not to come.
fn next_day(instant: i64, now: i64) -> Option<i64> {
    if instant > now {
        return Some(TO_COME);
    }
    (instant.rem_euclid(DAY_MS) == 0).then(|| instant.div_euclid(DAY_MS))
}

/// A count without what came later. A count can't be below nothing, unless somebody set the time of a number back by
/// hand.
fn before(now: u64, later: i64) -> u64 {
    u64::try_from(now.cast_signed() - later).unwrap_or_default()
}

/// The cell that a query is about, if it is one that has figures of days.
async fn cell_of(
    connection: &impl ConnectionTrait,
    scope: Scope,
    query: &CountQuery,
) -> Result<Option<OwnedCell>> {
    let Some(owner) = owner_of(scope, query) else {
        return Ok(None);
    };
    let (axis, word) = match (&query.within.provider, query.within.country) {
        (None, None) => (Axis::Total, String::new()),
        (Some(provider), None) => (Axis::Provider, provider.clone()),
        (None, Some(country)) => (Axis::Country, country.as_str().to_owned()),
        (Some(_), Some(_)) => return Ok(None),
    };
    let Some((kind, _)) = kinds(query).into_iter().next() else {
        return Ok(None);
    };
    let dealer_id = match &query.filter.dealer {
        None => ANY_DEALER,
        Some(DealerFilter::Unassigned) => NO_DEALER,
        Some(DealerFilter::Code(code)) => {
            let mut sql = Sql::new("SELECT id FROM dealers WHERE code = ");
            sql.bind(code.as_str());
            let row = sql.one(connection).await?;
            let id = row.map(|row| row.try_get_by_index(0)).transpose()?;
            id.unwrap_or(NOBODY)
        }
    };
    let cell = Cell {
        axis,
        kind,
        dealer_id,
        word,
    };
    Ok(Some((owner, cell)))
}

type Changed = BTreeMap<i64, Tally>;

/// How a cell changed on each day from one on, as far as it is folded.
async fn figures(connection: &impl ConnectionTrait, cell: &OwnedCell, first: i64) -> Result<Changed> {
    let mut sql = Sql::new(
        "SELECT day, live, dropped, customers, assigned, released FROM kpi_days \
         WHERE (reseller_id, axis, kind, dealer_id, word) = (",
    );
    bind_key(&mut sql, cell.0, &cell.1);
    sql.push_bind(") AND day >= ", first);
    let mut changed = Changed::new();
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        let day = columns.get()?;
        let tally = Tally {
            live: columns.get()?,
            dropped: columns.get()?,
            customers: columns.get()?,
            assigned: columns.get()?,
            released: columns.get()?,
        };
        changed.insert(day, tally);
    }
    Ok(changed)
}

/// Adds what is not folded yet, as the folder will.
async fn add_unfolded(
    connection: &impl ConnectionTrait,
    (owner, cell): &OwnedCell,
    changed: &mut Changed,
) -> Result<()> {
    let tail = Sql::new(format!(
        "SELECT {} FROM number_changes ORDER BY id",
        Change::columns()
    ));
    let tail: Result<Vec<Change>> = tail.all(connection).await?.iter().map(Change::read).collect();
    let mut tail = tail?;
    tail.sort_by_key(|change| change.day);
    let mut held = held(connection, cell, &tail).await?;
    let until = day(connection, UNTIL).await?.unwrap_or(NEVER);
    for changes in tail.chunk_by(|one, next| one.day == next.day) {
        let Some(day) = changes.first().map(|change| change.day) else {
            continue;
        };
        let mut sums = Sums::of(changes);
        let holdings = std::mem::take(&mut sums.holdings);
        for ((customer_id, of), more) in &holdings {
            if of == cell {
                let has = held.entry(*customer_id).or_default();
                sums.moved(*customer_id, cell, *has, *has + more);
                *has += more;
            }
        }
        let tally = sums.cells.get(&(*owner, cell.clone())).copied();
        let (numbers, customers) = on_days(tally.unwrap_or_default(), day, day.max(until));
        for (day, tally) in [numbers, customers].into_iter().flatten() {
            changed.entry(day).or_default().add(tally);
        }
    }
    Ok(())
}

/// How many numbers of a cell the customers of changes have, without the changes.
async fn held(connection: &impl ConnectionTrait, cell: &Cell, tail: &[Change]) -> Result<HashMap<i64, i64>> {
    let mut customers: Vec<i64> = tail
        .iter()
        .filter_map(|change| change.finest.customer_id())
        .collect();
    customers.sort_unstable();
    customers.dedup();
    let mut held = HashMap::new();
    for chunk in customers.chunks(ROWS_PER_INSERT) {
        let mut sql = Sql::new("SELECT customer_id, numbers FROM kpi_customers WHERE customer_id IN ");
        sql.bind_list(chunk.iter().copied());
        let axis: &'static str = cell.axis.into();
        sql.push_bind(" AND axis = ", axis)
            .push_bind(" AND kind = ", cell.kind)
            .push_bind(" AND dealer_id = ", cell.dealer_id)
            .push_bind(" AND word = ", cell.word.clone());
        for row in sql.all(connection).await? {
            held.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        }
    }
    Ok(held)
}

/// What changed from a day on, of the numbers that a filter lets through.
struct Since {
    numbers: i64,
    customers: i64,
    assigned: i64,
    released: i64,
}

impl Since {
    fn of(changed: &Changed, day: i64, status: KpiStatusFilter) -> Self {
        let mut all = Tally::default();
        for tally in changed.range(day..).map(|(_, tally)| *tally) {
            all.add(tally);
        }
        match status {
            // Nobody has a dropped number.
            KpiStatusFilter::Dropped => Self {
                numbers: all.dropped,
                customers: 0,
                assigned: 0,
                released: 0,
            },
            _ => Self {
                numbers: if status == KpiStatusFilter::All {
                    all.live + all.dropped
                } else {
                    all.live
                },
                customers: all.customers,
                assigned: all.assigned,
                released: all.released,
            },
        }
    }
}
