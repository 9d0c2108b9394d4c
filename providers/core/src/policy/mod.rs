//! What surrounds every call of every port, through one seam.
//!
//! [`Ports::guarded`](crate::provider::Ports::guarded) puts a wrapper around each port. A call passes the
//! terms (outside: a refusal costs no policy anything), then the policies from the first to the last, then
//! the port, then the check of the answer, whose failure every policy sees like a failure of the upstream.
//!
//! [`PolicySettings`](crate::config::PolicySettings) makes a stack of them, outermost first:
//!
//! 1. [`Cache`]: an answer that is known, or on its way already, costs the upstream and the policies below nothing.
//! 2. [`Observe`]: one span, one duration and at most one line of the log for a call, whatever it took to answer it;
//!    outside of the retries, so that a failure that was mended is none.
//! 3. [`Retry`]: each attempt passes everything below anew.
//! 4. [`Breaker`]: judges attempts, not calls, and refuses before anything is waited for. What was refused is no
//!    failure of the upstream, so it stands outside of the throttle.
//! 5. [`Throttle`]: the wait for a turn is not the upstream's, so it stands outside of the timeout.
//! 6. [`Timeout`]: the patience with one attempt.
//!
//! The deadline of a call's context bounds all of them together: no wait is begun that would end after it.

mod breaker;
mod cache;
mod course;
mod guarded;
mod metrics;
mod observe;
mod retry;
mod throttle;
mod timeout;
mod verdict;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;

pub use breaker::Breaker;
pub use cache::{Cache, Keep};
pub use course::Course;
pub use metrics::describe_metrics;
pub use observe::Observe;
pub use retry::{Retry, RetryLimits};
pub use throttle::Throttle;
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

    /// What speaks against the upstream at the moment, as far as this policy knows, for whoever asks about its
    /// health. In general words: other tenants than the one whose call failed may read it.
    fn concern(&self) -> Option<String> {
        None
    }
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
    /// What has happened to it so far.
    pub course: Course,
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
            None => {
                call.course.begin_attempt();
                (self.attempt)().await
            }
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

    /// What speaks against the upstream at the moment, as far as the policies know; nothing secret, and nothing of
    /// a single tenant.
    #[must_use]
    pub fn concern(&self) -> Option<String> {
        let concerns: Vec<String> = self
            .policies
            .iter()
            .filter_map(|policy| policy.concern())
            .collect();
        (!concerns.is_empty()).then(|| concerns.join("; "))
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
            course: Course::default(),
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
