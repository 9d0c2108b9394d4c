//! Prints what the place tables cost: time to load them, and the resident memory of the process before, after,
//! and once numbers have been described. Memory is read from `/proc`, so it is printed on Linux only.

use std::time::Instant;

use numbering::{CountryCode, E164, NumberMatch, Places};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    report("at start");
    let started = Instant::now();
    let places = Places::load()?;
    println!("tables loaded in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    report("with the tables");

    let numbers: Vec<E164> = (0..10_000)
        .map_while(|n| format!("+1905{:07}", 2_000_000 + n * 700).parse().ok())
        .collect();
    let started = Instant::now();
    let placed = numbers
        .iter()
        .filter(|number| places.describe(number).locality.is_some())
        .count();
    let each = started.elapsed().as_secs_f64() * 1e6 / numbers.len() as f64;
    println!(
        "described {} numbers, {placed} with a city, {each:.1} µs each",
        numbers.len()
    );

    let new_york = NumberMatch::LocalToCity {
        city: "New York".to_owned(),
        region: Some("NY".to_owned()),
        country: CountryCode::US,
        prefix: None,
    };
    let started = Instant::now();
    let plan = places.plan(&new_york, false)?;
    println!(
        "planned New York in {:.1} ms, {} steps",
        started.elapsed().as_secs_f64() * 1e3,
        plan.steps.len()
    );
    report("after use");
    Ok(())
}

/// Prints the resident set size, where the system tells it.
fn report(when: &str) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(resident) = status.lines().find_map(|line| line.strip_prefix("VmRSS:")) {
        println!("resident {when}: {}", resident.trim());
    }
}
