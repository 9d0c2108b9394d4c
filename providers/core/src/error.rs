//! The one error of every provider, and the one table of what each kind means.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::call::Safety;
use crate::domain::{ProviderId, UpstreamRef};
use crate::outcome::RefusalCode;

/// The answer of a port.
pub type Result<T, E = ProviderError> = std::result::Result<T, E>;

/// What went wrong.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorKind {
    /// The port does not accept such a request, as its terms say. Nothing was sent.
    Unsupported,
    /// A value of the request is wrong.
    InvalidRequest,
    /// What the request is about does not exist there.
    NotFound,
    /// Somebody else has the number.
    NumberTaken,
    /// Nothing that matches is left.
    NoStock,
    /// The state of things does not allow it, or it is not clear which thing is meant.
    Conflict,
    /// A limit of the account is reached.
    QuotaExceeded,
    /// Too many requests in a short time.
    RateLimited,
    /// The upstream is down, or could not be reached.
    Unavailable,
    /// No answer in time.
    Timeout,
    /// Not sent, since the upstream failed too often just before.
    CircuitOpen,
    /// The upstream does not accept our credentials.
    Unauthenticated,
    /// The upstream does not let our account do this.
    Forbidden,
    /// The provider is configured wrongly.
    ConfigInvalid,
    /// The answer can't be read, or holds a word without a meaning here.
    BadResponse,
    /// The answer can be read, and does not fit the request.
    ContractViolated,
    /// A fault of our own.
    Unexpected,
}

/// Who has to do something about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display)]
pub enum Fault {
    /// Whoever made the request.
    Caller,
    /// Whoever runs this installation and holds the account.
    Operator,
    /// The upstream.
    Upstream,
    /// This program.
    Program,
    /// Nobody: the world is so, at the moment.
    Nobody,
}

/// Could the upstream have acted on the failed call?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Effect {
    /// No: nothing was sent, or it was refused for certain.
    None,
    /// It may have.
    Unknown,
}

/// A row of the table of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindFacts {
    /// Whether trying the same again later may help.
    pub retryable: bool,
    /// Who has to do something.
    pub fault: Fault,
    /// What clients of the GraphQL API see in `extensions.code`.
    pub code: &'static str,
    /// What to assume about the upstream unless the error says otherwise.
    pub effect: Effect,
}

impl ErrorKind {
    /// The table: what each kind means to those who get it.
    #[must_use]
    pub const fn facts(self) -> KindFacts {
        use Effect::{None, Unknown};
        use Fault::{Caller, Nobody, Operator, Program, Upstream};
        let (retryable, fault, code, effect) = match self {
            Self::Unsupported => (false, Caller, "PROVIDER_UNSUPPORTED", None),
            Self::InvalidRequest => (false, Caller, "BAD_USER_INPUT", None),
            Self::NotFound => (false, Caller, "NOT_FOUND", None),
            Self::NumberTaken => (false, Nobody, "NUMBER_TAKEN", None),
            Self::NoStock => (false, Nobody, "NO_STOCK", None),
            Self::Conflict => (false, Caller, "CONFLICT", None),
            Self::QuotaExceeded => (false, Operator, "PROVIDER_QUOTA_EXCEEDED", None),
            Self::RateLimited => (true, Nobody, "PROVIDER_RATE_LIMITED", None),
            Self::Unavailable => (true, Upstream, "PROVIDER_UNAVAILABLE", Unknown),
            Self::Timeout => (true, Upstream, "PROVIDER_TIMEOUT", Unknown),
            Self::CircuitOpen => (true, Upstream, "PROVIDER_UNAVAILABLE", None),
            Self::Unauthenticated => (false, Operator, "PROVIDER_UNAUTHENTICATED", None),
            Self::Forbidden => (false, Operator, "PROVIDER_FORBIDDEN", None),
            Self::ConfigInvalid => (false, Operator, "PROVIDER_CONFIG_INVALID", None),
            Self::BadResponse => (false, Upstream, "PROVIDER_BAD_RESPONSE", Unknown),
            Self::ContractViolated => (false, Upstream, "PROVIDER_CONTRACT_VIOLATED", Unknown),
            Self::Unexpected => (false, Program, "INTERNAL_SERVER_ERROR", Unknown),
        };
        KindFacts {
            retryable,
            fault,
            code,
            effect,
        }
    }
}

/// What the upstream itself said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpstreamAnswer {
    /// The HTTP status.
    pub status: Option<u16>,
    /// The upstream's own code.
    pub code: Option<String>,
    /// The upstream's own words.
    pub message: Option<String>,
    /// What the upstream calls the request, for a ticket with its support.
    pub request_id: Option<String>,
}

impl UpstreamAnswer {
    /// An answer with this HTTP status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// Adds the upstream's own code, cut and cleaned.
    #[must_use]
    pub fn code(mut self, code: &str) -> Self {
        self.code = Some(clean(code));
        self
    }

    /// Adds the upstream's own words, cut and cleaned: an upstream's text is hostile input.
    #[must_use]
    pub fn message(mut self, message: &str) -> Self {
        self.message = Some(clean(message));
        self
    }

    /// Adds what the upstream calls the request, cut and cleaned.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Self {
        self.request_id = Some(clean(id));
        self
    }
}

/// As much of a foreign text as is worth keeping, on one line.
const FOREIGN_TEXT: usize = 200;

fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(FOREIGN_TEXT)
        .collect()
}

/// Why a port could not answer.
///
/// `Display` is one line for logs, `Debug` several for people. Neither can show a secret that is kept
/// as a [`Secret`](crate::config::Secret): that type can't be formatted into a message.
#[derive(Clone)]
pub struct ProviderError {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    effect: Effect,
    operation: &'static str,
    message: String,
    provider: Option<ProviderId>,
    field: Option<String>,
    refusal: Option<RefusalCode>,
    reference: Option<UpstreamRef>,
    retry_after: Option<Duration>,
    upstream: Option<UpstreamAnswer>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl ProviderError {
    /// An error of a kind in an operation (`orders.place`), with a sentence that says what was tried, on
    /// what, and what to do. The message must not hold secrets, raw bodies or subscribers' names.
    pub fn new(kind: ErrorKind, operation: &'static str, message: impl Into<String>) -> Self {
        let inner = Inner {
            kind,
            effect: kind.facts().effect,
            operation,
            message: message.into(),
            provider: None,
            field: None,
            refusal: None,
            reference: None,
            retry_after: None,
            upstream: None,
            source: None,
        };
        Self {
            inner: Box::new(inner),
        }
    }

    /// The error that says the same as a refusal, for ports that answer without an outcome.
    pub fn refused(code: RefusalCode, operation: &'static str, message: impl Into<String>) -> Self {
        let mut error = Self::new(code.kind(), operation, message).with_effect(Effect::None);
        error.inner.refusal = Some(code);
        error
    }

    /// Says whether the upstream could have acted.
    #[must_use]
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.inner.effect = effect;
        self
    }

    /// Says which provider failed. [`Stack`](crate::policy::Stack) does it for every port.
    #[must_use]
    pub fn with_provider(mut self, provider: ProviderId) -> Self {
        self.inner.provider = Some(provider);
        self
    }

    /// Says which field of the request was wrong: `matching.city`.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        self.inner.field = Some(field.into());
        self
    }

    /// Keeps what the upstream called the thing that its answer was about, to look for it later.
    #[must_use]
    pub fn with_reference(mut self, reference: UpstreamRef) -> Self {
        self.inner.reference = Some(reference);
        self
    }

    /// Says how long to wait before the next attempt.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.inner.retry_after = Some(wait);
        self
    }

    /// Keeps what the upstream said.
    #[must_use]
    pub fn with_upstream(mut self, answer: UpstreamAnswer) -> Self {
        self.inner.upstream = Some(answer);
        self
    }

    /// Keeps the cause. Its text must be free of secrets: strip URLs of their query first.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.inner.source = Some(Arc::new(source));
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Could the upstream have acted?
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.inner.effect
    }

    /// What was tried: `orders.place`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.inner.operation
    }

    /// What was wrong, in a sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// Which provider failed.
    #[must_use]
    pub fn provider(&self) -> Option<&ProviderId> {
        self.inner.provider.as_ref()
    }

    /// Which field of the request was wrong.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.inner.field.as_deref()
    }

    /// The finer reason, where the error is a refusal.
    #[must_use]
    pub fn refusal(&self) -> Option<RefusalCode> {
        self.inner.refusal
    }

    /// What the upstream called the thing that its answer was about.
    #[must_use]
    pub fn reference(&self) -> Option<&UpstreamRef> {
        self.inner.reference.as_ref()
    }

    /// How long to wait before the next attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// What the upstream said.
    #[must_use]
    pub fn upstream(&self) -> Option<&UpstreamAnswer> {
        self.inner.upstream.as_ref()
    }

    /// What clients of the GraphQL API see in `extensions.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind().facts().code
    }

    /// Whether the same call may be made again: the error must be of a passing kind, and an unsafe
    /// operation must certainly not have had an effect.
    #[must_use]
    pub fn may_retry(&self, safety: Safety) -> bool {
        self.kind().facts().retryable && (safety != Safety::Unsafe || self.effect() == Effect::None)
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(provider) = self.provider() {
            write!(f, "{provider} ")?;
        }
        write!(f, "{}: {} ({})", self.operation(), self.message(), self.kind())?;
        match self.upstream().and_then(|upstream| upstream.status) {
            Some(status) => write!(f, ", upstream status {status}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{self}")?;
        writeln!(
            f,
            "  effect: {}, retryable: {}",
            self.effect(),
            self.kind().facts().retryable
        )?;
        if let Some(field) = self.field() {
            writeln!(f, "  field: {field}")?;
        }
        if let Some(code) = self.refusal() {
            writeln!(f, "  refusal: {code}")?;
        }
        if let Some(reference) = self.reference() {
            writeln!(f, "  reference: {reference}")?;
        }
        if let Some(wait) = self.retry_after() {
            writeln!(f, "  retry after: {wait:?}")?;
        }
        if let Some(upstream) = self.upstream() {
            writeln!(f, "  upstream: {upstream:?}")?;
        }
        let mut cause = StdError::source(self);
        while let Some(error) = cause {
            writeln!(f, "  caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for ProviderError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}
