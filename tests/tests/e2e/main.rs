//! End to end: the real program, over real HTTP and WebSocket, on SQLite and on PostgreSQL.
//!
//! Nothing here looks into the program or its database; what a scenario knows, it has from the public API.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests are here, their helpers included"
)]

mod client;
mod database;
mod queries;
mod server;
mod stock;
mod upstreams;
mod world;

mod call_files;
mod call_refusals;
mod carrier_faults;
mod carriers;
mod counting;
mod draining;
mod events;
mod examples;
mod killing;
mod logs;
mod own_calls;
mod refusals;
mod replicas;
mod starting;
mod stock_alerts;
mod tenants;

/// Makes a test of each scenario on each database: `on_both! { a_scenario, another }`, where each is an
/// `async fn(Database)` of the module.
macro_rules! on_both {
    ($($scenario:ident),+ $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $scenario() {
                    super::$scenario(crate::database::Database::sqlite()).await;
                }
            )+
        }
        mod on_postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $scenario() {
                    super::$scenario(crate::database::Database::postgres().await).await;
                }
            )+
        }
    };
}
use on_both;
