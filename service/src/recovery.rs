//! Finding out what became of orders that were left open: by a crash, a lost answer, or a provider that takes
//! its time. Any replica may do it; a lease and compare-and-set keep two from doing the same.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use jiff::SignedDuration;
use provider_core::{
    domain::UpstreamRef,
    error::{Effect, ErrorKind, ProviderError},
    outcome::Outcome,
    provider::Instance,
};
use store::{OperationRecord, OperationState, OperationUpdate, Problem};

use crate::{
    ServiceError, ServiceResult, Switchboard, UserError, UserErrorCode,
    engine::{Call, Job, Receipt, Verdict, WhenLost, caller_of, elsewhere, look_after, seen},
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
const LOOK_AGAIN: Duration = Duration::from_secs(20);
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
        let old = age(&operation) > GIVE_UP;
        let job = match self.job_of(&operation).await {
            Ok(job) => job,
            Err(error) if old => {
                tracing::error!(operation = operation.id, %error, "an operation can't be read");
                return self
                    .needs_review(
                        &operation,
                        operation.state,
                        "what was asked for can't be read any more",
                    )
                    .await;
            }
            Err(error) => return Err(error),
        };
        match operation.state {
            OperationState::Requested if old => {
                let message = "it could not be begun for a day; nothing was sent, so ask again";
                let error = UserError::new(UserErrorCode::ProviderUnavailable, "", message);
                self.refuse(&operation, operation.state, &error).await
            }
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

    /// Asks what became of a change that the provider took.
    async fn ask(&self, operation: &OperationRecord, job: &Arc<dyn Job>) -> ServiceResult<()> {
        let reference = operation
            .upstream_ref
            .as_deref()
            .and_then(|text| UpstreamRef::parse(text).ok());
        let (Some(handle), Some(reference)) = (self.handle_of(operation), reference) else {
            let why = "the provider that took the order is not configured";
            return self.needs_review(operation, operation.state, why).await;
        };
        let order = self.order_of(operation).await?;
        let cx = self.call_context(&caller_of(operation), &operation.tenant);
        let call = Call {
            ports: handle.ports(),
            cx: &cx,
            order: &order,
        };
        match job.get(call, &reference).await {
            Some(Ok(outcome)) => self.act_on(operation, job, handle, outcome).await,
            _ if age(operation) > GIVE_UP => {
                let why = "the provider took the order and can't say what became of it";
                self.needs_review(operation, operation.state, why).await
            }
            Some(Err(_)) => {
                tracing::info!(
                    operation = operation.id,
                    "operation {}: no answer yet",
                    operation.id
                );
                self.later(operation, OperationUpdate::default()).await
            }
            None => self.place_again(operation, job, handle).await,
        }
    }

    /// Finds out whether a change whose answer was lost was made. Where the same call twice has the effect of
    /// once, it is simply made again; else the order is looked for.
    async fn look_for(&self, operation: &OperationRecord, job: &Arc<dyn Job>) -> ServiceResult<()> {
        let Some(handle) = self.handle_of(operation) else {
            let why = "the provider that was called is not configured";
            return self.needs_review(operation, operation.state, why).await;
        };
        match job.when_lost(handle.ports()) {
            _ if age(operation) > GIVE_UP => {}
            WhenLost::PlaceAgain => return self.place_again(operation, job, handle).await,
            WhenLost::LookFor => return self.find(operation, job, handle).await,
            WhenLost::AskAPerson => {}
        }
        let why = "it can't be found out whether the provider acted";
        self.needs_review(operation, operation.state, why).await
    }

    /// Looks for an order by its token.
    async fn find(
        &self,
        operation: &OperationRecord,
        job: &Arc<dyn Job>,
        handle: &Instance,
    ) -> ServiceResult<()> {
        let order = self.order_of(operation).await?;
        let cx = self.call_context(&caller_of(operation), &operation.tenant);
        let call = Call {
            ports: handle.ports(),
            cx: &cx,
            order: &order,
        };
        match job.find(call).await {
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
            Ok(None) if operation.attempts < MOST_ATTEMPTS => {
                self.place_the_absent(operation, job, handle).await
            }
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
                tracing::info!(
                    operation = operation.id,
                    "operation {}: can't be looked for now",
                    operation.id
                );
                self.later(operation, noted(&error)).await
            }
        }
    }

    /// Makes the same call again, where twice has the effect of once. A failure says nothing about the call before
    /// it, whatever it says about itself: the outcome stays unknown, and no other provider is asked. After a refusal
    /// the provider is looked at: the change may have been made by the call before.
    async fn place_again(
        &self,
        operation: &OperationRecord,
        job: &Arc<dyn Job>,
        handle: &Instance,
    ) -> ServiceResult<()> {
        let order = self.order_of(operation).await?;
        let seen = self.begin_attempt(seen(operation), handle).await?;
        let answer = match self.place(operation, job.as_ref(), handle, &order).await {
            Ok(Outcome::Refused(refusal)) => {
                let cx = self.call_context(&caller_of(operation), &operation.tenant);
                let call = Call {
                    ports: handle.ports(),
                    cx: &cx,
                    order: &order,
                };
                job.look(call)
                    .await
                    .map(|made| made.map_or(Outcome::Refused(refusal), Outcome::Done))
                    .map_err(|error| error.with_effect(Effect::None))
            }
            answer => answer,
        };
        match answer {
            Err(error) if error.effect() == Effect::None => {
                let detail = Some(error.message().to_owned());
                self.note_attempt(operation.id, seen.attempts, "FAILED", detail)
                    .await?;
                let wait = look_after(u32::try_from(seen.attempts).unwrap_or(u32::MAX));
                let wait = error.retry_after().map_or(wait, |told| told.max(wait));
                let to = OperationState::Unconfirmed;
                self.wait(operation, 0, seen.state, to, "UNKNOWN", noted(&error), wait)
                    .await
            }
            answer => self.conclude(operation, job, handle, seen, answer).await,
        }
    }

    /// Places an order again that is provably not there.
    async fn place_the_absent(
        &self,
        operation: &OperationRecord,
        job: &Arc<dyn Job>,
        handle: &Instance,
    ) -> ServiceResult<()> {
        let order = self.order_of(operation).await?;
        let seen = self.begin_attempt(seen(operation), handle).await?;
        let answer = self.place(operation, job.as_ref(), handle, &order).await;
        self.conclude(operation, job, handle, seen, answer).await
    }

    async fn conclude(
        &self,
        operation: &OperationRecord,
        job: &Arc<dyn Job>,
        handle: &Instance,
        seen: store::Seen,
        answer: Result<Outcome<Receipt>, ProviderError>,
    ) -> ServiceResult<()> {
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
        job: &Arc<dyn Job>,
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
        review: impl Into<Review>,
    ) -> ServiceResult<()> {
        let Review {
            why,
            reference,
            attempt,
        } = review.into();
        let id = operation.id;
        tracing::error!(operation = id, "operation {id} needs a person: {why}");
        let problem = Problem {
            code: "NEEDS_REVIEW".to_owned(),
            message: why,
            path: Vec::new(),
            retry_after: None,
        };
        let update = OperationUpdate {
            problem: Some(problem),
            upstream_ref: reference.map(|reference| reference.to_string()),
            ..OperationUpdate::default()
        };
        self.database()
            .write(move |tx| {
                Box::pin(async move {
                    if !store::advance_operation(tx, id, from, OperationState::NeedsReview, &update).await? {
                        return Err(elsewhere(id));
                    }
                    if attempt > 0 {
                        store::finish_attempt(tx, id, attempt, "DONE", None).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// What a person is told who has to look at an operation.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    /// What is the matter, and what the provider gave.
    pub(crate) why: String,
    /// What the provider calls what it gave, to be found there.
    pub(crate) reference: Option<UpstreamRef>,
    /// The call that has ended; 0 for none.
    pub(crate) attempt: i64,
}

impl From<&str> for Review {
    fn from(why: &str) -> Self {
        Self {
            why: why.to_owned(),
            reference: None,
            attempt: 0,
        }
    }
}

/// What an error tells about the thing that was looked for.
fn noted(error: &ProviderError) -> OperationUpdate {
    OperationUpdate {
        upstream_ref: error.reference().map(|reference| reference.to_string()),
        ..OperationUpdate::default()
    }
}

fn age(operation: &OperationRecord) -> SignedDuration {
    jiff::Timestamp::now().duration_since(operation.created_at)
}
