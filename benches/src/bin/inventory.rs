//! Measures a running Switchboard on a loaded inventory, and the floor beside it.

use std::time::Duration;

use benches::{
    Result,
    drive::{Assigning, Of, Round, Sample, Singles, Target, Until, Visitor, Walk, round},
    process::{CpuTime, memory},
    report,
};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

/// Measure a running Switchboard on a loaded inventory
///
/// Queries and servers take turns, and each figure is the median of the rounds: machines are noisy. CPU is that of
/// the server's process and of the database's, for one request; the ratio is that of their sum to the floor's.
#[derive(Debug, Parser)]
#[command(after_help = "scripts/bench-inventory starts everything that this needs.")]
struct Options {
    /// GraphQL of the server, on this machine
    #[arg(long, value_name = "URL")]
    url: String,
    /// An administrator's API key
    #[arg(long, value_name = "KEY", env = "SWITCHBOARD_KEY", hide_env_values = true)]
    key: String,
    /// Process of the server, for its memory and CPU
    #[arg(long, value_name = "PID")]
    server_pid: Option<i32>,
    /// Address of the floor
    #[arg(long, value_name = "URL")]
    floor_url: Option<String>,
    /// Process of the floor
    #[arg(long, value_name = "PID")]
    floor_pid: Option<i32>,
    /// First process of the PostgreSQL server, for the CPU of all of them
    #[arg(long, value_name = "PID")]
    database_pid: Option<i32>,
    /// Seconds of a query in a round
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rounds
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Connections
    #[arg(long, default_value_t = 32)]
    connections: u64,
    /// Print the server's memory after 1,000, 10,000 and 50,000 pages too
    #[arg(long, requires = "server_pid")]
    memory: bool,
    /// Measure assigning too, last: it changes the inventory
    #[arg(long)]
    assign: bool,
    /// Another seed asks in another order
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Query {
    Page,
    PageDeep,
    OfCustomer,
    One,
    Assign,
}

impl Query {
    const READING: [Self; 4] = [Self::Page, Self::PageDeep, Self::OfCustomer, Self::One];

    fn title(self) -> &'static str {
        match self {
            Self::Page => "Q1 page of 50",
            Self::PageDeep => "Q1 deep in the list",
            Self::OfCustomer => "page of a customer",
            Self::One => "Q5 one number",
            Self::Assign => "assignNumber",
        }
    }

    fn has_floor(self) -> bool {
        matches!(self, Self::Page | Self::PageDeep | Self::One)
    }

    fn visitor(self, sample: &Sample, seed: u64) -> Box<dyn Visitor> {
        match self {
            Self::Page => Box::new(Walk::new(Of::Head, sample, seed)),
            Self::PageDeep => Box::new(Walk::new(Of::Deep, sample, seed)),
            Self::OfCustomer => Box::new(Walk::new(Of::Customer, sample, seed)),
            Self::One => Box::new(Singles::new(sample, seed)),
            Self::Assign => {
                let run = format!("{:016x}", fastrand::u64(..));
                Box::new(Assigning::new(sample, seed, run))
            }
        }
    }
}

/// A server to measure.
struct Server {
    name: &'static str,
    target: Target,
    pid: Option<i32>,
}

/// What one query gave on one server in one round.
struct Measured {
    query: Query,
    server: &'static str,
    round: Round,
    /// Milliseconds of CPU for a request: the server's, and the database's.
    cpu: Option<f64>,
    database_cpu: Option<f64>,
    /// Mebibytes: before, after, and the most so far.
    memory: Option<[f64; 3]>,
}

struct Bench {
    options: Options,
    servers: Vec<Server>,
    sample: Sample,
}

impl Bench {
    async fn measure(&self, server: &Server, query: Query, seed: u64) -> Result<Measured> {
        let connections = 0..self.options.connections;
        let visitors = connections
            .map(|index| query.visitor(&self.sample, seed * 1000 + index))
            .collect();
        let cpu = || server.pid.map(CpuTime::of).transpose();
        let database_cpu = || self.options.database_pid.map(CpuTime::of_family).transpose();
        let resident = || server.pid.map(memory).transpose();
        let before = (cpu()?, database_cpu()?, resident()?);
        let round = round(
            &server.target,
            visitors,
            Until::Elapsed(Duration::from_secs(self.options.seconds)),
        )
        .await?;
        let after = (cpu()?, database_cpu()?, resident()?);
        let requests = round.requests.max(1) as f64;
        let spent = |before: Option<CpuTime>, after: Option<CpuTime>| {
            after
                .zip(before)
                .map(|(after, before)| (after - before).milliseconds() / requests)
        };
        let memory = before.2.zip(after.2).map(|(before, after)| {
            [before.resident, after.resident, after.peak].map(|bytes| bytes as f64 / f64::from(1 << 20))
        });
        Ok(Measured {
            query,
            server: server.name,
            cpu: spent(before.0, after.0),
            database_cpu: spent(before.1, after.1),
            memory,
            round,
        })
    }

    async fn rounds(&self, queries: &[Query], bar: &ProgressBar) -> Result<Vec<Measured>> {
        let mut measured = Vec::new();
        for number in 0..self.options.rounds {
            for &query in queries {
                for server in self
                    .servers
                    .iter()
                    .filter(|server| server.name != FLOOR || query.has_floor())
                {
                    bar.set_message(format!("{} on the {}", query.title(), server.name));
                    let seed = self.options.seed + u64::from(number);
                    measured.push(self.measure(server, query, seed).await?);
                    bar.inc(1);
                }
            }
        }
        Ok(measured)
    }

    /// The server's memory after more and more pages.
    async fn memory(&self) -> Result<String> {
        let mut table = report::table(&["pages", "resident MiB", "peak MiB"]);
        let (Some(server), Some(pid)) = (self.servers.last(), self.options.server_pid) else {
            return Ok(String::new());
        };
        let mut done = 0;
        for total in [0_u64, 1_000, 10_000, 50_000] {
            let visitors = (0..self.options.connections)
                .map(|index| Query::PageDeep.visitor(&self.sample, total + index));
            round(&server.target, visitors.collect(), Until::Requests(total - done)).await?;
            done = total;
            let now = memory(pid)?;
            let mebibytes = |bytes: u64| format!("{:.1}", bytes as f64 / f64::from(1 << 20));
            table.add_row([total.to_string(), mebibytes(now.resident), mebibytes(now.peak)]);
        }
        Ok(table.to_string())
    }
}

const FLOOR: &str = "floor";
const SWITCHBOARD: &str = "switchboard";

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let target = Target::graphql(&options.url, &options.key)?;
    let sample = Sample::take(&target, options.seed).await?;
    let mut servers = Vec::new();
    if let Some(url) = &options.floor_url {
        servers.push(Server {
            name: FLOOR,
            target: Target::floor(url)?,
            pid: options.floor_pid,
        });
    }
    servers.push(Server {
        name: SWITCHBOARD,
        target,
        pid: options.server_pid,
    });
    let bench = Bench {
        options,
        servers,
        sample,
    };
    if bench.options.memory {
        println!("{}\n", bench.memory().await?);
    }
    let bar = progress(u64::from(bench.options.rounds) * 7);
    let mut measured = bench.rounds(&Query::READING, &bar).await?;
    if bench.options.assign {
        measured.extend(bench.rounds(&[Query::Assign], &bar).await?);
    }
    bar.finish_and_clear();
    println!("{}", summary(&measured, bench.options.connections));
    for one in &measured {
        if let Some(wrong) = &one.round.wrong {
            println!(
                "a wrong answer of the {} to {}: {wrong}",
                one.server,
                one.query.title()
            );
        }
    }
    Ok(())
}

fn progress(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    let style = ProgressStyle::with_template("{msg:40} {wide_bar} {pos}/{len} {elapsed}");
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

fn summary(measured: &[Measured], connections: u64) -> String {
    let mut table = report::table(&[
        "query",
        "server",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "refused",
        "errors",
        "CPU ms",
        "database CPU ms",
        "to the floor",
        "MiB before",
        "after",
        "peak",
    ]);
    let mut queries: Vec<Query> = measured.iter().map(|one| one.query).collect();
    queries.dedup();
    let mut seen = Vec::new();
    for query in queries {
        if seen.contains(&query) {
            continue;
        }
        seen.push(query);
        let floor = of(measured, query, FLOOR).as_slice().total();
        for server in [FLOOR, SWITCHBOARD] {
            let rounds = of(measured, query, server);
            if !rounds.is_empty() {
                table.add_row(row(query, server, &rounds, floor));
            }
        }
    }
    format!("{table}\n{connections} connections; medians of the rounds; CPU for one request")
}

fn of<'a>(measured: &'a [Measured], query: Query, server: &str) -> Vec<&'a Measured> {
    measured
        .iter()
        .filter(|one| one.query == query && one.server == server)
        .collect()
}

/// Medians over rounds.
trait Medians {
    fn median(&self, figure: impl Fn(&Measured) -> Option<f64>) -> Option<f64>;
    fn total(&self) -> Option<f64>;
}

impl Medians for [&Measured] {
    fn median(&self, figure: impl Fn(&Measured) -> Option<f64>) -> Option<f64> {
        let mut figures: Vec<f64> = self.iter().filter_map(|one| figure(one)).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied()
    }

    fn total(&self) -> Option<f64> {
        self.median(|one| Some(one.cpu? + one.database_cpu.unwrap_or_default()))
    }
}

fn row(query: Query, server: &str, rounds: &[&Measured], floor: Option<f64>) -> Vec<String> {
    let text =
        |figure: Option<f64>, digits: usize| figure.map_or_else(String::new, |it| format!("{it:.digits$}"));
    let sum = |figure: fn(&Round) -> u64| {
        rounds
            .iter()
            .map(|one| figure(&one.round))
            .sum::<u64>()
            .to_string()
    };
    let memory = |index: usize| text(rounds.median(|one| Some(one.memory?[index])), 1);
    let ratio = rounds.total().zip(floor).map(|(total, floor)| total / floor);
    vec![
        query.title().to_owned(),
        server.to_owned(),
        text(rounds.median(|one| Some(one.round.rate())), 0),
        text(rounds.median(|one| Some(one.round.quantile(0.5))), 2),
        text(rounds.median(|one| Some(one.round.quantile(0.99))), 2),
        sum(|round| round.refused),
        sum(|round| round.errors),
        text(rounds.median(|one| one.cpu), 3),
        text(rounds.median(|one| one.database_cpu), 3),
        ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}x")),
        memory(0),
        memory(1),
        memory(2),
    ]
}
