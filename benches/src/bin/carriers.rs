//! Measures what Switchboard adds to a call that it passes on to an upstream.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use benches::{
    Result,
    drive::{Round, Target, Until, Verdict, client_builder, repeat},
    process::CpuTime,
    report,
};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use provider_apio_twin::ApioTwin;
use provider_callstats_twin::CallstatsTwin;
use provider_telecomx_twin::TelecomxTwin;
use provider_testkit::twin::{RunningTwin, Twin};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use toml::{Table, Value};

/// Measure what Switchboard adds to a call that it passes on to an upstream
///
/// Simulated upstreams that answer at once run in this process. The same call is made of one of them directly, and
/// through a Switchboard that is started for it, in turns; each figure is the median of the rounds.
#[derive(Debug, Parser)]
#[command(after_help = "scripts/bench-carriers builds what this needs and runs it.")]
struct Options {
    /// The program, built with optimizations
    #[arg(long, value_name = "FILE")]
    switchboard: PathBuf,
    /// Seconds of a measurement in a round
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rounds
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Connections of the measurements under load
    #[arg(long, default_value_t = 32)]
    connections: u64,
}

/// Queries by which upstream calls are counted.
const COUNTED: usize = 50;

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let bench = Bench::start(&options.switchboard).await?;
    println!("Upstream calls for a query, and for the same query again at once:\n");
    println!("{}\n", bench.count_calls().await?);
    println!("Time and CPU of a call, directly and through Switchboard:\n");
    println!("{}", bench.measure(&options).await?);
    Ok(())
}

struct Bench {
    callstats: RunningTwin,
    telecomx: RunningTwin,
    apio: RunningTwin,
    /// Whose answers are never taken from memory.
    fresh: Switchboard,
    /// With the policies that a provider has by default.
    usual: Switchboard,
}

/// A running program with a database of its own.
struct Switchboard {
    child: Child,
    target: Target,
    _stdout: BufReader<ChildStdout>,
    _folder: TempDir,
}

impl Drop for Switchboard {
    fn drop(&mut self) {
        // It has ended by itself if this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Bench {
    async fn start(program: &Path) -> Result<Self> {
        let callstats = start(CallstatsTwin::new()).await?;
        let telecomx = start(TelecomxTwin::new()).await?;
        let apio = start(ApioTwin::new()).await?;
        let tables = [
            ("callstats", &callstats),
            ("telecomx", &telecomx),
            ("apio", &apio),
        ]
        .map(|(id, twin)| twin.provider_table(id));
        // Limits that never limit, so that it is the program that is measured.
        let open = Table::from_iter([
            ("requests_per_second".to_owned(), Value::Integer(1_000_000)),
            ("concurrent_requests".to_owned(), Value::Integer(1_000)),
        ]);
        let mut uncached = open.clone();
        uncached.insert("cache_seconds".to_owned(), Value::Integer(0));
        Ok(Self {
            fresh: Switchboard::start(program, &tables, &uncached).await?,
            usual: Switchboard::start(program, &tables, &open).await?,
            callstats,
            telecomx,
            apio,
        })
    }
}

async fn start(twin: impl Twin) -> Result<RunningTwin> {
    Ok(RunningTwin::start(Arc::new(twin)).await?)
}

impl Switchboard {
    /// Serves an empty database with these providers, whose calls are surrounded by these policies.
    async fn start(program: &Path, providers: &[Table], policy: &Table) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let providers = providers.iter().map(|table| {
            let mut table = table.clone();
            table.insert("policy".to_owned(), Value::Table(policy.clone()));
            Value::Table(table)
        });
        let file = Table::from_iter([("provider".to_owned(), providers.collect::<Vec<_>>().into())]);
        let config = folder.path().join("switchboard.toml");
        std::fs::write(&config, file.to_string())?;
        let database = folder.path().join("switchboard.db");
        let mut child = Command::new(program)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log-level",
                "error",
                "--config",
            ])
            .arg(&config)
            .arg("--database")
            .arg(format!("sqlite://{}", database.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or("the program has no output")?;
        let reading = tokio::task::spawn_blocking(move || greeting(BufReader::new(stdout)));
        let greeting = reading.await??;
        Ok(Self {
            target: Target::graphql(&format!("{}graphql", greeting.url), &greeting.key)?,
            child,
            _stdout: greeting.rest,
            _folder: folder,
        })
    }

    fn cpu(&self) -> Result<CpuTime> {
        CpuTime::of(self.child.id().try_into()?)
    }
}

/// What the program says at its start.
struct Greeting {
    url: String,
    key: String,
    rest: BufReader<ChildStdout>,
}

fn greeting(mut stdout: BufReader<ChildStdout>) -> Result<Greeting> {
    let (mut key, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if stdout.read_line(&mut line)? == 0 {
            return Err("the program ended before it was ready".into());
        }
        if line.trim().starts_with("sb_live_") {
            line.trim().clone_into(&mut key);
        }
        if let Some(url) = line.trim().strip_prefix("Switchboard is ready at ") {
            return Ok(Greeting {
                url: url.to_owned(),
                key,
                rest: stdout,
            });
        }
    }
}

const SUMMARY: &str = "query Summary($callstats: ID!) {
  numberKpis(source: $callstats) { summary { numberCount customerCount } }
}";
const BREAKDOWNS: &str = "query Breakdowns($callstats: ID!) {
  numberKpis(source: $callstats) {
    summary { numberCount } byStatus { label numberCount } byDealer { dealerCode numberCount } byType { label numberCount }
  }
}";
const WEEKS: &str = r#"query Weeks {
  callStatistics(source: "MTpQcm92aWRlcjp0ZWxlY29teA", filter: {
    from: "2020-11-30T00:00:00+01:00", to: "2020-12-20T23:59:59+01:00", interval: WEEK
  }) { nodes { employeeName intervals { key counts { outboundCalls inboundCalls } } } }
}"#;
const ACROSS: &str = r#"query Across($callstats: ID!) {
  numberKpis(source: $callstats) { summary { numberCount } byType { label numberCount } }
  callStatistics(source: "MTpQcm92aWRlcjp0ZWxlY29teA", filter: {
    from: "2020-11-30T00:00:00+01:00", to: "2020-12-20T23:59:59+01:00", interval: WEEK
  }) { totalCount }
  providers { name health { state } }
}"#;

/// A question and its title.
const QUESTIONS: [(&str, &str); 4] = [
    ("KPI summary", SUMMARY),
    ("KPIs, four breakdowns", BREAKDOWNS),
    ("call statistics, three weeks", WEEKS),
    ("KPIs, calls and health of all", ACROSS),
];

impl Bench {
    fn upstream_calls(&self) -> usize {
        [&self.callstats, &self.telecomx, &self.apio]
            .iter()
            .map(|twin| twin.exchanges().len())
            .sum()
    }

    /// The global id of the provider of KPIs; the same for both servers.
    async fn variables(&self) -> Result<Json> {
        let data = self
            .fresh
            .target
            .ask("{ providers { id name } }", json!({}))
            .await?;
        let providers = data["providers"].as_array().ok_or("no providers")?;
        let callstats = providers.iter().find(|provider| provider["name"] == "callstats");
        Ok(json!({ "callstats": callstats.ok_or("no callstats")?["id"] }))
    }

    async fn count_calls(&self) -> Result<comfy_table::Table> {
        let variables = self.variables().await?;
        let mut table = report::table(&[
            "query",
            "nothing remembered",
            "usual policies, 50 in turn",
            "usual, 50 at once",
        ]);
        for (title, query) in QUESTIONS {
            let before = self.upstream_calls();
            self.fresh.target.ask(query, variables.clone()).await?;
            let fresh = self.upstream_calls() - before;
            let before = self.upstream_calls();
            for _ in 0..COUNTED {
                self.usual.target.ask(query, variables.clone()).await?;
            }
            let in_turn = self.upstream_calls() - before;
            let before = self.upstream_calls();
            let asking = (0..COUNTED).map(|_| self.usual.target.ask(query, variables.clone()));
            futures_util::future::try_join_all(asking).await?;
            let at_once = self.upstream_calls() - before;
            table.add_row([
                title.to_owned(),
                fresh.to_string(),
                in_turn.to_string(),
                at_once.to_string(),
            ]);
        }
        Ok(table)
    }

    async fn measure(&self, options: &Options) -> Result<comfy_table::Table> {
        let until = Until::Elapsed(Duration::from_secs(options.seconds));
        let body = json!({ "query": SUMMARY, "variables": self.variables().await? }).to_string();
        let loads = [1, options.connections];
        let mut rows: Vec<Vec<Measured>> = Vec::new();
        let steps = options.rounds * loads.len() * Way::ALL.len();
        let bar = ProgressBar::new(steps as u64).with_style(ProgressStyle::with_template(
            "{wide_bar} {pos}/{len} {elapsed} (left: {eta})",
        )?);
        for _ in 0..options.rounds {
            for (load, connections) in loads.into_iter().enumerate() {
                for (way, how) in Way::ALL.into_iter().enumerate() {
                    let measured = self.round(how, &body, connections, until).await?;
                    let at = load * Way::ALL.len() + way;
                    if rows.len() <= at {
                        rows.push(Vec::new());
                    }
                    rows[at].push(measured);
                    bar.inc(1);
                }
            }
        }
        bar.finish_and_clear();
        Ok(tabulate(&rows))
    }

    async fn round(&self, way: Way, body: &str, connections: u64, until: Until) -> Result<Measured> {
        let server = match way {
            Way::Direct => None,
            Way::Fresh => Some(&self.fresh),
            Way::Remembered => Some(&self.usual),
        };
        let before = server.map(Switchboard::cpu).transpose()?;
        let round = match server {
            None => {
                let (client, twin) = (client_builder().no_proxy().build()?, &self.callstats);
                let url = format!("{}/backend/kpi/numbers/", twin.base_url());
                let authorization = format!("Bearer {}", twin.secret());
                let ask = move || {
                    let call = client.get(&url).header("Authorization", &authorization).send();
                    async move { Ok(call.await?.error_for_status()?.bytes().await?.to_vec()) }
                };
                repeat(connections, until, ask, |answer| judge(answer, "number_count")).await?
            }
            Some(server) => {
                let (target, body) = (server.target.clone(), body.to_owned());
                let ask = move || {
                    let (target, body) = (target.clone(), body.clone());
                    async move { target.post("", body).await }
                };
                repeat(connections, until, ask, |answer| judge(answer, "numberCount")).await?
            }
        };
        let cpu = match (server, before) {
            (Some(server), Some(before)) => {
                Some((server.cpu()? - before).milliseconds() / round.requests as f64)
            }
            _ => None,
        };
        Ok(Measured {
            way,
            connections,
            round,
            cpu,
        })
    }
}

fn judge(answer: &[u8], figure: &str) -> Verdict {
    let answer = String::from_utf8_lossy(answer);
    if answer.contains(figure) && answer.contains("5847") {
        Verdict::Good
    } else {
        Verdict::Wrong
    }
}

/// How the upstream is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By the load generator itself.
    Direct,
    /// Through Switchboard, which asks it each time.
    Fresh,
    /// Through Switchboard, which remembers the answer for a while.
    Remembered,
}

impl Way {
    const ALL: [Self; 3] = [Self::Direct, Self::Fresh, Self::Remembered];

    fn title(self) -> &'static str {
        match self {
            Self::Direct => "upstream directly",
            Self::Fresh => "through Switchboard",
            Self::Remembered => "through Switchboard, remembered",
        }
    }
}

/// One round of one way.
struct Measured {
    way: Way,
    connections: u64,
    round: Round,
    /// Milliseconds of the server's CPU for a request.
    cpu: Option<f64>,
}

/// The median of the rounds.
fn median(rounds: &[Measured], figure: impl Fn(&Measured) -> f64) -> f64 {
    let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

fn tabulate(rows: &[Vec<Measured>]) -> comfy_table::Table {
    let header = [
        "way",
        "connections",
        "p50 ms",
        "p99 ms",
        "added p50 ms",
        "added p99 ms",
        "requests/s",
        "CPU ms",
        "wrong",
    ];
    let mut table = report::table(&header);
    let mut direct = (0.0, 0.0);
    for rounds in rows {
        let Some(first) = rounds.first() else { continue };
        let (p50, p99) = (
            median(rounds, |measured| measured.round.quantile(0.5)),
            median(rounds, |measured| measured.round.quantile(0.99)),
        );
        let added = match first.way {
            Way::Direct => {
                direct = (p50, p99);
                [String::new(), String::new()]
            }
            Way::Fresh | Way::Remembered => {
                [p50 - direct.0, p99 - direct.1].map(|added| format!("{added:.2}"))
            }
        };
        let [added50, added99] = added;
        let wrong: u64 = rounds.iter().map(|measured| measured.round.errors).sum();
        let cpu = first
            .cpu
            .map(|_| median(rounds, |measured| measured.cpu.unwrap_or_default()));
        table.add_row([
            first.way.title().to_owned(),
            first.connections.to_string(),
            format!("{p50:.2}"),
            format!("{p99:.2}"),
            added50,
            added99,
            format!("{:.0}", median(rounds, |measured| measured.round.rate())),
            cpu.map_or_else(String::new, |cpu| format!("{cpu:.2}")),
            wrong.to_string(),
        ]);
    }
    table
}
