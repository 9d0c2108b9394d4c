//! What a change of a pool means for its numbers, and how it is refused.

use jiff::SignedDuration;
use provider_core::domain::Leftover;
use store::{
    EventKind, NewEvent, NumberBy, NumberRecord, PoolRecord, Scope, StoreError, Subject, Transaction,
};

use crate::{
    INVENTORY_ID, ServiceError, ServiceResult, UserError, UserErrorCode, engine::under_way,
    lifecycle::released, numbers::is_name_taken,
};

/// Whether numbers that leave are kept, in the contract's words.
pub(crate) const fn leftover(keep: bool) -> Leftover {
    if keep { Leftover::Keep } else { Leftover::Release }
}

/// What becomes of numbers that leave a pool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaving {
    /// They stay with the group.
    pub(crate) keep: bool,
    /// How long those rest that are released; without an end when their carrier took them back.
    pub(crate) rest: Option<SignedDuration>,
    /// Which name to try for them: the first, the second, because the one before was taken.
    pub(crate) nth_name: u32,
}

/// Takes a number out of its pool: it stays with the group under a name of its own, or it is released.
pub(crate) async fn leave_pool(
    tx: &Transaction,
    pool: &PoolRecord,
    number: &NumberRecord,
    how: Leaving,
    event: NewEvent<'_>,
) -> Result<i64, StoreError> {
    store::remove_member(tx, pool.id, number.id).await?;
    store::end_assignment(tx, number.id).await?;
    // A pool's numbers share its name; outside, names are unique in the group, and the number itself is. One
    // that is released gets such a name too: it may be restored.
    let name = match how.nth_name {
        0 | 1 => format!("{} {}", pool.name, number.e164),
        nth => format!("{} {} ({nth})", pool.name, number.e164),
    };
    let after = NumberRecord {
        pool_id: None,
        name: Some(name.clone()),
        ..number.clone()
    };
    if !how.keep {
        return store::save_number(tx, number, &released(&after, tx.now(), how.rest), event).await;
    }
    let owner = number.owner.unwrap_or(pool.owner);
    store::insert_assignment(tx, number.id, owner, &name, None, event.operation_id).await?;
    store::save_number(
        tx,
        number,
        &after,
        NewEvent {
            kind: EventKind::Updated,
            ..event
        },
    )
    .await
}

/// Brings a pool's new name and route to its numbers.
pub(crate) async fn follow_pool(
    tx: &Transaction,
    pool_id: i64,
    change: &store::PoolChange,
    event: NewEvent<'_>,
) -> Result<Vec<i64>, StoreError> {
    let mut events = Vec::new();
    if change.name.is_none() && change.termination_number.is_none() {
        return Ok(events);
    }
    for id in store::members(tx.connection(), pool_id).await? {
        let Some(before) = store::lock_number(tx, Scope::Platform, &NumberBy::Id(id)).await? else {
            continue;
        };
        let mut after = before.clone();
        after.name = change.name.clone().or(after.name);
        after.termination_number = change.termination_number.clone().or(after.termination_number);
        if after != before {
            events.push(store::save_number(tx, &before, &after, event).await?);
        }
    }
    Ok(events)
}

/// Refuses to change a carrier's pool here while a change of it is under way there.
pub(super) async fn not_under_way(tx: &Transaction, pool: &PoolRecord) -> ServiceResult<()> {
    if pool.provider == INVENTORY_ID {
        return Ok(());
    }
    store::lock_pool(tx, Scope::Platform, pool.id).await?;
    match store::change_under_way(tx, Subject::Pool { id: pool.id }).await? {
        Some(other) => Err(under_way(&other, "input.poolId")),
        None => Ok(()),
    }
}

/// A provider's refusal of a change of a pool, and what to do about a provider that can't.
pub(crate) fn explained(mut error: UserError, advice: &str) -> UserError {
    if error.path.is_empty() {
        error.path = vec!["input".to_owned(), "poolId".to_owned()];
    }
    let cant = matches!(
        error.code,
        UserErrorCode::ProviderUnsupported | UserErrorCode::UnknownProvider
    );
    if cant {
        error.message = format!("{}; nothing was changed; {advice}", error.message);
    }
    error
}

/// The pool is retired.
pub(crate) fn out_of_service() -> ServiceError {
    let message = "the pool is retired; create a new one";
    ServiceError::refused(UserErrorCode::InvalidTransition, "input.poolId", message)
}

/// A number that was to stay with the group, under the pool's name and its own.
pub(super) fn kept_refused(error: StoreError) -> ServiceError {
    if is_name_taken(&error) {
        ServiceError::Refused(vec![kept_name_taken()])
    } else {
        error.into()
    }
}

/// A number of the group has the name that one of a pool's would get.
pub(crate) fn kept_name_taken() -> UserError {
    let message = "a number of the group has the name that one of the pool's would get; rename it first";
    UserError::new(UserErrorCode::NameTaken, "input.keepNumbers", message)
}

pub(crate) fn gone() -> ServiceError {
    let message = "no pool with this id is visible to this key";
    ServiceError::refused(UserErrorCode::NotFound, "input.poolId", message)
}
