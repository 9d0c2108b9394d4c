use std::sync::Arc;

use async_trait::async_trait;
use provider_core::{
    domain::{OrderToken, PoolRetirement, PoolStatus, RetireReceipt},
    outcome::Outcome,
    provider::Ports,
};
use store::{EventKind, NewEvent, NumberBy, OperationState, PoolRecord, Scope, StoreError, Transaction};

use super::pool as shared;
use crate::{
    RetireNumberPool, ServiceResult, Switchboard, UserError,
    engine::{
        job::{Answer, Call, Job, Receipt, Target, WhenLost, read, unsupported},
        settle::{CommitError, Settled, Settling, mismatch},
    },
    pools::{self, Leaving, kept_name_taken, leave_pool, leftover},
};

/// Ends a pool.
#[derive(Debug, Clone)]
pub(crate) struct RetirePool {
    request: RetireNumberPool,
    pool: PoolRecord,
    /// Which name numbers that stay with the group are tried under.
    nth_name: u32,
}

impl RetirePool {
    pub(crate) fn new(request: RetireNumberPool, pool: PoolRecord) -> Self {
        Self {
            request,
            pool,
            nth_name: 1,
        }
    }

    pub(crate) async fn read(switchboard: &Switchboard, input: &str) -> ServiceResult<Self> {
        let request: RetireNumberPool = read(input)?;
        let pool = shared::stored(switchboard, request.pool_id).await?;
        Ok(Self::new(request, pool))
    }
}

#[async_trait]
impl Job for RetirePool {
    fn target(&self) -> Target {
        Target {
            pool_id: Some(self.pool.id),
            ..Target::default()
        }
    }

    fn provider(&self) -> Option<&str> {
        Some(&self.pool.provider)
    }

    fn can_use(&self, ports: &Ports) -> bool {
        ports.pools.is_some()
    }

    fn is_accepted(&self, ports: &Ports, _: &OrderToken) -> Answer<()> {
        shared::terms(ports)?.accept_retire()?;
        shared::reference(&self.pool).map(drop)
    }

    async fn admit(&self, tx: &Transaction, scope: Scope) -> ServiceResult<()> {
        shared::admit(tx, scope, &self.pool).await
    }

    fn when_lost(&self, _: &Ports) -> WhenLost {
        WhenLost::PlaceAgain
    }

    async fn place(&self, call: Call<'_>) -> Answer<Outcome<Receipt>> {
        let port = call.ports.pools.as_ref().ok_or_else(unsupported)?;
        let retirement = PoolRetirement {
            pool: shared::reference(&self.pool)?,
            leftover: leftover(self.request.keep_numbers),
        };
        let outcome = port.retire(call.cx, &retirement).await?;
        Ok(outcome.map(Receipt::Retired))
    }

    async fn look(&self, call: Call<'_>) -> Answer<Option<Receipt>> {
        let found = shared::look(call, &self.pool).await?;
        let ended = found.is_none_or(|receipt| receipt.status == PoolStatus::Retired);
        let pool = shared::reference(&self.pool)?;
        Ok(ended.then_some(Receipt::Retired(RetireReceipt {
            pool,
            found: false,
            released: Vec::new(),
            kept: Vec::new(),
        })))
    }

    async fn settle(
        &self,
        tx: &Transaction,
        settling: &Settling<'_>,
        receipt: &Receipt,
    ) -> Result<Settled, CommitError> {
        let Receipt::Retired(receipt) = receipt else {
            return Err(mismatch());
        };
        let how = Leaving {
            keep: self.request.keep_numbers,
            rest: settling.rest(),
            nth_name: self.nth_name,
        };
        let event = settling.event(EventKind::Released);
        Ok(Settled {
            state: OperationState::Succeeded,
            number_id: None,
            pool_id: Some(self.pool.id),
            events: retire(tx, &self.pool, how, Some(receipt), event).await?,
        })
    }

    fn renamed(&self, nth: u32) -> Option<Arc<dyn Job>> {
        Some(Arc::new(Self {
            nth_name: nth,
            ..self.clone()
        }))
    }

    fn name_taken(&self) -> UserError {
        kept_name_taken()
    }

    fn explain(&self, error: UserError) -> UserError {
        let advice = "end it in the provider's own console, then record that with onlyHere: true";
        pools::explained(error, advice)
    }
}

/// Ends a pool here. Its numbers leave as the receipt says of each, and those that it does not name as was asked
/// for: a receipt of a second attempt knows only that there is nothing left.
pub(crate) async fn retire(
    tx: &Transaction,
    pool: &PoolRecord,
    how: Leaving,
    receipt: Option<&RetireReceipt>,
    event: NewEvent<'_>,
) -> Result<Vec<i64>, StoreError> {
    let mut events = Vec::new();
    if !store::retire_pool(tx, pool.id).await? {
        return Ok(events);
    }
    for member in store::members(tx.connection(), pool.id).await? {
        let Some(number) = store::lock_number(tx, Scope::Platform, &NumberBy::Id(member)).await? else {
            continue;
        };
        let told = receipt.and_then(|receipt| {
            let kept = receipt.kept.contains(&number.e164);
            (kept || receipt.released.contains(&number.e164)).then_some(kept)
        });
        let how = Leaving {
            keep: told.unwrap_or(how.keep),
            ..how
        };
        events.push(leave_pool(tx, pool, &number, how, event).await?);
    }
    Ok(events)
}
