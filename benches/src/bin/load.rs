//! Loads a made-up inventory into an empty database.

use benches::{
    Result,
    inventory::{Inventory, Size},
    load,
};
use clap::Parser;
use jiff::{Zoned, civil::Date, tz::TimeZone};

/// Load a made-up inventory into an empty database
///
/// The same sizes, seed and day give the same rows on both databases.
#[derive(Debug, Parser)]
#[command(after_help = "Example:\n  load --database sqlite://bench.db --numbers 50000")]
struct Options {
    /// The database: sqlite://FILE or postgres://USER@HOST/DATABASE; its schema is made
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database: String,
    /// Numbers, a multiple of 1000
    #[arg(long, default_value_t = 1_000_000)]
    numbers: u64,
    /// Customers [default: one for 50 numbers]
    #[arg(long)]
    customers: Option<u64>,
    /// Dealers
    #[arg(long, default_value_t = 200)]
    dealers: u64,
    /// Pools [default: one for 200 numbers]
    #[arg(long)]
    pools: Option<u64>,
    /// Another seed gives other rows
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day up to which things happened [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Date>,
    /// Leave the statistics out that plans are made by
    #[arg(long)]
    no_analyze: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let size = Size {
        numbers: options.numbers,
        customers: options.customers.unwrap_or((options.numbers / 50).max(1)),
        dealers: options.dealers,
        pools: options.pools.unwrap_or(options.numbers / 200),
        seed: options.seed,
        now_ms: start_of(options.day)?,
    };
    println!("{size:?}");
    let loaded = load::load(&options.database, Inventory::new(size)?, !options.no_analyze).await?;
    println!(
        "{} rows in {:.1} s ({:.0} rows/s), indexes and constraints in {:.1} s, statistics in {:.1} s, counters in {:.1} s",
        loaded.rows,
        loaded.rows_took.as_secs_f64(),
        loaded.rows as f64 / loaded.rows_took.as_secs_f64(),
        loaded.indexes_took.as_secs_f64(),
        loaded.analyze_took.as_secs_f64(),
        loaded.count_took.as_secs_f64(),
    );
    Ok(())
}

/// Midnight of a day in UTC, in milliseconds since the epoch.
fn start_of(day: Option<Date>) -> Result<i64> {
    let midnight = match day {
        Some(day) => day.to_zoned(TimeZone::UTC)?,
        None => Zoned::now().with_time_zone(TimeZone::UTC).start_of_day()?,
    };
    Ok(midnight.timestamp().as_millisecond())
}
