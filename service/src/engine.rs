//! Orders: from a durable row, through a provider, to a number or pool of a group.
//!
//! No byte goes to a provider before the row is committed, an unknown outcome is a state and not an error, and
//! no transaction is held across a call. What is left open here is taken up by [`crate::recovery`].

mod drive;
mod job;
mod settle;

use provider_core::domain::{E164, GroupRef, MatchReason, OrderToken};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{
    Group, NewOperation, NumberBy, NumberRelations, OperationKind, OperationRecord, OperationState, Scope,
};
use tokio::sync::oneshot;

pub(crate) use drive::{Verdict, caller_of, elsewhere, seen};
pub(crate) use job::{Job, Receipt};

use crate::{
    AssignNumber, OrderAnswer, Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode,
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

impl Switchboard {
    /// Carries out an order, or joins the one that has the same reference.
    pub(crate) async fn order<R: Serialize + Sync>(
        &self,
        who: &Principal,
        group: &Group,
        client_reference: &str,
        request: &R,
        job: Job,
    ) -> ServiceResult<OrderAnswer> {
        let input =
            serde_json::to_string(request).map_err(|error| ServiceError::Internal(error.to_string()))?;
        let new = NewOperation {
            client_reference: client_reference.to_owned(),
            kind: job.kind(),
            input_hash: fingerprint(job.kind(), &input),
            input,
            token: random_token(18),
            owner: group.owner(),
            pool_id: job.pool_id(),
            actor: who.actor(),
            request_id: who.request_id.clone(),
            lease: self.lease(),
        };
        let tenant = new.owner.tenant();
        let hash = new.input_hash.clone();
        let (tell, written) = oneshot::channel();
        let switchboard = self.clone();
        // In a task of its own, so that a caller who goes away stops nothing.
        let task = tokio::spawn(async move { switchboard.write_and_drive(new, job, tell).await });
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
            None => self.join(who, &tenant, client_reference, &hash).await,
        }
    }

    /// Writes an operation down, tells its id, and works on it.
    async fn write_and_drive(
        &self,
        new: NewOperation,
        job: Job,
        tell: oneshot::Sender<ServiceResult<Option<i64>>>,
    ) {
        let written = self
            .database()
            .write::<_, ServiceError, _>(move |tx| {
                Box::pin(async move { Ok(store::insert_operation(tx, &new).await?) })
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
    async fn join(
        &self,
        who: &Principal,
        tenant: &str,
        client_reference: &str,
        hash: &str,
    ) -> ServiceResult<OrderAnswer> {
        let deadline = tokio::time::Instant::now() + self.settings().answer_within;
        let mut pause = std::time::Duration::from_millis(10);
        loop {
            let reader = self.database().reader();
            let known = store::operation_by_reference(reader, tenant, client_reference)
                .await?
                .ok_or_else(|| ServiceError::Busy("the operation is being written".to_owned()))?;
            if known.input_hash != hash {
                return Err(ServiceError::refused(
                    UserErrorCode::IdempotencyConflict,
                    "input.clientReference",
                    "this clientReference was used with other input; use a new one for a new request",
                ));
            }
            if known.state.is_final() || tokio::time::Instant::now() >= deadline {
                return self.answer(who, known.id).await;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(std::time::Duration::from_millis(100));
        }
    }

    /// What an operation has come to, with what it gave.
    async fn answer(&self, who: &Principal, id: i64) -> ServiceResult<OrderAnswer> {
        let reader = self.database().reader();
        let operation = store::operation(reader, who.scope, id).await?.ok_or_else(|| {
            ServiceError::Internal(format!("operation {id} is not visible to its own caller"))
        })?;
        let number = match operation.number_id {
            Some(id) => store::number(reader, who.scope, &NumberBy::Id(id), WITH_RELATIONS).await?,
            None => None,
        };
        let pool = match operation.pool_id {
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
    pub(crate) async fn known_order<R: Serialize>(
        &self,
        who: &Principal,
        group: &Group,
        client_reference: &str,
        kind: OperationKind,
        request: &R,
    ) -> ServiceResult<Option<OrderAnswer>> {
        let tenant = group.owner().tenant();
        let known =
            store::operation_by_reference(self.database().reader(), &tenant, client_reference).await?;
        if known.is_none() {
            return Ok(None);
        }
        let input =
            serde_json::to_string(request).map_err(|error| ServiceError::Internal(error.to_string()))?;
        self.join(who, &tenant, client_reference, &fingerprint(kind, &input))
            .await
            .map(Some)
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
        Ok(GroupRef {
            id: group.id,
            external_id: group.external_id,
            name: group.name,
        })
    }
}

/// SHA-256 of an operation's kind and input, hexadecimal. The input is a struct, so its fields have one order.
fn fingerprint(kind: OperationKind, input: &str) -> String {
    let digest = Sha256::digest(format!("{kind}\n{input}").as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The operation's token in the contract's type.
pub(crate) fn token(operation: &OperationRecord) -> ServiceResult<OrderToken> {
    OrderToken::parse(operation.token.as_str())
        .map_err(|error| ServiceError::Internal(format!("operation {}: {error}", operation.id)))
}

/// True for the states in which a provider may already have acted.
pub(crate) const fn may_have_acted(state: OperationState) -> bool {
    matches!(
        state,
        OperationState::Submitting | OperationState::Submitted | OperationState::Unconfirmed
    )
}
