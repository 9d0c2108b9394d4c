use store::{
    Backend, Database, DatabaseOptions, Scope, count_customers, reseller_by_code,
    sql::Sql,
    testing::{self, databases, on_both},
};

use crate::fixtures::plant;

#[tokio::test]
async fn there_is_a_database_of_each_kind_and_it_is_migrated() {
    let databases = databases().await;
    let kinds: Vec<Backend> = databases.iter().map(|db| db.backend()).collect();
    assert_eq!(kinds, [Backend::Sqlite, Backend::Postgres]);
    for db in databases {
        assert_eq!(db.pending_migrations().await.unwrap(), 0);
        let direct = reseller_by_code(db.reader(), Scope::Platform, "DIRECT")
            .await
            .unwrap();
        assert_eq!(direct.unwrap().name, "Direct");
    }
}

#[tokio::test]
async fn a_test_does_not_see_what_another_wrote_but_its_own_replicas_do() {
    on_both(async |db| {
        plant(db).await;
        let replica = Database::connect(db.url(), &DatabaseOptions::default())
            .await
            .unwrap();
        assert_eq!(customers(&replica).await, 3);
        let other = match db.backend() {
            Backend::Sqlite => testing::sqlite().await,
            Backend::Postgres => testing::postgres().await,
        };
        assert_eq!(customers(&other).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_database_is_gone_when_its_value_is_dropped_although_connections_are_open() {
    let (observer, doomed) = (testing::postgres().await, testing::postgres().await);
    let kept_open = doomed.database();
    let name = Sql::new("SELECT current_database()::text")
        .one(doomed.reader())
        .await
        .unwrap()
        .unwrap();
    let name: String = name.try_get_by_index(0).unwrap();
    let exists = async || {
        let mut sql = Sql::new("SELECT COUNT(*) FROM pg_database WHERE datname = ");
        sql.bind(name.as_str());
        sql.one_i64(observer.reader()).await.unwrap()
    };
    assert_eq!(exists().await, 1);
    drop(doomed);
    assert_eq!(exists().await, 0);
    drop(kept_open);

    let file = testing::sqlite().await;
    let path = file.url().trim_start_matches("sqlite://").to_owned();
    assert!(std::path::Path::new(&path).exists());
    drop(file);
    assert!(!std::path::Path::new(&path).exists());
}

async fn customers(db: &Database) -> i64 {
    count_customers(db.reader(), Scope::Platform, &store::CustomerFilter::default())
        .await
        .unwrap()
}
