//! The configuration for people, without its secrets.

use std::fmt;

use toml::Value;
use url::Url;

use super::Config;

/// What stands for a secret.
const HIDDEN: &str = "***";

/// A database URL that can be shown: its password is not in it, wherever it stands.
#[must_use]
pub fn redacted(url: &str) -> String {
    let Ok(mut parsed) = Url::parse(url) else {
        let scheme = url.split(':').next().unwrap_or_default();
        return format!("{scheme}:{HIDDEN}");
    };
    if parsed.password().is_some() && parsed.set_password(Some(HIDDEN)).is_err() {
        return format!("{}:{HIDDEN}", parsed.scheme());
    }
    let secret = |name: &str| {
        ["pass", "secret", "key", "token"]
            .iter()
            .any(|word| name.contains(word))
    };
    if parsed.query_pairs().any(|(name, _)| secret(&name.to_lowercase())) {
        let pairs: Vec<(String, String)> = parsed
            .query_pairs()
            .map(|(name, value)| {
                let value = if secret(&name.to_lowercase()) {
                    HIDDEN.into()
                } else {
                    value
                };
                (name.into_owned(), value.into_owned())
            })
            .collect();
        parsed.query_pairs_mut().clear().extend_pairs(pairs);
    }
    parsed.to_string()
}

impl fmt::Display for Config {
    /// As the file would have it, with who chose what as comments.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => writeln!(f, "# read from {}", file.display())?,
            None => writeln!(f, "# no configuration file: {} is not here", super::DEFAULT_FILE)?,
        }
        let text = |text: &str| Value::from(text).to_string();
        writeln!(f, "listen = \"{}\"  # {}", self.listen.value, self.listen.by)?;
        writeln!(f, "quarantine_days = {}", self.quarantine_days)?;
        writeln!(f, "call_cache_megabytes = {}", self.call_cache_megabytes)?;
        writeln!(f, "\n[database]")?;
        writeln!(
            f,
            "url = {}  # {}",
            text(&redacted(&self.database_url.value)),
            self.database_url.by
        )?;
        writeln!(
            f,
            "readers = {}\nwriters = {}",
            self.database.readers, self.database.writers
        )?;
        writeln!(
            f,
            "\n[log]\nformat = \"{}\"\nlevel = {}",
            self.log.format,
            text(&self.log.level)
        )?;
        let limits = &self.limits;
        writeln!(f, "\n[limits]\nconnections = {}", self.connections)?;
        writeln!(f, "upload_bytes = {}", self.upload_bytes)?;
        writeln!(f, "link_seconds = {}", self.link_seconds)?;
        writeln!(
            f,
            "body_bytes = {}\nresponse_bytes = {}",
            limits.body_bytes, limits.response_bytes
        )?;
        writeln!(f, "execution_seconds = {}", limits.execution.as_secs())?;
        writeln!(
            f,
            "depth = {}\nrequested_nodes = {}",
            limits.depth, limits.requested_nodes
        )?;
        writeln!(f, "websocket_operations = {}", limits.websocket.operations)?;
        if let Some(mailer) = &self.mailer {
            let mail = mailer.settings();
            writeln!(f, "\n[mail]\nhost = {}\nport = {}", text(&mail.host), mail.port)?;
            writeln!(f, "encryption = \"{}\"", super::mail::name_of(mail.encryption))?;
            if let Some((user, _)) = &mail.credentials {
                writeln!(f, "user = {}\npassword = \"{HIDDEN}\"", text(user))?;
            }
            writeln!(f, "from = {}", text(&mail.from.to_string()))?;
            if let Some(hello) = &mail.hello {
                writeln!(f, "hello = {}", text(hello))?;
            }
            if let Some(path) = &mail.trusted_certificates {
                writeln!(f, "trusted_certificates = {}", text(&path.to_string_lossy()))?;
            }
            writeln!(f, "timeout_seconds = {}", mail.timeout.as_secs())?;
        }
        writeln!(
            f,
            "\n[webhooks]\nallow_private_addresses = {}",
            self.webhooks.allow_private_addresses
        )?;
        for provider in &self.providers {
            // Only what names it: its own settings may hold secrets.
            let info = provider.info();
            writeln!(f, "\n[[provider]]\nid = \"{}\"", info.id)?;
            writeln!(f, "kind = \"{}\"  # {}", info.kind, info.title)?;
            let ports = provider.ports().capabilities();
            let ports: Vec<&str> = ports.iter().map(<&str>::from).collect();
            let ports = if ports.is_empty() {
                "none".to_owned()
            } else {
                ports.join(", ")
            };
            writeln!(f, "# ports: {ports}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn no_password_of_a_url_is_shown() {
        for url in [
            "postgres://user:hunter2@db.example.com/switchboard",
            "postgres://user:hunter2@db.example.com/switchboard?sslmode=require",
            "postgres://db.example.com/switchboard?user=u&password=hunter2",
            "postgres://db.example.com/switchboard?sslkey=hunter2",
            "postgres://user:hunter2@[broken/switchboard",
        ] {
            assert!(!redacted(url).contains("hunter2"), "{url}");
        }
    }

    #[test]
    fn the_rest_of_a_url_stays_readable() {
        assert_eq!(redacted("sqlite://switchboard.db"), "sqlite://switchboard.db");
        assert_eq!(
            redacted("postgres://user@db:5433/numbers"),
            "postgres://user@db:5433/numbers"
        );
        assert_eq!(
            redacted("postgres://user:p@db/numbers"),
            "postgres://user:***@db/numbers"
        );
    }
}
