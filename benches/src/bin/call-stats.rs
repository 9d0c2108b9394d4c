//! Measures statistics of calls: from packed days, and from the rows of calls.

use std::time::{Duration, Instant};

use benches::{
    Result,
    calls::questions::{QUESTIONS, Question},
    drive::Target,
    process::memory,
    report,
};
use clap::Parser;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::json;
use service::{Settings, Switchboard};
use store::{Database, DatabaseOptions, sql::Sql};

/// Measure statistics of calls on a loaded database
///
/// Each question is asked of the service, first with nothing remembered and then again and again; of a server over
/// HTTP, in GraphQL; and of the rows of calls as SQL. All must agree.
#[derive(Debug, Parser)]
#[command(after_help = "scripts/bench-calls starts everything that this needs.")]
struct Options {
    /// A database that calls-load has filled: sqlite://FILE or postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "URL")]
    database: String,
    /// GraphQL of a server on this database, on this machine
    #[arg(long, value_name = "URL")]
    url: String,
    /// An administrator's API key
    #[arg(long, value_name = "KEY", env = "SWITCHBOARD_KEY", hide_env_values = true)]
    key: String,
    /// Process of the server, for its memory
    #[arg(long, value_name = "PID")]
    server_pid: i32,
    /// The first day of the calls, UTC
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "2025-01-01")]
    from: Date,
    /// How often a question is asked of the packed days
    #[arg(long, default_value_t = 25)]
    questions: usize,
    /// How often it is asked of the rows
    #[arg(long, default_value_t = 3)]
    raw_questions: usize,
}

/// Employees of a page.
const PAGE: usize = 50;

const QUERY: &str = "query($filter: CallStatisticsFilter!, $first: Int!) {
  callStatistics(filter: $filter, first: $first) {
    nodes {
      employeeId employeeName extensionNumber
      intervals { key start end counts { ...counts } }
      total { ...counts }
    }
    total { ...counts }
  }
}
fragment counts on CallCounts {
  outboundCalls outboundSeconds outboundAnswered outboundUnanswered outboundFailed
  inboundCalls inboundSeconds inboundAnswered inboundUnanswered inboundBusy
}";

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let from = options.from.to_zoned(TimeZone::UTC)?.timestamp();
    let database = Database::connect(&options.database, &DatabaseOptions::default()).await?;
    let customer_id = Sql::new("SELECT MIN(id) FROM customers WHERE code = 'B0'")
        .one_i64(database.reader())
        .await?;
    let calls = Sql::new("SELECT COUNT(*) FROM calls")
        .one_i64(database.reader())
        .await?;
    let target = Target::graphql(&options.url, &options.key)?;
    let before = memory(options.server_pid)?.resident;
    let mut table = report::table(&[
        "question",
        "rows of the answer",
        "cold ms",
        "p50 ms",
        "over HTTP p50 ms",
        "SQL over rows p50 ms",
        "SQL / p50",
    ]);
    for question in QUESTIONS {
        let one = Measured::of(&question, &options, &database, &target, (customer_id, from)).await?;
        table.add_row(one.row(&question));
    }
    println!(
        "\n{calls} calls; over HTTP a page of {PAGE} employees with all their intervals, and the totals\n"
    );
    println!("{table}");
    let after = memory(options.server_pid)?;
    println!(
        "\nserver: {} MiB before the questions, {} MiB after them, {} MiB at most",
        before >> 20,
        after.resident >> 20,
        after.peak >> 20
    );
    database.close().await?;
    Ok(())
}

struct Measured {
    counts: u64,
    cold: Duration,
    warm: Duration,
    http: Duration,
    raw: Duration,
}

impl Measured {
    async fn of(
        question: &Question,
        options: &Options,
        database: &Database,
        target: &Target,
        (customer_id, from): (i64, Timestamp),
    ) -> Result<Self> {
        let switchboard = Switchboard::open(Settings::new(options.database.clone())).await?;
        let started = Instant::now();
        let sums = question.ask(&switchboard, customer_id, from).await?;
        let cold = started.elapsed();
        let mut warm = Vec::with_capacity(options.questions);
        for _ in 0..options.questions {
            let started = Instant::now();
            question.ask(&switchboard, customer_id, from).await?;
            warm.push(started.elapsed());
        }
        let http = over_http(question, options, target, from).await?;
        let mut raw = Vec::with_capacity(options.raw_questions);
        for _ in 0..options.raw_questions {
            let started = Instant::now();
            let rows = question.ask_rows(database, customer_id, from).await?;
            raw.push(started.elapsed());
            if rows != sums {
                return Err(format!("{}: {sums:?} from days, {rows:?} from rows", question.title).into());
            }
        }
        Ok(Self {
            counts: sums[7],
            cold,
            warm: median(warm),
            http,
            raw: median(raw),
        })
    }

    fn row(&self, question: &Question) -> [String; 7] {
        let ratio = self.raw.as_secs_f64() / self.warm.as_secs_f64();
        [
            question.title.to_owned(),
            self.counts.to_string(),
            milliseconds(self.cold),
            milliseconds(self.warm),
            milliseconds(self.http),
            milliseconds(self.raw),
            format!("{ratio:.0}"),
        ]
    }
}

async fn over_http(
    question: &Question,
    options: &Options,
    target: &Target,
    from: Timestamp,
) -> Result<Duration> {
    let customer = customer_of(target, question).await?;
    let filter = json!({
        "customerId": customer,
        "from": from.to_string(),
        "to": question.last(from)?.to_string(),
        "timeZone": "UTC",
        "interval": question.interval.to_string(),
        "ignoreBelow": 10,
        "ignoreLocal": true,
    });
    let variables = json!({ "filter": filter, "first": PAGE });
    let answer = target.ask(QUERY, variables.clone()).await?;
    let rows = answer["callStatistics"]["nodes"].as_array().map_or(0, Vec::len);
    if rows == 0 {
        return Err(format!("{}: the server gave no rows: {answer}", question.title).into());
    }
    let body = json!({ "query": QUERY, "variables": variables }).to_string();
    let mut took = Vec::with_capacity(options.questions);
    for _ in 0..options.questions {
        let started = Instant::now();
        target.post("", body.clone()).await?;
        took.push(started.elapsed());
    }
    Ok(median(took))
}

/// The customer's global id; nothing where everybody is asked for.
async fn customer_of(target: &Target, question: &Question) -> Result<Option<String>> {
    if !question.one_customer {
        return Ok(None);
    }
    let query = "{ customers(first: 100) { nodes { id code } } }";
    let answer = target.ask(query, json!({})).await?;
    let customers = answer["customers"]["nodes"].as_array();
    let found = customers.and_then(|all| all.iter().find(|one| one["code"] == "B0"));
    let id = found.and_then(|one| one["id"].as_str());
    Ok(Some(id.ok_or("the server knows no customer B0")?.to_owned()))
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1000.0)
}

fn median(mut values: Vec<Duration>) -> Duration {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}
