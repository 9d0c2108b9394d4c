//! The migrations, on both databases: they run, undo and redo, and the entities describe what they make.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "only tests are here, and a test without its database has failed"
)]

use std::collections::BTreeMap;

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, EntityTrait, Iden, Iterable, Statement,
    sea_query::ColumnType,
};

/// Column name to (kind, nullable), where kind is one of the four that the schema uses.
type Columns = BTreeMap<String, (&'static str, bool)>;

async fn databases() -> Vec<(DatabaseConnection, Option<(DatabaseConnection, String)>)> {
    let sqlite = Database::connect("sqlite::memory:")
        .await
        .expect("in-memory SQLite");
    let url = std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL names a PostgreSQL server: run the tests with scripts/test");
    let server = Database::connect(&url).await.expect("PostgreSQL answers");
    let name = format!("switchboard_migration_{}", std::process::id());
    server
        .execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}"))
        .await
        .expect("drop");
    server
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .expect("create");
    let (base, query) = url
        .split_once('?')
        .map_or((url.as_str(), ""), |(base, query)| (base, query));
    let base = &base[..base.rfind('/').expect("a database in the URL")];
    let postgres = Database::connect(format!("{base}/{name}?{query}"))
        .await
        .expect("the new database");
    vec![(sqlite, None), (postgres, Some((server, name)))]
}

async fn columns(db: &DatabaseConnection, table: &str) -> Columns {
    let (sql, types): (_, fn(&str) -> &'static str) = match db.get_database_backend() {
        DbBackend::Postgres => (
            "SELECT column_name AS name, data_type AS type, (is_nullable = 'YES')::int::bigint AS nullable
             FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1",
            |kind| match kind {
                "bigint" => "integer",
                "text" => "text",
                "boolean" => "boolean",
                "bytea" => "bytes",
                other => panic!("unexpected type {other}"),
            },
        ),
        _ => (
            "SELECT name, type, CASE WHEN \"notnull\" = 0 AND pk = 0 THEN 1 ELSE 0 END AS nullable
             FROM pragma_table_info($1)",
            |kind| match kind {
                "BIGINT" | "INTEGER" => "integer",
                "TEXT" => "text",
                "BOOLEAN" => "boolean",
                "BLOB" => "bytes",
                other => panic!("unexpected type {other}"),
            },
        ),
    };
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [table.into()]);
    db.query_all_raw(statement)
        .await
        .expect("introspection")
        .iter()
        .map(|row| {
            let kind: String = row.try_get("", "type").expect("type");
            let nullable: i64 = row.try_get("", "nullable").expect("nullable");
            (
                row.try_get("", "name").expect("name"),
                (types(&kind), nullable == 1),
            )
        })
        .collect()
}

fn described<E: EntityTrait>() -> Columns {
    E::Column::iter()
        .map(|column| {
            let definition = sea_orm::ColumnTrait::def(&column);
            let kind = match definition.get_column_type() {
                ColumnType::BigInteger => "integer",
                ColumnType::Text => "text",
                ColumnType::Boolean => "boolean",
                ColumnType::Blob => "bytes",
                other => panic!("{}: unexpected type {other:?}", column.unquoted()),
            };
            (column.unquoted().to_owned(), (kind, definition.is_null()))
        })
        .collect()
}

async fn assert_matches<E: EntityTrait>(db: &DatabaseConnection, seen: &mut Vec<String>) {
    let table = E::default().table_name().to_owned();
    assert_eq!(
        columns(db, &table).await,
        described::<E>(),
        "{table} on {:?}",
        db.get_database_backend()
    );
    seen.push(table);
}

async fn tables(db: &DatabaseConnection) -> Vec<String> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = current_schema()"
        }
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    };
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .expect("tables");
    let mut names: Vec<String> = rows
        .iter()
        .map(|row| row.try_get("", "name").expect("name"))
        .collect();
    names.retain(|name| name != "seaql_migrations");
    names.sort();
    names
}

macro_rules! assert_entities {
    ($db:expr, $($entity:ident),+ $(,)?) => {{
        let mut seen = Vec::new();
        $( assert_matches::<entity::$entity::Entity>($db, &mut seen).await; )+
        seen.sort();
        assert_eq!(seen, tables($db).await, "every table has an entity");
    }};
}

#[tokio::test]
async fn the_migrations_run_undo_and_redo_and_the_entities_match_them() {
    for (db, temporary) in databases().await {
        Migrator::up(&db, None).await.expect("up");
        Migrator::down(&db, None).await.expect("down");
        assert_eq!(
            tables(&db).await,
            Vec::<String>::new(),
            "down leaves nothing behind"
        );
        Migrator::up(&db, None).await.expect("up again");
        assert_entities!(
            &db,
            agent_session,
            alert,
            alert_delivery,
            alert_event,
            alert_rule,
            alert_watch,
            api_key,
            assignment,
            call,
            call_center,
            call_center_queue,
            call_center_report,
            call_day,
            call_import,
            call_import_fault,
            call_party,
            call_version,
            customer,
            dealer,
            employee,
            export,
            extension,
            extension_assignment,
            group,
            hold,
            kpi_cell,
            kpi_customer,
            kpi_day,
            number,
            number_change,
            number_event,
            number_tag,
            operation,
            operation_attempt,
            place,
            pool,
            pool_member,
            pool_replaced_number,
            pool_tracking_source,
            pool_url_trigger,
            queue_agent,
            queue_call,
            queue_event,
            queue_log,
            queue_member,
            reseller,
            setting,
            webhook,
        );
        db.close().await.expect("close");
        if let Some((server, name)) = temporary {
            server
                .execute_unprepared(&format!("DROP DATABASE {name}"))
                .await
                .expect("drop");
        }
    }
}
