//! What the program runs with: flags, environment, `switchboard.toml` and defaults, in this order of precedence.

mod file;
mod mail;
mod show;

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use ::mail::Mailer;
use clap::ValueEnum;
use graphql_server::Limits;
use provider_core::provider::Instance;
use serde::Deserialize;
use service::{DatabaseOptions, Settings, WebhookSettings};
use strum::Display;

use crate::cli::GlobalOptions;

/// The file that is read when none is named.
pub const DEFAULT_FILE: &str = "switchboard.toml";
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8000);
const DEFAULT_DATABASE: &str = "sqlite://switchboard.db";
const DEFAULT_LEVEL: &str = "info";
const DEFAULT_QUARANTINE_DAYS: u32 = 90;
/// Mebibytes of calls kept in memory: some 30 million calls.
const DEFAULT_CALL_CACHE_MEGABYTES: u32 = 256;
const DEFAULT_LINK_SECONDS: u32 = 300;

/// Everything that can be configured.
#[derive(Clone)]
pub struct Config {
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// Where HTTP is served.
    pub listen: Chosen<SocketAddr>,
    /// Where the database is. May hold a password: show it by [`redacted`] only.
    pub database_url: Chosen<String>,
    /// Connections to the database.
    pub database: DatabaseOptions,
    /// The configured providers, in the order in which orders try them.
    pub providers: Vec<Instance>,
    /// How many days a released number of our own rests.
    pub quarantine_days: u32,
    /// How many mebibytes of calls are kept in memory for statistics.
    pub call_cache_megabytes: u32,
    /// The mail server, if there is one.
    pub mailer: Option<Mailer>,
    /// Where webhooks may lead.
    pub webhooks: WebhookSettings,
    /// Bounds on what clients may ask for.
    pub limits: Limits,
    /// Connections served at once.
    pub connections: u32,
    /// Most bytes of an uploaded file.
    pub upload_bytes: u64,
    /// For how many seconds the link to a file works.
    pub link_seconds: u32,
    /// What is logged, and how.
    pub log: LogSettings,
}

/// A value and who chose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen<T> {
    /// The value.
    pub value: T,
    /// Who chose it.
    pub by: Origin,
}

/// Who chose a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display)]
pub enum Origin {
    /// A flag, or the environment variable that stands for it.
    #[strum(serialize = "flag or environment")]
    Given,
    /// The configuration file.
    #[strum(serialize = "file")]
    File,
    /// Nobody.
    #[strum(serialize = "default")]
    Default,
}

impl<T> Chosen<T> {
    fn from(given: Option<T>, file: Option<T>, default: T) -> Self {
        match (given, file) {
            (Some(value), _) => Self {
                value,
                by: Origin::Given,
            },
            (None, Some(value)) => Self {
                value,
                by: Origin::File,
            },
            (None, None) => Self {
                value: default,
                by: Origin::Default,
            },
        }
    }
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// The form of a line.
    pub format: LogFormat,
    /// The least severe level, or several by module: `info`, `warn,service=debug`.
    pub level: String,
}

/// The form of a line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ValueEnum, Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Everything that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<String>);

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        writeln!(
            f,
            "the configuration has {count} fault{}:",
            if count == 1 { "" } else { "s" }
        )?;
        for fault in &self.0 {
            writeln!(f, "  {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigFaults {}

impl Config {
    /// Puts flags, environment, file and defaults together.
    ///
    /// # Errors
    /// Every fault at once, each with the key or flag that it is about; no secret is repeated.
    pub fn load(given: &GlobalOptions) -> Result<Self, ConfigFaults> {
        let mut faults = Vec::new();
        let path = file_to_read(given.config.as_deref());
        let file = match path.as_deref().map(file::read).transpose() {
            Ok(read) => {
                let (file, more) = read.unwrap_or_default();
                faults.extend(more);
                file
            }
            Err(fault) => {
                faults.push(fault);
                file::ConfigFile::default()
            }
        };
        let providers = provider_registry::all()
            .build_all(file.providers)
            .unwrap_or_else(|more| {
                faults.extend(more.iter().map(ToString::to_string));
                Vec::new()
            });
        let config = Self {
            file: path,
            listen: Chosen::from(given.listen.map(|listen| listen.0), file.listen, DEFAULT_LISTEN),
            database_url: Chosen::from(
                given.database.clone(),
                file.database_url,
                DEFAULT_DATABASE.to_owned(),
            ),
            database: file.database,
            providers,
            quarantine_days: file.quarantine_days.unwrap_or(DEFAULT_QUARANTINE_DAYS),
            call_cache_megabytes: file.call_cache_megabytes.unwrap_or(DEFAULT_CALL_CACHE_MEGABYTES),
            mailer: file.mailer,
            webhooks: file.webhooks,
            limits: file.limits,
            link_seconds: file.link_seconds.unwrap_or(DEFAULT_LINK_SECONDS),
            upload_bytes: file
                .upload_bytes
                .map_or(crate::http::DEFAULT_UPLOAD_BYTES, u64::from),
            connections: file
                .connections
                .unwrap_or(graphql_server::SlowClientLimits::default().connections),
            log: LogSettings {
                format: given.log_format.or(file.log_format).unwrap_or_default(),
                level: given
                    .log_level
                    .clone()
                    .or(file.log_level)
                    .unwrap_or_else(|| DEFAULT_LEVEL.to_owned()),
            },
        };
        config.check(&mut faults);
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(ConfigFaults(faults))
        }
    }

    /// What can be said of values wherever they come from.
    fn check(&self, faults: &mut Vec<String>) {
        let url = &self.database_url;
        if !["sqlite:", "postgres:", "postgresql:"]
            .iter()
            .any(|scheme| url.value.starts_with(scheme))
        {
            faults.push(format!(
                "database.url ({}): must be sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE",
                url.by
            ));
        }
        if let Err(error) = crate::telemetry::filter(&self.log.level) {
            faults.push(format!(
                "log.level: \"{}\" is no level such as info: {error}",
                self.log.level
            ));
        }
    }

    /// What the use cases are opened with.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            database: self.database.clone(),
            providers: self.providers.clone(),
            quarantine_days: self.quarantine_days,
            call_cache_bytes: u64::from(self.call_cache_megabytes) << 20,
            links_last: Duration::from_secs(self.link_seconds.into()),
            mailer: self.mailer.clone(),
            webhooks: self.webhooks.clone(),
            ..Settings::new(self.database_url.value.clone())
        }
    }

    /// Whether no other machine can reach the server.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.listen.value.ip().to_canonical().is_loopback()
    }

    /// The same with other providers.
    #[must_use]
    pub fn with_providers(self, providers: Vec<Instance>) -> Self {
        Self { providers, ..self }
    }

    /// The same with another database.
    #[must_use]
    pub fn with_database(self, url: String) -> Self {
        Self {
            database_url: Chosen {
                value: url,
                by: Origin::Default,
            },
            ..self
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string())
    }
}

fn file_to_read(named: Option<&Path>) -> Option<PathBuf> {
    match named {
        Some(path) => Some(path.to_owned()),
        None => Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists()),
    }
}

/// A whole number of seconds.
const fn seconds(count: u32) -> Duration {
    Duration::from_secs(count as u64)
}

pub use show::redacted;
