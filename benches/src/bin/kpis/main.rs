//! Measures counts of numbers: from the counters, and from the numbers; and what the counters cost those who write.

mod folding;
mod stock;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use benches::{
    Result,
    inventory::{Inventory, Size},
    load, report,
};
use clap::Parser;
use jiff::Timestamp;
use numbering::{NumberCategory, NumberType};
use provider_core::domain::{DealerFilter, KpiFilter, KpiStatusFilter, KpiType, NumberStatus};
use store::{
    Backend, Database, DatabaseOptions, EventKind, NewEvent, NumberBy, Owner, Scope, StoreError, Transaction,
    kpis::{CountBy, CountQuery, count_numbers, counts, fold, rebuild, verify},
    sql::Sql,
};
use tokio::task::JoinSet;

/// Measure counts of numbers on a made-up inventory
///
/// The same questions are answered from the counters and by aggregation over the numbers, on the same database. Then
/// numbers are assigned with the counters' triggers and a folder at work, and without them, in turns.
#[derive(Debug, Parser)]
#[command(after_help = "scripts/bench-kpis does this on both databases and for several sizes.")]
struct Options {
    /// An empty database, unless it is said to be loaded: sqlite://FILE or postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "URL")]
    database: String,
    /// Numbers, a multiple of 1000
    #[arg(long, default_value_t = 10_000)]
    numbers: u64,
    /// Take the numbers that are in the database already, and only count them anew
    #[arg(long)]
    loaded: bool,
    /// How often a question is asked of the counters
    #[arg(long, default_value_t = 100)]
    questions: usize,
    /// How often it is asked of the numbers
    #[arg(long, default_value_t = 5)]
    raw_questions: usize,
    /// Numbers that are assigned in a round
    #[arg(long, default_value_t = 400)]
    assignments: usize,
    /// Rounds of assigning, each with and without counters, which are counted anew each time; 0 for none
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How many assign at once
    #[arg(long, default_value_t = 8)]
    clients: usize,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let database = prepare(&options).await?;
    questions(&database, &options).await?;
    stock::stock(&database, &options).await?;
    folding::folding(&database, &options).await?;
    assigning(&database, &options).await?;
    let differences = verify(&database).await?;
    println!(
        "\n{} differences between the counters and a recount at the end",
        differences.len()
    );
    database.close().await?;
    if differences.is_empty() {
        Ok(())
    } else {
        Err("the counters are wrong".into())
    }
}

async fn prepare(options: &Options) -> Result<Database> {
    let size = Size {
        numbers: options.numbers,
        customers: (options.numbers / 50).max(1),
        dealers: 200,
        pools: options.numbers / 200,
        seed: 1,
        now_ms: Timestamp::now().as_millisecond(),
    };
    let took = if options.loaded {
        load::count(&options.database).await?
    } else {
        let loaded = load::load(&options.database, Inventory::new(size)?, true).await?;
        loaded.count_took
    };
    let database = Database::connect(&options.database, &DatabaseOptions::default()).await?;
    let numbers = Sql::new("SELECT COUNT(*) FROM numbers")
        .one_i64(database.reader())
        .await?;
    println!("{numbers} numbers counted in {:.1} s", took.as_secs_f64());
    Ok(database)
}

/// What is asked in one go, as a dashboard does.
fn questions_of(title: &str) -> Vec<CountQuery> {
    let filter = |status, dealer: Option<&str>, number_type| KpiFilter {
        status,
        dealer: dealer.map(DealerFilter::from_code),
        number_type,
    };
    let all = KpiFilter::default();
    match title {
        "summary" => vec![CountQuery::new(CountBy::Nothing, all)],
        "by status, dealer and type" => [CountBy::Status, CountBy::Dealer, CountBy::Type]
            .map(|by| CountQuery::new(by, all.clone()))
            .to_vec(),
        "the same, mixed filters" => vec![
            CountQuery::new(
                CountBy::Status,
                filter(
                    KpiStatusFilter::All,
                    Some("D0007"),
                    Some(KpiType::Type(NumberType::Geographic)),
                ),
            ),
            CountQuery::new(
                CountBy::Dealer,
                filter(
                    KpiStatusFilter::NotDropped,
                    None,
                    Some(KpiType::Category(NumberCategory::NonGeographic)),
                ),
            ),
            CountQuery::new(CountBy::Type, filter(KpiStatusFilter::NotDropped, Some(""), None)),
        ],
        _ => vec![CountQuery::new(
            CountBy::AreaCode,
            filter(KpiStatusFilter::NotDropped, None, None),
        )],
    }
}

async fn questions(database: &Database, options: &Options) -> Result<()> {
    let mut table = report::table(&["question", "counters p50", "numbers p50", "ratio"]);
    for title in [
        "summary",
        "by status, dealer and type",
        "the same, mixed filters",
        "by area code",
    ] {
        let asked = questions_of(title);
        for query in &asked {
            let (told, counted) = (
                counts(database, Scope::Platform, query).await?,
                count_numbers(database.reader(), Scope::Platform, query).await?,
            );
            if told != counted {
                return Err(format!("{title}: the counters and the numbers differ").into());
            }
        }
        let mut fast = Vec::new();
        for _ in 0..options.questions {
            let started = Instant::now();
            for query in &asked {
                counts(database, Scope::Platform, query).await?;
            }
            fast.push(started.elapsed());
        }
        let mut slow = Vec::new();
        for _ in 0..options.raw_questions {
            let started = Instant::now();
            for query in &asked {
                count_numbers(database.reader(), Scope::Platform, query).await?;
            }
            slow.push(started.elapsed());
        }
        let (fast, slow) = (median(fast), median(slow));
        table.add_row([
            title.to_owned(),
            milliseconds(fast),
            milliseconds(slow),
            format!("{:.0}x", slow.as_secs_f64() / fast.as_secs_f64()),
        ]);
    }
    println!("\n{table}");
    Ok(())
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

fn median<T: Ord + Copy + Default>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Assigns numbers with and without counters, in turns: machines are noisy.
async fn assigning(database: &Database, options: &Options) -> Result<()> {
    let needed = options.assignments * options.rounds * 2;
    let stock = Sql::new(format!(
        "SELECT id FROM numbers WHERE status = 'AVAILABLE' ORDER BY id LIMIT {needed}"
    ));
    let stock: Vec<i64> = ids(database, stock).await?;
    if options.rounds == 0 {
        return Ok(());
    }
    if stock.len() < needed {
        println!(
            "\nassigning needs {needed} numbers in stock, and there are {}: left out",
            stock.len()
        );
        return Ok(());
    }
    let owners = owners(database).await?;
    let triggers = Triggers::of(database).await?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for (round, numbers) in stock.chunks(options.assignments).enumerate() {
        if round % 2 == 0 {
            triggers.take_away(database).await?;
            without.push(assign_all(database, numbers, &owners, options.clients).await?);
            triggers.put_back(database).await?;
            rebuild(database).await?;
        } else {
            with.push(assign_folding(database, numbers, &owners, options.clients).await?);
        }
    }
    let (with, without) = (median(with), median(without));
    let mut table = report::table(&["assignments/s", "with counters", "without", "ratio"]);
    let rate = |took: Duration| options.assignments as f64 / took.as_secs_f64();
    table.add_row([
        format!("{} clients", options.clients),
        format!("{:.0}", rate(with)),
        format!("{:.0}", rate(without)),
        format!("{:.2}", rate(with) / rate(without)),
    ]);
    println!("\n{table}");
    Ok(())
}

async fn ids(database: &Database, sql: Sql) -> Result<Vec<i64>> {
    let rows = sql.all(database.reader()).await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<_, sea_orm::DbErr>>()?)
}

async fn owners(database: &Database) -> Result<Vec<Owner>> {
    let sql = Sql::new("SELECT reseller_id, customer_id, id FROM groups ORDER BY id LIMIT 1000");
    let mut owners = Vec::new();
    for row in sql.all(database.reader()).await? {
        owners.push(Owner {
            reseller_id: row.try_get_by_index(0)?,
            customer_id: row.try_get_by_index(1)?,
            group_id: row.try_get_by_index(2)?,
        });
    }
    if owners.is_empty() {
        return Err("the inventory has no groups".into());
    }
    Ok(owners)
}

/// The same with a folder at work, as in a server, and with what it leaves.
async fn assign_folding(
    database: &Database,
    numbers: &[i64],
    owners: &[Owner],
    clients: usize,
) -> Result<Duration> {
    let stop = Arc::new(AtomicBool::new(false));
    let (folder, stopped) = (database.clone(), stop.clone());
    let folding = tokio::spawn(async move {
        while !stopped.load(Ordering::Relaxed) {
            fold(&folder).await?;
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        Ok::<_, StoreError>(())
    });
    let took = assign_all(database, numbers, owners, clients).await?;
    stop.store(true, Ordering::Relaxed);
    folding.await??;
    let started = Instant::now();
    while fold(database).await?.more() {}
    Ok(took + started.elapsed())
}

async fn assign_all(
    database: &Database,
    numbers: &[i64],
    owners: &[Owner],
    clients: usize,
) -> Result<Duration> {
    let (numbers, owners) = (Arc::new(numbers.to_vec()), Arc::new(owners.to_vec()));
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let (database, numbers, owners, next) =
            (database.clone(), numbers.clone(), owners.clone(), next.clone());
        tasks.spawn(async move {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(id) = numbers.get(index).copied() else {
                    return Ok::<_, StoreError>(());
                };
                let owner = owners[index % owners.len()];
                database.write(move |tx| Box::pin(claim(tx, id))).await?;
                database.write(move |tx| Box::pin(give(tx, id, owner))).await?;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(started.elapsed())
}

async fn claim(tx: &Transaction, id: i64) -> Result<i64, StoreError> {
    change(tx, id, EventKind::Claimed, None).await
}

async fn give(tx: &Transaction, id: i64, owner: Owner) -> Result<i64, StoreError> {
    store::insert_assignment(tx, id, owner, "Benchmark", None, None).await?;
    change(tx, id, EventKind::Assigned, Some(owner)).await
}

/// Writes a number as the service does: with its row locked and its history told.
async fn change(tx: &Transaction, id: i64, kind: EventKind, owner: Option<Owner>) -> Result<i64, StoreError> {
    let before = store::lock_number(tx, Scope::Platform, &NumberBy::Id(id)).await?;
    let before = before.ok_or(StoreError::Aborted)?;
    let mut after = before.clone();
    after.status = if owner.is_some() {
        NumberStatus::Active
    } else {
        NumberStatus::Pending
    };
    after.name = owner.map(|_| format!("Benchmark {id}"));
    after.owner = owner;
    let event = NewEvent {
        kind,
        actor: "benchmark",
        cause: None,
        operation_id: None,
    };
    store::save_number(tx, &before, &after, event).await
}

/// The triggers of `numbers`, to be taken away and put back.
struct Triggers {
    away: Vec<String>,
    back: Vec<String>,
}

impl Triggers {
    async fn of(database: &Database) -> Result<Self> {
        if database.backend() == Backend::Postgres {
            return Ok(Self {
                away: vec!["ALTER TABLE numbers DISABLE TRIGGER USER".to_owned()],
                back: vec!["ALTER TABLE numbers ENABLE TRIGGER USER".to_owned()],
            });
        }
        let sql =
            Sql::new("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'numbers'");
        let (mut away, mut back) = (Vec::new(), Vec::new());
        for row in sql.all(database.reader()).await? {
            let name: String = row.try_get_by_index(0)?;
            away.push(format!("DROP TRIGGER {name}"));
            back.push(row.try_get_by_index(1)?);
        }
        Ok(Self { away, back })
    }

    async fn take_away(&self, database: &Database) -> Result<()> {
        execute(database, &self.away).await
    }

    async fn put_back(&self, database: &Database) -> Result<()> {
        execute(database, &self.back).await
    }
}

async fn execute(database: &Database, statements: &[String]) -> Result<()> {
    for statement in statements {
        let sql = Sql::new(statement.as_str());
        database
            .write::<_, StoreError, _>(|tx| Box::pin(async move { sql.execute(tx.connection()).await }))
            .await?;
    }
    Ok(())
}
