use std::fmt;

use sea_orm::{ConnectionTrait, Statement};
use store::sql::Sql;

use super::is_postgres;
use crate::Result;

/// What a database says about a statement.
#[derive(Debug, Default)]
pub struct Plan {
    /// The plan for these values: measured on PostgreSQL, as estimated on SQLite.
    pub custom: Vec<String>,
    /// PostgreSQL's plan for any values, and how often it and custom ones were taken in the runs before.
    pub generic: Vec<String>,
    /// Runs with the generic plan.
    pub generic_runs: i64,
    /// Runs with a plan of their own.
    pub custom_runs: i64,
}

impl Plan {
    /// The plan that the server runs once it knows the statement well.
    fn settled(&self) -> &[String] {
        if self.generic_runs > 0 { &self.generic } else { &self.custom }
    }

    /// Whether the settled plan reads all of `numbers` without an index.
    #[must_use]
    pub fn scans_numbers(&self) -> bool {
        let scans = |line: &String| {
            let line = line.trim();
            line.contains("Seq Scan on numbers") || line == "SCAN n" || line == "SCAN numbers"
        };
        self.settled().iter().any(scans)
    }

    /// Whether the settled plan puts rows in order itself, because no index has them so.
    #[must_use]
    pub fn sorts(&self) -> bool {
        let sorts = |line: &String| line.contains("Sort Key") || line.contains("TEMP B-TREE");
        self.settled().iter().any(sorts)
    }

    /// The most rows that one step of the measured plan read in vain.
    #[must_use]
    pub fn rows_in_vain(&self) -> Option<u64> {
        let removed = |line: &String| {
            line.split_once("Rows Removed by Filter: ").and_then(|(_, count)| count.trim().parse().ok())
        };
        self.custom.iter().filter_map(removed).max()
    }

    /// The index or table that the numbers come from.
    #[must_use]
    pub fn source(&self) -> String {
        let of_numbers = |line: &&String| {
            line.contains(" on numbers") || line.contains("numbers_") || line.contains(" n USING ") || line.ends_with(" n")
        };
        let first = self.settled().iter().find(of_numbers).map_or("", |line| line.trim());
        let first = first.split("  (").next().unwrap_or_default();
        first.trim_start_matches("->").trim().chars().take(76).collect()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.custom {
            writeln!(f, "    {line}")?;
        }
        if !self.generic.is_empty() {
            writeln!(f, "  for any values ({} runs of {}):", self.generic_runs, self.generic_runs + self.custom_runs)?;
        }
        for line in &self.generic {
            writeln!(f, "    {line}")?;
        }
        Ok(())
    }
}

pub(super) async fn explain(connection: &impl ConnectionTrait, statement: &Statement) -> Result<Plan> {
    if !is_postgres(connection) {
        let custom = with_head(connection, "EXPLAIN QUERY PLAN ", statement, "detail").await?;
        return Ok(Plan { custom, ..Plan::default() });
    }
    let custom = with_head(connection, "EXPLAIN (ANALYZE, BUFFERS) ", statement, "QUERY PLAN").await?;
    let generic = prepared(connection, &statement.sql).await?;
    Ok(Plan { custom, ..generic })
}

/// The plan of a claim, on the connection and in the transaction that it was run in. SQLite tells nothing about
/// statements that it has run; the search's plan has the same conditions.
pub(super) async fn claim(connection: &impl ConnectionTrait) -> Result<Plan> {
    if !is_postgres(connection) {
        return Ok(Plan::default());
    }
    let text = "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'WITH picked%' LIMIT 1";
    let row = Sql::new(text).one(connection).await?.ok_or("the claim was not prepared")?;
    let statement: String = row.try_get_by_index(0)?;
    prepared(connection, &statement).await
}

async fn with_head(
    connection: &impl ConnectionTrait,
    head: &str,
    statement: &Statement,
    column: &str,
) -> Result<Vec<String>> {
    let mut explained = statement.clone();
    explained.sql.insert_str(0, head);
    let rows = connection.query_all_raw(explained).await?;
    rows.iter().map(|row| Ok(row.try_get::<String>("", column)?)).collect()
}

/// The plan for any values of a statement that this connection has prepared.
async fn prepared(connection: &impl ConnectionTrait, text: &str) -> Result<Plan> {
    let mut known = Sql::new(
        "SELECT name, generic_plans, custom_plans, cardinality(parameter_types) FROM pg_prepared_statements \
         WHERE statement = ",
    );
    known.bind(text);
    let row = known.one(connection).await?.ok_or("the statement was not prepared")?;
    let (name, parameters): (String, i32) = (row.try_get_by_index(0)?, row.try_get_by_index(3)?);
    let values = vec!["NULL"; usize::try_from(parameters)?].join(", ");
    let call = if values.is_empty() { name } else { format!("{name}({values})") };
    connection.execute_unprepared("SET plan_cache_mode = force_generic_plan").await?;
    let rows = Sql::new(format!("EXPLAIN EXECUTE {call}")).all(connection).await?;
    connection.execute_unprepared("RESET plan_cache_mode").await?;
    let generic: Result<Vec<String>> = rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect();
    Ok(Plan {
        custom: Vec::new(),
        generic: generic?,
        generic_runs: row.try_get_by_index(1)?,
        custom_runs: row.try_get_by_index(2)?,
    })
}
