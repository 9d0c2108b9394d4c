//! Figures of stock: from the counters, and the aggregation that they would be without.

use std::time::{Duration, Instant};

use benches::{Result, report};
use provider_core::domain::KpiFilter;
use store::{
    Database, Scope,
    kpis::{CountBy, CountQuery, form_502, stock_levels, stocked},
    sql::Sql,
};

use super::{Options, median, milliseconds};

const LEVELS: &str = "SELECT number_type, country, area_code, status, COUNT(*) FROM numbers \
     WHERE status <> 'DROPPED' OR quarantine_until IS NOT NULL GROUP BY number_type, country, area_code, status";
const IN_USE: &str = "SELECT status, COUNT(*) FROM numbers \
     WHERE status <> 'DROPPED' OR quarantine_until IS NOT NULL GROUP BY status";
const FORM_502: &str = "SELECT country, COALESCE(area_code, SUBSTR(e164, 3, 3)), status, COUNT(*) FROM numbers \
     WHERE e164 >= '+1' AND e164 < '+2' AND (status <> 'DROPPED' OR quarantine_until IS NOT NULL) \
     GROUP BY country, COALESCE(area_code, SUBSTR(e164, 3, 3)), status";

/// Asks for stock levels (with the assignments of 90 days), utilization and Form 502.
pub(super) async fn stock(database: &Database, options: &Options) -> Result<()> {
    let mut table = report::table(&["figure", "counters p50", "numbers p50", "ratio"]);
    let scope = Scope::Platform;
    let all = CountQuery::new(CountBy::Nothing, KpiFilter::default());
    let levels = timed(options.questions, async || {
        stock_levels(database, scope).await.map(|_| ())
    });
    let (levels, raw) = (levels.await?, aggregated(database, options, LEVELS).await?);
    row(&mut table, "stock levels", levels, raw);
    let used = timed(options.questions, async || {
        stocked(database, scope, &all).await.map(|_| ())
    });
    let (used, raw) = (used.await?, aggregated(database, options, IN_USE).await?);
    row(&mut table, "utilization", used, raw);
    let form = timed(options.questions, async || {
        form_502(database, scope, &all).await.map(|_| ())
    });
    let (form, raw) = (form.await?, aggregated(database, options, FORM_502).await?);
    row(&mut table, "form 502", form, raw);
    println!("\n{table}");
    Ok(())
}

async fn aggregated(database: &Database, options: &Options, statement: &str) -> Result<Duration> {
    timed(options.raw_questions, async || {
        Sql::new(statement).all(database.reader()).await.map(|_| ())
    })
    .await
}

pub(super) async fn timed(
    times: usize,
    ask: impl AsyncFn() -> Result<(), store::StoreError>,
) -> Result<Duration> {
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        let started = Instant::now();
        ask().await?;
        took.push(started.elapsed());
    }
    Ok(median(took))
}

fn row(table: &mut comfy_table::Table, figure: &str, counters: Duration, numbers: Duration) {
    table.add_row([
        figure.to_owned(),
        milliseconds(counters),
        milliseconds(numbers),
        format!("{:.0}x", numbers.as_secs_f64() / counters.as_secs_f64()),
    ]);
}
