//! The demo: made-up companies with numbers over North America and Great Britain, the same every time, and simulated
//! carriers.
//!
//! Everything goes in by the ways that real data takes: imports, holds, keys.

mod alerts;
mod calls;
mod carriers;
mod center;
mod companies;
mod keys;
mod numbers;
mod people;
mod ranges;

use provider_core::domain::E164;
use service::{EmployeeFilter, HoldNumber, ImportRow, Principal, ServiceError, Switchboard};

pub(crate) use carriers::Carriers;
use companies::Company;
pub(crate) use keys::{KEYS, PLAYGROUND_KEY};

/// Every demo is the same demo.
const SEED: u64 = 0x5EED;
/// Rows of a transaction.
const BATCH: usize = 500;
/// How long the demo's holds last, in minutes.
const HOLD_MINUTES: u32 = 24 * 60;
/// Of so many numbers in stock, one is held.
const HELD_ONE_OF: usize = 150;

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// The database holds something else.
    #[error("the database has numbers or keys that are not the demo's; give the demo a database of its own")]
    NotEmpty,
    /// A row of the demo was refused: a mistake in its making.
    #[error("the demo's own data is wrong: {0}")]
    Data(String),
    /// The database failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Fills an empty database; one that a demo has filled stays as it is, and one that was left half done is completed.
/// `progress` is told how many of how many rows are in.
///
/// # Errors
/// [`DemoError`].
pub(crate) async fn load(
    switchboard: &Switchboard,
    mut progress: impl FnMut(u64, u64),
) -> Result<(), DemoError> {
    if !keys::is_demo(switchboard).await {
        if !switchboard.is_empty(&Principal::command_line()).await? {
            return Err(DemoError::NotEmpty);
        }
        // First of all: it marks the database as a demo's.
        keys::ensure_admin(switchboard).await?;
    }
    if keys::are_complete(switchboard).await {
        return Ok(());
    }
    let who = Principal::command_line();
    let mut random = fastrand::Rng::with_seed(SEED);
    let companies = companies::make(&mut random);
    let rows = numbers::rows(&companies, &mut random);
    let (total, mut done) = (rows.len() as u64, 0);
    for batch in rows.chunks(BATCH) {
        let report = switchboard.import_numbers(&who, batch.to_vec()).await?;
        if let Some(fault) = report.faults().next() {
            return Err(DemoError::Data(format!(
                "row {}, {}: {}",
                fault.line, fault.column, fault.reason
            )));
        }
        done += batch.len() as u64;
        progress(done, total);
    }
    let people = people::rows(&companies, &mut random);
    if switchboard
        .count_employees(&who, &EmployeeFilter::default())
        .await?
        == 0
    {
        switchboard.import_employees(&who, people.clone()).await?;
    }
    hold_some(switchboard, &who, &companies[0], &rows).await?;
    calls::load(switchboard, &who, &companies[0], &people, &rows).await?;
    center::load(switchboard, &who, &companies[0]).await?;
    alerts::ensure_rule(switchboard, &who).await?;
    keys::ensure_others(switchboard, &companies[0]).await?;
    Ok(())
}

/// Holds a few numbers in stock for the first company.
async fn hold_some(
    switchboard: &Switchboard,
    who: &Principal,
    company: &Company,
    rows: &[ImportRow],
) -> Result<(), DemoError> {
    let wrong = |problem: &str| DemoError::Data(problem.to_owned());
    let customer = switchboard.customer_by_code(who, &company.code).await?;
    let customer = customer.ok_or_else(|| wrong("the first company has no numbers"))?;
    let group = switchboard
        .group_by_name(who, customer.id, company.groups[0])
        .await?;
    let group = group.ok_or_else(|| wrong("the first company's first group has no numbers"))?;
    let stock = rows.iter().filter(|row| row.group.is_none());
    for (index, row) in stock.step_by(HELD_ONE_OF).enumerate() {
        let request = HoldNumber {
            client_reference: format!("demo-hold-{index:010}"),
            group_id: group.id,
            number: row
                .number
                .parse::<E164>()
                .map_err(|error| wrong(&error.to_string()))?,
            minutes: HOLD_MINUTES,
        };
        switchboard.hold_number(who, request).await?;
    }
    Ok(())
}
