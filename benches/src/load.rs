//! Loading an inventory into an empty database.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use store::{Database, DatabaseOptions, sql::Sql};
use tokio::sync::mpsc;

use crate::{
    Result,
    bulk::Writer,
    inventory::{Batch, Inventory, TABLES},
};

/// What was loaded, and how long it took.
#[derive(Debug, Clone, Copy)]
pub struct Loaded {
    /// Rows of all tables.
    pub rows: u64,
    /// Writing the rows.
    pub rows_took: Duration,
    /// Making the indexes, and checking foreign keys.
    pub indexes_took: Duration,
    /// Collecting statistics.
    pub analyze_took: Duration,
    /// Building the counters.
    pub count_took: Duration,
}

/// Batches made ahead of the database.
const AHEAD: usize = 16;

/// Makes the schema and writes the inventory.
///
/// # Errors
/// A database that has numbers already is left alone; else what the driver says.
pub async fn load(url: &str, inventory: Inventory, analyze: bool) -> Result<Loaded> {
    prepare(url).await?;
    let mut writer = Writer::connect(url).await?;
    let stripped = writer.strip(&TABLES).await?;
    let started = Instant::now();
    let rows = write(&mut writer, inventory).await?;
    writer.finish(&TABLES).await?;
    let rows_took = started.elapsed();
    let started = Instant::now();
    let bar = bar(stripped.len() as u64, "indexes");
    for statement in &stripped {
        writer.execute(statement).await?;
        bar.inc(1);
    }
    bar.finish();
    let indexes_took = started.elapsed();
    let started = Instant::now();
    if analyze {
        writer.analyze().await?;
    }
    let analyze_took = started.elapsed();
    writer.finish(&[]).await?;
    let count_took = count(url).await?;
    Ok(Loaded {
        rows,
        rows_took,
        indexes_took,
        analyze_took,
        count_took,
    })
}

async fn prepare(url: &str) -> Result<()> {
    let database = Database::connect(url, &DatabaseOptions::default()).await?;
    database.migrate().await?;
    // Places are the first rows of a load, so those of one that broke off count too.
    let any = Sql::new("SELECT 1 FROM numbers UNION ALL SELECT 1 FROM places LIMIT 1");
    let any = any.one(database.reader()).await?;
    database.close().await?;
    match any {
        None => Ok(()),
        Some(_) => Err("this database has numbers or the remains of a load: name an empty one".into()),
    }
}

/// Builds the counters of the numbers, which is faster than folding every number that was written, and says how long
/// that took. The schema is brought up to date before.
///
/// # Errors
/// What the database says.
pub async fn count(url: &str) -> Result<Duration> {
    let database = Database::connect(url, &DatabaseOptions::default()).await?;
    database.migrate().await?;
    let started = Instant::now();
    store::kpis::rebuild(&database).await?;
    let took = started.elapsed();
    database.close().await?;
    Ok(took)
}

async fn write(writer: &mut Writer, inventory: Inventory) -> Result<u64> {
    let bar = bar(inventory.numbers(), "numbers");
    let (sender, mut batches) = mpsc::channel::<Batch>(AHEAD);
    let making = tokio::task::spawn_blocking(move || {
        inventory.write(|batch| {
            sender
                .blocking_send(batch)
                .map_err(|_| "the load was given up".into())
        })
    });
    let mut rows = 0;
    while let Some(batch) = batches.recv().await {
        writer.write(&batch).await?;
        rows += batch.rows.len() as u64;
        if batch.table.name == "numbers" {
            bar.inc(batch.rows.len() as u64);
        }
    }
    making.await??;
    bar.finish();
    Ok(rows)
}

fn bar(length: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(length).with_message(what);
    let style =
        ProgressStyle::with_template("{msg:8} {wide_bar} {human_pos}/{human_len} {elapsed} (left: {eta})");
    style.map_or(bar.clone(), |style| bar.with_style(style))
}
