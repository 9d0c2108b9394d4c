//! Finding out what became of orders that were left open: by a crash, a lost answer, or a provider that takes
//! its time. Any replica may do it; a lease and compare-and-set keep two from doing the same.

use jiff::SignedDuration;
use provider_core::{domain::UpstreamRef, error::Effect, outcome::Outcome, provider::Instance};
use store::{OperationRecord, OperationState, OperationUpdate, Problem};

use crate::{
    ServiceError, ServiceResult, Switchboard, UserError, UserErrorCode,
    engine::{Job, Receipt, Verdict, caller_of},
};

/// Operations taken up in one go.
const BATCH: u32 = 50;
/// An order is provably absent after so many spaced sightings, and is then placed again with the same token.
const SIGHTINGS: i64 = 3;
/// Calls that may be made for one operation.
const MOST_ATTEMPTS: i64 = 3;
/// Time between two looks for a lost order.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(20);
/// After this long nobody guesses any more: a person must look.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(24);

impl Switchboard {
    /// Takes up every open operation whose lease has run out; says how many there were.
    pub(crate) async fn recover(&self) -> ServiceResult<usize> {
        let lease = self.lease();
        let open = self
            .database()
            .write::<_, ServiceError, _>(move |tx| {
                Box::pin(async move { Ok(store::lease_operations(tx, &lease, BATCH).await?) })
            })
            .await?;
        let count = open.len();
        for operation in open {
            let id = operation.id;
            if let Err(error) = self.resume(operation).await {
                tracing::warn!(operation = id, %error, "operation {id} could not be taken up; it is tried again");
            }
        }
        Ok(count)
    }

    async fn resume(&self, operation: OperationRecord) -> ServiceResult<()> {
        let job = self.job_of(&operation).await?;
        match operation.state {
            OperationState::Requested => self.drive(operation, job).await,
            OperationState::Submitted => self.ask(&operation, &job).await,
            OperationState::Submitting | OperationState::Unconfirmed => self.look_for(&operation, &job).await,
            OperationState::Succeeded
            | OperationState::Partial
            | OperationState::Refused
            | OperationState::NeedsReview => Ok(()),
        }
    }

    fn handle_of(&self, operation: &OperationRecord) -> Option<&Instance> {
        self.inner.providers.get(operation.provider.as_deref()?)
    }

    /// Asks what became of an order that the provider took.
    async fn ask(&self, operation: &OperationRecord, job: &Job) -> ServiceResult<()> {
        let reference = operation
            .upstream_ref
            .as_deref()
            .and_then(|text| UpstreamRef::parse(text).ok());
        let (Some(handle), Some(reference)) = (self.handle_of(operation), reference) else {
            return self
                .needs_review(operation, "the provider that took the order is not configured")
                .await;
        };
        let cx = self.call_context(&caller_of(operation), &operation.tenant);
        match job.get(handle.ports(), &cx, &reference).await {
            Ok(answer) => self.act_on(operation, job, handle, Ok(answer)).await,
            Err(error) => {
                tracing::warn!(operation = operation.id, %error, "operation {}: no answer yet", operation.id);
                self.later(operation, OperationUpdate::default()).await
            }
        }
    }

    /// Finds out whether an order whose answer was lost was carried out. Where the same token twice orders
    /// once, it is simply placed again; else it is looked for.
    async fn look_for(&self, operation: &OperationRecord, job: &Job) -> ServiceResult<()> {
        let Some(handle) = self.handle_of(operation) else {
            return self
                .needs_review(operation, "the provider that was called is not configured")
                .await;
        };
        if job.is_idempotent(handle.ports()) {
            return self.place_again(operation, job, handle).await;
        }
        let age = jiff::Timestamp::now().duration_since(operation.created_at);
        if !job.is_findable(handle.ports()) || age > GIVE_UP {
            return self
                .needs_review(operation, "it can't be found out whether the provider acted")
                .await;
        }
        let order = self.prepare(operation, job).await?;
        let cx = self.call_context(&caller_of(operation), &operation.tenant);
        match job.find(handle.ports(), &cx, &order).await {
            Ok(Some(outcome)) => self.act_on(operation, job, handle, Ok(outcome)).await,
            Ok(None) if operation.sightings + 1 < SIGHTINGS => {
                let sightings = Some(operation.sightings + 1);
                self.later(
                    operation,
                    OperationUpdate {
                        sightings,
                        ..OperationUpdate::default()
                    },
                )
                .await
            }
            Ok(None) if operation.attempts < MOST_ATTEMPTS => self.place_again(operation, job, handle).await,
            Ok(None) => {
                let error = UserError::new(
                    UserErrorCode::ProviderUnavailable,
                    "",
                    "the provider did not take the order, although it was sent several times; nothing was bought",
                );
                self.refuse(operation, operation.state, &error).await
            }
            Err(error) => {
                tracing::warn!(operation = operation.id, %error, "operation {}: can't be looked for", operation.id);
                self.later(operation, OperationUpdate::default()).await
            }
        }
    }

    /// Places an order again with the same token.
    async fn place_again(
        &self,
        operation: &OperationRecord,
        job: &Job,
        handle: &Instance,
    ) -> ServiceResult<()> {
        let order = self.prepare(operation, job).await?;
        let attempt = self
            .begin_attempt(operation, operation.state, handle.info().id.as_str())
            .await?;
        let cx = self.call_context(&caller_of(operation), &operation.tenant);
        let answer = job.place(handle.ports(), &cx, &order).await;
        let state = OperationState::Submitting;
        match self.judge(operation, job, handle, attempt, state, answer).await? {
            Verdict::Settled => Ok(()),
            Verdict::TryNext(error) => self.refuse(operation, state, &error).await,
        }
    }

    async fn act_on(
        &self,
        operation: &OperationRecord,
        job: &Job,
        handle: &Instance,
        answer: Result<Outcome<Receipt>, provider_core::error::ProviderError>,
    ) -> ServiceResult<()> {
        debug_assert!(
            answer
                .as_ref()
                .err()
                .is_none_or(|error| error.effect() == Effect::Unknown)
        );
        match self
            .judge(operation, job, handle, 0, operation.state, answer)
            .await?
        {
            Verdict::Settled => Ok(()),
            Verdict::TryNext(error) => self.refuse(operation, operation.state, &error).await,
        }
    }

    async fn later(&self, operation: &OperationRecord, update: OperationUpdate) -> ServiceResult<()> {
        let to = match operation.state {
            OperationState::Submitted => OperationState::Submitted,
            _ => OperationState::Unconfirmed,
        };
        self.wait(operation, 0, operation.state, to, "UNKNOWN", update, LOOK_AGAIN)
            .await
    }

    async fn needs_review(&self, operation: &OperationRecord, why: &str) -> ServiceResult<()> {
        let (id, from) = (operation.id, operation.state);
        tracing::error!(operation = id, "operation {id} needs a person: {why}");
        let problem = Problem {
            code: "NEEDS_REVIEW".to_owned(),
            message: why.to_owned(),
            path: Vec::new(),
        };
        let update = OperationUpdate {
            problem: Some(problem),
            ..OperationUpdate::default()
        };
        self.database()
            .write(move |tx| {
                Box::pin(async move {
                    store::advance_operation(tx, id, from, OperationState::NeedsReview, &update).await?;
                    Ok(())
                })
            })
            .await
    }
}
