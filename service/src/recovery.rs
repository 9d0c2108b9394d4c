//! Finding out what became of orders that were left open: by a crash, a lost answer, or a provider that takes
//! its time. Any replica may do it; a lease and compare-and-set keep two from doing the same.

use futures_util::future::join_all;
use jiff::SignedDuration;
use provider_core::{domain::UpstreamRef, error::ErrorKind, outcome::Outcome, provider::Instance};
use store::{OperationRecord, OperationState, OperationUpdate, Problem};

use crate::{
    ServiceError, ServiceResult, Switchboard, UserError, UserErrorCode,
    engine::{Job, Receipt, Verdict, caller_of, elsewhere, seen},
};

/// Operations worked on at once. Each is leased just before, so that a lease doesn't run out in a queue.
const AT_ONCE: u32 = 8;
/// Operations taken up in one sweep, so that other work of the worker gets its turn.
const BATCH: usize = 64;
/// An order is provably absent after so many spaced sightings, and is then placed again with the same token.
const SIGHTINGS: i64 = 3;
/// Calls that may be made for one operation.
const MOST_ATTEMPTS: i64 = 3;
/// Time between two looks for a lost order.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(20);
/// After this long nobody guesses any more: a person must look.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(24);

impl Switchboard {
    /// Takes up open operations whose lease has run out; says how many there were.
    pub(crate) async fn recover(&self) -> ServiceResult<usize> {
        let mut count = 0;
        while count < BATCH {
            let lease = self.lease();
            let open = self
                .database()
                .write::<_, ServiceError, _>(move |tx| {
                    Box::pin(async move { Ok(store::lease_operations(tx, &lease, AT_ONCE).await?) })
                })
                .await?;
            if open.is_empty() {
                break;
            }
            count += open.len();
            join_all(open.into_iter().map(|operation| self.take_up(operation))).await;
        }
        Ok(count)
    }

    async fn take_up(&self, operation: OperationRecord) {
        let id = operation.id;
        if let Err(error) = Box::pin(self.resume(operation)).await {
            tracing::warn!(operation = id, %error, "operation {id} could not be taken up; it is tried again");
        }
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
            let why = "the provider that took the order is not configured";
            return self.needs_review(operation, operation.state, why).await;
        };
        let cx = self.call_context(&caller_of(operation), &operation.tenant);
        match job.get(handle.ports(), &cx, &reference).await {
            Ok(outcome) => self.act_on(operation, job, handle, outcome).await,
            Err(error) => {
                tracing::warn!(operation = operation.id, %error, "operation {}: no answer yet", operation.id);
                if age(operation) > GIVE_UP {
                    let why = "the provider took the order and can't say what became of it";
                    return self.needs_review(operation, operation.state, why).await;
                }
                self.later(operation, OperationUpdate::default()).await
            }
        }
    }

    /// Finds out whether an order whose answer was lost was carried out. Where the same token twice orders
    /// once, it is simply placed again; else it is looked for.
    async fn look_for(&self, operation: &OperationRecord, job: &Job) -> ServiceResult<()> {
        let Some(handle) = self.handle_of(operation) else {
            let why = "the provider that was called is not configured";
            return self.needs_review(operation, operation.state, why).await;
        };
        let idempotent = job.is_idempotent(handle.ports());
        if age(operation) > GIVE_UP || !(idempotent || job.is_findable(handle.ports())) {
            let why = "it can't be found out whether the provider acted";
            return self.needs_review(operation, operation.state, why).await;
        }
        if idempotent {
            return self.place_again(operation, job, handle).await;
        }
        let order = self.prepare(operation, job).await?;
        let cx = self.call_context(&caller_of(operation), &operation.tenant);
        match job.find(handle.ports(), &cx, &order).await {
            Ok(Some(outcome)) => self.act_on(operation, job, handle, outcome).await,
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
            Err(error) if error.kind() == ErrorKind::Conflict => {
                let why = "more than one thing at the provider answers to the order";
                self.needs_review(operation, operation.state, why).await
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
        let seen = self.begin_attempt(seen(operation), handle).await?;
        let cx = self.call_context(&caller_of(operation), &operation.tenant);
        let answer = job.place(handle.ports(), &cx, &order).await;
        match self
            .judge(operation, job, handle, seen.attempts, seen.state, answer)
            .await?
        {
            Verdict::Settled => Ok(()),
            Verdict::TryNext(error) => self.drive_on(operation, job, seen, handle, error).await,
        }
    }

    async fn act_on(
        &self,
        operation: &OperationRecord,
        job: &Job,
        handle: &Instance,
        outcome: Outcome<Receipt>,
    ) -> ServiceResult<()> {
        match self
            .judge(operation, job, handle, 0, operation.state, Ok(outcome))
            .await?
        {
            Verdict::Settled => Ok(()),
            Verdict::TryNext(error) => {
                self.drive_on(operation, job, seen(operation), handle, error)
                    .await
            }
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

    /// Leaves an operation to a person.
    pub(crate) async fn needs_review(
        &self,
        operation: &OperationRecord,
        from: OperationState,
        why: &str,
    ) -> ServiceResult<()> {
        let id = operation.id;
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
                    if store::advance_operation(tx, id, from, OperationState::NeedsReview, &update).await? {
                        Ok(())
                    } else {
                        Err(elsewhere(id))
                    }
                })
            })
            .await
    }
}

fn age(operation: &OperationRecord) -> SignedDuration {
    jiff::Timestamp::now().duration_since(operation.created_at)
}
