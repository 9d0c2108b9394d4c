//! What the changes of a pool have in common.

use provider_core::{
    domain::{PoolReceipt, PoolStatus, UpstreamRef},
    error::{ErrorKind, ProviderError},
    outcome::{Outcome, RefusalCode},
    port::PoolTerms,
    provider::Ports,
};
use store::{PoolRecord, Scope, Subject, Transaction};

use crate::{
    ServiceError, ServiceResult, Switchboard,
    engine::job::{Answer, Call, unsupported},
    inventory::INVENTORY_ID,
    pools,
};

/// The pool of an operation that was written down before.
pub(super) async fn stored(switchboard: &Switchboard, id: i64) -> ServiceResult<PoolRecord> {
    store::pool(switchboard.database().reader(), Scope::Platform, id)
        .await?
        .ok_or_else(|| ServiceError::Internal(format!("pool {id} is gone")))
}

/// What the provider calls the pool.
pub(super) fn reference(pool: &PoolRecord) -> Answer<UpstreamRef> {
    let text = pool.external_id.as_deref().unwrap_or_default();
    UpstreamRef::parse(text).map_err(|_| {
        let message = format!("it is not known what {} calls the pool", pool.provider);
        ProviderError::new(ErrorKind::Unsupported, "pools", message).with_field("pool")
    })
}

/// The pool as the provider has it now; `None` when it has none of that name.
pub(super) async fn look(call: Call<'_>, pool: &PoolRecord) -> Answer<Option<PoolReceipt>> {
    let port = call.ports.pools.as_ref().ok_or_else(unsupported)?;
    match port.get(call.cx, &reference(pool)?).await {
        Ok(Outcome::Done(receipt)) => Ok(Some(receipt)),
        Ok(Outcome::Refused(refusal)) if refusal.code == RefusalCode::NotFound => Ok(None),
        Ok(_) => {
            let message = "it can't be told what the pool is like at the moment";
            Err(ProviderError::new(ErrorKind::Unavailable, "pools.get", message))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The terms of the provider's pools.
pub(super) fn terms(ports: &Ports) -> Answer<&PoolTerms> {
    ports
        .pools
        .as_ref()
        .map(|port| port.terms())
        .ok_or_else(unsupported)
}

/// Checks, with the pool locked, that a change of it may begin. A pool of our own needs no such care: its changes
/// are made in one transaction each.
pub(super) async fn admit(tx: &Transaction, scope: Scope, pool: &PoolRecord) -> ServiceResult<()> {
    let pool = store::lock_pool(tx, scope, pool.id)
        .await?
        .ok_or_else(pools::gone)?;
    if pool.status != PoolStatus::Active {
        return Err(pools::out_of_service());
    }
    if pool.provider == INVENTORY_ID {
        return Ok(());
    }
    match store::change_under_way(tx, Subject::Pool { id: pool.id }).await? {
        Some(other) => Err(crate::engine::under_way(&other, "input.poolId")),
        None => Ok(()),
    }
}
