//! The end of a change: what a provider did is committed here together with the operation's end.

use std::sync::Arc;

use jiff::SignedDuration;
use numbering::Places;
use provider_core::domain::SmsRoute;
use store::{
    EventKind, Mirrored, NewEvent, OperationRecord, OperationState, OperationUpdate, StoreError, Transaction,
    UpstreamFacts,
};

use super::{Job, Receipt, elsewhere};
use crate::{
    ServiceError, ServiceResult, Switchboard, UserError, UserErrorCode, inventory::INVENTORY_ID,
    recovery::Review,
};

/// What a transaction of settling gives: the state reached, what was given, and the events written.
pub(crate) struct Settled {
    /// The state that the operation ends in.
    pub(crate) state: OperationState,
    /// The number that was given or changed.
    pub(crate) number_id: Option<i64>,
    /// The pool that was given or changed.
    pub(crate) pool_id: Option<i64>,
    /// Rows of the events.
    pub(crate) events: Vec<i64>,
}

/// Who settles what.
#[derive(Debug)]
pub(crate) struct Settling<'a> {
    /// The operation that ends.
    pub(crate) operation: &'a OperationRecord,
    /// The provider that acted.
    pub(crate) provider: &'a str,
    /// The numbering data.
    pub(crate) places: &'static Places,
    quarantine: SignedDuration,
}

impl Settling<'_> {
    /// Whether the provider is the own inventory.
    pub(crate) fn is_own(&self) -> bool {
        self.provider == INVENTORY_ID
    }

    /// An event of this operation.
    pub(crate) fn event(&self, kind: EventKind) -> NewEvent<'_> {
        NewEvent {
            kind,
            actor: &self.operation.actor,
            cause: None,
            operation_id: Some(self.operation.id),
        }
    }

    /// How long a number rests that is released now: our own becomes stock again, one that a carrier took back is
    /// gone for good.
    pub(crate) fn rest(&self) -> Option<SignedDuration> {
        self.is_own().then_some(self.quarantine)
    }

    /// Notes what a carrier calls what it gave.
    pub(crate) async fn note_facts(
        &self,
        tx: &Transaction,
        of: Mirrored,
        id: i64,
        name: &Option<String>,
        sms_route: Option<SmsRoute>,
    ) -> Result<(), StoreError> {
        if self.is_own() {
            return Ok(());
        }
        let name = name.clone();
        store::note_upstream_facts(tx, of, id, &UpstreamFacts { name, sms_route }).await
    }
}

/// Whether all of what was asked for was given.
pub(crate) fn complete(given: usize, asked: u32) -> OperationState {
    if given >= asked as usize {
        OperationState::Succeeded
    } else {
        OperationState::Partial
    }
}

/// Names that are tried for what a carrier has done already.
const MOST_NAMES: u32 = 50;

impl Switchboard {
    /// Commits a provider's receipt. When the name was taken meanwhile, own stock goes back and the operation
    /// is refused; what a carrier did is paid for, and is kept under a name that is free. A receipt that can't
    /// be kept as it is goes to a person, with what it says.
    pub(crate) async fn settle(
        &self,
        operation: &OperationRecord,
        job: &Arc<dyn Job>,
        provider: &str,
        attempt: i64,
        state: OperationState,
        receipt: Receipt,
    ) -> ServiceResult<()> {
        let own = provider == INVENTORY_ID;
        let lost = |why: String| Review {
            why: format!("{why}; {provider} gave: {}", receipt.in_words()),
            reference: receipt.reference().cloned(),
            attempt,
        };
        let mut candidate = Some(Arc::clone(job));
        for nth in 2..=MOST_NAMES + 1 {
            let Some(named) = candidate else { break };
            let outcome = self
                .commit(operation, named, provider, attempt, state, receipt.clone())
                .await;
            match outcome {
                Ok(events) => {
                    self.announce(&events).await;
                    return Ok(());
                }
                Err(CommitError::NameTaken) if own => {
                    return self.refuse(operation, state, &job.name_taken()).await;
                }
                Err(CommitError::NameTaken) => candidate = job.renamed(nth),
                Err(CommitError::PoolRetired) if own => {
                    return self.refuse(operation, state, &pool_retired()).await;
                }
                Err(CommitError::PoolRetired) => {
                    let why = "the pool was retired here while the provider changed it".to_owned();
                    return self.needs_review(operation, state, lost(why)).await;
                }
                Err(CommitError::Impossible(why)) => {
                    return self.needs_review(operation, state, lost(why)).await;
                }
                Err(CommitError::Service(error)) => return Err(error),
            }
        }
        let why = "the provider acted, and no name is free for what it gave".to_owned();
        self.needs_review(operation, state, lost(why)).await
    }

    async fn commit(
        &self,
        operation: &OperationRecord,
        job: Arc<dyn Job>,
        provider: &str,
        attempt: i64,
        from: OperationState,
        receipt: Receipt,
    ) -> Result<Vec<i64>, CommitError> {
        let (operation, provider) = (operation.clone(), provider.to_owned());
        let (places, quarantine) = (self.places(), self.quarantine());
        self.database()
            .write(move |tx| {
                Box::pin(async move {
                    if !store::lock_order(tx, &operation.token).await? {
                        return Err(elsewhere(operation.id).into());
                    }
                    let settling = Settling {
                        operation: &operation,
                        provider: &provider,
                        places,
                        quarantine,
                    };
                    let settled = job.settle(tx, &settling, &receipt).await?;
                    let update = OperationUpdate {
                        number_id: settled.number_id,
                        pool_id: settled.pool_id,
                        ..OperationUpdate::default()
                    };
                    let id = operation.id;
                    if !store::advance_operation(tx, id, from, settled.state, &update).await? {
                        return Err(elsewhere(id).into());
                    }
                    if attempt > 0 {
                        store::finish_attempt(tx, id, attempt, "DONE", None).await?;
                    }
                    Ok(settled.events)
                })
            })
            .await
    }
}

fn pool_retired() -> UserError {
    let message = "the pool was retired meanwhile; create a new one";
    UserError::new(UserErrorCode::InvalidTransition, "input.poolId", message)
}

/// Why a receipt was not committed.
#[derive(Debug)]
pub(crate) enum CommitError {
    /// Another number or pool of the group has the name.
    NameTaken,
    /// The pool that was to be changed is not in service any more.
    PoolRetired,
    /// What the provider did contradicts what the database knows: trying again would not help.
    Impossible(String),
    /// Anything else; recovery tries again.
    Service(ServiceError),
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        if crate::numbers::is_name_taken(&error) || store::is_pool_name_taken(&error) {
            return Self::NameTaken;
        }
        match error {
            StoreError::Duplicate { index } => Self::Impossible(format!(
                "the provider gave what the inventory has already (unique index {index})"
            )),
            other => Self::Service(other.into()),
        }
    }
}

impl From<ServiceError> for CommitError {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

/// A receipt of another kind than the job's.
pub(crate) fn mismatch() -> CommitError {
    ServiceError::Internal("a receipt of another kind than the order".to_owned()).into()
}
