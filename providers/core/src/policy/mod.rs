//! What surrounds every call of every port, through one seam.
//!
//! [`Ports::guarded`](crate::provider::Ports::guarded) puts a wrapper around each port. A call passes the
//! terms (outside: a refusal costs no policy anything), then the policies from the first to the last, then
//! the port, then the check of the answer, whose failure every policy sees like a failure of the upstream.

mod guarded;
mod timeout;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;

pub use timeout::Timeout;

use crate::call::{CallContext, Operation};
use crate::error::{Effect, ErrorKind, ProviderError, Result};
use crate::provider::ProviderInfo;

/// Something that surrounds calls: it may refuse one, wait, try again, give up, remember or measure.
///
/// State that belongs to an instance of a provider (a breaker, a budget, a cache) lives in the policy, and
/// every instance has policies of its own.
#[async_trait]
pub trait Policy: fmt::Debug + Send + Sync + 'static {
    /// Surrounds one call. `next.run(call)` goes inward, and may be called any number of times: never when
    /// [`may_retry`](ProviderError::may_retry) says no.
    async fn around(&self, call: &Call<'_>, next: Next<'_>) -> Result<Answer>;
}

/// A call as policies see it.
#[derive(Debug)]
pub struct Call<'a> {
    /// Of which provider.
    pub provider: &'a ProviderInfo,
    /// Of which method.
    pub operation: Operation,
    /// With what.
    pub context: &'a CallContext,
    /// The request as a text, for answers that may be remembered and shared among calls of the same
    /// provider, tenant, operation and fingerprint. Absent for all others.
    pub fingerprint: Option<String>,
}

/// The answer of a port, whatever its type. Cheap to clone, so that one answer can serve several callers.
#[derive(Clone)]
pub struct Answer(Arc<dyn Any + Send + Sync>);

impl Answer {
    fn new<T: Send + Sync + 'static>(answer: T) -> Self {
        Self(Arc::new(answer))
    }

    fn take<T: Clone + Send + Sync + 'static>(self, operation: Operation) -> Result<T> {
        match self.0.downcast::<T>() {
            Ok(answer) => Ok(Arc::unwrap_or_clone(answer)),
            Err(_) => {
                let message = "a policy answered with another operation's answer";
                Err(ProviderError::new(ErrorKind::Unexpected, operation.name, message))
            }
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer")
    }
}

type Attempt<'a> = dyn Fn() -> Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>> + Send + Sync + 'a;

/// What is inside a policy: the policies after it, and the port at last.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    rest: &'a [Arc<dyn Policy>],
    attempt: &'a Attempt<'a>,
}

impl Next<'_> {
    /// Goes inward.
    ///
    /// # Errors
    /// Whatever the policies inside and the port answer.
    pub async fn run(self, call: &Call<'_>) -> Result<Answer> {
        match self.rest.split_first() {
            Some((policy, rest)) => policy.around(call, Next { rest, ..self }).await,
            None => (self.attempt)().await,
        }
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Next({} policies)", self.rest.len())
    }
}

/// The policies of one instance of a provider, outermost first. Clones share their state.
#[derive(Debug, Clone)]
pub struct Stack {
    provider: Arc<ProviderInfo>,
    policies: Arc<[Arc<dyn Policy>]>,
}

impl Stack {
    /// A stack for a provider.
    #[must_use]
    pub fn new(provider: ProviderInfo, policies: Vec<Arc<dyn Policy>>) -> Self {
        Self {
            provider: Arc::new(provider),
            policies: policies.into(),
        }
    }

    /// The provider whose calls it surrounds.
    #[must_use]
    pub fn provider(&self) -> &ProviderInfo {
        &self.provider
    }

    /// Runs a call through the policies. `attempt` is what they surround; its error is stamped with the
    /// provider.
    pub(crate) async fn run<'a, T, F, Fut>(
        &'a self,
        operation: Operation,
        context: &'a CallContext,
        fingerprint: Option<String>,
        attempt: F,
    ) -> Result<T>
    where
        T: Clone + Send + Sync + 'static,
        F: Fn() -> Fut + Send + Sync + 'a,
        Fut: Future<Output = Result<T>> + Send + 'a,
    {
        let attempt = || -> Pin<Box<dyn Future<Output = Result<Answer>> + Send + '_>> {
            let answer = attempt();
            Box::pin(async move { answer.await.map(Answer::new) })
        };
        let call = Call {
            provider: &self.provider,
            operation,
            context,
            fingerprint,
        };
        let next = Next {
            rest: &self.policies,
            attempt: &attempt,
        };
        let answer = next.run(&call).await.and_then(|answer| answer.take(operation));
        answer.map_err(|error| self.stamp(error))
    }

    /// Says in an error whose it is, unless it is said already.
    fn stamp(&self, error: ProviderError) -> ProviderError {
        match error.provider() {
            Some(_) => error,
            None => error.with_provider(self.provider.id.clone()),
        }
    }

    /// A request that the terms refuse: nothing is sent.
    fn refuse(&self, accepted: Result<()>) -> Result<()> {
        accepted.map_err(|error| self.stamp(error.with_effect(Effect::None)))
    }
}
