use std::collections::BTreeMap;

use super::{
    DayRange, Difference,
    merge::{next_version, write},
    recount::compare,
};
use crate::{Database, Result, calls::take_turns};

/// Days that one transaction makes anew.
const DAYS_PER_WRITE: i64 = 32;

/// Makes the days that differ anew, and moves the customer's version, so that whoever has read them reads them again.
/// Imports of the customer wait for a month of days at a time.
///
/// # Errors
/// What the database says; then what was made anew before stays so.
pub async fn repair(database: &Database, customer_id: i64, differences: &[Difference]) -> Result<()> {
    for range in differences.iter().filter(|difference| is_range(difference)) {
        write_anew(database, customer_id, range.days(), None).await?;
    }
    let days = differences.iter().filter(|difference| !is_range(difference));
    let mut runs: BTreeMap<i64, DayRange> = BTreeMap::new();
    for day in days.map(Difference::days) {
        let run = runs.entry(day.first.div_euclid(DAYS_PER_WRITE)).or_insert(day);
        run.first = run.first.min(day.first);
        run.last = run.last.max(day.last);
    }
    for run in runs.into_values() {
        write_anew(database, customer_id, run, Some(run)).await?;
    }
    Ok(())
}

fn is_range(difference: &Difference) -> bool {
    matches!(difference, Difference::Range { .. })
}

/// Writes the days of `anew` as the calls say now; `known` are days with calls in any case.
async fn write_anew(
    database: &Database,
    customer_id: i64,
    known: DayRange,
    anew: Option<DayRange>,
) -> Result<()> {
    let written = database.write(move |tx| {
        Box::pin(async move {
            take_turns(tx, customer_id).await?;
            let version = next_version(tx, customer_id, known).await?;
            let Some(anew) = anew else { return Ok(()) };
            let compared = compare(tx.connection(), customer_id, anew).await?;
            let days = compared.wrong.into_iter().map(|wrong| {
                let (day, kind, subject, extension) = wrong.key;
                ((kind, subject, extension, day), wrong.actual)
            });
            let days: Vec<_> = days.collect();
            write(tx, customer_id, version, &days).await
        })
    });
    written.await
}
