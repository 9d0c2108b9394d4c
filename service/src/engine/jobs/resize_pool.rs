use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use provider_core::{
    domain::{CallRoute, OrderToken, PoolResize},
    outcome::Outcome,
    provider::Ports,
};
use store::{NumberBy, PoolRecord, Scope, Transaction};

use super::pool as shared;
use crate::{
    ResizeNumberPool, ServiceResult, Switchboard, UserError,
    engine::{
        given::{given, join_pool},
        job::{Answer, Call, Job, Receipt, Target, WhenLost, pool, read, unsupported},
        settle::{CommitError, Settled, Settling, complete, mismatch},
    },
    pools::{self, Leaving, kept_name_taken, leave_pool, leftover},
};

/// Makes a pool larger or smaller.
#[derive(Debug, Clone)]
pub(crate) struct ResizePool {
    request: ResizeNumberPool,
    pool: PoolRecord,
    /// Which name numbers that stay with the group are tried under.
    nth_name: u32,
}

impl ResizePool {
    pub(crate) fn new(request: ResizeNumberPool, pool: PoolRecord) -> Self {
        Self {
            request,
            pool,
            nth_name: 1,
        }
    }

    pub(crate) async fn read(switchboard: &Switchboard, input: &str) -> ServiceResult<Self> {
        let request: ResizeNumberPool = read(input)?;
        let pool = shared::stored(switchboard, request.pool_id).await?;
        Ok(Self::new(request, pool))
    }

    /// What is asked of the provider.
    fn upstream(&self, token: &OrderToken) -> Answer<PoolResize> {
        Ok(PoolResize {
            token: token.clone(),
            pool: shared::reference(&self.pool)?,
            quantity: self.request.quantity,
            leftover: leftover(self.request.keep_numbers),
            allow_partial: self.request.allow_partial,
        })
    }
}

#[async_trait]
impl Job for ResizePool {
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

    fn is_accepted(&self, ports: &Ports, token: &OrderToken) -> Answer<()> {
        shared::terms(ports)?.accept_resize(&self.upstream(token)?)
    }

    async fn admit(&self, tx: &Transaction, scope: Scope) -> ServiceResult<()> {
        shared::admit(tx, scope, &self.pool).await
    }

    fn when_lost(&self, _: &Ports) -> WhenLost {
        WhenLost::PlaceAgain
    }

    async fn place(&self, call: Call<'_>) -> Answer<Outcome<Receipt>> {
        let port = call.ports.pools.as_ref().ok_or_else(unsupported)?;
        let resize = self.upstream(&call.order.token)?;
        port.resize(call.cx, &resize).await.map(pool)
    }

    async fn look(&self, call: Call<'_>) -> Answer<Option<Receipt>> {
        let found = shared::look(call, &self.pool).await?;
        let made = found.filter(|receipt| receipt.numbers.len() == self.request.quantity as usize);
        Ok(made.map(|receipt| Receipt::Pool(Box::new(receipt))))
    }

    /// Makes the pool's members what the receipt says: new ones join, missing ones leave.
    async fn settle(
        &self,
        tx: &Transaction,
        settling: &Settling<'_>,
        receipt: &Receipt,
    ) -> Result<Settled, CommitError> {
        let (Self { request, pool, .. }, Receipt::Pool(receipt)) = (self, receipt) else {
            return Err(mismatch());
        };
        // First, because it locks the pool: whoever retires or resizes it at the same time waits.
        if !store::set_pool_quantity(tx, pool.id, request.quantity).await? {
            return Err(CommitError::PoolRetired);
        }
        let route = CallRoute::Basic {
            termination_number: pool.termination_number.clone(),
        };
        let (mut leaving, mut present) = (Vec::new(), HashSet::new());
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
        let mut events = Vec::new();
        for entry in &receipt.numbers {
            if !present.contains(&entry.number) {
                let number = given(tx, settling, &entry.number, &entry.external_id).await?;
                events.push(join_pool(tx, settling, number, pool.id, &pool.name, &route).await?);
            }
        }
        let how = Leaving {
            keep: request.keep_numbers,
            rest: settling.rest(),
            nth_name: self.nth_name,
        };
        for number in leaving {
            let event = settling.event(store::EventKind::Released);
            events.push(leave_pool(tx, pool, &number, how, event).await?);
        }
        Ok(Settled {
            state: complete(receipt.numbers.len(), request.quantity),
            number_id: None,
            pool_id: Some(pool.id),
            events,
        })
    }

    fn renamed(&self, nth: u32) -> Option<Arc<dyn Job>> {
        // Whoever asked for numbers of our own to be kept can rename the one in the way and ask again.
        (self.pool.provider != crate::INVENTORY_ID).then(|| -> Arc<dyn Job> {
            Arc::new(Self {
                nth_name: nth,
                ..self.clone()
            })
        })
    }

    fn explain(&self, error: UserError) -> UserError {
        pools::explained(error, "create another pool, or ask the provider itself")
    }

    fn name_taken(&self) -> UserError {
        kept_name_taken()
    }
}
