use std::{sync::Arc, time::Duration};

use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, Certificate, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::{ClientId, Extension, MailBodyParameter, MailParameter},
};
use secrecy::ExposeSecret;
use tokio::time::{Instant, timeout_at};

use crate::{
    Encryption, MailSettings, Message, Outcome, Reason, SettingsError,
    outcome::{Step, accepted},
};

/// Gives messages to one mail server. Clones share their settings.
#[derive(Debug, Clone)]
pub struct Mailer {
    inner: Arc<Inner>,
}

struct Inner {
    settings: MailSettings,
    tls: Option<TlsParameters>,
    hello: ClientId,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.settings)
    }
}

/// How long a server that has the message may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);
/// Both are asked for in clear text: the way is protected, or is inside this machine.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

impl Mailer {
    /// A mailer; reaches for nothing but the file of certificates.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(settings: MailSettings) -> Result<Self, SettingsError> {
        let unprotected = settings.encryption == Encryption::None && !settings.is_loopback();
        if unprotected && settings.credentials.is_some() {
            return Err(SettingsError::Unprotected);
        }
        let tls = match settings.encryption {
            Encryption::None => None,
            Encryption::Tls | Encryption::StartTls => Some(tls(&settings)?),
        };
        let hello = settings
            .hello
            .clone()
            .unwrap_or_else(|| settings.from.email.domain().to_owned());
        let inner = Inner {
            hello: ClientId::Domain(hello),
            settings,
            tls,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// What it was made with.
    #[must_use]
    pub fn settings(&self) -> &MailSettings {
        &self.inner.settings
    }

    /// Gives a message to the server, once. Does not fail: what became of it is the answer.
    pub async fn send(&self, message: &Message) -> Outcome {
        let built = match message.build(&self.inner.settings.from) {
            Ok(built) => built,
            Err(error) => {
                return Outcome::Refused(Reason::new(format!("the message can't be made: {error}")));
            }
        };
        match self.deliver(&built).await {
            Ok(()) => Outcome::Sent,
            Err(outcome) => outcome,
        }
    }

    async fn deliver(&self, message: &lettre::Message) -> Result<(), Outcome> {
        let until = Instant::now() + self.inner.settings.timeout;
        let mut connection = within(until, Step::Connect, self.connect()).await?;
        if let (Encryption::StartTls, Some(tls)) = (self.inner.settings.encryption, &self.inner.tls) {
            let encrypted = connection.starttls(tls.clone(), &self.inner.hello);
            within(until, Step::Encrypt, encrypted).await?;
        }
        if let Some((user, password)) = &self.inner.settings.credentials {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let login = connection.auth(&MECHANISMS, &credentials);
            accepted(within(until, Step::Authenticate, login).await?);
        }
        let bytes = message.formatted();
        let parameters = parameters(&connection, message, &bytes)?;
        let envelope = message.envelope();
        let sender = connection.command(Mail::new(envelope.from().cloned(), parameters));
        accepted(within(until, Step::Sender, sender).await?);
        for to in envelope.to() {
            let recipient = connection.command(Rcpt::new(to.clone(), Vec::new()));
            accepted(within(until, Step::Recipient, recipient).await?);
        }
        accepted(within(until, Step::Data, connection.command(Data)).await?);
        accepted(within(until, Step::Message, connection.message(&bytes)).await?);
        // The message is theirs now, whatever comes of this.
        let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let Inner { settings, tls, hello } = &*self.inner;
        let at_once = (settings.encryption == Encryption::Tls)
            .then(|| tls.clone())
            .flatten();
        let server = (settings.host.trim_matches(['[', ']']), settings.port);
        AsyncSmtpConnection::connect_tokio1(server, Some(settings.timeout), hello, at_once, None).await
    }
}

/// Runs a step while there is time.
async fn within<T>(
    until: Instant,
    step: Step,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Outcome> {
    match timeout_at(until, work).await {
        Ok(done) => done.map_err(|error| step.outcome(&error)),
        Err(_) => Err(step.too_late()),
    }
}

/// What the server must be told of the message: RFC 6152 and RFC 6531.
fn parameters(
    connection: &AsyncSmtpConnection,
    message: &lettre::Message,
    bytes: &[u8],
) -> Result<Vec<MailParameter>, Outcome> {
    let info = connection.server_info();
    let mut parameters = Vec::new();
    let envelope = message.envelope();
    let mut addresses = envelope.from().into_iter().chain(envelope.to());
    if !addresses.all(|address| AsRef::<str>::as_ref(address).is_ascii()) {
        if !info.supports_feature(Extension::SmtpUtfEight) {
            let reason = "the mail server takes no addresses with letters outside of ASCII (SMTPUTF8)";
            return Err(Outcome::Refused(Reason::new(reason)));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !bytes.is_ascii() {
        if !info.supports_feature(Extension::EightBitMime) {
            let reason = "the mail server takes no text outside of ASCII (8BITMIME)";
            return Err(Outcome::Refused(Reason::new(reason)));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

fn tls(settings: &MailSettings) -> Result<TlsParameters, SettingsError> {
    let mut builder = TlsParameters::builder(settings.host.trim_matches(['[', ']']).to_owned());
    if let Some(path) = &settings.trusted_certificates {
        let fault = |reason: String| SettingsError::Certificates {
            path: path.clone(),
            reason,
        };
        let pem = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| fault(error.to_string()))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder
        .build_rustls()
        .map_err(|error| SettingsError::Tls(error.to_string()))
}
