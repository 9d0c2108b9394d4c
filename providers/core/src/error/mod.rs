//! The one error of every provider.

mod kind;
mod upstream;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use kind::{Effect, ErrorKind, Fault, KindFacts};
pub use upstream::UpstreamAnswer;

use crate::call::Safety;
use crate::domain::{ProviderId, UpstreamRef};
use crate::outcome::RefusalCode;

/// The answer of a port.
pub type Result<T, E = ProviderError> = std::result::Result<T, E>;

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
    attempts: u32,
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
            attempts: 0,
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

    /// The same about another operation, for a failure that several calls share.
    #[must_use]
    pub(crate) fn in_operation(mut self, operation: &'static str) -> Self {
        self.inner.operation = operation;
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

    /// Says how many attempts were made before this was told. [`Retry`](crate::policy::Retry) does it.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.inner.attempts = attempts;
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

    /// How many attempts reached the provider; zero where nobody counted, or none did.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
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
        if let Some(status) = self.upstream().and_then(|upstream| upstream.status) {
            write!(f, ", upstream status {status}")?;
        }
        match self.attempts() {
            0 | 1 => Ok(()),
            attempts => write!(f, ", after {attempts} attempts"),
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
