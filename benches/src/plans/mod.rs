//! How the database runs the statements behind the lists and the stock: which plans, and how long they take.

mod cases;
mod explain;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use numbering::{MatchPlan, NumberMatch, Places};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use store::{Database, DatabaseOptions, NumberRelations, StoreError};

use crate::Result;
pub use cases::{List, Stock};
pub use explain::Plan;

/// How often a statement is run for its time: more often than PostgreSQL needs to settle on a generic plan.
const RUNS: usize = 15;

/// A statement, the plans that the database has for it and how long it takes.
#[derive(Debug)]
pub struct Study {
    /// What it is for.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Median over the runs, with reading the rows.
    pub median: Duration,
    /// The plans.
    pub plan: Plan,
}

/// A database on one connection for reading, so that plans are asked for where statements were prepared.
#[derive(Debug)]
pub struct Observatory {
    database: Database,
    connection: DatabaseConnection,
    seen: Arc<Mutex<Vec<Statement>>>,
}

impl Observatory {
    /// Connects to a loaded database.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn open(url: &str) -> Result<Self> {
        let options = DatabaseOptions {
            readers: 1,
            writers: 1,
            ..DatabaseOptions::default()
        };
        let database = Database::connect(url, &options).await?;
        let seen: Arc<Mutex<Vec<Statement>>> = Arc::default();
        let mut connection = database.reader().clone();
        let log = seen.clone();
        connection.set_metric_callback(move |info| {
            if let Ok(mut log) = log.lock() {
                log.push(info.statement.clone());
            }
        });
        Ok(Self {
            database,
            connection,
            seen,
        })
    }

    /// The lists of numbers that people look at.
    ///
    /// # Errors
    /// What the database says.
    pub async fn lists(&self) -> Result<Vec<List>> {
        cases::lists(&self.connection).await
    }

    /// Runs a list's statement, and asks for its plans.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, list: &List) -> Result<Study> {
        let relations = NumberRelations {
            locality: true,
            tags: false,
            group: true,
            customer: true,
            dealer: true,
            pool: true,
        };
        let run = async || {
            store::numbers(
                &self.connection,
                list.scope,
                &list.filter,
                list.order,
                &list.request,
                relations,
            )
            .await
            .map(|_| ())
        };
        self.study(&list.name, run).await
    }

    /// The same for a search in stock.
    ///
    /// # Errors
    /// What the database says, or that the numbering data is damaged.
    pub async fn search(&self, stock: &Stock) -> Result<Study> {
        let plan = plan_of(&stock.wanted, stock.widen)?;
        let run = async || {
            store::find_stock(&self.connection, cases::PROVIDER, &plan, 1)
                .await
                .map(|_| ())
        };
        self.study(&stock.name, run).await
    }

    async fn study(&self, name: &str, run: impl AsyncFn() -> Result<(), StoreError>) -> Result<Study> {
        self.forget();
        let mut times = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            let started = Instant::now();
            run().await?;
            times.push(started.elapsed());
        }
        times.sort();
        let statement = self.first_seen()?;
        let plan = explain::explain(&self.connection, &statement).await?;
        Ok(Study {
            name: name.to_owned(),
            text: statement.sql,
            median: times[RUNS / 2],
            plan,
        })
    }

    fn forget(&self) {
        if let Ok(mut seen) = self.seen.lock() {
            seen.clear();
        }
    }

    /// The first statement that was run: searches of far places go on with more of the same kind.
    fn first_seen(&self) -> Result<Statement> {
        let first = self.seen.lock().ok().and_then(|seen| seen.first().cloned());
        first.ok_or_else(|| "no statement was run".into())
    }

    /// Claims one number of the cell where a search finds stock, asks for the plan and rolls back; `None` when
    /// nothing is in stock.
    ///
    /// # Errors
    /// What the database says.
    pub async fn claim(&self, stock: &Stock) -> Result<Option<Study>> {
        let plan = plan_of(&stock.wanted, stock.widen)?;
        let found = store::find_stock(&self.connection, cases::PROVIDER, &plan, 1).await?;
        let Some(step) = found.first().and_then(|found| plan.steps.get(found.step)) else {
            return Ok(None);
        };
        let (mut times, mut last) = (Vec::with_capacity(RUNS), None);
        for _ in 0..RUNS {
            let (took, plan) = self.claim_once(&step.cell).await?;
            times.push(took);
            last = Some(plan);
        }
        times.sort();
        let plan = last.ok_or("no statement was run")?;
        Ok(Some(Study {
            name: stock.name.clone(),
            text: String::new(),
            median: times[RUNS / 2],
            plan,
        }))
    }

    async fn claim_once(&self, cell: &numbering::Cell) -> Result<(Duration, Plan)> {
        let cell = cell.clone();
        let outcome = self
            .database
            .write(move |tx| {
                Box::pin(async move {
                    let started = Instant::now();
                    store::claim_stock(tx, cases::PROVIDER, &cell, "benchmark", 1).await?;
                    let took = started.elapsed();
                    let plan = explain::claim(tx.connection()).await.map_err(Undo::Other)?;
                    Err::<(), _>(Undo::Done(took, plan))
                })
            })
            .await;
        match outcome {
            Err(Undo::Done(took, plan)) => Ok((took, plan)),
            Err(Undo::Other(error)) => Err(error),
            Ok(()) => Err("the claim was not rolled back".into()),
        }
    }
}

/// Why a transaction is rolled back.
enum Undo {
    Done(Duration, Plan),
    Other(crate::Error),
}

impl From<StoreError> for Undo {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

fn plan_of(wanted: &NumberMatch, widen: bool) -> Result<MatchPlan> {
    Ok(Places::shared()?.plan(wanted, widen)?)
}

impl std::fmt::Display for Study {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "## {}: {:.2} ms\n{}",
            self.name,
            self.median.as_secs_f64() * 1e3,
            self.text
        )?;
        write!(f, "{}", self.plan)
    }
}

/// Whether the database is PostgreSQL.
fn is_postgres(connection: &impl ConnectionTrait) -> bool {
    connection.get_database_backend() == sea_orm::DbBackend::Postgres
}
