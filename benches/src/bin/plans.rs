//! Prints how the database runs the statements behind the lists of numbers and the stock.

use benches::{
    Result,
    plans::{Observatory, Stock, Study},
    report,
};
use clap::Parser;

/// Print how a loaded database runs the statements behind the lists of numbers and the stock
///
/// Marked are plans that read all numbers without an index (SCAN), put more than a page of rows in order (SORT),
/// read many rows in vain (VAIN), or take long (SLOW). On PostgreSQL it is the plan that the server settles on
/// after several runs; "generic" says how often it took the one for any values.
#[derive(Debug, Parser)]
struct Options {
    /// The database: sqlite://FILE or postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database: String,
    /// Print the plans too: of all statements, or of those whose name contains TEXT
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = "")]
    plans: Option<String>,
    /// Milliseconds from which a statement is marked as slow
    #[arg(long, default_value_t = 5.0)]
    slow: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let observatory = Observatory::open(&options.database).await?;
    let mut studies = Vec::new();
    for list in observatory.lists().await? {
        studies.push(observatory.list(&list).await?);
    }
    for stock in Stock::examples()? {
        let stock = Stock {
            name: format!("search: {}", stock.name),
            ..stock
        };
        studies.push(observatory.search(&stock).await?);
    }
    for stock in Stock::examples()?.into_iter().take(1) {
        let stock = Stock {
            name: format!("claim: {}", stock.name),
            ..stock
        };
        studies.extend(observatory.claim(&stock).await?);
    }
    if let Some(part) = &options.plans {
        studies
            .iter()
            .filter(|study| study.name.contains(part))
            .for_each(|study| println!("{study}"));
    }
    println!("{}", summary(&studies, options.slow));
    Ok(())
}

fn summary(studies: &[Study], slow: f64) -> String {
    let mut table = report::table(&[
        "statement",
        "median ms",
        "rows in vain",
        "generic",
        "marks",
        "numbers come from",
    ]);
    for study in studies {
        let (plan, took) = (&study.plan, study.median.as_secs_f64() * 1e3);
        let marks = [
            (plan.scans_numbers(), "SCAN"),
            (plan.sorts(), "SORT"),
            (plan.reads_in_vain(), "VAIN"),
            (took >= slow, "SLOW"),
        ];
        let marks: Vec<&str> = marks
            .into_iter()
            .filter_map(|(holds, mark)| holds.then_some(mark))
            .collect();
        table.add_row([
            study.name.clone(),
            format!("{took:.2}"),
            plan.rows_in_vain()
                .map_or_else(String::new, |rows| rows.to_string()),
            format!("{}/{}", plan.generic_runs, plan.generic_runs + plan.custom_runs),
            marks.join(" "),
            plan.source(),
        ]);
    }
    table.to_string()
}
