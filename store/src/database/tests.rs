//! A `begin()` that is dropped midway leaves its transaction open on the connection, and whoever gets the
//! connection next writes into it without knowing.

use std::{future::Future, task::Poll, time::Duration};

use sqlx::postgres::PgPoolOptions;

use super::{Database, DatabaseOptions, Kind};
use crate::{
    StoreError,
    sql::Sql,
    testing::{databases, postgres},
};

const ROUNDS: i64 = 60;

/// Polls a future so often, then drops it; what it has sent by then arrives.
async fn drop_after<F: Future>(polls: i64, future: F) {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        if matches!(futures_util::poll!(&mut future), Poll::Ready(_)) {
            return;
        }
        tokio::time::sleep(Duration::from_micros(100)).await;
    }
}

async fn table(db: &Database) {
    let sql = Sql::new("CREATE TABLE notes (note BIGINT NOT NULL)");
    db.write::<_, StoreError, _>(|tx| Box::pin(async move { sql.execute(tx.connection()).await }))
        .await
        .unwrap();
}

async fn visible(db: &Database, note: i64) -> bool {
    let mut sql = Sql::new("SELECT COUNT(*) FROM notes WHERE note = ");
    sql.bind(note);
    sql.one_i64(db.reader()).await.unwrap() == 1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_whose_caller_went_away_never_swallows_the_next_write() {
    for db in databases().await {
        table(&db).await;
        let one_writer = DatabaseOptions {
            writers: 1,
            ..DatabaseOptions::default()
        };
        let narrow = Database::connect(db.url(), &one_writer).await.unwrap();
        for note in 0..ROUNDS {
            drop_after(note % 6, narrow.begin(Kind::Write)).await;
            let mut sql = Sql::new("INSERT INTO notes (note) VALUES (");
            sql.bind(note).push(")");
            narrow
                .write::<_, StoreError, _>(|tx| Box::pin(async move { sql.execute(tx.connection()).await }))
                .await
                .unwrap();
            assert!(
                visible(&db, note).await,
                "{:?}: note {note} is lost",
                db.backend()
            );
        }
        narrow.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_write_that_gets_no_connection_in_time_is_told_to_come_again() {
    for db in databases().await {
        let one_writer = DatabaseOptions {
            writers: 1,
            write_timeout: Duration::from_secs(2),
            ..DatabaseOptions::default()
        };
        let narrow = Database::connect(db.url(), &one_writer).await.unwrap();
        let in_use = narrow.begin(Kind::Write).await.unwrap();
        let refused = narrow
            .write::<(), StoreError, _>(|_| Box::pin(async { Ok(()) }))
            .await;
        assert!(matches!(refused, Err(StoreError::Busy(_))), "{refused:?}");
        drop(in_use);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_without_the_rollback_after_each_use_loses_writes_that_it_acknowledged() {
    let db = postgres().await;
    table(&db).await;
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect(db.url())
        .await
        .unwrap();
    let mut lost = false;
    // Where the future is when it is dropped is a matter of luck: one loss in many tries is enough.
    for note in 0..1_000 {
        drop_after(note % 3, pool.begin()).await;
        sqlx::query("INSERT INTO notes (note) VALUES ($1)")
            .bind(note)
            .execute(&pool)
            .await
            .unwrap();
        lost = !visible(&db, note).await;
        if lost {
            break;
        }
    }
    assert!(lost, "the hook is not needed any more");
}
