//! `switchboard import employees`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use exports::unguarded;
use jiff::Timestamp;
use serde::Deserialize;
use service::{EmployeeImport, EmployeeRow, Principal};

use crate::{
    cli::{CliError, CliResult, open, output},
    config::Config,
};

/// Import people and their extensions from a CSV file
///
/// People who are there, by customer, name and e-mail address, are not made again, so a file can be imported again. All
/// rows are imported, or none.
#[derive(Debug, Args)]
#[command(after_help = "Columns, in any order; `customer` and `name` must be there:
  customer         code of a customer that is there
  name             the person's name
  email            e-mail address
  group            name of the customer's group; made if it is not there
  extension        the number inside the customer's telephone system; it passes on from whoever has it
  extension_since  when the person got it, such as 2026-01-31T09:00:00Z; now when empty. Calls of before
                   are not the person's

Example:
  switchboard import employees people.csv

  customer,name,email,group,extension,extension_since
  ACME,Ann Archer,ann@acme.example,Sales,201,2025-01-01T00:00:00Z")]
pub(in crate::cli) struct ImportEmployees {
    /// The CSV file: comma-separated, UTF-8, column names in the first line
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
}

/// A row of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    customer: String,
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    extension: String,
    #[serde(default)]
    extension_since: String,
}

impl Row {
    fn read(self) -> Result<EmployeeRow, String> {
        let filled = |cell: &str| Some(unguarded(cell.trim()).to_owned()).filter(|text| !text.is_empty());
        let since = filled(&self.extension_since).map(|text| {
            let read = text.parse::<Timestamp>();
            read.map_err(|_| {
                format!("extension_since: \"{text}\" is not a time such as 2026-01-31T09:00:00Z")
            })
        });
        Ok(EmployeeRow {
            customer: filled(&self.customer).ok_or("customer: is empty")?,
            name: filled(&self.name).ok_or("name: is empty")?,
            email: filled(&self.email),
            group: filled(&self.group),
            extension: filled(&self.extension),
            extension_since: since.transpose()?,
        })
    }
}

pub(super) async fn run(config: Config, options: ImportEmployees) -> CliResult {
    let place = options.file.display().to_string();
    let failed = |error: String| CliError::Other(format!("{place}: {error}"));
    let mut reader = csv::Reader::from_path(&options.file).map_err(|error| failed(error.to_string()))?;
    let mut rows = Vec::new();
    // The first line holds the names of the columns.
    for (line, row) in (2_u64..).zip(reader.deserialize::<Row>()) {
        let row = row.map_err(|error| failed(error.to_string()))?;
        let row = row
            .read()
            .map_err(|reason| failed(format!("line {line}: {reason}")))?;
        rows.push(row);
    }
    let switchboard = open(&config).await?;
    switchboard.migrate().await?;
    let imported = switchboard
        .import_employees(&Principal::command_line(), rows)
        .await?;
    let EmployeeImport {
        added,
        known,
        extensions,
    } = imported;
    output::say(&format!(
        "{} added, {} known, {} passed on",
        if added == 1 {
            "1 person".to_owned()
        } else {
            format!("{added} people")
        },
        indicatif::HumanCount(known),
        output::count(extensions, "extension")
    ));
    Ok(ExitCode::SUCCESS)
}
