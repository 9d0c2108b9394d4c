use std::{
    future::Future,
    pin::Pin,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sqlx::{
    Executor,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{Result, StoreError, kpis, sql::Sql};

/// Which database is behind a [`Database`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backend {
    /// Embedded SQLite in WAL mode: one writer, several readers.
    Sqlite,
    /// PostgreSQL (or a database that speaks its protocol).
    Postgres,
}

impl Backend {
    /// The one behind a connection.
    pub(crate) fn of(connection: &impl ConnectionTrait) -> Self {
        match connection.get_database_backend() {
            DbBackend::Postgres => Self::Postgres,
            _ => Self::Sqlite,
        }
    }

    /// An SQL expression for "now" in milliseconds since the epoch. Expiries are decided by the database's
    /// clock, so that replicas whose clocks differ agree.
    #[must_use]
    pub fn now_ms(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            Self::Postgres => "(extract(epoch from clock_timestamp()) * 1000)::bigint",
        }
    }
}

/// How many connections to open and how long to wait for one.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// Connections for reading.
    pub readers: u32,
    /// Connections for writing (PostgreSQL; SQLite has one writer).
    pub writers: u32,
    /// How long a read waits for a connection before its request is told that the database is busy.
    pub acquire_timeout: Duration,
    /// The same for a write. Well below the deadline of a request: whoever can't write in time is told to come
    /// again before anything is begun, rather than cut off in the middle.
    pub write_timeout: Duration,
}

impl Default for DatabaseOptions {
    fn default() -> Self {
        Self {
            readers: 6,
            writers: 4,
            acquire_timeout: Duration::from_secs(8),
            write_timeout: Duration::from_secs(5),
        }
    }
}

/// A connected database: readers, and writers that only [`Database::write`] uses.
#[derive(Debug, Clone)]
pub struct Database {
    backend: Backend,
    readers: DatabaseConnection,
    writers: DatabaseConnection,
    statements: Arc<AtomicU64>,
    /// The counters of numbers were found built.
    counters: Arc<AtomicBool>,
}

/// What a transaction's closure gives back: a boxed future that borrows the transaction.
pub type Work<'t, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>>;

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Write,
    Rewrite,
    Snapshot,
}

/// A running write transaction and the instant it began by the database's clock.
#[derive(Debug)]
pub struct Transaction {
    inner: DatabaseTransaction,
    backend: Backend,
    now: i64,
}

impl Transaction {
    /// The connection to run statements on.
    #[must_use]
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// When the transaction began: milliseconds since the epoch by the database's clock.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now
    }

    /// When the transaction began, by the database's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        timestamp(self.now)
    }
}

/// An instant from its stored form.
pub(crate) fn timestamp(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl Database {
    /// Connects to `sqlite://FILE`, `sqlite::memory:` or `postgres://...`. A missing SQLite file is created.
    ///
    /// # Errors
    /// [`StoreError::Configuration`] for a URL that can't be used, else what the driver says.
    pub async fn connect(url: &str, options: &DatabaseOptions) -> Result<Self> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "sqlite" => Self::connect_sqlite(url, options).await,
            "postgres" | "postgresql" => Self::connect_postgres(url, options).await,
            _ => Err(StoreError::Configuration(
                "the database URL must start with sqlite: or postgres:".to_owned(),
            )),
        }
    }

    async fn connect_sqlite(url: &str, options: &DatabaseOptions) -> Result<Self> {
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        if in_memory {
            return Err(StoreError::Configuration(
                "an in-memory SQLite database can't be shared by readers and a writer: name a file"
                    .to_owned(),
            ));
        }
        let base = SqliteConnectOptions::from_str(url)
            .map_err(|error| StoreError::Configuration(format!("the SQLite URL can't be used: {error}")))?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(options.write_timeout)
            // For each connection: 8 MiB.
            .pragma("cache_size", "-8192")
            .statement_cache_capacity(256);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(options.write_timeout)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_release(|connection, _| {
                // A `begin()` whose caller went away leaves its transaction open; the next user of this
                // connection would write into it and lose everything. Outside a transaction SQLite calls a
                // ROLLBACK an error, which is what is expected here.
                Box::pin(async move {
                    let _ = connection.execute("ROLLBACK").await;
                    Ok(true)
                })
            })
            .connect_with(base.clone())
            .await
            .map_err(connection_error)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers)
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false)
            .connect_with(base.read_only(true).create_if_missing(false))
            .await
            .map_err(connection_error)?;
        Ok(Self::assemble(Backend::Sqlite, readers.into(), writer.into()))
    }

    async fn connect_postgres(url: &str, options: &DatabaseOptions) -> Result<Self> {
        let base = PgConnectOptions::from_str(url)
            .map_err(|error| StoreError::Configuration(format!("the PostgreSQL URL can't be used: {error}")))?
            .application_name("switchboard")
            .statement_cache_capacity(256)
            .options([
                ("statement_timeout", "30s".to_owned()),
                ("lock_timeout", format!("{}ms", options.write_timeout.as_millis())),
            ]);
        let writers = PgPoolOptions::new()
            .max_connections(options.writers)
            .acquire_timeout(options.write_timeout)
            .after_release(|connection, _| {
                Box::pin(async move { connection.execute("ROLLBACK").await.map(|_| true) })
            })
            .connect_with(base.clone())
            .await
            .map_err(connection_error)?;
        let readers = PgPoolOptions::new()
            .max_connections(options.readers)
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false)
            .connect_with(base)
            .await
            .map_err(connection_error)?;
        Ok(Self::assemble(Backend::Postgres, readers.into(), writers.into()))
    }

    fn assemble(backend: Backend, mut readers: DatabaseConnection, mut writers: DatabaseConnection) -> Self {
        let statements = Arc::new(AtomicU64::new(0));
        for connection in [&mut readers, &mut writers] {
            let counter = statements.clone();
            connection.set_metric_callback(move |_| {
                counter.fetch_add(1, Ordering::Relaxed);
            });
        }
        Self {
            backend,
            readers,
            writers,
            statements,
            counters: Arc::default(),
        }
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn migrate(&self) -> Result<()> {
        Ok(Migrator::up(&self.writers, None).await?)
    }

    /// How many migrations wait to be run.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn pending_migrations(&self) -> Result<usize> {
        Ok(Migrator::get_pending_migrations(&self.writers).await?.len())
    }

    /// The connection for statements that only read.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Whether the counters of numbers are built. They are for ever, so that it is asked until then alone.
    pub(crate) async fn has_counters(&self) -> Result<bool> {
        if !self.counters.load(Ordering::Relaxed) {
            let ready = kpis::are_ready(&self.readers).await?;
            self.counters.store(ready, Ordering::Relaxed);
        }
        Ok(self.counters.load(Ordering::Relaxed))
    }

    /// Statements run so far, outside transactions: what tests count.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The database's clock, milliseconds since the epoch.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn now_ms(&self) -> Result<i64> {
        now_ms(&self.readers, self.backend).await
    }

    /// Runs `work` in one write transaction: committed when it gives `Ok`, rolled back when it gives `Err`.
    ///
    /// It runs in a task of its own, so that a caller that goes away (a closed connection, a deadline) can't
    /// cut a transaction in two. On SQLite the transaction takes the write lock at once (`BEGIN IMMEDIATE`).
    ///
    /// # Errors
    /// What `work` gives, else what the driver says.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t Transaction) -> Work<'t, T, E> + Send + 'static,
    {
        self.transact(Kind::Write, work).await
    }

    /// As [`Database::write`], but every statement sees the database as it was when the first one ran, and long ones
    /// are waited for. Where another writer changed what this one changes, it fails as busy.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub async fn rewrite<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t Transaction) -> Work<'t, T, E> + Send + 'static,
    {
        self.transact(Kind::Rewrite, work).await
    }

    /// Runs `work` on a connection for reading, where every statement sees the same state of the database. Writers
    /// aren't held up.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub async fn snapshot<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t Transaction) -> Work<'t, T, E> + Send + 'static,
    {
        self.transact(Kind::Snapshot, work).await
    }

    async fn transact<T, E, F>(&self, kind: Kind, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t Transaction) -> Work<'t, T, E> + Send + 'static,
    {
        let database = self.clone();
        let task = tokio::spawn(async move { database.run(kind, work).await });
        task.await.unwrap_or_else(|_| Err(StoreError::Aborted.into()))
    }

    async fn run<T, E, F>(&self, kind: Kind, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: for<'t> FnOnce(&'t Transaction) -> Work<'t, T, E>,
    {
        let transaction = self.begin(kind).await?;
        match work(&transaction).await {
            Ok(value) => {
                transaction.inner.commit().await.map_err(StoreError::from)?;
                Ok(value)
            }
            Err(error) => {
                // The error that matters is the one the work gave; a failed rollback is cured by the pool's hook.
                let _ = transaction.inner.rollback().await;
                Err(error)
            }
        }
    }

    async fn begin(&self, kind: Kind) -> Result<Transaction> {
        let sqlite = self.backend == Backend::Sqlite;
        let (pool, mode) = match kind {
            Kind::Write | Kind::Rewrite => (&self.writers, SqliteTransactionMode::Immediate),
            Kind::Snapshot => (&self.readers, SqliteTransactionMode::Deferred),
        };
        let repeatable = !sqlite && kind != Kind::Write;
        let options = TransactionOptions {
            sqlite_transaction_mode: sqlite.then_some(mode),
            isolation_level: repeatable.then_some(IsolationLevel::RepeatableRead),
            ..Default::default()
        };
        let inner = pool.begin_with_options(options).await?;
        if repeatable {
            inner
                .execute_unprepared("SET LOCAL statement_timeout = 0")
                .await?;
        }
        let now = now_ms(&inner, self.backend).await?;
        Ok(Transaction {
            inner,
            backend: self.backend,
            now,
        })
    }

    /// Clears away what a change of most rows of some tables left dead, and counts the rows that are left. PostgreSQL
    /// does so by itself, but only after a while, in which every reader goes through the dead rows and plans are made
    /// for tables of another size. SQLite leaves none.
    ///
    /// # Errors
    /// What the database says. Nothing is lost then: it is done later.
    pub(crate) async fn clear_away(&self, tables: &[&str]) -> Result<()> {
        if self.backend == Backend::Postgres {
            let statement = format!("VACUUM (ANALYZE) {}", tables.join(", "));
            self.writers.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    /// Closes every connection, waiting for those in use.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn close(self) -> Result<()> {
        self.readers.close().await?;
        Ok(self.writers.close().await?)
    }
}

async fn now_ms(connection: &impl ConnectionTrait, backend: Backend) -> Result<i64> {
    Sql::new(format!("SELECT {} AS now", backend.now_ms()))
        .one_i64(connection)
        .await
}

fn connection_error(error: sqlx::Error) -> StoreError {
    StoreError::Configuration(format!("can't connect to the database: {error}"))
}

#[cfg(test)]
mod tests;
