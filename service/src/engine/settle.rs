//! Giving what a provider gave to the group that asked: the end of an order, in one transaction.

use provider_core::domain::{CallRoute, E164, NumberReceipt, NumberStatus, PoolReceipt};
use store::{
    EventKind, NewEvent, NewNumber, NewPool, NumberBy, NumberRecord, OperationRecord, OperationState,
    OperationUpdate, Scope, StoreError, Transaction,
};

use super::{Job, Receipt};
use crate::{
    AssignNumber, CreateNumberPool, ResizeNumberPool, ServiceError, ServiceResult, Switchboard, UserError,
    UserErrorCode, inventory::INVENTORY_ID,
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

impl Switchboard {
    /// Commits a provider's receipt. When the name was taken meanwhile, own stock goes back and the operation
    /// is refused; a carrier's number, which is paid for, keeps going under a name that is free.
    pub(crate) async fn settle(
        &self,
        operation: &OperationRecord,
        job: &Job,
        provider: &str,
        attempt: i64,
        state: OperationState,
        receipt: Receipt,
    ) -> ServiceResult<()> {
        let mut job = job.clone();
        for suffix in 2.. {
            let outcome = self
                .commit(operation, &job, provider, attempt, state, receipt.clone())
                .await;
            match outcome {
                Err(CommitError::NameTaken) if provider == INVENTORY_ID => {
                    let error = UserError::new(
                        UserErrorCode::NameTaken,
                        "input.name",
                        "another number or pool of the group got this name meanwhile; choose another name",
                    );
                    return self.refuse(operation, state, &error).await;
                }
                Err(CommitError::NameTaken) => rename(&mut job, suffix),
                Err(CommitError::Service(error)) => return Err(error),
                Ok(events) => {
                    self.announce(&events).await;
                    return Ok(());
                }
            }
        }
        Ok(())
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
                        return Err(
                            ServiceError::Busy(format!("operation {id} is worked on elsewhere")).into(),
                        );
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

fn rename(job: &mut Job, suffix: u32) {
    match job {
        Job::Assign(request) => request.name = format!("{} ({suffix})", request.name),
        Job::CreatePool(request) => request.name = format!("{} ({suffix})", request.name),
        Job::ResizePool(..) => {}
    }
}

enum CommitError {
    NameTaken,
    Service(ServiceError),
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        if crate::numbers::is_name_taken(&error) || store::is_pool_name_taken(&error) {
            Self::NameTaken
        } else {
            Self::Service(error.into())
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

/// The row of a number that a provider gave: claimed before if it is ours, new if a carrier sold it.
async fn given(
    tx: &Transaction,
    places: &numbering::Places,
    context: &Context<'_>,
    number: &E164,
    external_id: &str,
) -> Result<NumberRecord, CommitError> {
    if context.provider != INVENTORY_ID {
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
    let row = store::lock_number(tx, Scope::Platform, &by).await?;
    match row {
        Some(row) if row.status == NumberStatus::Pending => Ok(row),
        _ => Err(internal("a number that was given is not pending for its order").into()),
    }
}

async fn assign(
    tx: &Transaction,
    places: &numbering::Places,
    context: &Context<'_>,
    request: &AssignNumber,
    receipt: &NumberReceipt,
) -> Result<Settled, CommitError> {
    let before = given(tx, places, context, &receipt.number, receipt.external_id.as_str()).await?;
    let owner = context.operation.owner;
    let customer = store::customer(tx.connection(), Scope::Platform, owner.customer_id).await?;
    let mut after = in_service(tx, &before, owner, &request.name, &request.route);
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
    before: &NumberRecord,
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
        ..before.clone()
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
        let before = given(tx, places, context, &entry.number, entry.external_id.as_str()).await?;
        events.push(join_pool(tx, context, before, pool_id, &request.name, &request.route).await?);
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
    before: NumberRecord,
    pool_id: i64,
    name: &str,
    route: &CallRoute,
) -> Result<i64, CommitError> {
    let owner = context.operation.owner;
    let customer = store::customer(tx.connection(), Scope::Platform, owner.customer_id).await?;
    let mut after = in_service(tx, &before, owner, name, route);
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
        let before = given(tx, places, context, &entry.number, entry.external_id.as_str()).await?;
        events.push(join_pool(tx, context, before, pool.id, &pool.name, &route).await?);
    }
    for number in leaving {
        let event = context.event(EventKind::Released);
        events.push(
            crate::pools::leave_pool(tx, pool, &number, request.keep_numbers, quarantine, event).await?,
        );
    }
    store::set_pool_quantity(tx, pool.id, request.quantity).await?;
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
