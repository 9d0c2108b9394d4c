//! Giving what a provider gave to the group that asked: the end of an order, in one transaction.

use provider_core::domain::{CallRoute, E164, NumberReceipt, NumberStatus, PoolReceipt};
use store::{
    EventKind, NewEvent, NewNumber, NewPool, NumberBy, NumberRecord, OperationRecord, OperationState,
    OperationUpdate, Scope, StoreError, Transaction,
};

use super::{Job, Receipt};
use crate::{
    AssignNumber, CreateNumberPool, ResizeNumberPool, ServiceError, ServiceResult, Switchboard, UserError,
    UserErrorCode, engine::elsewhere, inventory::INVENTORY_ID, lifecycle::available,
};

/// What a transaction of settling gives: the state reached, what was given, and the events written.
struct Settled {
    state: OperationState,
    number_id: Option<i64>,
    pool_id: Option<i64>,
    events: Vec<i64>,
}

/// Who settles what, for the history.
struct Context<'a> {
    operation: &'a OperationRecord,
    provider: &'a str,
}

impl Context<'_> {
    fn event(&self, kind: EventKind) -> NewEvent<'_> {
        NewEvent {
            kind,
            actor: &self.operation.actor,
            cause: None,
            operation_id: Some(self.operation.id),
        }
    }
}

/// Names that are tried for what a carrier has sold already.
const MOST_NAMES: u32 = 50;

impl Switchboard {
    /// Commits a provider's receipt. When the name was taken meanwhile, own stock goes back and the operation
    /// is refused; what a carrier sold is paid for, and is kept under a name that is free. A receipt that can't
    /// be kept as it is goes to a person.
    pub(crate) async fn settle(
        &self,
        operation: &OperationRecord,
        job: &Job,
        provider: &str,
        attempt: i64,
        state: OperationState,
        receipt: Receipt,
    ) -> ServiceResult<()> {
        let own = provider == INVENTORY_ID;
        for name in 1..=MOST_NAMES {
            let Some(job) = renamed(job, name) else { break };
            let outcome = self
                .commit(operation, &job, provider, attempt, state, receipt.clone())
                .await;
            match outcome {
                Ok(events) => {
                    self.announce(&events).await;
                    return Ok(());
                }
                Err(CommitError::NameTaken) if own => {
                    return self.refuse(operation, state, &name_taken()).await;
                }
                Err(CommitError::NameTaken) => {}
                Err(CommitError::PoolRetired) if own => {
                    return self.refuse(operation, state, &pool_retired()).await;
                }
                Err(CommitError::PoolRetired) => {
                    let why = "the pool was retired while the provider made it larger or smaller";
                    return self.needs_review(operation, state, why).await;
                }
                Err(CommitError::Impossible(why)) => {
                    return self.needs_review(operation, state, &why).await;
                }
                Err(CommitError::Service(error)) => return Err(error),
            }
        }
        let why = "the provider acted, and no name is free for what it gave";
        self.needs_review(operation, state, why).await
    }

    async fn commit(
        &self,
        operation: &OperationRecord,
        job: &Job,
        provider: &str,
        attempt: i64,
        from: OperationState,
        receipt: Receipt,
    ) -> Result<Vec<i64>, CommitError> {
        let (operation, job, provider) = (operation.clone(), job.clone(), provider.to_owned());
        let places = self.places();
        let quarantine = self.quarantine();
        self.database()
            .write(move |tx| {
                Box::pin(async move {
                    if !store::lock_order(tx, &operation.token).await? {
                        return Err(elsewhere(operation.id).into());
                    }
                    let context = Context {
                        operation: &operation,
                        provider: &provider,
                    };
                    let settled = match (&job, &receipt) {
                        (Job::Assign(request), Receipt::Number(receipt)) => {
                            assign(tx, places, &context, request, receipt).await?
                        }
                        (Job::CreatePool(request), Receipt::Pool(receipt)) => {
                            create_pool(tx, places, &context, request, receipt).await?
                        }
                        (Job::ResizePool(request, pool), Receipt::Pool(receipt)) => {
                            resize_pool(tx, places, &context, request, pool, receipt, quarantine).await?
                        }
                        _ => return Err(internal("a receipt of another kind than the order").into()),
                    };
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

/// The job under the first, second, third name to try; `None` where the name isn't the job's to choose.
fn renamed(job: &Job, name: u32) -> Option<Job> {
    let mut job = job.clone();
    let text = match &mut job {
        Job::Assign(request) => &mut request.name,
        Job::CreatePool(request) => &mut request.name,
        Job::ResizePool(..) => return (name == 1).then_some(job),
    };
    if name > 1 {
        *text = format!("{text} ({name})");
    }
    Some(job)
}

fn name_taken() -> UserError {
    let message = "another number or pool of the group got this name meanwhile; choose another name";
    UserError::new(UserErrorCode::NameTaken, "input.name", message)
}

fn pool_retired() -> UserError {
    let message = "the pool was retired meanwhile; create a new one";
    UserError::new(UserErrorCode::InvalidTransition, "input.poolId", message)
}

/// Why a receipt was not committed.
enum CommitError {
    /// Another number or pool of the group has the name.
    NameTaken,
    /// The pool that was to be resized is not in service any more.
    PoolRetired,
    /// What the provider gave contradicts what the database knows: trying again would not help.
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

fn internal(message: &str) -> ServiceError {
    ServiceError::Internal(message.to_owned())
}

/// A number that a provider gave: its row as it is, and what it is to be changed from.
struct Given {
    before: NumberRecord,
    base: NumberRecord,
}

/// The row of a number that a provider gave: claimed before if it is ours, new if a carrier sold it, or one that
/// we gave back to the same carrier before.
async fn given(
    tx: &Transaction,
    places: &numbering::Places,
    context: &Context<'_>,
    number: &E164,
    external_id: &str,
) -> Result<Given, CommitError> {
    let own = context.provider == INVENTORY_ID;
    if !own {
        let facts = places.describe(number);
        let new = NewNumber {
            e164: number.clone(),
            place_id: store::ensure_place(tx, &facts).await?,
            facts,
            status: NumberStatus::Pending,
            provider: context.provider.to_owned(),
            external_id: Some(external_id.to_owned()),
            monthly_cost: None,
            tags: Vec::new(),
        };
        store::insert_number(tx, &new, context.event(EventKind::Added)).await?;
    }
    let by = NumberBy::E164(number.clone());
    let Some(before) = store::lock_number(tx, Scope::Platform, &by).await? else {
        let why = format!("{number}, which the provider gave, is not in the inventory");
        return Err(CommitError::Impossible(why));
    };
    let ours = before.provider == context.provider;
    let token = Some(context.operation.token.as_str());
    match before.status {
        NumberStatus::Pending if ours && (!own || before.order_token.as_deref() == token) => Ok(Given {
            base: before.clone(),
            before,
        }),
        NumberStatus::Dropped if ours && !own => Ok(Given {
            base: NumberRecord {
                external_id: Some(external_id.to_owned()),
                ..available(&before)
            },
            before,
        }),
        status => Err(CommitError::Impossible(format!(
            "{number}, which the provider gave, is {status} at {} here",
            before.provider
        ))),
    }
}

async fn assign(
    tx: &Transaction,
    places: &numbering::Places,
    context: &Context<'_>,
    request: &AssignNumber,
    receipt: &NumberReceipt,
) -> Result<Settled, CommitError> {
    let Given { before, base } =
        given(tx, places, context, &receipt.number, receipt.external_id.as_str()).await?;
    let owner = context.operation.owner;
    let customer = store::customer(tx.connection(), Scope::Platform, owner.customer_id).await?;
    let mut after = in_service(tx, &base, owner, &request.name, &request.route);
    after.dealer_id = customer.and_then(|customer| customer.dealer_id);
    after.tags.clone_from(&request.tags);
    let event = store::save_number(tx, &before, &after, context.event(EventKind::Assigned)).await?;
    let operation_id = Some(context.operation.id);
    store::insert_assignment(tx, before.id, owner, &request.name, None, operation_id).await?;
    Ok(Settled {
        state: OperationState::Succeeded,
        number_id: Some(before.id),
        pool_id: None,
        events: vec![event],
    })
}

fn in_service(
    tx: &Transaction,
    base: &NumberRecord,
    owner: store::Owner,
    name: &str,
    route: &CallRoute,
) -> NumberRecord {
    let CallRoute::Basic { termination_number } = route;
    NumberRecord {
        status: NumberStatus::Active,
        name: Some(name.to_owned()),
        owner: Some(owner),
        termination_number: Some(termination_number.clone()),
        order_token: None,
        hold_until: None,
        assigned_at: Some(tx.now()),
        ..base.clone()
    }
}

async fn create_pool(
    tx: &Transaction,
    places: &numbering::Places,
    context: &Context<'_>,
    request: &CreateNumberPool,
    receipt: &PoolReceipt,
) -> Result<Settled, CommitError> {
    let CallRoute::Basic { termination_number } = request.route.clone();
    let new = NewPool {
        owner: context.operation.owner,
        name: request.name.clone(),
        provider: context.provider.to_owned(),
        external_id: Some(receipt.external_id.as_str().to_owned()),
        matching: request.matching.clone(),
        match_period_minutes: request.match_period_minutes,
        quantity: request.quantity,
        replacement: request.replacement.clone(),
        termination_number,
    };
    let pool_id = store::insert_pool(tx, &new).await?;
    let mut events = Vec::with_capacity(receipt.numbers.len());
    for entry in &receipt.numbers {
        let number = given(tx, places, context, &entry.number, entry.external_id.as_str()).await?;
        events.push(join_pool(tx, context, number, pool_id, &request.name, &request.route).await?);
    }
    let complete = receipt.numbers.len() >= request.quantity as usize;
    let state = if complete {
        OperationState::Succeeded
    } else {
        OperationState::Partial
    };
    Ok(Settled {
        state,
        number_id: None,
        pool_id: Some(pool_id),
        events,
    })
}

async fn join_pool(
    tx: &Transaction,
    context: &Context<'_>,
    Given { before, base }: Given,
    pool_id: i64,
    name: &str,
    route: &CallRoute,
) -> Result<i64, CommitError> {
    let owner = context.operation.owner;
    let customer = store::customer(tx.connection(), Scope::Platform, owner.customer_id).await?;
    let mut after = in_service(tx, &base, owner, name, route);
    after.pool_id = Some(pool_id);
    after.dealer_id = customer.and_then(|customer| customer.dealer_id);
    let event = store::save_number(tx, &before, &after, context.event(EventKind::Assigned)).await?;
    let operation_id = Some(context.operation.id);
    store::insert_assignment(tx, before.id, owner, name, Some(pool_id), operation_id).await?;
    store::add_member(tx, pool_id, before.id).await?;
    Ok(event)
}

/// Makes a pool's members what the receipt says: new ones join, missing ones leave.
async fn resize_pool(
    tx: &Transaction,
    places: &numbering::Places,
    context: &Context<'_>,
    request: &ResizeNumberPool,
    pool: &store::PoolRecord,
    receipt: &PoolReceipt,
    quarantine: jiff::SignedDuration,
) -> Result<Settled, CommitError> {
    // First, because it locks the pool: whoever retires or resizes it at the same time waits.
    if !store::set_pool_quantity(tx, pool.id, request.quantity).await? {
        return Err(CommitError::PoolRetired);
    }
    let mut events = Vec::new();
    let route = CallRoute::Basic {
        termination_number: pool.termination_number.clone(),
    };
    let mut leaving = Vec::new();
    let mut present = std::collections::HashSet::new();
    for id in store::members(tx.connection(), pool.id).await? {
        let Some(number) = store::lock_number(tx, Scope::Platform, &NumberBy::Id(id)).await? else {
            continue;
        };
        if receipt.numbers.iter().any(|entry| entry.number == number.e164) {
            present.insert(number.e164.clone());
        } else {
            leaving.push(number);
        }
    }
    for entry in receipt
        .numbers
        .iter()
        .filter(|entry| !present.contains(&entry.number))
    {
        let number = given(tx, places, context, &entry.number, entry.external_id.as_str()).await?;
        events.push(join_pool(tx, context, number, pool.id, &pool.name, &route).await?);
    }
    for number in leaving {
        let event = context.event(EventKind::Released);
        events.push(
            crate::pools::leave_pool(tx, pool, &number, request.keep_numbers, quarantine, event).await?,
        );
    }
    let complete = receipt.numbers.len() >= request.quantity as usize;
    let state = if complete {
        OperationState::Succeeded
    } else {
        OperationState::Partial
    };
    Ok(Settled {
        state,
        number_id: None,
        pool_id: Some(pool.id),
        events,
    })
}
