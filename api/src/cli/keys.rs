use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use service::{AccessLevel, KeyRequest, Principal, Scope, Switchboard};

use super::{CliError, CliResult, open, output};
use crate::config::Config;

/// Issue, list and revoke API keys
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    Create(CreateKey),
    /// List the keys: their number, first characters, level, place and whether they work
    #[command(after_help = "Example:\n  switchboard keys list")]
    List,
    Revoke(RevokeKey),
}

/// End a key for good
///
/// Servers that have just accepted the key go on accepting it for some seconds.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  switchboard keys revoke 3")]
pub(super) struct RevokeKey {
    /// Number of the key, from `switchboard keys list`
    #[arg(value_name = "NUMBER")]
    id: i64,
}

/// Issue an API key and show it, once
///
/// A key has a level, which says what it may do, and a place in the tenant tree, which says to what.
#[derive(Debug, Args)]
#[command(after_help = "Levels:
  viewer    sees numbers, pools and their owners      manage  also assigns and changes them
  owner     the same for all that a customer has      reseller  the same for all its customers
  admin     everything                                kpi     figures alone

Examples:
  switchboard keys create --name \"monitoring\" --level kpi
  switchboard keys create --name \"web team\" --level manage --customer ACME --days 365")]
pub(super) struct CreateKey {
    /// What the key is for
    #[arg(long)]
    name: String,
    /// What the key may do
    #[arg(long, value_name = "LEVEL")]
    level: Level,
    /// Code of the reseller that the key is for [default: everything]
    #[arg(long, value_name = "CODE", conflicts_with_all = ["customer", "group"])]
    reseller: Option<String>,
    /// Code of the customer that the key is for
    #[arg(long, value_name = "CODE")]
    customer: Option<String>,
    /// Name of the customer's group that the key is for
    #[arg(long, value_name = "NAME", requires = "customer")]
    group: Option<String>,
    /// Days until the key stops working [default: never]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    days: Option<u16>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    Viewer,
    Manage,
    Owner,
    Reseller,
    Admin,
    Kpi,
}

impl From<Level> for AccessLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Viewer => Self::Viewer,
            Level::Manage => Self::Manage,
            Level::Owner => Self::Owner,
            Level::Reseller => Self::Reseller,
            Level::Admin => Self::Admin,
            Level::Kpi => Self::Kpi,
        }
    }
}

pub(super) async fn run(config: Config, command: KeysCommand) -> CliResult {
    let switchboard = open(&config).await?;
    switchboard.migrate().await?;
    match command {
        KeysCommand::Create(options) => create(&switchboard, options).await,
        KeysCommand::List => list(&switchboard).await,
        KeysCommand::Revoke(options) => revoke(&switchboard, options.id).await,
    }
}

async fn list(switchboard: &Switchboard) -> CliResult {
    let now = Timestamp::now();
    for key in switchboard.keys(&Principal::command_line()).await? {
        let place = match key.scope {
            Scope::Platform => "everything".to_owned(),
            Scope::Reseller { reseller_id } => format!("reseller {reseller_id}"),
            Scope::Customer { customer_id, .. } => format!("customer {customer_id}"),
            Scope::Group { group_id, .. } => format!("group {group_id}"),
        };
        let state = match (key.revoked_at, key.is_good_at(now)) {
            (Some(_), _) => "revoked",
            (None, true) => "works",
            (None, false) => "expired",
        };
        output::say(&format!(
            "{}\t{}...\t{}\t{place}\t{state}\t{}",
            key.id, key.prefix, key.level, key.name
        ));
    }
    Ok(ExitCode::SUCCESS)
}

async fn revoke(switchboard: &Switchboard, id: i64) -> CliResult {
    if switchboard.revoke_key(&Principal::command_line(), id).await? {
        output::say(&format!("Key {id} is revoked."));
        return Ok(ExitCode::SUCCESS);
    }
    Err(CliError::Other(format!(
        "there is no key {id} that still works; see switchboard keys list"
    )))
}

async fn create(switchboard: &Switchboard, options: CreateKey) -> CliResult {
    let scope = scope(switchboard, &options).await?;
    let lasts = options
        .days
        .map(|days| SignedDuration::from_hours(24 * i64::from(days)));
    let expires_at = lasts.and_then(|lasts| Timestamp::now().checked_add(lasts).ok());
    let request = KeyRequest {
        name: options.name,
        level: options.level.into(),
        scope,
        expires_at,
    };
    let issued = switchboard.issue_key(&Principal::command_line(), request).await?;
    output::say(issued.key.expose_secret());
    output::complain("This is shown only now; keep it in a safe place.");
    Ok(ExitCode::SUCCESS)
}

async fn scope(switchboard: &Switchboard, options: &CreateKey) -> CliResult<Scope> {
    let who = Principal::command_line();
    let missing = |what: &str, name: &str| CliError::Other(format!("there is no {what} {name}"));
    if let Some(code) = &options.reseller {
        let reseller = switchboard.reseller_by_code(&who, code).await?;
        let reseller = reseller.ok_or_else(|| missing("reseller", code))?;
        return Ok(Scope::Reseller {
            reseller_id: reseller.id,
        });
    }
    let Some(code) = &options.customer else {
        return Ok(Scope::Platform);
    };
    let customer = switchboard
        .customer_by_code(&who, code)
        .await?
        .ok_or_else(|| missing("customer", code))?;
    let (reseller_id, customer_id) = (customer.reseller_id, customer.id);
    let Some(name) = &options.group else {
        return Ok(Scope::Customer {
            reseller_id,
            customer_id,
        });
    };
    let group = switchboard.group_by_name(&who, customer_id, name).await?;
    let group = group.ok_or_else(|| missing("group", name))?;
    Ok(Scope::Group {
        reseller_id,
        customer_id,
        group_id: group.id,
    })
}
