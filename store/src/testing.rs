//! Databases for tests: migrated, empty but for what migrations insert, gone afterwards. Needs the feature
//! `testing`.
//!
//! ```no_run
//! # async fn a_test() {
//! store::testing::on_both(async |db| {
//!     assert_eq!(db.pending_migrations().await.unwrap(), 0);
//! })
//! .await;
//! # }
//! ```

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "only tests call this, and a test without its database has failed"
)]

use std::{ops::Deref, str::FromStr, time::Duration};

use sqlx::{ConnectOptions, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{Database, DatabaseOptions};

/// The environment variable that names the PostgreSQL server: a URL of a database there that a role which
/// may create databases can connect to.
pub const POSTGRES_URL: &str = "TEST_POSTGRES_URL";

/// A migrated database that exists as long as this value.
#[derive(Debug)]
pub struct TestDatabase {
    database: Database,
    url: String,
    _place: Place,
}

/// Where a database is; dropping it removes the database.
#[derive(Debug)]
enum Place {
    Directory(#[allow(dead_code, reason = "kept for its Drop")] TempDir),
    Server(#[allow(dead_code, reason = "kept for its Drop")] Box<ServerDatabase>),
}

/// A database on the PostgreSQL server.
#[derive(Debug)]
struct ServerDatabase {
    server: PgConnectOptions,
    name: String,
}

impl TestDatabase {
    /// A handle for code that keeps one.
    #[must_use]
    pub fn database(&self) -> Database {
        self.database.clone()
    }

    /// Its URL, for connecting as another replica would.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    async fn open(url: String, place: Place) -> Self {
        // Short pools, so that tests in parallel stay below the server's limit of connections.
        let options = DatabaseOptions {
            readers: 4,
            writers: 4,
            acquire_timeout: Duration::from_secs(20),
            write_timeout: Duration::from_secs(20),
        };
        let database = Database::connect(&url, &options)
            .await
            .expect("the new database can be connected to");
        database.migrate().await.expect("the migrations run");
        Self {
            database,
            url,
            _place: place,
        }
    }
}

impl Deref for TestDatabase {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

/// Runs `test` on a fresh database of each kind, one after the other: `on_both(async |db| { ... }).await`.
///
/// # Panics
/// As [`databases`], and where the test does; its captured output says on which database.
pub async fn on_both(test: impl AsyncFn(&TestDatabase)) {
    for database in databases().await {
        eprintln!("on {:?}", database.backend());
        test(&database).await;
    }
}

/// A fresh database of each kind: SQLite, then PostgreSQL.
///
/// # Panics
/// If [`POSTGRES_URL`] isn't set or its server can't be used: a test never passes for want of a database.
pub async fn databases() -> Vec<TestDatabase> {
    vec![sqlite().await, postgres().await]
}

/// A fresh SQLite database, in a file of its own.
///
/// # Panics
/// If no temporary file can be made.
pub async fn sqlite() -> TestDatabase {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let url = format!(
        "sqlite://{}",
        directory.path().join("switchboard.sqlite").display()
    );
    TestDatabase::open(url, Place::Directory(directory)).await
}

/// A fresh database on the PostgreSQL server that [`POSTGRES_URL`] names.
///
/// # Panics
/// If [`POSTGRES_URL`] isn't set or its server can't be used.
pub async fn postgres() -> TestDatabase {
    let url = std::env::var(POSTGRES_URL).unwrap_or_else(|_| {
        panic!(
            "set {POSTGRES_URL} to a PostgreSQL server, such as postgres://postgres@127.0.0.1:5432/postgres"
        )
    });
    let server = PgConnectOptions::from_str(&url)
        .unwrap_or_else(|error| panic!("{POSTGRES_URL} is not a PostgreSQL URL: {error}"));
    let name = format!("switchboard_test_{}", Uuid::new_v4().simple());
    run(&server, format!("CREATE DATABASE {name}"))
        .await
        .unwrap_or_else(|error| panic!("{POSTGRES_URL}: no database can be created there: {error}"));
    let url = server.clone().database(&name).to_url_lossy().to_string();
    TestDatabase::open(url, Place::Server(Box::new(ServerDatabase { server, name }))).await
}

async fn run(server: &PgConnectOptions, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(server).await?;
    connection.execute(sqlx::AssertSqlSafe(statement)).await?;
    connection.close().await
}

impl Drop for ServerDatabase {
    /// Drops the database with whatever connections are left, on a thread of its own: the test's runtime is
    /// busy here, or stopping.
    fn drop(&mut self) {
        let server = self.server.clone();
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropping = std::thread::spawn(move || -> Result<(), String> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| error.to_string())?;
            runtime
                .block_on(run(&server, statement))
                .map_err(|error| error.to_string())
        });
        if let Ok(Err(error)) = dropping.join() {
            eprintln!("the database {} is left behind: {error}", self.name);
        }
    }
}
