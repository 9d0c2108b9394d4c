use std::{collections::HashMap, fmt};

use sea_orm::{ConnectionTrait, Statement};
use store::sql::Sql;

use super::is_postgres;
use crate::Result;

/// Rows that a page's statement may well put in order, or read in vain.
const FEW: u64 = 1000;

/// The plan that a database settles on for a statement.
#[derive(Debug, Default)]
pub struct Plan {
    /// The plan, with what each step really did on PostgreSQL, as estimated on SQLite.
    pub lines: Vec<String>,
    /// Runs with the plan for any values (PostgreSQL).
    pub generic_runs: i64,
    /// Runs with a plan for their own values (PostgreSQL).
    pub custom_runs: i64,
}

impl Plan {
    /// Whether it reads all of `numbers` without an index.
    #[must_use]
    pub fn scans_numbers(&self) -> bool {
        // On SQLite a list by row id walks the table itself, which is its index.
        self.lines
            .iter()
            .any(|line| line.contains("Seq Scan on numbers") || line.trim() == "SCAN numbers")
    }

    /// Whether more than a page of rows is put in order, because no index has them so.
    #[must_use]
    pub fn sorts(&self) -> bool {
        let sorted_rows = self.lines.iter().enumerate().filter_map(|(at, line)| {
            let below = self.lines[at..].iter().find(|line| line.contains("->"));
            line.contains("Sort Method")
                .then(|| below.and_then(|line| figure(line, " rows=")))
        });
        let inside = |line: &String| line.starts_with(' ') && line.contains("TEMP B-TREE FOR ORDER BY");
        sorted_rows.flatten().any(|rows| rows > FEW) || self.lines.iter().any(inside)
    }

    /// The most rows that one step read and left out (PostgreSQL).
    #[must_use]
    pub fn rows_in_vain(&self) -> Option<u64> {
        self.lines
            .iter()
            .filter_map(|line| figure(line, "Rows Removed by Filter: "))
            .max()
    }

    /// Whether that is far more than a page.
    #[must_use]
    pub fn reads_in_vain(&self) -> bool {
        self.rows_in_vain().is_some_and(|rows| rows > FEW)
    }

    /// The index or table that the numbers come from.
    #[must_use]
    pub fn source(&self) -> String {
        let of_numbers = |line: &&String| {
            let line = line.trim_start();
            (line.contains("Scan") && line.contains("numbers"))
                || (line.contains(" n ") && line.contains("USING"))
                || line == "SCAN n"
        };
        let indented = |line: &&String| line.starts_with(' ');
        let found = self
            .lines
            .iter()
            .filter(indented)
            .find(of_numbers)
            .or(self.lines.iter().find(of_numbers));
        let found = found.map_or("", |line| line.split("  (").next().unwrap_or_default());
        found
            .trim_start_matches([' ', '-', '>'])
            .chars()
            .take(70)
            .collect()
    }
}

/// The whole number behind `name` in a line of a plan.
fn figure(line: &str, name: &str) -> Option<u64> {
    // A step's own figures stand behind the estimates.
    let (_, rest) = line.rsplit_once(name)?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "    {line}"))
    }
}

pub(super) async fn explain(connection: &impl ConnectionTrait, statement: &Statement) -> Result<Plan> {
    if !is_postgres(connection) {
        return Ok(Plan {
            lines: sqlite(connection, statement).await?,
            ..Plan::default()
        });
    }
    let prepared = Prepared::find(connection, &statement.sql).await?;
    let lines = if prepared.generic_runs > prepared.custom_runs {
        prepared
            .generic_plan(connection, "(ANALYZE, BUFFERS)", &literals(statement))
            .await?
    } else {
        let mut explained = statement.clone();
        explained.sql.insert_str(0, "EXPLAIN (ANALYZE, BUFFERS) ");
        let rows = connection.query_all_raw(explained).await?;
        rows.iter()
            .map(|row| Ok(row.try_get_by_index(0)?))
            .collect::<Result<_>>()?
    };
    Ok(Plan {
        lines,
        generic_runs: prepared.generic_runs,
        custom_runs: prepared.custom_runs,
    })
}

/// The plan of a claim, on the connection and in the transaction that it was run in. SQLite tells nothing about
/// statements that it has run; the search's plan has the same conditions.
pub(super) async fn claim(connection: &impl ConnectionTrait) -> Result<Plan> {
    if !is_postgres(connection) {
        return Ok(Plan::default());
    }
    let text = "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'WITH picked%' LIMIT 1";
    let row = Sql::new(text)
        .one(connection)
        .await?
        .ok_or("the claim was not prepared")?;
    let prepared = Prepared::find(connection, &row.try_get_by_index::<String>(0)?).await?;
    let nothing = vec!["NULL".to_owned(); prepared.parameters];
    let lines = prepared.generic_plan(connection, "(COSTS)", &nothing).await?;
    Ok(Plan {
        lines,
        generic_runs: prepared.generic_runs,
        custom_runs: prepared.custom_runs,
    })
}

async fn sqlite(connection: &impl ConnectionTrait, statement: &Statement) -> Result<Vec<String>> {
    let mut explained = statement.clone();
    explained.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
    let mut depths = HashMap::new();
    let mut lines = Vec::new();
    for row in connection.query_all_raw(explained).await? {
        let (id, parent): (i32, i32) = (row.try_get("", "id")?, row.try_get("", "parent")?);
        let depth = depths.get(&parent).map_or(0, |depth| depth + 1);
        depths.insert(id, depth);
        lines.push(format!(
            "{}{}",
            "  ".repeat(depth),
            row.try_get::<String>("", "detail")?
        ));
    }
    Ok(lines)
}

/// The values of a statement as SQL has them.
fn literals(statement: &Statement) -> Vec<String> {
    let values = statement.values.iter().flat_map(|values| values.0.iter());
    values
        .map(|value| Statement::from_sql_and_values(statement.db_backend, "$1", [value.clone()]).to_string())
        .collect()
}

/// A statement that the connection has prepared.
struct Prepared {
    name: String,
    parameters: usize,
    generic_runs: i64,
    custom_runs: i64,
}

impl Prepared {
    async fn find(connection: &impl ConnectionTrait, text: &str) -> Result<Self> {
        let mut known = Sql::new(
            "SELECT name, cardinality(parameter_types), generic_plans, custom_plans FROM pg_prepared_statements \
             WHERE statement = ",
        );
        known.bind(text);
        let row = known
            .one(connection)
            .await?
            .ok_or("the statement was not prepared")?;
        Ok(Self {
            name: row.try_get_by_index(0)?,
            parameters: usize::try_from(row.try_get_by_index::<i32>(1)?)?,
            generic_runs: row.try_get_by_index(2)?,
            custom_runs: row.try_get_by_index(3)?,
        })
    }

    async fn generic_plan(
        &self,
        connection: &impl ConnectionTrait,
        how: &str,
        values: &[String],
    ) -> Result<Vec<String>> {
        let arguments = if values.is_empty() {
            String::new()
        } else {
            format!("({})", values.join(", "))
        };
        connection
            .execute_unprepared("SET plan_cache_mode = force_generic_plan")
            .await?;
        let rows = Sql::new(format!("EXPLAIN {how} EXECUTE {}{arguments}", self.name))
            .all(connection)
            .await?;
        connection.execute_unprepared("RESET plan_cache_mode").await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }
}
