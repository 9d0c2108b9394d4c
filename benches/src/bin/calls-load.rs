//! Measures how fast call records come in.

use std::time::Instant;

use benches::{
    Result,
    calls::{Calls, FIRST_EXTENSION, direct},
    process::memory,
    report,
};
use clap::Parser;
use jiff::{civil::Date, tz::TimeZone};
use service::{
    CallCustomer, CallFormat, CallImportError, CallImportReport, CallImportRequest, CallRows, CallSettings,
    CallSource, EmployeeRow, Principal, Settings, Switchboard,
};
use store::NewCustomer;

/// Measure how fast call records come in, as `switchboard import calls` brings them in
///
/// Made-up calls of a year, as JSON lines, go through the import into an empty database, then once more, which changes
/// nothing. Nothing is left out: legs, parties, statistics, reports.
#[derive(Debug, Parser)]
#[command(after_help = "Example:\n  calls-load --database sqlite://bench.db --calls 100000")]
struct Options {
    /// Databases, which must be empty: sqlite://FILE or postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "URL", required = true)]
    database: Vec<String>,
    /// Calls
    #[arg(long, default_value_t = 100_000)]
    calls: u64,
    /// Customers
    #[arg(long, default_value_t = 10)]
    customers: u64,
    /// Employees of each customer
    #[arg(long, default_value_t = 50)]
    employees: u64,
    /// The first day, UTC
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "2025-01-01")]
    from: Date,
    /// Write the calls straight into the tables instead, without an import: to have ten million of them
    #[arg(long)]
    direct: bool,
    /// Another seed gives other calls
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let calls = Calls {
        count: options.calls,
        customers: options.customers,
        employees: options.employees,
        from: options.from.to_zoned(TimeZone::UTC)?.timestamp(),
        seed: options.seed,
    };
    println!("{calls:?}");
    let mut table = report::table(&["database", "new calls/s", "again calls/s", "peak MiB"]);
    for url in &options.database {
        let mut settings = Settings::new(url.clone());
        settings.database.readers = 2;
        settings.database.writers = 2;
        let switchboard = Switchboard::open(settings).await?;
        switchboard.migrate().await?;
        plant(&switchboard, &calls).await?;
        if options.direct {
            let begin = Instant::now();
            direct::write(switchboard.database(), url, &calls, code).await?;
            let rate = calls.count as f64 / begin.elapsed().as_secs_f64();
            println!("{} calls written, {rate:.0} calls/s with indexes", calls.count);
            continue;
        }
        let new = import(&switchboard, &calls, |report| report.new_calls).await?;
        let again = import(&switchboard, &calls, |report| report.unchanged_calls).await?;
        let memory = memory(i32::try_from(std::process::id())?)?;
        let place = url.split(':').next().unwrap_or_default();
        table.add_row([
            place.to_owned(),
            format!("{new:.0}"),
            format!("{again:.0}"),
            (memory.peak >> 20).to_string(),
        ]);
    }
    if !options.direct {
        println!("{table}");
    }
    Ok(())
}

fn code(customer: u64) -> String {
    format!("B{customer}")
}

/// The customers and their employees.
async fn plant(switchboard: &Switchboard, calls: &Calls) -> Result<()> {
    let who = Principal::command_line();
    let direct = switchboard.reseller_by_code(&who, "DIRECT").await?;
    let reseller_id = direct.ok_or("every database has the reseller DIRECT")?.id;
    for customer in 0..calls.customers {
        let new = NewCustomer {
            reseller_id,
            dealer_id: None,
            code: code(customer),
            name: code(customer),
        };
        let inserted = switchboard
            .database()
            .write(move |tx| Box::pin(async move { store::insert_customer(tx, &new).await }));
        inserted.await?;
    }
    let mut people = Vec::new();
    for customer in 0..calls.customers {
        people.extend((0..calls.employees).map(|employee| EmployeeRow {
            customer: code(customer),
            name: format!("Employee {employee}"),
            extension: Some((FIRST_EXTENSION + employee).to_string()),
            extension_since: Some(calls.from),
            ..EmployeeRow::default()
        }));
    }
    switchboard.import_employees(&who, people).await?;
    Ok(())
}

/// Calls in a second; `counted` is how many of a report there should be.
async fn import(
    switchboard: &Switchboard,
    calls: &Calls,
    counted: fn(&CallImportReport) -> u64,
) -> Result<f64> {
    let begin = Instant::now();
    let mut total = 0;
    for customer in 0..calls.customers {
        let request = CallImportRequest {
            customer: CallCustomer::Code(code(customer)),
            source: CallSource::CommandLine,
            file: None,
            format: CallFormat::Jsonl.to_string(),
            country: None,
        };
        let mut importer = switchboard
            .begin_call_import(&Principal::command_line(), request)
            .await?;
        let text: String = calls.of(customer).map(|call| call.line()).collect();
        let lines = std::io::Cursor::new(text.into_bytes());
        let rows = CallRows::new(CallFormat::Jsonl, &CallSettings::default(), Box::new(lines));
        importer.feed(rows, |_| Ok::<(), CallImportError>(())).await?;
        total += counted(&importer.finish().await?);
    }
    if total != calls.count {
        return Err(format!("{total} calls were counted, and {} came in", calls.count).into());
    }
    Ok(total as f64 / begin.elapsed().as_secs_f64())
}
