//! How fast the folder is.

use std::time::Instant;

use benches::Result;
use store::{Database, kpis::fold, sql::Sql};

use super::{Options, assign_all, ids, owners};

/// Assigns numbers while nobody folds, then folds what that left.
pub(super) async fn folding(database: &Database, options: &Options) -> Result<()> {
    let wanted = options.assignments * 5;
    let stock = Sql::new(format!(
        "SELECT id FROM numbers WHERE status = 'AVAILABLE' ORDER BY id LIMIT {wanted}"
    ));
    let stock = ids(database, stock).await?;
    assign_all(database, &stock, &owners(database).await?, options.clients).await?;
    let waiting = Sql::new("SELECT COUNT(*) FROM number_changes");
    let waiting = waiting.one_i64(database.reader()).await?;
    let started = Instant::now();
    while fold(database).await?.more() {}
    let took = started.elapsed();
    println!(
        "\n{waiting} changes of {} numbers folded in {:.0} ms: {:.0} numbers/s",
        stock.len(),
        took.as_secs_f64() * 1000.0,
        stock.len() as f64 / took.as_secs_f64()
    );
    Ok(())
}
