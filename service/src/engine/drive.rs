//! Calling providers for an operation, one after another, until one answers for good.

use std::{sync::Arc, time::Duration};

use provider_core::{
    error::{Effect, ErrorKind, ProviderError},
    outcome::{Outcome, RefusalCode},
    provider::Instance,
};
use store::{OperationRecord, OperationState, OperationUpdate, Scope, Seen};

use super::{Call, Job, Receipt, job::Order, may_have_acted};
use crate::{Principal, ServiceError, ServiceResult, Switchboard, UserError, UserErrorCode, whole_seconds};

/// What is to be done after a provider's answer.
pub(crate) enum Verdict {
    /// The operation came to its end, or waits for recovery.
    Settled,
    /// Nothing was bought there; another provider may be asked.
    TryNext(UserError),
}

impl Switchboard {
    /// Asks the capable providers in their order. Another one is asked only after a definite "no stock" or a
    /// failure before anything was sent; an outcome that nobody knows stops the search, and so does any other
    /// refusal: it is about the request.
    pub(crate) async fn drive(&self, operation: OperationRecord, job: Arc<dyn Job>) -> ServiceResult<()> {
        let nobody = job.explain(UserError::new(
            UserErrorCode::UnknownProvider,
            "input.provider",
            "no configured provider of this id can do this",
        ));
        let candidates = self.candidates(job.as_ref());
        self.ask_each(&operation, &job, seen(&operation), &candidates, nobody)
            .await
    }

    /// Goes on after a provider that has refused or failed without buying anything.
    pub(crate) async fn drive_on(
        &self,
        operation: &OperationRecord,
        job: &Arc<dyn Job>,
        seen: Seen,
        after: &Instance,
        why: UserError,
    ) -> ServiceResult<()> {
        let candidates = self.candidates(job.as_ref());
        let next = candidates
            .iter()
            .position(|handle| handle.info().id == after.info().id)
            .map_or(candidates.len(), |position| position + 1);
        self.ask_each(operation, job, seen, &candidates[next..], why)
            .await
    }

    fn candidates(&self, job: &dyn Job) -> Vec<&Instance> {
        self.inner
            .providers
            .all()
            .iter()
            .filter(|handle| job.provider().is_none_or(|id| id == handle.info().id.as_str()))
            .filter(|handle| job.can_use(handle.ports()))
            .collect()
    }

    async fn ask_each(
        &self,
        operation: &OperationRecord,
        job: &Arc<dyn Job>,
        mut seen: Seen,
        candidates: &[&Instance],
        mut told: UserError,
    ) -> ServiceResult<()> {
        let order = self.order_of(operation).await?;
        for handle in candidates {
            seen = self.begin_attempt(seen, handle).await?;
            let answer = self.place(operation, job.as_ref(), handle, &order).await;
            match self
                .judge(operation, job, handle, seen.attempts, seen.state, answer)
                .await?
            {
                Verdict::Settled => return Ok(()),
                Verdict::TryNext(error) => told = more_useful(told, error),
            }
        }
        self.refuse(operation, seen.state, &told).await
    }

    /// Calls a provider.
    pub(crate) async fn place(
        &self,
        operation: &OperationRecord,
        job: &dyn Job,
        handle: &Instance,
        order: &Order,
    ) -> Result<Outcome<Receipt>, ProviderError> {
        let cx = self.call_context(&caller_of(operation), &operation.tenant);
        let ports = handle.ports();
        job.place(Call {
            ports,
            cx: &cx,
            order,
        })
        .await
    }

    /// Writes down that a provider is about to be called; gives the operation as it is then.
    pub(crate) async fn begin_attempt(&self, seen: Seen, handle: &Instance) -> ServiceResult<Seen> {
        let (provider, lease) = (handle.info().id.as_str().to_owned(), self.lease());
        let begun = self
            .database()
            .write::<_, ServiceError, _>(move |tx| {
                Box::pin(async move { Ok(store::begin_attempt(tx, seen, &provider, &lease).await?) })
            })
            .await?;
        let attempts = begun.ok_or_else(|| elsewhere(seen.id))?;
        Ok(Seen {
            state: OperationState::Submitting,
            attempts,
            ..seen
        })
    }

    /// Acts on a provider's answer.
    pub(crate) async fn judge(
        &self,
        operation: &OperationRecord,
        job: &Arc<dyn Job>,
        handle: &Instance,
        attempt: i64,
        state: OperationState,
        answer: Result<Outcome<Receipt>, ProviderError>,
    ) -> ServiceResult<Verdict> {
        match answer {
            Ok(Outcome::Done(receipt)) => {
                self.settle(operation, job, handle.info().id.as_str(), attempt, state, receipt)
                    .await?;
                Ok(Verdict::Settled)
            }
            Ok(Outcome::Pending {
                upstream_ref,
                poll_after,
            }) => {
                let wait = poll_after.unwrap_or(Duration::from_secs(5));
                let update = OperationUpdate {
                    upstream_ref: Some(upstream_ref.as_str().to_owned()),
                    ..OperationUpdate::default()
                };
                self.wait(
                    operation,
                    attempt,
                    state,
                    OperationState::Submitted,
                    "PENDING",
                    update,
                    wait,
                )
                .await?;
                Ok(Verdict::Settled)
            }
            Ok(Outcome::Refused(refusal)) => {
                let error = job.explain(UserError::from(&refusal));
                self.note_attempt(operation.id, attempt, "REFUSED", Some(refusal.message))
                    .await?;
                if refusal.code == RefusalCode::NoStock && job.provider().is_none() {
                    return Ok(Verdict::TryNext(error));
                }
                self.refuse(operation, state, &error).await?;
                Ok(Verdict::Settled)
            }
            Ok(Outcome::Unknown { reference }) => {
                let update = OperationUpdate {
                    upstream_ref: reference.map(|reference| reference.as_str().to_owned()),
                    ..OperationUpdate::default()
                };
                self.unconfirmed(operation, attempt, state, update).await?;
                Ok(Verdict::Settled)
            }
            Err(error) if error.effect() == Effect::Unknown => {
                // The failed call itself has been logged where it was made.
                tracing::warn!(
                    operation = operation.id,
                    "operation {}: outcome unknown",
                    operation.id
                );
                let update = OperationUpdate {
                    upstream_ref: error.reference().map(|reference| reference.as_str().to_owned()),
                    ..OperationUpdate::default()
                };
                self.unconfirmed(operation, attempt, state, update).await?;
                Ok(Verdict::Settled)
            }
            Err(error) => {
                self.note_attempt(operation.id, attempt, "FAILED", Some(error.message().to_owned()))
                    .await?;
                Ok(Verdict::TryNext(job.explain(in_words(&error))))
            }
        }
    }

    async fn unconfirmed(
        &self,
        operation: &OperationRecord,
        attempt: i64,
        state: OperationState,
        update: OperationUpdate,
    ) -> ServiceResult<()> {
        let attempts = u32::try_from(attempt.max(operation.attempts)).unwrap_or(u32::MAX);
        self.wait(
            operation,
            attempt,
            state,
            OperationState::Unconfirmed,
            "UNKNOWN",
            update,
            look_after(attempts),
        )
        .await
    }

    /// Leaves an operation to recovery, to be looked at again after a while.
    #[expect(
        clippy::too_many_arguments,
        reason = "a step of the state machine is all of these"
    )]
    pub(crate) async fn wait(
        &self,
        operation: &OperationRecord,
        attempt: i64,
        from: OperationState,
        to: OperationState,
        outcome: &'static str,
        update: OperationUpdate,
        wait: Duration,
    ) -> ServiceResult<()> {
        let id = operation.id;
        let wait = i64::try_from(wait.as_millis())
            .unwrap_or(60_000)
            .clamp(100, 3_600_000);
        self.database()
            .write(move |tx| {
                Box::pin(async move {
                    if !store::advance_operation(tx, id, from, to, &update).await? {
                        return Err(elsewhere(id));
                    }
                    if attempt > 0 {
                        store::finish_attempt(tx, id, attempt, outcome, None).await?;
                    }
                    Ok(store::postpone_operation(tx, id, wait).await?)
                })
            })
            .await
    }

    pub(crate) async fn note_attempt(
        &self,
        id: i64,
        attempt: i64,
        outcome: &'static str,
        detail: Option<String>,
    ) -> ServiceResult<()> {
        self.database()
            .write(move |tx| {
                Box::pin(async move {
                    Ok(store::finish_attempt(tx, id, attempt, outcome, detail.as_deref()).await?)
                })
            })
            .await
    }
}

/// An operation as it was read.
pub(crate) fn seen(operation: &OperationRecord) -> Seen {
    Seen {
        id: operation.id,
        state: operation.state,
        attempts: operation.attempts,
    }
}

/// Somebody else has taken the operation further.
pub(crate) fn elsewhere(id: i64) -> ServiceError {
    ServiceError::Busy(format!("operation {id} is worked on elsewhere"))
}

/// How long after an answer was lost it is looked for: soon at first, then twice as long after each attempt, up
/// to some minutes, so that an upstream that is down isn't asked all the time.
pub(crate) fn look_after(attempts: u32) -> Duration {
    Duration::from_secs(2 << attempts.clamp(1, 8).saturating_sub(1))
}

/// Operations act for whoever asked for them.
pub(crate) fn caller_of(operation: &OperationRecord) -> Principal {
    Principal {
        key_id: operation
            .actor
            .strip_prefix("key:")
            .and_then(|id| id.parse().ok())
            .unwrap_or_default(),
        name: operation.actor.clone(),
        level: store::AccessLevel::Manage,
        scope: Scope::Platform,
        request_id: operation.request_id.clone(),
    }
}

/// A provider's failure before anything was sent, for the caller.
pub(crate) fn in_words(error: &ProviderError) -> UserError {
    let code = match (error.refusal(), error.kind()) {
        (Some(code), _) => code.into(),
        (None, ErrorKind::Unsupported) => UserErrorCode::ProviderUnsupported,
        (None, ErrorKind::InvalidRequest) => UserErrorCode::InvalidInput,
        (None, ErrorKind::NoStock) => UserErrorCode::NoStock,
        (None, ErrorKind::NumberTaken) => UserErrorCode::NumberTaken,
        (None, ErrorKind::QuotaExceeded) => UserErrorCode::QuotaExceeded,
        (None, kind) if kind.facts().retryable => UserErrorCode::ProviderUnavailable,
        (None, _) => UserErrorCode::ProviderRefused,
    };
    let path = error.field().map(crate::validate::input_path).unwrap_or_default();
    let provider = error.provider().map(|id| format!("{id}: ")).unwrap_or_default();
    let retry_after = error.retry_after().map(whole_seconds);
    let wait = retry_after.map(|seconds| format!("; try again in {seconds} s"));
    UserError {
        retry_after,
        ..UserError::new(
            code,
            &path,
            format!("{provider}{}{}", error.message(), wait.unwrap_or_default()),
        )
    }
}

/// Which of two refusals helps the caller more: an empty stock, which another match may get around; else one that
/// passes by itself; else one about the request; least that a provider isn't able. What passes by itself is told
/// beside an empty stock: the provider in question may have had some.
fn more_useful(told: UserError, next: UserError) -> UserError {
    let rank = |error: &UserError| match error.code {
        UserErrorCode::NoStock => 4,
        UserErrorCode::ProviderUnavailable => 3,
        UserErrorCode::ProviderUnsupported => 1,
        // What is told when nobody could be asked at all.
        UserErrorCode::UnknownProvider => 0,
        _ => 2,
    };
    let (mut first, second) = if rank(&next) > rank(&told) {
        (next, told)
    } else {
        (told, next)
    };
    if first.code == UserErrorCode::NoStock && second.code == UserErrorCode::ProviderUnavailable {
        first.message = format!("{}; could not be asked: {}", first.message, second.message);
        first.retry_after = first.retry_after.or(second.retry_after);
    }
    first
}

impl Switchboard {
    /// Ends an operation without a result. Nothing stays claimed.
    pub(crate) async fn refuse(
        &self,
        operation: &OperationRecord,
        from: OperationState,
        why: &UserError,
    ) -> ServiceResult<()> {
        debug_assert!(from == OperationState::Requested || may_have_acted(from));
        let (id, token, actor) = (operation.id, operation.token.clone(), operation.actor.clone());
        let update = OperationUpdate {
            problem: Some(why.into()),
            ..OperationUpdate::default()
        };
        self.write_announced(move |tx| {
            Box::pin(async move {
                let event = store::NewEvent {
                    kind: store::EventKind::Unclaimed,
                    actor: &actor,
                    cause: Some("the order was refused"),
                    operation_id: Some(id),
                };
                if !store::lock_order(tx, &token).await? {
                    return Err(elsewhere(id));
                }
                let events = crate::inventory::OwnInventory::unclaim(tx, &token, event).await?;
                if !store::advance_operation(tx, id, from, OperationState::Refused, &update).await? {
                    return Err(elsewhere(id));
                }
                Ok(((), events))
            })
        })
        .await
    }
}
