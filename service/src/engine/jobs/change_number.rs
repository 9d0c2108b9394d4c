use std::sync::Arc;

use async_trait::async_trait;
use provider_core::{
    domain::{NumberRef, NumberStatus, OrderToken, ReleaseReceipt, UpstreamRef},
    outcome::Outcome,
    port::InventoryChange,
    provider::Ports,
};
use store::{
    Mirrored, NewEvent, NumberBy, NumberRecord, NumberRelations, OperationKind, OperationState, Scope,
    Subject, Transaction,
};

use crate::{
    INVENTORY_ID, ServiceError, ServiceResult, Switchboard, UserError,
    engine::{
        job::{Answer, Call, Job, Receipt, Target, WhenLost, number, unsupported},
        settle::{CommitError, Settled, Settling, mismatch},
    },
    lifecycle::{self, NumberChange},
};

/// Changes a number at the carrier that it comes from.
#[derive(Debug, Clone)]
pub(crate) struct ChangeNumber {
    change: NumberChange,
    number: NumberRecord,
}

impl ChangeNumber {
    pub(crate) fn new(change: NumberChange, number: NumberRecord) -> Self {
        Self { change, number }
    }

    pub(crate) async fn read(
        switchboard: &Switchboard,
        kind: OperationKind,
        input: &str,
    ) -> ServiceResult<Self> {
        let change = NumberChange::read(kind, input)?;
        let (reader, by) = (switchboard.database().reader(), NumberBy::Id(change.number_id()));
        let number = store::number(reader, Scope::Platform, &by, NumberRelations::OWN).await?;
        let number =
            number.ok_or_else(|| ServiceError::Internal(format!("number {} is gone", change.number_id())))?;
        Ok(Self::new(change, number))
    }

    /// The number by both its names.
    fn reference(&self) -> NumberRef {
        let external_id = self.number.external_id.as_deref();
        NumberRef {
            number: self.number.e164.clone(),
            external_id: external_id.and_then(|text| UpstreamRef::parse(text).ok()),
        }
    }
}

#[async_trait]
impl Job for ChangeNumber {
    fn target(&self) -> Target {
        Target {
            number_id: Some(self.number.id),
            ..Target::default()
        }
    }

    fn provider(&self) -> Option<&str> {
        Some(&self.number.provider)
    }

    fn can_use(&self, ports: &Ports) -> bool {
        ports.inventory.is_some()
    }

    fn is_accepted(&self, ports: &Ports, _: &OrderToken) -> Answer<()> {
        let port = ports.inventory.as_ref().ok_or_else(unsupported)?;
        port.terms().accept(self.change.upstream())
    }

    async fn admit(&self, tx: &Transaction, scope: Scope) -> ServiceResult<()> {
        let number = lock_for_change(tx, scope, self.number.id).await?;
        let means = self.change.means(tx, None).await?;
        self.change.decide(&number, tx.now(), &means).map(drop)
    }

    fn when_lost(&self, _: &Ports) -> WhenLost {
        WhenLost::PlaceAgain
    }

    async fn place(&self, call: Call<'_>) -> Answer<Outcome<Receipt>> {
        let port = call.ports.inventory.as_ref().ok_or_else(unsupported)?;
        let reference = self.reference();
        match (self.change.upstream(), self.change.route()) {
            (InventoryChange::SetRoute, Some(route)) => {
                port.set_route(call.cx, &reference, route).await.map(number)
            }
            (InventoryChange::SetRoute, None) => Err(unsupported()),
            (InventoryChange::Suspend, _) => port.suspend(call.cx, &reference).await.map(number),
            (InventoryChange::Resume, _) => port.resume(call.cx, &reference).await.map(number),
            (InventoryChange::Release, _) => {
                let outcome = port.release(call.cx, &reference).await?;
                Ok(outcome.map(Receipt::Released))
            }
        }
    }

    async fn look(&self, call: Call<'_>) -> Answer<Option<Receipt>> {
        let port = call.ports.inventory.as_ref().ok_or_else(unsupported)?;
        let number = &self.number.e164;
        let found = port.get(call.cx, number).await?;
        let made = match (self.change.upstream(), &found) {
            (InventoryChange::Release, found) => {
                return Ok(found.is_none().then(|| {
                    Receipt::Released(ReleaseReceipt {
                        number: number.clone(),
                        found: false,
                        quarantined_until: None,
                    })
                }));
            }
            (InventoryChange::Suspend, Some(receipt)) => receipt.status == NumberStatus::Suspended,
            (InventoryChange::Resume, Some(receipt)) => receipt.status == NumberStatus::Active,
            (InventoryChange::SetRoute, Some(receipt)) => receipt.route.as_ref() == self.change.route(),
            (_, None) => false,
        };
        Ok(found
            .filter(|_| made)
            .map(|receipt| Receipt::Number(Box::new(receipt))))
    }

    async fn settle(
        &self,
        tx: &Transaction,
        settling: &Settling<'_>,
        receipt: &Receipt,
    ) -> Result<Settled, CommitError> {
        let by = NumberBy::Id(self.number.id);
        let Some(before) = store::lock_number(tx, Scope::Platform, &by).await? else {
            return Err(CommitError::Impossible(format!(
                "{} is gone here",
                self.number.e164
            )));
        };
        let means = self.change.means(tx, settling.rest()).await?;
        let decided = self.change.decide(&before, tx.now(), &means);
        let change = decided.map_err(|error| match error {
            ServiceError::Refused(refusals) => CommitError::Impossible(format!(
                "the provider did it, and here it is not possible any more: {}",
                refusals.first().map_or("", |first| &first.message)
            )),
            other => other.into(),
        })?;
        let mut events = Vec::new();
        if change.after != before {
            let event = NewEvent {
                cause: self.change.reason(),
                ..settling.event(change.kind)
            };
            events.push(lifecycle::apply(tx, &before, &change, event).await?);
        }
        if let Receipt::Number(receipt) = receipt {
            settling
                .note_facts(tx, Mirrored::Numbers, before.id, &receipt.name, receipt.sms_route)
                .await?;
        } else if !matches!(receipt, Receipt::Released(_)) {
            return Err(mismatch());
        }
        Ok(Settled {
            state: OperationState::Succeeded,
            number_id: Some(before.id),
            pool_id: None,
            events,
        })
    }

    fn renamed(&self, nth: u32) -> Option<Arc<dyn Job>> {
        let change = self.change.renamed(nth)?;
        Some(Arc::new(Self {
            change,
            number: self.number.clone(),
        }))
    }

    fn explain(&self, error: UserError) -> UserError {
        self.change.explain(error)
    }
}

/// Locks a number, and first the pool that it works in, for a change: refused while another change of either is
/// under way at their carrier.
pub(crate) async fn lock_for_change(tx: &Transaction, scope: Scope, id: i64) -> ServiceResult<NumberRecord> {
    let by = NumberBy::Id(id);
    let seen = store::number(tx.connection(), scope, &by, NumberRelations::default()).await?;
    let seen = seen.ok_or_else(lifecycle::gone)?;
    let at_carrier = seen.provider != INVENTORY_ID;
    if let Some(pool_id) = seen.pool_id.filter(|_| at_carrier) {
        // In the order in which changes of a pool lock it and its numbers.
        store::lock_pool(tx, Scope::Platform, pool_id).await?;
    }
    let number = store::lock_number(tx, scope, &by)
        .await?
        .ok_or_else(lifecycle::gone)?;
    if !at_carrier {
        return Ok(number);
    }
    let subject = Subject::Number {
        id,
        pool_id: number.pool_id,
    };
    match store::change_under_way(tx, subject).await? {
        Some(other) => Err(crate::engine::under_way(&other, "input.numberId")),
        None => Ok(number),
    }
}
