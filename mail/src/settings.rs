use std::{path::PathBuf, time::Duration};

use lettre::message::Mailbox;
use secrecy::SecretString;

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte (RFC 8314, "implicit TLS"): port 465.
    Tls,
    /// TLS after STARTTLS (RFC 3207), which the server must offer: port 587.
    StartTls,
    /// None: for a server on this machine or in a network that is trusted. Credentials are sent to this machine only.
    None,
}

impl Encryption {
    /// The port that is usual for it.
    #[must_use]
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// Which mail server takes the messages, and who they are from.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub encryption: Encryption,
    /// User and password, where the server wants them.
    pub credentials: Option<(String, SecretString)>,
    /// Who the messages are from.
    pub from: Mailbox,
    /// How this machine calls itself to the server (EHLO): a name in the DNS. The domain of `from` unless said.
    pub hello: Option<String>,
    /// A file of certificates (PEM) of authorities that vouch for the server, besides those that this machine trusts.
    pub trusted_certificates: Option<PathBuf>,
    /// The longest that sending a message may take, from connecting on.
    pub timeout: Duration,
}

impl MailSettings {
    /// Settings for a server on its usual port, without credentials; a message has thirty seconds.
    pub fn new(host: impl Into<String>, encryption: Encryption, from: Mailbox) -> Self {
        Self {
            host: host.into(),
            port: encryption.usual_port(),
            encryption,
            credentials: None,
            from,
            hello: None,
            trusted_certificates: None,
            timeout: Duration::from_secs(30),
        }
    }

    /// Whether the server is this machine itself.
    pub(crate) fn is_loopback(&self) -> bool {
        let address: Result<std::net::IpAddr, _> = self.host.trim_matches(['[', ']']).parse();
        match address {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => self.host == "localhost",
        }
    }
}

/// Why the settings are no good. Holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The password could be read on the way.
    #[error("a password must not be sent unprotected: say encryption = \"starttls\" or \"tls\"")]
    Unprotected,
    /// The file of certificates is no good.
    #[error("the certificates in {} can't be used: {reason}", path.display())]
    Certificates {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// TLS can't be used on this machine.
    #[error("TLS can't be set up: {0}")]
    Tls(String),
}
