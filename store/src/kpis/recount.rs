//! What the counters should say, from the numbers.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use sea_orm::ConnectionTrait;

use super::{
    cells::{
        ANY_DEALER, ANY_KIND, Cell, FINEST, Finest, Holdings, NO_DEALER, OwnedCell, PLATFORM, Sums,
        finest_of_numbers,
    },
    counters::are_ready,
    fold::{read_holding, read_key},
    query::Tally,
};
use crate::{
    Database, Result, Transaction,
    sql::{Columns, Sql},
};

/// Customers whose numbers are read at once.
const CUSTOMERS: u32 = 500;

/// A count of all numbers, customer by customer, so that the memory it takes doesn't grow with the customers.
pub(super) struct Recount {
    /// All cells, complete at the end.
    pub(super) sums: Sums,
    /// The last customer that was counted.
    pub(super) counted: i64,
    done: bool,
}

impl Recount {
    /// Counts what belongs to nobody.
    pub(super) async fn begin(connection: &impl ConnectionTrait) -> Result<Self> {
        let mut recount = Self {
            sums: Sums::default(),
            counted: 0,
            done: false,
        };
        let sql = Sql::new(format!("{} WHERE customer_id IS NULL", numbers()));
        recount.add(connection, sql).await?;
        Ok(recount)
    }

    /// Counts the numbers of some more customers and gives what they have; nothing when all are counted.
    pub(super) async fn next(&mut self, connection: &impl ConnectionTrait) -> Result<Option<Holdings>> {
        if self.done {
            return Ok(None);
        }
        let from = self.counted;
        let mut last = Sql::new("SELECT MAX(id), COUNT(*) FROM (SELECT id FROM customers WHERE id > ");
        last.bind(from)
            .push(&format!(" ORDER BY id LIMIT {CUSTOMERS}) c"));
        let row = last.one(connection).await?;
        let to: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        let Some(to) = to else {
            self.done = true;
            return Ok(None);
        };
        let mut sql = Sql::new(numbers());
        sql.push_bind(" WHERE customer_id > ", from)
            .push_bind(" AND customer_id <= ", to);
        self.add(connection, sql).await?;
        let mut holdings = std::mem::take(&mut self.sums.holdings);
        holdings.retain(|_, numbers| *numbers != 0);
        for ((customer_id, cell), numbers) in &holdings {
            self.sums.moved(*customer_id, cell, 0, *numbers);
        }
        self.counted = to;
        Ok(Some(holdings))
    }

    async fn add(&mut self, connection: &impl ConnectionTrait, mut sql: Sql) -> Result<()> {
        sql.push(&format!(" GROUP BY {}", finest_of_numbers()));
        for row in sql.all(connection).await? {
            let mut columns = Columns::of(&row);
            let finest = Finest::read(&mut columns)?;
            self.sums.add(&finest, columns.get()?);
        }
        Ok(())
    }
}

fn numbers() -> String {
    format!("SELECT {}, COUNT(*) FROM numbers", finest_of_numbers())
}

/// Something that the counters say and the numbers don't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Counts of numbers.
    Cell {
        /// Which, in words.
        cell: String,
        /// Numbers that are not dropped, dropped numbers and customers, as the counters have them.
        counted: (i64, i64, i64),
        /// The same as the numbers have them.
        actual: (i64, i64, i64),
    },
    /// Numbers of a customer.
    Customer {
        /// Row of the customer.
        customer_id: i64,
        /// Which of its numbers, in words.
        cell: String,
        /// How many, as the counters have it.
        counted: i64,
        /// How many there are.
        actual: i64,
    },
    /// The counters are still to be built, and not used until then.
    NotBuilt,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cell {
                cell,
                counted,
                actual,
            } => write!(
                f,
                "{cell}: counted {} numbers, {} dropped ones and {} customers; there are {}, {} and {}",
                counted.0, counted.1, counted.2, actual.0, actual.1, actual.2
            ),
            Self::Customer {
                customer_id,
                cell,
                counted,
                actual,
            } => write!(
                f,
                "customer {customer_id}, {cell}: counted {counted} numbers; there are {actual}"
            ),
            Self::NotBuilt => write!(f, "the counters are not built yet"),
        }
    }
}

/// Compares the counters, together with the changes that are still to be folded, with the numbers, in one snapshot;
/// gives every difference. Other work isn't held up.
///
/// # Errors
/// What the database says.
pub async fn verify(database: &Database) -> Result<Vec<Difference>> {
    database.snapshot(|tx| Box::pin(verify_in(tx))).await
}

async fn verify_in(tx: &Transaction) -> Result<Vec<Difference>> {
    let connection = tx.connection();
    if !are_ready(connection).await? {
        return Ok(vec![Difference::NotBuilt]);
    }
    let mut tail = Sums::default();
    for row in Sql::new(format!("SELECT {FINEST}, sign FROM number_changes"))
        .all(connection)
        .await?
    {
        let mut columns = Columns::of(&row);
        let finest = Finest::read(&mut columns)?;
        tail.add(&finest, columns.get()?);
    }
    let mut unfolded = std::mem::take(&mut tail.holdings);
    let mut differences = Vec::new();
    let mut recount = Recount::begin(connection).await?;
    loop {
        let from = recount.counted;
        let next = recount.next(connection).await?;
        // Behind the last customer there should be nothing.
        let to = if next.is_some() { recount.counted } else { i64::MAX };
        let folded = holdings(connection, from, to).await?;
        let here: Vec<_> = unfolded
            .keys()
            .filter(|(id, _)| (from + 1..=to).contains(id))
            .cloned()
            .collect();
        let later: Holdings = here
            .into_iter()
            .filter_map(|key| unfolded.remove_entry(&key))
            .collect();
        compare_holdings(
            &mut tail,
            &folded,
            &later,
            next.as_ref().unwrap_or(&Holdings::new()),
            &mut differences,
        );
        if next.is_none() {
            break;
        }
    }
    compare_cells(
        cells(connection).await?,
        tail.cells,
        recount.sums.cells,
        &mut differences,
    );
    Ok(differences)
}

/// Compares what customers have; moves the customers that the changes bring to cells, or take from them, in `tail`.
fn compare_holdings(
    tail: &mut Sums,
    folded: &Holdings,
    unfolded: &Holdings,
    actual: &Holdings,
    differences: &mut Vec<Difference>,
) {
    let numbers = |holdings: &Holdings, key| holdings.get(key).copied().unwrap_or_default();
    for (key, more) in unfolded {
        let before = numbers(folded, key);
        tail.moved(key.0, &key.1, before, before + more);
    }
    let keys: BTreeSet<_> = folded
        .keys()
        .chain(unfolded.keys())
        .chain(actual.keys())
        .collect();
    for key in keys {
        let counted = numbers(folded, key) + numbers(unfolded, key);
        let actual = numbers(actual, key);
        if counted != actual {
            differences.push(Difference::Customer {
                customer_id: key.0,
                cell: in_words(&key.1),
                counted,
                actual,
            });
        }
    }
}

fn compare_cells(
    folded: HashMap<OwnedCell, Tally>,
    unfolded: HashMap<OwnedCell, Tally>,
    actual: HashMap<OwnedCell, Tally>,
    differences: &mut Vec<Difference>,
) {
    let tally = |cells: &HashMap<OwnedCell, Tally>, key| cells.get(key).copied().unwrap_or_default();
    let keys: BTreeSet<_> = folded
        .keys()
        .chain(unfolded.keys())
        .chain(actual.keys())
        .collect();
    for key in keys {
        let (before, more, actual) = (tally(&folded, key), tally(&unfolded, key), tally(&actual, key));
        let counted = (
            before.live + more.live,
            before.dropped + more.dropped,
            before.customers + more.customers,
        );
        let actual = (actual.live, actual.dropped, actual.customers);
        if counted != actual {
            let owner = match key.0 {
                PLATFORM => "platform".to_owned(),
                reseller => format!("reseller {reseller}"),
            };
            differences.push(Difference::Cell {
                cell: format!("{owner}, {}", in_words(&key.1)),
                counted,
                actual,
            });
        }
    }
}

async fn holdings(connection: &impl ConnectionTrait, from: i64, to: i64) -> Result<Holdings> {
    let mut sql = Sql::new(
        "SELECT customer_id, axis, kind, dealer_id, word, numbers FROM kpi_customers WHERE customer_id > ",
    );
    sql.bind(from).push_bind(" AND customer_id <= ", to);
    sql.all(connection).await?.iter().map(read_holding).collect()
}

async fn cells(connection: &impl ConnectionTrait) -> Result<HashMap<OwnedCell, Tally>> {
    let sql =
        Sql::new("SELECT reseller_id, axis, kind, dealer_id, word, live, dropped, customers FROM kpi_cells");
    let mut cells = HashMap::new();
    for row in sql.all(connection).await? {
        let mut columns = Columns::of(&row);
        let key = read_key(&mut columns)?;
        let tally = Tally {
            live: columns.get()?,
            dropped: columns.get()?,
            customers: columns.get()?,
            ..Tally::default()
        };
        cells.insert(key, tally);
    }
    Ok(cells)
}

/// `TOTAL, dealer any, type any`.
fn in_words(cell: &Cell) -> String {
    let dealer = match cell.dealer_id {
        ANY_DEALER => "any".to_owned(),
        NO_DEALER => "none".to_owned(),
        id => id.to_string(),
    };
    let kind = if cell.kind == ANY_KIND { "any" } else { cell.kind };
    let word = if cell.word.is_empty() {
        String::new()
    } else {
        format!(" {}", cell.word)
    };
    format!("{}{word}, dealer {dealer}, type {kind}", cell.axis)
}
