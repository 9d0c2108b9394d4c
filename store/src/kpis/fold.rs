//! Putting the changes of numbers into the counters.

use sea_orm::{ConnectionTrait, QueryResult};

use super::{
    cells::{Axis, Cell, Holdings, OwnedCell, Sums},
    changes::Change,
    counters::{READY, STATE},
    days,
    query::Tally,
    recount::Recount,
};
use crate::{
    Backend, Database, Result, StoreError, Transaction, error,
    records::{ROWS_PER_INSERT, insert, insert_all},
    sql::{Columns, Sql},
};

/// Changes of one fold, so that on SQLite other writers never wait long.
const CHANGES_PER_FOLD: usize = 2_000;

/// What a fold did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folded {
    /// So many changes are in the counters now; more may be waiting.
    Changes(usize),
    /// Another process is at it.
    ByAnother,
    /// The counters have to be built first: see [`rebuild`].
    NotBuilt,
}

impl Folded {
    /// Whether there may be more to fold at once.
    #[must_use]
    pub const fn more(self) -> bool {
        matches!(self, Self::Changes(CHANGES_PER_FOLD))
    }
}

/// Puts changes into the counters, in one transaction: either they are counted and gone, or neither. One process at a
/// time does it, and whoever comes second leaves it to the first.
///
/// # Errors
/// What the database says.
pub async fn fold(database: &Database) -> Result<Folded> {
    if nothing_to_fold(database.reader()).await? && database.has_counters().await? {
        return Ok(Folded::Changes(0));
    }
    database.write(|tx| Box::pin(fold_in(tx))).await
}

/// [`fold`], when so many changes wait that a fold is worth it: for whoever writes numbers by the hundred, so that what
/// is not folded stays small.
///
/// # Errors
/// What the database says.
pub async fn fold_full(database: &Database) -> Result<Folded> {
    let last = CHANGES_PER_FOLD - 1;
    let sql = Sql::new(format!(
        "SELECT 1 FROM number_changes ORDER BY id LIMIT 1 OFFSET {last}"
    ));
    match sql.one(database.reader()).await? {
        Some(_) => fold(database).await,
        None => Ok(Folded::Changes(0)),
    }
}

async fn nothing_to_fold(connection: &impl ConnectionTrait) -> Result<bool> {
    let sql = Sql::new("SELECT 1 FROM number_changes LIMIT 1");
    Ok(sql.one(connection).await?.is_none())
}

/// [`fold`] in a transaction of the caller's.
pub(super) async fn fold_in(tx: &Transaction) -> Result<Folded> {
    match lock(tx).await?.as_deref() {
        None => return Ok(Folded::ByAnother),
        Some(READY) => {}
        Some(_) => return Ok(Folded::NotBuilt),
    }
    let mut changes = take(tx).await?;
    changes.sort_by_key(|change| change.day);
    let until = days::day(tx.connection(), days::UNTIL).await?;
    for of_day in changes.chunk_by(|one, next| one.day == next.day) {
        if let Some(change) = of_day.first() {
            fold_day(tx, of_day, change.day, until).await?;
        }
    }
    if let Some(last) = changes.last().map(|change| change.day)
        && until.is_none_or(|until| until < last)
    {
        days::set_day(tx, days::UNTIL, last).await?;
    }
    Ok(Folded::Changes(changes.len()))
}

/// Counts the changes of a day.
async fn fold_day(tx: &Transaction, changes: &[Change], day: i64, until: Option<i64>) -> Result<()> {
    let mut sums = Sums::of(changes);
    hold(tx, &mut sums).await?;
    let customers_on = until.map_or(day, |until| until.max(day));
    days::note(tx, &sums, day, customers_on).await?;
    count(tx, sums).await
}

/// Locks the counters for this transaction and says what state they are in; nothing while another process has them.
async fn lock(tx: &Transaction) -> Result<Option<String>> {
    let mut sql = Sql::new("SELECT value FROM settings WHERE name = ");
    sql.bind(STATE);
    if tx.backend() == Backend::Postgres {
        sql.push(" FOR UPDATE SKIP LOCKED");
    }
    let row = sql.one(tx.connection()).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

/// Removes the oldest changes and gives them. What is removed is exactly what is read: a transaction that was slower
/// to commit keeps its changes for the next fold.
async fn take(tx: &Transaction) -> Result<Vec<Change>> {
    let sql = Sql::new(format!(
        "DELETE FROM number_changes WHERE id IN (SELECT id FROM number_changes ORDER BY id LIMIT {CHANGES_PER_FOLD}) \
         RETURNING {}",
        Change::columns()
    ));
    sql.all(tx.connection()).await?.iter().map(Change::read).collect()
}

/// Rows in the order of the primary keys: pages are touched one after the other.
pub(super) fn in_order<K: Ord, V>(rows: impl IntoIterator<Item = (K, V)>) -> Vec<(K, V)> {
    let mut rows: Vec<(K, V)> = rows.into_iter().collect();
    rows.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    rows
}

/// Counts what customers have in cells, and in the sums the customers that cells win and lose.
async fn hold(tx: &Transaction, sums: &mut Sums) -> Result<()> {
    let moved = sums.holdings.iter().filter(|(_, numbers)| **numbers != 0);
    let rows = in_order(moved.map(|(key, numbers)| (key.clone(), *numbers)));
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        let mut sql = insert(HOLDINGS, chunk, bind_holding);
        sql.push(
            " ON CONFLICT (customer_id, axis, kind, dealer_id, word) DO UPDATE SET \
             numbers = kpi_customers.numbers + excluded.numbers \
             RETURNING customer_id, axis, kind, dealer_id, word, numbers",
        );
        for row in sql.all(tx.connection()).await? {
            let ((customer_id, cell), after) = read_holding(&row)?;
            let key = (customer_id, cell);
            let more = sums.holdings.get(&key).copied().unwrap_or_default();
            sums.moved(customer_id, &key.1, after - more, after);
        }
    }
    let empty = Sql::new("DELETE FROM kpi_customers WHERE numbers = 0");
    empty.execute(tx.connection()).await?;
    Ok(())
}

/// Counts the numbers and customers of cells.
async fn count(tx: &Transaction, sums: Sums) -> Result<()> {
    let moved = sums
        .cells
        .into_iter()
        .filter(|(_, tally)| tally.live != 0 || tally.dropped != 0 || tally.customers != 0);
    for chunk in in_order(moved).chunks(ROWS_PER_INSERT) {
        let mut sql = insert(CELLS, chunk, bind_cell);
        sql.push(
            " ON CONFLICT (reseller_id, axis, kind, dealer_id, word) DO UPDATE SET \
             live = kpi_cells.live + excluded.live, dropped = kpi_cells.dropped + excluded.dropped, \
             customers = kpi_cells.customers + excluded.customers",
        );
        sql.execute(tx.connection()).await?;
    }
    let empty = Sql::new("DELETE FROM kpi_cells WHERE live = 0 AND dropped = 0 AND customers = 0");
    empty.execute(tx.connection()).await?;
    Ok(())
}

const HOLDINGS: &str = "kpi_customers (customer_id, axis, kind, dealer_id, word, numbers)";
const CELLS: &str = "kpi_cells (reseller_id, axis, kind, dealer_id, word, live, dropped, customers)";

pub(super) fn bind_key(sql: &mut Sql, id: i64, cell: &Cell) {
    let axis: &'static str = cell.axis.into();
    sql.bind(id)
        .push_bind(", ", axis)
        .push_bind(", ", cell.kind)
        .push_bind(", ", cell.dealer_id)
        .push_bind(", ", cell.word.clone());
}

fn bind_holding(sql: &mut Sql, ((customer_id, cell), numbers): &((i64, Cell), i64)) {
    bind_key(sql, *customer_id, cell);
    sql.push_bind(", ", *numbers);
}

fn bind_cell(sql: &mut Sql, ((reseller_id, cell), tally): &(OwnedCell, Tally)) {
    bind_key(sql, *reseller_id, cell);
    sql.push_bind(", ", tally.live)
        .push_bind(", ", tally.dropped)
        .push_bind(", ", tally.customers);
}

/// Reads the id and the cell that a row of counters begins with.
pub(super) fn read_key(columns: &mut Columns<'_>) -> Result<(i64, Cell)> {
    let id = columns.get()?;
    let (axis, kind): (String, String) = (columns.get()?, columns.get()?);
    let cell = Cell {
        axis: error::word::<Axis>("kpi_cells", "axis", &axis)?,
        kind: super::cells::kind(&kind).ok_or_else(|| StoreError::Corrupt {
            table: "kpi_cells",
            column: "kind",
            value: kind.clone(),
        })?,
        dealer_id: columns.get()?,
        word: columns.get()?,
    };
    Ok((id, cell))
}

/// Reads a customer's cell and how many numbers it has there.
pub(super) fn read_holding(row: &QueryResult) -> Result<((i64, Cell), i64)> {
    let mut columns = Columns::of(row);
    Ok((read_key(&mut columns)?, columns.get()?))
}

/// The tables that a rebuild writes anew. The queue of changes comes first: every reader goes through all of it.
const REBUILT: [&str; 4] = ["number_changes", "kpi_cells", "kpi_customers", "kpi_days"];
/// How often a rebuild is begun again because of a fold at the same time.
const ATTEMPTS: usize = 5;

/// Builds the counters anew from the numbers, in one transaction: readers see the old ones until then. Says false when
/// another process is at it.
///
/// # Errors
/// What the database says; then the counters are as they were.
pub async fn rebuild(database: &Database) -> Result<bool> {
    let mut attempt = 1;
    loop {
        match database.rewrite(|tx| Box::pin(rebuild_in(tx))).await {
            // A fold was committed after this transaction's snapshot.
            Err(StoreError::Busy(_) | StoreError::Duplicate { .. }) if attempt < ATTEMPTS => attempt += 1,
            Ok(true) => {
                if let Err(error) = database.clear_away(&REBUILT).await {
                    tracing::warn!(%error, "the tables of the counters are cleared away later");
                }
                return Ok(true);
            }
            done => return done,
        }
    }
}

async fn rebuild_in(tx: &Transaction) -> Result<bool> {
    if lock(tx).await?.is_none() {
        return Ok(false);
    }
    // What changed up to the snapshot is in the numbers; what is committed later stays to be folded.
    for table in ["number_changes", "kpi_cells", "kpi_customers"] {
        Sql::new(format!("DELETE FROM {table}"))
            .execute(tx.connection())
            .await?;
    }
    days::begin(tx).await?;
    let mut recount = Recount::begin(tx.connection()).await?;
    while let Some(holdings) = recount.next(tx.connection()).await? {
        insert_holdings(tx, holdings).await?;
    }
    let cells: Vec<_> = in_order(recount.sums.cells);
    insert_all(tx, CELLS, &cells, bind_cell).await?;
    let mut sql = Sql::new("UPDATE settings SET value = ");
    sql.bind(READY).push_bind(" WHERE name = ", STATE);
    sql.execute(tx.connection()).await?;
    Ok(true)
}

async fn insert_holdings(tx: &Transaction, holdings: Holdings) -> Result<()> {
    insert_all(tx, HOLDINGS, &in_order(holdings), bind_holding).await
}
