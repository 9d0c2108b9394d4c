//! Measures files of all numbers, made by a running Switchboard while they are sent.

use std::time::{Duration, Instant};

use benches::{
    Result,
    drive::{Target, client_builder},
    process::memory,
    report,
};
use clap::Parser;
use reqwest::Url;
use serde_json::json;

/// Measure files of all numbers, made by a running Switchboard while they are sent
#[derive(Debug, Parser)]
#[command(after_help = "scripts/bench-inventory starts everything that this needs.")]
struct Options {
    /// GraphQL of the server, on this machine
    #[arg(long, value_name = "URL")]
    url: String,
    /// An administrator's API key
    #[arg(long, value_name = "KEY", env = "SWITCHBOARD_KEY", hide_env_values = true)]
    key: String,
    /// Process of the server, for its memory
    #[arg(long, value_name = "PID")]
    server_pid: i32,
}

const QUERY: &str = "mutation($format: ExportFormat!) {
  exportNumbers(input: { format: $format }) { url export { id } userErrors { message } }
}";
const PROGRESS: &str = "query($id: ID!) { export(id: $id) { state rows } }";
/// How often the server's memory is looked at while it sends.
const LOOK: Duration = Duration::from_millis(100);

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let target = Target::graphql(&options.url, &options.key)?;
    let mut table = report::table(&[
        "file",
        "rows",
        "MiB",
        "seconds",
        "rows/s",
        "server MiB before",
        "most",
    ]);
    for format in ["CSV", "JSON", "EXCEL"] {
        table.add_row(one(&options, &target, format).await?);
    }
    println!("{table}");
    Ok(())
}

async fn one(options: &Options, target: &Target, format: &str) -> Result<[String; 7]> {
    let before = memory(options.server_pid)?.resident;
    let link = target.ask(QUERY, json!({ "format": format })).await?;
    let link = &link["exportNumbers"];
    let path = link["url"].as_str().ok_or_else(|| format!("no link: {link}"))?;
    let started = Instant::now();
    let client = client_builder().no_proxy().build()?;
    let url = options.url.parse::<Url>()?.join(path)?;
    let mut response = client.get(url).send().await?.error_for_status()?;
    let (mut bytes, mut most, mut looked) = (0, before, Instant::now());
    while let Some(chunk) = response.chunk().await? {
        bytes += chunk.len();
        if looked.elapsed() > LOOK {
            most = most.max(memory(options.server_pid)?.resident);
            looked = Instant::now();
        }
    }
    let took = started.elapsed().as_secs_f64();
    let progress = target
        .ask(PROGRESS, json!({ "id": link["export"]["id"] }))
        .await?;
    let rows: u64 = match &progress["export"]["rows"] {
        serde_json::Value::String(text) => text.parse()?,
        number => number.as_u64().unwrap_or_default(),
    };
    Ok([
        format.to_owned(),
        rows.to_string(),
        (bytes >> 20).to_string(),
        format!("{took:.1}"),
        format!("{:.0}", rows as f64 / took),
        (before >> 20).to_string(),
        (most >> 20).to_string(),
    ])
}
