//! Changes that a provider makes: from a durable row, through a provider, to what it means here.
//!
//! No byte goes to a provider before the row is committed, an unknown outcome is a state and not an error, and
//! no transaction is held across a call. What is left open here is taken up by [`crate::recovery`].

mod drive;
mod given;
mod job;
pub(crate) mod jobs;
mod settle;

use std::sync::Arc;

use provider_core::domain::{CustomerRef, E164, GroupRef, MatchReason, OrderToken};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{
    Group, NewOperation, NumberBy, NumberRelations, OperationKind, OperationRecord, OperationState, Owner,
    Scope, StoreError,
};
use tokio::sync::oneshot;

pub(crate) use drive::{Verdict, caller_of, elsewhere, look_after, seen};
pub(crate) use job::{Call, Job, Receipt, Target, WhenLost, read as read_input};

use crate::{
    AssignNumber, OrderAnswer, Principal, ServiceError, ServiceResult, Switchboard, UserError, UserErrorCode,
    keys::random_token,
};

/// Reads every relation that an answer may show.
pub(crate) const WITH_RELATIONS: NumberRelations = NumberRelations {
    locality: true,
    tags: true,
    group: true,
    customer: true,
    dealer: true,
    pool: true,
};

/// A request as an operation keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The kind of operation.
    pub(crate) kind: OperationKind,
    /// The caller's idempotency key.
    pub(crate) client_reference: String,
    input: String,
    hash: String,
}

impl Asked {
    /// Writes a request down.
    pub(crate) fn of<R: Serialize>(
        kind: OperationKind,
        client_reference: &str,
        request: &R,
    ) -> ServiceResult<Self> {
        let input =
            serde_json::to_string(request).map_err(|error| ServiceError::Internal(error.to_string()))?;
        Ok(Self {
            kind,
            client_reference: client_reference.to_owned(),
            hash: fingerprint(kind, &input),
            input,
        })
    }

    /// Refuses a reference that was used for something else.
    pub(crate) fn is_repeated_by(&self, known: &OperationRecord) -> ServiceResult<()> {
        if known.input_hash == self.hash {
            return Ok(());
        }
        Err(ServiceError::refused(
            UserErrorCode::IdempotencyConflict,
            "input.clientReference",
            "this clientReference was used with other input; use a new one for a new request",
        ))
    }
}

impl Switchboard {
    /// Carries out a job, or joins the one that has the same reference.
    pub(crate) async fn order(
        &self,
        who: &Principal,
        group: &Group,
        asked: Asked,
        job: Arc<dyn Job>,
    ) -> ServiceResult<OrderAnswer> {
        let new = self.new_operation(who, group.owner(), &asked, job.target());
        self.is_accepted(job.as_ref(), &new.token)?;
        let tenant = new.owner.tenant();
        let (tell, written) = oneshot::channel();
        let (switchboard, scope) = (self.clone(), who.scope);
        // In a task of its own, so that a caller who goes away stops nothing.
        let task = tokio::spawn(async move { switchboard.write_and_drive(new, scope, job, tell).await });
        let written = written.await.unwrap_or_else(|_| {
            Err(ServiceError::Internal(
                "the task of an order ended early".to_owned(),
            ))
        });
        match written? {
            Some(id) => {
                // Whatever keeps it from finishing in time, the row is durable: the caller follows the operation.
                let _ = tokio::time::timeout(self.settings().answer_within, task).await;
                self.answer(who, id).await
            }
            None => self.join(who, &tenant, &asked).await,
        }
    }

    /// An operation to write down, with a token of its own.
    pub(crate) fn new_operation(
        &self,
        who: &Principal,
        owner: Owner,
        asked: &Asked,
        target: Target,
    ) -> NewOperation {
        NewOperation {
            client_reference: asked.client_reference.clone(),
            kind: asked.kind,
            input_hash: asked.hash.clone(),
            input: asked.input.clone(),
            token: random_token(18),
            owner,
            number_id: target.number_id,
            pool_id: target.pool_id,
            actor: who.actor(),
            request_id: who.request_id.clone(),
            lease: self.lease(),
        }
    }

    /// Refuses a change that the provider has no way to make, before anything is written.
    fn is_accepted(&self, job: &dyn Job, token: &str) -> ServiceResult<()> {
        let Some(id) = job.provider() else {
            return Ok(());
        };
        let Some(handle) = self.inner.providers.get(id) else {
            let message = format!("the provider {id} that it comes from is not configured");
            let error = UserError::new(UserErrorCode::UnknownProvider, "", message);
            return Err(ServiceError::Refused(vec![job.explain(error)]));
        };
        let token = OrderToken::parse(token).map_err(|error| ServiceError::Internal(error.to_string()))?;
        job.is_accepted(handle.ports(), &token).map_err(|error| {
            let error = error.with_provider(handle.info().id.clone());
            ServiceError::Refused(vec![job.explain(drive::in_words(&error))])
        })
    }

    /// Writes an operation down, tells its id, and works on it.
    async fn write_and_drive(
        &self,
        new: NewOperation,
        scope: Scope,
        job: Arc<dyn Job>,
        tell: oneshot::Sender<ServiceResult<Option<i64>>>,
    ) {
        let admitted = job.clone();
        let written = self
            .database()
            .write::<_, ServiceError, _>(move |tx| {
                Box::pin(async move {
                    if admitted.target().is_some() {
                        let (tenant, reference) = (new.owner.tenant(), &new.client_reference);
                        let known =
                            store::operation_by_reference(tx.connection(), &tenant, reference).await?;
                        if known.is_some() {
                            return Ok(None);
                        }
                        admitted.admit(tx, scope).await?;
                    }
                    store::insert_operation(tx, &new).await.map_err(taken)
                })
            })
            .await;
        let operation = match written {
            Ok(Some(operation)) => operation,
            // A caller who has gone away needs no answer.
            Ok(None) => return drop(tell.send(Ok(None))),
            Err(error) => return drop(tell.send(Err(error))),
        };
        let id = operation.id;
        drop(tell.send(Ok(Some(id))));
        if let Err(error) = self.drive(operation, job).await {
            tracing::warn!(operation = id, %error, "operation {id} was left to recovery");
        }
    }

    /// The operation that has this reference already: the same input gets the same answer, also while it runs.
    async fn join(&self, who: &Principal, tenant: &str, asked: &Asked) -> ServiceResult<OrderAnswer> {
        let deadline = tokio::time::Instant::now() + self.settings().answer_within;
        let mut pause = std::time::Duration::from_millis(10);
        loop {
            let reader = self.database().reader();
            let known = store::operation_by_reference(reader, tenant, &asked.client_reference)
                .await?
                .ok_or_else(|| ServiceError::Busy("the operation is being written".to_owned()))?;
            asked.is_repeated_by(&known)?;
            if known.state.is_final() || tokio::time::Instant::now() >= deadline {
                return self.answer(who, known.id).await;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(std::time::Duration::from_millis(100));
        }
    }

    /// What an operation has come to, with what it gave or changed once that is done.
    pub(crate) async fn answer(&self, who: &Principal, id: i64) -> ServiceResult<OrderAnswer> {
        let reader = self.database().reader();
        let operation = store::operation(reader, who.scope, id).await?.ok_or_else(|| {
            ServiceError::Internal(format!("operation {id} is not visible to its own caller"))
        })?;
        let done = matches!(
            operation.state,
            OperationState::Succeeded | OperationState::Partial
        );
        let number = match operation.number_id.filter(|_| done) {
            Some(id) => store::number(reader, who.scope, &NumberBy::Id(id), WITH_RELATIONS).await?,
            None => None,
        };
        let pool = match operation.pool_id.filter(|_| done) {
            Some(id) => store::pool(reader, who.scope, id).await?,
            None => None,
        };
        let matched = number
            .as_ref()
            .and_then(|number| self.why_given(&operation, &number.e164));
        Ok(OrderAnswer {
            operation,
            number,
            matched,
            pool,
        })
    }

    /// Why a number answers the order that gave it.
    fn why_given(&self, operation: &OperationRecord, number: &E164) -> Option<MatchReason> {
        if operation.kind != OperationKind::AssignNumber {
            return None;
        }
        let request: AssignNumber = serde_json::from_str(&operation.input).ok()?;
        crate::inventory::why(self.places(), &request.matching, request.widen, number)
    }

    /// The answer to a repeated request, if its reference is known; asked before anything else is judged, so
    /// that a repetition gets the first answer even where the world has changed since.
    pub(crate) async fn known_order(
        &self,
        who: &Principal,
        owner: Owner,
        asked: &Asked,
    ) -> ServiceResult<Option<OrderAnswer>> {
        let (reader, tenant) = (self.database().reader(), owner.tenant());
        let known = store::operation_by_reference(reader, &tenant, &asked.client_reference).await?;
        match known {
            Some(_) => self.join(who, &tenant, asked).await.map(Some),
            None => Ok(None),
        }
    }

    /// The group as a provider is told of it.
    pub(crate) async fn group_ref(&self, operation: &OperationRecord) -> ServiceResult<GroupRef> {
        let group = store::group(
            self.database().reader(),
            Scope::Platform,
            operation.owner.group_id,
        )
        .await?
        .ok_or_else(|| ServiceError::Internal(format!("group {} is gone", operation.owner.group_id)))?;
        let customer = store::customer(self.database().reader(), Scope::Platform, group.customer_id)
            .await?
            .ok_or_else(|| ServiceError::Internal(format!("customer {} is gone", group.customer_id)))?;
        Ok(GroupRef {
            id: group.id,
            external_id: group.external_id,
            name: group.name,
            customer: CustomerRef {
                id: customer.id,
                code: customer.code,
            },
        })
    }
}

/// SHA-256 of an operation's kind and input, hexadecimal. The input is a struct, so its fields have one order.
fn fingerprint(kind: OperationKind, input: &str) -> String {
    let digest = Sha256::digest(format!("{kind}\n{input}").as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Another change of the same thing is under way at its carrier.
pub(crate) fn under_way(other: &OperationRecord, path: &str) -> ServiceError {
    let provider = other.provider.as_deref().unwrap_or("its provider");
    let message = format!(
        "another change ({}, clientReference {}) is under way at {provider}; wait for its end and ask again",
        other.kind, other.client_reference
    );
    ServiceError::refused(UserErrorCode::Busy, path, message)
}

/// The number got another open operation at this very moment.
fn taken(error: StoreError) -> ServiceError {
    if error.is_duplicate_of("operations_number_open", "operations.number_id") {
        let message = "another change of the number is under way; wait for its end and ask again";
        return ServiceError::refused(UserErrorCode::Busy, "input.numberId", message);
    }
    error.into()
}

/// True for the states in which a provider may already have acted.
pub(crate) const fn may_have_acted(state: OperationState) -> bool {
    matches!(
        state,
        OperationState::Submitting | OperationState::Submitted | OperationState::Unconfirmed
    )
}
