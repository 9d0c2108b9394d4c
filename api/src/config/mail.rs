//! `[mail]`: the server that takes mail.

use std::{num::NonZeroU16, path::PathBuf, time::Duration};

use mail::{Encryption, MailSettings, Mailer, SettingsError};
use provider_core::config::{ConfigFault, Secret};
use serde::Deserialize;

/// The section as it is written.
#[derive(Debug, Deserialize)]
pub(super) struct MailSection {
    host: String,
    port: Option<NonZeroU16>,
    #[serde(default)]
    encryption: EncryptionName,
    user: Option<String>,
    password: Option<Secret>,
    from: String,
    hello: Option<String>,
    trusted_certificates: Option<PathBuf>,
    timeout_seconds: Option<NonZeroU16>,
}

/// What an [`Encryption`] is called in the file.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum EncryptionName {
    Tls,
    #[default]
    StartTls,
    None,
}

impl From<EncryptionName> for Encryption {
    fn from(name: EncryptionName) -> Self {
        match name {
            EncryptionName::Tls => Self::Tls,
            EncryptionName::StartTls => Self::StartTls,
            EncryptionName::None => Self::None,
        }
    }
}

/// What the file calls it.
pub(super) const fn name_of(encryption: Encryption) -> &'static str {
    match encryption {
        Encryption::Tls => "tls",
        Encryption::StartTls => "starttls",
        Encryption::None => "none",
    }
}

impl MailSection {
    /// A mailer of these settings; reaches for nothing but a file of certificates.
    pub(super) fn build(self) -> Result<Mailer, Vec<ConfigFault>> {
        let mut faults = Vec::new();
        let mut fault = |key: &str, message: String| faults.push(ConfigFault::new(key, message));
        let host = self.host.trim().to_owned();
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/') {
            let message = "must be the name or the address of a server, such as mail.example.com";
            fault("mail.host", message.to_owned());
        }
        let from = self.from.parse();
        if from.is_err() {
            let message =
                "must be an address such as switchboard@example.com or Switchboard <switchboard@example.com>";
            fault("mail.from", message.to_owned());
        }
        let credentials = match (self.user, self.password) {
            (Some(user), Some(password)) => Some((user, password.expose().to_owned().into())),
            (None, None) => None,
            (Some(_), None) => {
                fault("mail.password", "is missing: there is a user".to_owned());
                None
            }
            (None, Some(_)) => {
                fault("mail.user", "is missing: there is a password".to_owned());
                None
            }
        };
        let hello = self.hello;
        if hello
            .as_deref()
            .is_some_and(|name| name.is_empty() || name.contains(|c: char| !c.is_ascii_graphic()))
        {
            fault(
                "mail.hello",
                "must be a name in the DNS, such as numbers.example.com".to_owned(),
            );
        }
        let Ok(from) = from else { return Err(faults) };
        if !faults.is_empty() {
            return Err(faults);
        }
        let usual = MailSettings::new(host, self.encryption.into(), from);
        let settings = MailSettings {
            port: self.port.map_or(usual.port, NonZeroU16::get),
            credentials,
            hello,
            trusted_certificates: self.trusted_certificates,
            timeout: self
                .timeout_seconds
                .map_or(usual.timeout, |seconds| Duration::from_secs(seconds.get().into())),
            ..usual
        };
        Mailer::new(settings).map_err(|error| {
            let key = match &error {
                SettingsError::Unprotected | SettingsError::Tls(_) => "mail.encryption",
                SettingsError::Certificates { .. } => "mail.trusted_certificates",
            };
            vec![ConfigFault::new(key, error.to_string())]
        })
    }
}
