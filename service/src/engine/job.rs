//! One kind of change: what it asks of a provider, and what it does here once that is done.
//!
//! Each kind is a type in `jobs/` that implements [`Job`]; the rest of the engine knows nothing else of it. To add
//! one: a file there, a variant of [`OperationKind`], an arm of [`Switchboard::job_of`], and a variant of [`Receipt`]
//! where a provider answers with something new.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use provider_core::{
    call::CallContext,
    domain::{GroupRef, NumberReceipt, OrderToken, PoolReceipt, ReleaseReceipt, RetireReceipt, UpstreamRef},
    error::{ErrorKind, ProviderError},
    outcome::Outcome,
    provider::Ports,
};
use store::{OperationKind, OperationRecord, Scope, Transaction};

use super::{
    jobs::{Assign, ChangeNumber, CreatePool, ReportCenter, ResizePool, RetirePool, UpdatePool},
    settle::{CommitError, Settled, Settling},
};
use crate::{ServiceError, ServiceResult, Switchboard, UserError, UserErrorCode};

/// What a provider answers.
pub(crate) type Answer<T> = Result<T, ProviderError>;

/// One kind of change, read from an operation's input.
#[async_trait]
pub(crate) trait Job: Debug + Send + Sync {
    /// What it changes; nothing for an order of something new.
    fn target(&self) -> Target {
        Target::default()
    }

    /// The only provider that may be asked, where there is no choice.
    fn provider(&self) -> Option<&str>;

    /// Whether a provider has the port that this needs.
    fn can_use(&self, ports: &Ports) -> bool;

    /// Whether the terms of the provider allow it, asked before anything is written down. Orders of something new
    /// leave that to each provider's guard: another one may be asked.
    fn is_accepted(&self, ports: &Ports, token: &OrderToken) -> Answer<()> {
        let _ = (ports, token);
        Ok(())
    }

    /// Checks in the transaction that writes the operation down that it may begin.
    async fn admit(&self, tx: &Transaction, scope: Scope) -> ServiceResult<()> {
        let _ = (tx, scope);
        Ok(())
    }

    /// How it is found out what became of a call whose answer was lost.
    fn when_lost(&self, ports: &Ports) -> WhenLost;

    /// Makes the call.
    async fn place(&self, call: Call<'_>) -> Answer<Outcome<Receipt>>;

    /// Asks what became of it by the reference that a pending one has. `None`: it is placed again instead.
    async fn get(&self, call: Call<'_>, reference: &UpstreamRef) -> Option<Answer<Outcome<Receipt>>> {
        let _ = (call, reference);
        None
    }

    /// Looks for it by its token; only where [`Job::when_lost`] says so.
    async fn find(&self, call: Call<'_>) -> Answer<Option<Outcome<Receipt>>> {
        let _ = call;
        Err(unsupported())
    }

    /// Whether the provider shows that it has made the change: asked when a call whose answer was lost was refused
    /// when it was made again. That refusal is about the second call alone.
    ///
    /// Orders need no such look: by its token, an order that was carried out isn't refused.
    async fn look(&self, call: Call<'_>) -> Answer<Option<Receipt>> {
        let _ = call;
        Ok(None)
    }

    /// Does here what the receipt says, in the transaction that ends the operation.
    async fn settle(
        &self,
        tx: &Transaction,
        settling: &Settling<'_>,
        receipt: &Receipt,
    ) -> Result<Settled, CommitError>;

    /// The same under the second, third name to try, because the one before was taken; `None` where no name is the
    /// job's to choose.
    fn renamed(&self, nth: u32) -> Option<Arc<dyn Job>> {
        let _ = nth;
        None
    }

    /// A refusal in the words of this job's input.
    fn explain(&self, error: UserError) -> UserError {
        error
    }

    /// Why it came to nothing when a name was taken meanwhile.
    fn name_taken(&self) -> UserError {
        let message = "another number or pool of the group got this name meanwhile; choose another name";
        UserError::new(UserErrorCode::NameTaken, "input.name", message)
    }
}

/// What a job changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// A number.
    pub(crate) number_id: Option<i64>,
    /// A pool.
    pub(crate) pool_id: Option<i64>,
    /// Something without a row here, such as a call center: the job's input names it.
    pub(crate) elsewhere: bool,
}

impl Target {
    /// Whether there is one.
    pub(crate) fn is_some(self) -> bool {
        self != Self::default()
    }
}

/// How it is found out what became of a call whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenLost {
    /// The same call again has the effect of once: it is made again.
    PlaceAgain,
    /// It is looked for by its token.
    LookFor,
    /// A person must look.
    AskAPerson,
}

/// One call of a provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    /// Its ports.
    pub(crate) ports: &'a Ports,
    /// What goes with every call.
    pub(crate) cx: &'a CallContext,
    /// What the calls of one operation have in common.
    pub(crate) order: &'a Order,
}

/// What the calls of one operation have in common.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The same on every attempt.
    pub(crate) token: OrderToken,
    /// Who it is for.
    pub(crate) group: GroupRef,
}

/// What a provider says it did.
#[derive(Debug, Clone)]
pub(crate) enum Receipt {
    /// It gave or changed a number.
    Number(Box<NumberReceipt>),
    /// It took a number back.
    Released(ReleaseReceipt),
    /// It gave or changed a pool.
    Pool(Box<PoolReceipt>),
    /// It ended a pool.
    Retired(RetireReceipt),
    /// It changed how a call center reports, as its own settings showed.
    Reporting,
}

/// Numbers of a pool that are told to a person; the pool's own id leads to the others.
const NUMBERS_TOLD: usize = 50;

impl Receipt {
    /// What the provider calls what it gave.
    pub(crate) fn reference(&self) -> Option<&UpstreamRef> {
        match self {
            Self::Number(receipt) => Some(&receipt.external_id),
            Self::Pool(receipt) => Some(&receipt.external_id),
            Self::Retired(receipt) => Some(&receipt.pool),
            Self::Released(_) | Self::Reporting => None,
        }
    }

    /// What it says, for a person who has to find it at the provider.
    pub(crate) fn in_words(&self) -> String {
        match self {
            Self::Number(receipt) => format!("number {} (id {})", receipt.number, receipt.external_id),
            Self::Released(receipt) => format!("release of {}", receipt.number),
            Self::Retired(receipt) => format!("end of pool {}", receipt.pool),
            Self::Reporting => "other settings of a call center's reports".to_owned(),
            Self::Pool(receipt) => {
                let told: Vec<String> = receipt
                    .numbers
                    .iter()
                    .take(NUMBERS_TOLD)
                    .map(|entry| format!("{} (id {})", entry.number, entry.external_id))
                    .collect();
                let further = receipt.numbers.len().saturating_sub(told.len());
                let further = if further > 0 {
                    format!(" and {further} more")
                } else {
                    String::new()
                };
                format!("pool {} with {}{further}", receipt.external_id, told.join(", "))
            }
        }
    }
}

pub(crate) fn number(outcome: Outcome<NumberReceipt>) -> Outcome<Receipt> {
    outcome.map(|receipt| Receipt::Number(Box::new(receipt)))
}

pub(crate) fn pool(outcome: Outcome<PoolReceipt>) -> Outcome<Receipt> {
    outcome.map(|receipt| Receipt::Pool(Box::new(receipt)))
}

/// The provider lacks the port.
pub(crate) fn unsupported() -> ProviderError {
    let message = "the provider has no way to do this";
    ProviderError::new(ErrorKind::Unsupported, "order", message)
}

impl Switchboard {
    /// What the calls of an operation have in common.
    pub(crate) async fn order_of(&self, operation: &OperationRecord) -> ServiceResult<Order> {
        Ok(Order {
            token: OrderToken::parse(operation.token.as_str())
                .map_err(|error| ServiceError::Internal(format!("operation {}: {error}", operation.id)))?,
            group: self.group_ref(operation).await?,
        })
    }

    /// What an operation was asked to do, from its stored input.
    pub(crate) async fn job_of(&self, operation: &OperationRecord) -> ServiceResult<Arc<dyn Job>> {
        let input = operation.input.as_str();
        Ok(match operation.kind {
            OperationKind::AssignNumber => Arc::new(Assign::read(input)?),
            OperationKind::CreateNumberPool => Arc::new(CreatePool::read(input)?),
            OperationKind::ResizeNumberPool => Arc::new(ResizePool::read(self, input).await?),
            OperationKind::UpdateNumberPool => Arc::new(UpdatePool::read(self, input).await?),
            OperationKind::RetireNumberPool => Arc::new(RetirePool::read(self, input).await?),
            OperationKind::UpdateCallCenterReporting => Arc::new(ReportCenter::read(input)?),
            kind @ (OperationKind::UpdateNumber
            | OperationKind::SuspendNumber
            | OperationKind::ResumeNumber
            | OperationKind::ReleaseNumber) => Arc::new(ChangeNumber::read(self, kind, input).await?),
        })
    }
}

/// Reads an operation's input.
pub(crate) fn read<T: serde::de::DeserializeOwned>(input: &str) -> ServiceResult<T> {
    serde_json::from_str(input)
        .map_err(|error| ServiceError::Internal(format!("the input of an operation can't be read: {error}")))
}
