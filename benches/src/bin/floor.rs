//! The floor: what the same answers cost without GraphQL and without a framework for databases.
//!
//! One prepared statement a request, rows turned into JSON by serde. There are no keys, no scopes, no limits and no
//! choice of fields here: it is what a special-purpose server could reach on the same schema.

use std::net::SocketAddr;

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use benches::Result;
use clap::Parser;
use serde::{Deserialize, Serialize};
use sqlx::{Pool, Postgres, Sqlite, postgres::PgPoolOptions, sqlite::SqlitePoolOptions};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// To-one relations by sub-select: PostgreSQL then keeps one plan for any values.
macro_rules! select {
    ($from:literal) => {
        concat!(
            "SELECT n.id, n.e164, n.status, n.number_type, (SELECT name FROM customers WHERE id = n.customer_id), \
             (SELECT code FROM dealers WHERE id = n.dealer_id), (SELECT name FROM pools WHERE id = n.pool_id), \
             (SELECT quantity FROM pools WHERE id = n.pool_id) FROM ",
            $from
        )
    };
}

const PAGE: &str = select!(
    "(SELECT * FROM numbers WHERE number_type = 'GEOGRAPHIC' AND status = 'ACTIVE' AND id > $1 \
     ORDER BY id LIMIT 51) n ORDER BY n.id"
);
const ONE: &str = select!("numbers n WHERE n.e164 = $1");
const ROWS: usize = 50;
/// As many as Switchboard has for reading.
const CONNECTIONS: u32 = 6;

/// Serve the floor, for a benchmark to compare with
#[derive(Debug, Parser)]
struct Options {
    /// The loaded database
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database: String,
    /// Address to serve on; of this machine alone
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8001")]
    listen: SocketAddr,
}

type Row = (
    i64,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
);

#[derive(Debug, Clone)]
enum Database {
    Postgres(Pool<Postgres>),
    Sqlite(Pool<Sqlite>),
}

impl Database {
    async fn connect(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let pool = SqlitePoolOptions::new()
                .max_connections(CONNECTIONS)
                .test_before_acquire(false);
            return Ok(Self::Sqlite(pool.connect(url).await?));
        }
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .test_before_acquire(false);
        Ok(Self::Postgres(pool.connect(url).await?))
    }

    async fn page(&self, after: i64) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Self::Postgres(pool) => sqlx::query_as(PAGE).bind(after).fetch_all(pool).await,
            Self::Sqlite(pool) => sqlx::query_as(PAGE).bind(after).fetch_all(pool).await,
        }
    }

    async fn one(&self, e164: &str) -> Result<Option<Row>, sqlx::Error> {
        match self {
            Self::Postgres(pool) => sqlx::query_as(ONE).bind(e164).fetch_optional(pool).await,
            Self::Sqlite(pool) => sqlx::query_as(ONE).bind(e164).fetch_optional(pool).await,
        }
    }
}

#[derive(Serialize)]
struct Answer<D> {
    data: D,
}

#[derive(Serialize)]
struct Numbers {
    numbers: Connection,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    nodes: Vec<Number>,
    page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Serialize)]
struct OneNumber {
    number: Option<Number>,
}

#[derive(Serialize)]
struct Number {
    e164: String,
    status: String,
    #[serde(rename = "type")]
    number_type: String,
    customer: Option<Customer>,
    dealer: Option<Dealer>,
    pool: Option<NumberPool>,
}

#[derive(Serialize)]
struct Customer {
    name: String,
}

#[derive(Serialize)]
struct Dealer {
    code: String,
}

#[derive(Serialize)]
struct NumberPool {
    name: String,
    quantity: i64,
}

impl From<Row> for Number {
    fn from((_, e164, status, number_type, customer, dealer, pool, quantity): Row) -> Self {
        Self {
            e164,
            status,
            number_type,
            customer: customer.map(|name| Customer { name }),
            dealer: dealer.map(|code| Dealer { code }),
            pool: pool
                .zip(quantity)
                .map(|(name, quantity)| NumberPool { name, quantity }),
        }
    }
}

#[derive(Deserialize)]
struct After {
    after: Option<String>,
}

#[derive(Deserialize)]
struct By {
    e164: String,
}

async fn page(
    State(database): State<Database>,
    Json(After { after }): Json<After>,
) -> Result<Json<Answer<Numbers>>, StatusCode> {
    let after = after
        .as_deref()
        .unwrap_or("0")
        .parse()
        .map_err(|_| StatusCode::BAD_REQUEST)?;
    let mut rows = database
        .page(after)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let has_next_page = rows.len() > ROWS;
    rows.truncate(ROWS);
    let end_cursor = rows.last().map(|row| row.0.to_string());
    let nodes = rows.into_iter().map(Number::from).collect();
    let page_info = PageInfo {
        has_next_page,
        end_cursor,
    };
    Ok(Json(Answer {
        data: Numbers {
            numbers: Connection { nodes, page_info },
        },
    }))
}

async fn number(
    State(database): State<Database>,
    Json(By { e164 }): Json<By>,
) -> Result<Json<Answer<OneNumber>>, StatusCode> {
    let row = database
        .one(&e164)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(Answer {
        data: OneNumber {
            number: row.map(Number::from),
        },
    }))
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    if !options.listen.ip().is_loopback() {
        return Err("the floor has no keys: it is served on this machine alone".into());
    }
    let database = Database::connect(&options.database).await?;
    let router = Router::new()
        .route("/page", post(page))
        .route("/number", post(number))
        .with_state(database);
    let listener = tokio::net::TcpListener::bind(options.listen).await?;
    println!("the floor is at http://{}/", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}
