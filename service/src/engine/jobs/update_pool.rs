use std::sync::Arc;

use async_trait::async_trait;
use provider_core::{
    domain::{CallRoute, OrderToken, PoolUpdate, ReplacementConfiguration},
    outcome::Outcome,
    provider::Ports,
};
use store::{OperationState, PoolRecord, Scope, Transaction};

use super::pool as shared;
use crate::{
    ServiceError, ServiceResult, Switchboard, UpdateNumberPool, UserError,
    engine::{
        job::{Answer, Call, Job, Receipt, Target, WhenLost, pool, read, unsupported},
        settle::{CommitError, Settled, Settling, mismatch},
    },
    pools::{self, follow_pool},
};

/// Changes what a pool is called, replaces, waits for and is routed to.
#[derive(Debug, Clone)]
pub(crate) struct UpdatePool {
    request: UpdateNumberPool,
    replacement: Option<ReplacementConfiguration>,
    pool: PoolRecord,
}

impl UpdatePool {
    /// The change of a pool; `replacement` is that of the request, checked.
    pub(crate) fn new(
        request: UpdateNumberPool,
        replacement: Option<ReplacementConfiguration>,
        pool: PoolRecord,
    ) -> Self {
        Self {
            request,
            replacement,
            pool,
        }
    }

    pub(crate) async fn read(switchboard: &Switchboard, input: &str) -> ServiceResult<Self> {
        let request: UpdateNumberPool = read(input)?;
        let replacement = request.replacement.as_ref().map(ReplacementConfiguration::new);
        let replacement = replacement
            .transpose()
            .map_err(|faults| ServiceError::Internal(format!("a stored replacement is faulty: {faults}")))?;
        let pool = shared::stored(switchboard, request.pool_id).await?;
        Ok(Self::new(request, replacement, pool))
    }

    /// What is asked of the provider.
    fn upstream(&self) -> Answer<PoolUpdate> {
        Ok(PoolUpdate {
            pool: shared::reference(&self.pool)?,
            name: self.request.name.clone(),
            match_period_minutes: self.request.match_period_minutes,
            replacement: self.replacement.clone(),
            route: self.request.route.clone(),
        })
    }

    /// What changes here.
    pub(crate) fn change(&self) -> store::PoolChange {
        let route = self.request.route.clone();
        store::PoolChange {
            name: self.request.name.clone(),
            match_period_minutes: self.request.match_period_minutes,
            termination_number: route.map(|CallRoute::Basic { termination_number }| termination_number),
            replacement: self.replacement.clone(),
        }
    }
}

#[async_trait]
impl Job for UpdatePool {
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
        shared::terms(ports)?.accept_update(&self.upstream()?)
    }

    async fn admit(&self, tx: &Transaction, scope: Scope) -> ServiceResult<()> {
        shared::admit(tx, scope, &self.pool).await
    }

    fn when_lost(&self, _: &Ports) -> WhenLost {
        WhenLost::PlaceAgain
    }

    async fn place(&self, call: Call<'_>) -> Answer<Outcome<Receipt>> {
        let port = call.ports.pools.as_ref().ok_or_else(unsupported)?;
        port.update(call.cx, &self.upstream()?).await.map(pool)
    }

    async fn look(&self, call: Call<'_>) -> Answer<Option<Receipt>> {
        fn shows<T: PartialEq>(wanted: Option<&T>, told: Option<&T>) -> bool {
            wanted.is_none() || wanted == told
        }
        let wanted = self.upstream()?;
        let found = shared::look(call, &self.pool).await?;
        let made = found.filter(|told| {
            // Upstreams add to names.
            let named = wanted
                .name
                .as_deref()
                .is_none_or(|name| told.name.as_deref().is_some_and(|told| told.starts_with(name)));
            named
                && shows(
                    wanted.match_period_minutes.as_ref(),
                    told.match_period_minutes.as_ref(),
                )
                && shows(wanted.replacement.as_ref(), told.replacement.as_ref())
                && shows(wanted.route.as_ref(), told.route.as_ref())
        });
        Ok(made.map(|receipt| Receipt::Pool(Box::new(receipt))))
    }

    async fn settle(
        &self,
        tx: &Transaction,
        settling: &Settling<'_>,
        receipt: &Receipt,
    ) -> Result<Settled, CommitError> {
        let Receipt::Pool(receipt) = receipt else {
            return Err(mismatch());
        };
        let mut change = self.change();
        if change.replacement.is_some() {
            // The carrier may have completed the configuration: what it says is what it uses.
            change.replacement = receipt.replacement.clone().or(change.replacement);
        }
        let id = self.pool.id;
        if !store::update_pool(tx, id, &change).await? {
            return Err(CommitError::PoolRetired);
        }
        settling
            .note_facts(tx, store::Mirrored::Pools, id, &receipt.name, receipt.sms_route)
            .await?;
        let event = settling.event(store::EventKind::Updated);
        Ok(Settled {
            state: OperationState::Succeeded,
            number_id: None,
            pool_id: Some(id),
            events: follow_pool(tx, id, &change, event).await?,
        })
    }

    fn renamed(&self, nth: u32) -> Option<Arc<dyn Job>> {
        let mut job = self.clone();
        job.request.name = Some(format!("{} ({nth})", self.request.name.as_deref()?));
        Some(Arc::new(job))
    }

    fn explain(&self, error: UserError) -> UserError {
        pools::explained(error, "only the provider itself can do it")
    }
}
