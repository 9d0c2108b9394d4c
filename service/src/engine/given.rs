//! Rows for what a provider gave: what both orders of numbers and pools need.

use provider_core::domain::{CallRoute, E164, NumberStatus, UpstreamRef};
use store::{EventKind, NewNumber, NumberBy, NumberRecord, Owner, Scope, Transaction};

use super::settle::{CommitError, Settling};
use crate::{inventory::INVENTORY_ID, lifecycle::available};

/// A number that a provider gave: its row as it is, and what it is to be changed from.
pub(crate) struct Given {
    pub(crate) before: NumberRecord,
    pub(crate) base: NumberRecord,
}

/// The row of a number that a provider gave: claimed before if it is ours, new if a carrier sold it, or one that
/// went back to a carrier before.
pub(crate) async fn given(
    tx: &Transaction,
    settling: &Settling<'_>,
    number: &E164,
    external_id: &UpstreamRef,
) -> Result<Given, CommitError> {
    let own = settling.is_own();
    if !own {
        let facts = settling.places.describe(number);
        let new = NewNumber {
            e164: number.clone(),
            place_id: store::ensure_place(tx, &facts).await?,
            facts,
            status: NumberStatus::Pending,
            provider: settling.provider.to_owned(),
            external_id: Some(external_id.to_string()),
            monthly_cost: None,
            tags: Vec::new(),
        };
        store::insert_number(tx, &new, settling.event(EventKind::Added)).await?;
    }
    let by = NumberBy::E164(number.clone());
    let Some(before) = store::lock_number(tx, Scope::Platform, &by).await? else {
        let why = format!("{number}, which the provider gave, is not in the inventory");
        return Err(CommitError::Impossible(why));
    };
    let ours = before.provider == settling.provider;
    let token = Some(settling.operation.token.as_str());
    match before.status {
        NumberStatus::Pending if ours && (!own || before.order_token.as_deref() == token) => Ok(Given {
            base: before.clone(),
            before,
        }),
        NumberStatus::Dropped if !own && may_be_sold_again(&before, settling.provider) => Ok(Given {
            base: NumberRecord {
                provider: settling.provider.to_owned(),
                external_id: Some(external_id.to_string()),
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

/// Whether a number that was released is one that this carrier may have sold: one that it took back, or that
/// another carrier took back for good.
fn may_be_sold_again(number: &NumberRecord, carrier: &str) -> bool {
    let gone = number.provider != INVENTORY_ID && number.quarantine_until.is_none();
    number.provider == carrier || gone
}

/// A number in service for an owner.
pub(crate) fn in_service(
    tx: &Transaction,
    base: &NumberRecord,
    owner: Owner,
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

/// Puts a number that a provider gave into a pool, in service for the pool's group.
pub(crate) async fn join_pool(
    tx: &Transaction,
    settling: &Settling<'_>,
    Given { before, base }: Given,
    pool_id: i64,
    name: &str,
    route: &CallRoute,
) -> Result<i64, CommitError> {
    let owner = settling.operation.owner;
    let customer = store::customer(tx.connection(), Scope::Platform, owner.customer_id).await?;
    let mut after = in_service(tx, &base, owner, name, route);
    after.pool_id = Some(pool_id);
    after.dealer_id = customer.and_then(|customer| customer.dealer_id);
    let event = store::save_number(tx, &before, &after, settling.event(EventKind::Assigned)).await?;
    let operation_id = Some(settling.operation.id);
    store::insert_assignment(tx, before.id, owner, name, Some(pool_id), operation_id).await?;
    store::add_member(tx, pool_id, before.id).await?;
    Ok(event)
}
