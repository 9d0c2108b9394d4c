//! `switchboard.toml`.

use std::{net::SocketAddr, ops::RangeInclusive, path::Path};

use graphql_server::Limits;
use mail::Mailer;
use provider_core::config::{ConfigFault, Secret, read_section};
use serde::de::DeserializeOwned;
use service::{DatabaseOptions, WebhookSettings};
use toml::{Table, Value};

use super::{LogFormat, mail::MailSection, seconds};

/// What the file says; absent keys are absent or the default.
#[derive(Debug, Default)]
pub(super) struct ConfigFile {
    pub(super) listen: Option<SocketAddr>,
    pub(super) database_url: Option<String>,
    pub(super) database: DatabaseOptions,
    pub(super) providers: Vec<Table>,
    pub(super) quarantine_days: Option<u32>,
    pub(super) call_cache_megabytes: Option<u32>,
    pub(super) mailer: Option<Mailer>,
    pub(super) webhooks: WebhookSettings,
    pub(super) limits: Limits,
    pub(super) connections: Option<u32>,
    pub(super) upload_bytes: Option<u32>,
    pub(super) link_seconds: Option<u32>,
    pub(super) log_format: Option<LogFormat>,
    pub(super) log_level: Option<String>,
}

/// Reads the file: what it says, and what is wrong with it.
///
/// # Errors
/// When the file can't be read, or is not TOML: then nothing more can be said.
pub(super) fn read(path: &Path) -> Result<(ConfigFile, Vec<String>), String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown} can't be read: {error}"))?;
    // The parser's own report shows the line, and a secret may stand there: only place and reason are kept.
    let table: Table = toml::from_str(&text).map_err(|error| not_toml(path, &text, &error))?;
    let mut section = Section {
        table,
        path: String::new(),
        faults: Vec::new(),
    };
    let file = ConfigFile::from_section(&mut section);
    let faults = section.finish(
        "listen, quarantine_days, call_cache_megabytes, database, limits, log, mail, webhooks, provider",
    );
    Ok((
        file,
        faults.iter().map(|fault| format!("{shown}: {fault}")).collect(),
    ))
}

fn not_toml(path: &Path, text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
    format!(
        "{}, line {line}: this is not TOML: {}",
        path.display(),
        error.message()
    )
}

impl ConfigFile {
    fn from_section(root: &mut Section) -> Self {
        let mut file = Self {
            listen: root.take("listen"),
            quarantine_days: root.take_within("quarantine_days", 0..=3_650),
            call_cache_megabytes: root.take_within("call_cache_megabytes", 0..=1_048_576),
            providers: root.take("provider").unwrap_or_default(),
            ..Self::default()
        };
        root.section("database", "url, readers, writers", |section| {
            file.database_url = section.take_url("url");
            let options = &mut file.database;
            options.readers = section.take_within("readers", 1..=256).unwrap_or(options.readers);
            options.writers = section.take_within("writers", 1..=256).unwrap_or(options.writers);
        });
        root.section("log", "format, level", |section| {
            file.log_format = section.take("format");
            file.log_level = section.take("level");
        });
        let mail: Option<MailSection> = root.take("mail");
        file.mailer = mail.and_then(|mail| root.keep(mail.build()));
        root.section("webhooks", "allow_private_addresses", |section| {
            if let Some(allow) = section.take("allow_private_addresses") {
                file.webhooks.allow_private_addresses = allow;
            }
        });
        let known = "connections, upload_bytes, link_seconds, body_bytes, response_bytes, execution_seconds, depth, requested_nodes, \
                     websocket_operations";
        root.section("limits", known, |section| {
            let limits = &mut file.limits;
            file.connections = section.take_within("connections", 1..=1_000_000);
            file.upload_bytes = section.take_within("upload_bytes", 1_024..=u32::MAX);
            file.link_seconds = section.take_within("link_seconds", 1..=86_400);
            let bytes = |section: &mut Section, key, most, usual: usize| {
                section
                    .take_within(key, 1_024..=most)
                    .map_or(usual, |bytes| bytes as usize)
            };
            limits.body_bytes = bytes(section, "body_bytes", 16 << 20, limits.body_bytes);
            limits.response_bytes = bytes(section, "response_bytes", 1 << 30, limits.response_bytes);
            if let Some(count) = section.take_within("execution_seconds", 1..=600) {
                limits.execution = seconds(count);
            }
            limits.depth = section.take_within("depth", 1..=100).unwrap_or(limits.depth);
            if let Some(count) = section.take_within("requested_nodes", 1..=10_000_000) {
                limits.requested_nodes = count.into();
            }
            if let Some(count) = section.take_within("websocket_operations", 1..=1_000) {
                limits.websocket.operations = count as usize;
            }
        });
        file
    }
}

/// A table whose keys are taken out one by one; what stays is unknown.
struct Section {
    table: Table,
    /// `database.`, or nothing for the file itself.
    path: String,
    faults: Vec<ConfigFault>,
}

impl Section {
    fn take<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let value = self.table.remove(key)?;
        self.keep(read_section(value, &format!("{}{key}", self.path)))
    }

    fn keep<T>(&mut self, read: Result<T, Vec<ConfigFault>>) -> Option<T> {
        read.map_err(|faults| self.faults.extend(faults)).ok()
    }

    fn take_within(&mut self, key: &str, range: RangeInclusive<u32>) -> Option<u32> {
        let value: u32 = self.take(key)?;
        if !range.contains(&value) {
            let message = format!("must be {} to {}; it is {value}", range.start(), range.end());
            self.faults
                .push(ConfigFault::new(format!("{}{key}", self.path), message));
        }
        Some(value)
    }

    /// A URL that may hold a password: itself, or `"${NAME}"`, or `{ file = "path" }`.
    fn take_url(&mut self, key: &str) -> Option<String> {
        match self.table.remove(key)? {
            Value::String(url) if !url.starts_with("${") => Some(url),
            place => {
                let secret: Secret = self.keep(read_section(place, &format!("{}{key}", self.path)))?;
                Some(secret.expose().to_owned())
            }
        }
    }

    fn section(&mut self, key: &str, known: &str, read: impl FnOnce(&mut Self)) {
        if let Some(table) = self.take(key) {
            let mut section = Self {
                table,
                path: format!("{}{key}.", self.path),
                faults: Vec::new(),
            };
            read(&mut section);
            self.faults.extend(section.finish(known));
        }
    }

    fn finish(mut self, known: &str) -> Vec<ConfigFault> {
        let unknown = self.table.keys().map(|key| {
            ConfigFault::new(
                format!("{}{key}", self.path),
                format!("unknown key; there are {known}"),
            )
        });
        self.faults.extend(unknown);
        self.faults
    }
}
