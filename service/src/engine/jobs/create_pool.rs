use std::sync::Arc;

use async_trait::async_trait;
use provider_core::{
    domain::{CallRoute, PoolOrder, UpstreamRef},
    outcome::Outcome,
    provider::Ports,
};
use store::{NewPool, Transaction};

use crate::{
    CreateNumberPool, ServiceResult, UserError,
    engine::{
        given::{given, join_pool},
        job::{Answer, Call, Job, Receipt, WhenLost, pool, read, unsupported},
        settle::{CommitError, Settled, Settling, complete, mismatch},
    },
};

/// Orders a pool for a group.
#[derive(Debug, Clone)]
pub(crate) struct CreatePool(pub(crate) CreateNumberPool);

impl CreatePool {
    pub(crate) fn read(input: &str) -> ServiceResult<Self> {
        read(input).map(Self)
    }

    fn order(&self, call: Call<'_>) -> PoolOrder {
        let Self(request) = self;
        PoolOrder {
            token: call.order.token.clone(),
            group: call.order.group.clone(),
            name: request.name.clone(),
            match_period_minutes: request.match_period_minutes,
            quantity: request.quantity,
            matching: request.matching.clone(),
            replacement: request.replacement.clone(),
            route: request.route.clone(),
            allow_partial: request.allow_partial,
        }
    }
}

#[async_trait]
impl Job for CreatePool {
    fn provider(&self) -> Option<&str> {
        self.0.provider.as_ref().map(|id| id.as_str())
    }

    fn can_use(&self, ports: &Ports) -> bool {
        ports.pools.is_some()
    }

    fn when_lost(&self, ports: &Ports) -> WhenLost {
        match ports.pools.as_ref().map(|port| port.terms()) {
            Some(terms) if terms.idempotent_by_token => WhenLost::PlaceAgain,
            Some(terms) if terms.findable_by_token => WhenLost::LookFor,
            _ => WhenLost::AskAPerson,
        }
    }

    async fn place(&self, call: Call<'_>) -> Answer<Outcome<Receipt>> {
        let port = call.ports.pools.as_ref().ok_or_else(unsupported)?;
        port.create(call.cx, &self.order(call)).await.map(pool)
    }

    async fn get(&self, call: Call<'_>, reference: &UpstreamRef) -> Option<Answer<Outcome<Receipt>>> {
        let port = call.ports.pools.as_ref()?;
        Some(port.get(call.cx, reference).await.map(pool))
    }

    async fn find(&self, call: Call<'_>) -> Answer<Option<Outcome<Receipt>>> {
        let port = call.ports.pools.as_ref().ok_or_else(unsupported)?;
        let found = port.find(call.cx, &self.order(call)).await?;
        Ok(found.map(pool))
    }

    /// What the carrier says of its pool is what there is: the configuration that it really uses, also where it
    /// completed the one that was asked for.
    async fn settle(
        &self,
        tx: &Transaction,
        settling: &Settling<'_>,
        receipt: &Receipt,
    ) -> Result<Settled, CommitError> {
        let (Self(request), Receipt::Pool(receipt)) = (self, receipt) else {
            return Err(mismatch());
        };
        let CallRoute::Basic { termination_number } = request.route.clone();
        let replacement = receipt.replacement.as_ref().unwrap_or(&request.replacement);
        let new = NewPool {
            owner: settling.operation.owner,
            name: request.name.clone(),
            provider: settling.provider.to_owned(),
            external_id: Some(receipt.external_id.to_string()),
            matching: request.matching.clone(),
            match_period_minutes: receipt
                .match_period_minutes
                .unwrap_or(request.match_period_minutes),
            quantity: request.quantity,
            replacement: replacement.clone(),
            termination_number,
        };
        let pool_id = store::insert_pool(tx, &new).await?;
        settling
            .note_facts(
                tx,
                store::Mirrored::Pools,
                pool_id,
                &receipt.name,
                receipt.sms_route,
            )
            .await?;
        let mut events = Vec::with_capacity(receipt.numbers.len());
        for entry in &receipt.numbers {
            let number = given(tx, settling, &entry.number, &entry.external_id).await?;
            let joined = join_pool(tx, settling, number, pool_id, &request.name, &request.route).await?;
            events.push(joined);
        }
        Ok(Settled {
            state: complete(receipt.numbers.len(), request.quantity),
            number_id: None,
            pool_id: Some(pool_id),
            events,
        })
    }

    fn renamed(&self, nth: u32) -> Option<Arc<dyn Job>> {
        let mut request = self.0.clone();
        request.name = format!("{} ({nth})", request.name);
        Some(Arc::new(Self(request)))
    }

    /// Completes the path of a fault of the match.
    fn explain(&self, error: UserError) -> UserError {
        crate::assignment::at_member(error, &self.0.matching.clone().into())
    }
}
