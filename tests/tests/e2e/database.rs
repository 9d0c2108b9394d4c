//! Empty databases for the program to use, gone afterwards.

use sea_orm::ConnectionTrait;
use store::{
    StoreError,
    testing::{self, TestDatabase},
};
use tempfile::TempDir;

/// A database in which nothing is, not even the schema. No connection of the test's is open to it: what the
/// program leaves there when it is killed is what the next one finds.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    _place: Place,
}

#[derive(Debug)]
enum Place {
    Directory(#[allow(dead_code, reason = "kept for its Drop")] TempDir),
    Server(#[allow(dead_code, reason = "kept for its Drop")] Box<TestDatabase>),
}

impl Database {
    /// A file that is not there yet, in a directory of its own.
    pub(crate) fn sqlite() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let url = format!("sqlite://{}", directory.path().join("switchboard.db").display());
        Self {
            url,
            _place: Place::Directory(directory),
        }
    }

    /// A database of the PostgreSQL server that the tests run with.
    pub(crate) async fn postgres() -> Self {
        let database = testing::postgres().await;
        let emptied = database.write::<_, StoreError, _>(|transaction| {
            Box::pin(async move {
                let schema = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
                transaction.connection().execute_unprepared(schema).await?;
                Ok(())
            })
        });
        emptied.await.expect("the schema can be dropped");
        database.database().close().await.expect("the connections close");
        Self {
            url: database.url().to_owned(),
            _place: Place::Server(Box::new(database)),
        }
    }

    /// As `--database` takes it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}
