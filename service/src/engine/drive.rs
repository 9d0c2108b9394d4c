//! Calling providers for an operation, one after another, until one answers for good.

use provider_core::{
    error::{Effect, ErrorKind, ProviderError},
    outcome::{Outcome, RefusalCode},
    provider::Instance,
};
use store::{OperationRecord, OperationState, OperationUpdate, Scope};

use super::{Job, Receipt, may_have_acted};
use crate::{Principal, ServiceError, ServiceResult, Switchboard, UserError, UserErrorCode};

/// What is to be done after a provider's answer.
pub(crate) enum Verdict {
    /// The operation came to its end, or waits for recovery.
    Settled,
    /// Nothing was bought there; another provider may be asked.
    TryNext(UserError),
}

impl Switchboard {
    /// Asks the capable providers in their order. Another one is asked only after a definite "no stock" or a
    /// failure before anything was sent; an outcome that nobody knows stops the search.
    pub(crate) async fn drive(&self, operation: OperationRecord, job: Job) -> ServiceResult<()> {
        let order = self.prepare(&operation, &job).await?;
        let mut state = operation.state;
        let mut last = UserError::new(
            UserErrorCode::UnknownProvider,
            "input.provider",
            "no configured provider of this id can do this",
        );
        let candidates: Vec<&Instance> = self
            .inner
            .providers
            .all()
            .iter()
            .filter(|handle| job.provider().is_none_or(|id| id == handle.info().id.as_str()))
            .filter(|handle| job.can_use(handle.ports()))
            .collect();
        for handle in candidates {
            let attempt = self
                .begin_attempt(&operation, state, handle.info().id.as_str())
                .await?;
            state = OperationState::Submitting;
            let cx = self.call_context(&caller_of(&operation), &operation.tenant);
            let answer = job.place(handle.ports(), &cx, &order).await;
            match self
                .judge(&operation, &job, handle, attempt, state, answer)
                .await?
            {
                Verdict::Settled => return Ok(()),
                // A city that one provider doesn't know says less than an empty stock that another one has.
                Verdict::TryNext(error) if last.code == UserErrorCode::NoStock => {
                    tracing::debug!(code = %error.code, "a further provider refused");
                }
                Verdict::TryNext(error) => last = error,
            }
        }
        self.refuse(&operation, state, &last).await
    }

    /// Writes down that a provider is about to be called.
    pub(crate) async fn begin_attempt(
        &self,
        operation: &OperationRecord,
        from: OperationState,
        provider: &str,
    ) -> ServiceResult<i64> {
        let (id, provider) = (operation.id, provider.to_owned());
        self.database()
            .write(move |tx| {
                Box::pin(async move {
                    let update = OperationUpdate {
                        provider: Some(provider.clone()),
                        sightings: Some(0),
                        ..OperationUpdate::default()
                    };
                    let moved =
                        store::advance_operation(tx, id, from, OperationState::Submitting, &update).await?;
                    if !moved {
                        return Err(ServiceError::Busy(format!(
                            "operation {id} is worked on elsewhere"
                        )));
                    }
                    Ok(store::begin_attempt(tx, id, &provider).await?)
                })
            })
            .await
    }

    /// Acts on a provider's answer.
    pub(crate) async fn judge(
        &self,
        operation: &OperationRecord,
        job: &Job,
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
                let wait = poll_after.unwrap_or(std::time::Duration::from_secs(5));
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
                let error = job.at_member(UserError::from(&refusal));
                self.note_attempt(operation.id, attempt, "REFUSED", Some(refusal.message.clone()))
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
                tracing::warn!(operation = operation.id, %error, "operation {}: outcome unknown", operation.id);
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
                Ok(Verdict::TryNext(job.at_member(in_words(&error))))
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
        let soon = std::time::Duration::from_secs(2);
        self.wait(
            operation,
            attempt,
            state,
            OperationState::Unconfirmed,
            "UNKNOWN",
            update,
            soon,
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
        wait: std::time::Duration,
    ) -> ServiceResult<()> {
        let id = operation.id;
        let wait = i64::try_from(wait.as_millis())
            .unwrap_or(60_000)
            .clamp(100, 3_600_000);
        self.database()
            .write(move |tx| {
                Box::pin(async move {
                    store::advance_operation(tx, id, from, to, &update).await?;
                    if attempt > 0 {
                        store::finish_attempt(tx, id, attempt, outcome, None).await?;
                    }
                    Ok(store::postpone_operation(tx, id, wait).await?)
                })
            })
            .await
    }

    async fn note_attempt(
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
fn in_words(error: &ProviderError) -> UserError {
    let code = match (error.refusal(), error.kind()) {
        (Some(code), _) => code.into(),
        (None, ErrorKind::Unsupported) => UserErrorCode::UnknownProvider,
        (None, ErrorKind::InvalidRequest) => UserErrorCode::InvalidInput,
        (None, ErrorKind::NoStock) => UserErrorCode::NoStock,
        (None, ErrorKind::NumberTaken) => UserErrorCode::NumberTaken,
        (None, ErrorKind::QuotaExceeded) => UserErrorCode::QuotaExceeded,
        (None, kind) if kind.facts().retryable => UserErrorCode::ProviderUnavailable,
        (None, _) => UserErrorCode::ProviderRefused,
    };
    let path = error.field().map(crate::validate::input_path).unwrap_or_default();
    UserError::new(code, &path, error.message())
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
                let events = crate::inventory::OwnInventory::unclaim(tx, &token, event).await?;
                if !store::advance_operation(tx, id, from, OperationState::Refused, &update).await? {
                    return Err(ServiceError::Busy(format!(
                        "operation {id} is worked on elsewhere"
                    )));
                }
                Ok(((), events))
            })
        })
        .await
    }
}
