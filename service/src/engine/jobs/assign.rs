use std::sync::Arc;

use async_trait::async_trait;
use provider_core::{
    domain::{NumberOrder, UpstreamRef},
    outcome::Outcome,
    provider::Ports,
};
use store::{EventKind, OperationState, Transaction};

use crate::{
    AssignNumber, ServiceResult, UserError,
    engine::{
        given::{Given, given, in_service},
        job::{Answer, Call, Job, Receipt, WhenLost, number, read, unsupported},
        settle::{CommitError, Settled, Settling, mismatch},
    },
};

/// Orders a number for a group.
#[derive(Debug, Clone)]
pub(crate) struct Assign(pub(crate) AssignNumber);

impl Assign {
    pub(crate) fn read(input: &str) -> ServiceResult<Self> {
        read(input).map(Self)
    }

    fn order(&self, call: Call<'_>) -> Answer<NumberOrder> {
        let Self(request) = self;
        let hold = request.hold_id.map(|id| UpstreamRef::parse(id.to_string()));
        Ok(NumberOrder {
            token: call.order.token.clone(),
            group: call.order.group.clone(),
            name: request.name.clone(),
            matching: request.matching.clone(),
            widen: request.widen,
            hold: hold.transpose().map_err(|_| unsupported())?,
            route: request.route.clone(),
        })
    }
}

#[async_trait]
impl Job for Assign {
    fn provider(&self) -> Option<&str> {
        self.0.provider.as_ref().map(|id| id.as_str())
    }

    fn can_use(&self, ports: &Ports) -> bool {
        ports.orders.is_some()
    }

    fn when_lost(&self, ports: &Ports) -> WhenLost {
        match ports.orders.as_ref().map(|port| port.terms()) {
            Some(terms) if terms.idempotent_by_token => WhenLost::PlaceAgain,
            Some(terms) if terms.findable_by_token => WhenLost::LookFor,
            _ => WhenLost::AskAPerson,
        }
    }

    async fn place(&self, call: Call<'_>) -> Answer<Outcome<Receipt>> {
        let port = call.ports.orders.as_ref().ok_or_else(unsupported)?;
        port.place(call.cx, &self.order(call)?).await.map(number)
    }

    async fn get(&self, call: Call<'_>, reference: &UpstreamRef) -> Option<Answer<Outcome<Receipt>>> {
        let port = call.ports.orders.as_ref()?;
        Some(port.get(call.cx, reference).await.map(number))
    }

    async fn find(&self, call: Call<'_>) -> Answer<Option<Outcome<Receipt>>> {
        let port = call.ports.orders.as_ref().ok_or_else(unsupported)?;
        let found = port.find(call.cx, &self.order(call)?).await?;
        Ok(found.map(number))
    }

    async fn settle(
        &self,
        tx: &Transaction,
        settling: &Settling<'_>,
        receipt: &Receipt,
    ) -> Result<Settled, CommitError> {
        let (Self(request), Receipt::Number(receipt)) = (self, receipt) else {
            return Err(mismatch());
        };
        let Given { before, base } = given(tx, settling, &receipt.number, &receipt.external_id).await?;
        let owner = settling.operation.owner;
        let customer = store::customer(tx.connection(), store::Scope::Platform, owner.customer_id).await?;
        let mut after = in_service(tx, &base, owner, &request.name, &request.route);
        after.dealer_id = customer.and_then(|customer| customer.dealer_id);
        after.tags.clone_from(&request.tags);
        let event = settling.event(EventKind::Assigned);
        let event = store::save_number(tx, &before, &after, event).await?;
        let operation_id = Some(settling.operation.id);
        store::insert_assignment(tx, before.id, owner, &request.name, None, operation_id).await?;
        settling
            .note_facts(
                tx,
                store::Mirrored::Numbers,
                before.id,
                &receipt.name,
                receipt.sms_route,
            )
            .await?;
        Ok(Settled {
            state: OperationState::Succeeded,
            number_id: Some(before.id),
            pool_id: None,
            events: vec![event],
        })
    }

    fn renamed(&self, nth: u32) -> Option<Arc<dyn Job>> {
        let mut request = self.0.clone();
        request.name = format!("{} ({nth})", request.name);
        Some(Arc::new(Self(request)))
    }

    /// Completes the path of a fault of the match.
    fn explain(&self, error: UserError) -> UserError {
        crate::assignment::at_member(error, &self.0.matching)
    }
}
