//! The numbers that our own stock has given out, as a carrier shows those that it sold.
//!
//! Changes that callers of the API ask for are made by the use cases, in one transaction with what they mean for the
//! owner; these are the same decisions for whoever reaches the inventory through its port.

use async_trait::async_trait;
use provider_core::{
    call::CallContext,
    domain::{
        CallRoute, E164, NumberReceipt, NumberRef, NumberStatus, Page, PageRequest, PageToken,
        ReleaseReceipt, SmsRoute,
    },
    error::Result,
    outcome::{Outcome, Refusal, RefusalCode},
    port::{InventoryChange, InventoryTerms, NumberInventory},
};
use store::{
    EventKind, NewEvent, NumberBy, NumberFilter, NumberOrderBy, NumberRecord, NumberRelations, Scope,
    StoreError, Transaction,
};
use strum::IntoEnumIterator;

use super::{INVENTORY_ID, OwnInventory, failure, orders::reference};
use crate::{
    ReleaseNumber, ResumeNumber, ServiceError, SuspendNumber, UpdateNumber,
    lifecycle::{NumberChange, apply, unclaimed},
};

const LIST: &str = "inventory.list";
const GET: &str = "inventory.get";

pub(super) fn terms() -> InventoryTerms {
    InventoryTerms {
        largest_page: 100,
        changes: InventoryChange::iter().collect(),
    }
}

/// The statuses of numbers that somebody has. Stock is the inventory's own; what was released is nobody's.
fn given_out() -> Vec<NumberStatus> {
    NumberStatus::iter()
        .filter(|status| status.is_assigned())
        .collect()
}

fn receipt(number: &NumberRecord) -> NumberReceipt {
    let route = number.termination_number.clone();
    NumberReceipt {
        number: number.e164.clone(),
        external_id: reference(&number.e164),
        name: number.name.clone(),
        group: None,
        status: number.status,
        route: route.map(|termination_number| CallRoute::Basic { termination_number }),
        route_ref: None,
        sms_route: Some(SmsRoute::None),
        created_at: number.assigned_at,
        matched: None,
    }
}

/// What became of a change.
enum Made {
    /// The number after it, and the events.
    Done(Box<NumberRecord>, Vec<i64>),
    /// It isn't possible.
    Refused(Refusal),
    /// There is no such number of ours.
    Absent,
}

#[async_trait]
impl NumberInventory for OwnInventory {
    fn terms(&self) -> &InventoryTerms {
        &self.inventory_terms
    }

    async fn list(&self, _: &CallContext, page: &PageRequest) -> Result<Page<NumberReceipt>> {
        let after = page.after.as_ref().and_then(|token| token.0.parse::<i64>().ok());
        let request = store::PageRequest {
            after: after.map(|id| store::Position {
                key: store::Key::Int(id),
                id,
            }),
            ..store::PageRequest::first(page.limit)
        };
        let filter = NumberFilter {
            statuses: Some(given_out()),
            provider: Some(INVENTORY_ID.to_owned()),
            ..NumberFilter::default()
        };
        let (reader, order) = (self.database.reader(), (NumberOrderBy::Created, false));
        let relations = NumberRelations::default();
        let found = store::numbers(reader, Scope::Platform, &filter, order, &request, relations)
            .await
            .map_err(|error| failure(LIST, error))?;
        let last = found.items.last().map(|(position, _)| position.id.to_string());
        Ok(Page {
            items: found.items.iter().map(|(_, number)| receipt(number)).collect(),
            next: last.filter(|_| found.has_next).map(PageToken),
            total: None,
        })
    }

    async fn get(&self, _: &CallContext, number: &E164) -> Result<Option<NumberReceipt>> {
        let (reader, by) = (self.database.reader(), NumberBy::E164(number.clone()));
        let found = store::number(reader, Scope::Platform, &by, NumberRelations::default())
            .await
            .map_err(|error| failure(GET, error))?;
        let ours =
            found.filter(|number| number.provider == INVENTORY_ID && given_out().contains(&number.status));
        Ok(ours.as_ref().map(receipt))
    }

    async fn set_route(
        &self,
        cx: &CallContext,
        number: &NumberRef,
        route: &CallRoute,
    ) -> Result<Outcome<NumberReceipt>> {
        let route = Some(route.clone());
        self.change(cx, InventoryChange::SetRoute, number, move |number_id| {
            NumberChange::Update(UpdateNumber {
                number_id,
                route,
                ..UpdateNumber::default()
            })
        })
        .await
    }

    async fn suspend(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        self.change(cx, InventoryChange::Suspend, number, |number_id| {
            NumberChange::Suspend(SuspendNumber {
                number_id,
                ..SuspendNumber::default()
            })
        })
        .await
    }

    async fn resume(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        self.change(cx, InventoryChange::Resume, number, |number_id| {
            NumberChange::Resume(ResumeNumber {
                number_id,
                ..ResumeNumber::default()
            })
        })
        .await
    }

    async fn release(&self, cx: &CallContext, number: &NumberRef) -> Result<Outcome<ReleaseReceipt>> {
        let made = self
            .make(cx, InventoryChange::Release, number, |number_id| {
                NumberChange::Release(ReleaseNumber {
                    number_id,
                    ..ReleaseNumber::default()
                })
            })
            .await?;
        let done = |found, quarantined_until| ReleaseReceipt {
            number: number.number.clone(),
            found,
            quarantined_until,
        };
        Ok(match made {
            Made::Done(after, _) => Outcome::Done(done(true, after.quarantine_until)),
            Made::Absent => Outcome::Done(done(false, None)),
            Made::Refused(refusal) => Outcome::Refused(refusal),
        })
    }
}

impl OwnInventory {
    async fn change(
        &self,
        cx: &CallContext,
        what: InventoryChange,
        number: &NumberRef,
        change: impl FnOnce(i64) -> NumberChange + Send + 'static,
    ) -> Result<Outcome<NumberReceipt>> {
        Ok(match self.make(cx, what, number, change).await? {
            Made::Done(after, _) => Outcome::Done(receipt(&after)),
            Made::Absent => {
                let message = "nobody has this number from the own inventory";
                Outcome::Refused(Refusal::new(RefusalCode::NotFound, message).at("number"))
            }
            Made::Refused(refusal) => Outcome::Refused(refusal),
        })
    }

    /// Makes a change under the number's lock, with its history.
    async fn make(
        &self,
        cx: &CallContext,
        what: InventoryChange,
        number: &NumberRef,
        change: impl FnOnce(i64) -> NumberChange + Send + 'static,
    ) -> Result<Made> {
        let (by, actor) = (NumberBy::E164(number.number.clone()), cx.actor.0.clone());
        let quarantine = self.quarantine;
        let made = self
            .database
            .write::<_, ServiceError, _>(move |tx| {
                Box::pin(async move {
                    let number = store::lock_number(tx, Scope::Platform, &by).await?;
                    let ours = number.filter(|number| {
                        number.provider == INVENTORY_ID && given_out().contains(&number.status)
                    });
                    let Some(before) = ours else {
                        return Ok(Made::Absent);
                    };
                    if is_so_already(what, before.status) {
                        return Ok(Made::Done(Box::new(before), Vec::new()));
                    }
                    if what == InventoryChange::Release && before.status == NumberStatus::Pending {
                        return Ok(give_claim_back(tx, before, &actor).await?);
                    }
                    let change = change(before.id);
                    let means = change.means(tx, Some(quarantine)).await?;
                    let decided = change.decide(&before, tx.now(), &means)?;
                    let mut events = Vec::new();
                    if decided.after != before {
                        let event = NewEvent {
                            kind: decided.kind,
                            actor: &actor,
                            cause: None,
                            operation_id: None,
                        };
                        events.push(apply(tx, &before, &decided, event).await?);
                    }
                    Ok(Made::Done(Box::new(decided.after), events))
                })
            })
            .await;
        match made {
            Ok(made) => {
                if let Made::Done(_, events) = &made {
                    self.notices.announce(events).await;
                }
                Ok(made)
            }
            Err(ServiceError::Refused(refusals)) => {
                let message = refusals.into_iter().next().map(|first| first.message);
                let message = message.unwrap_or_else(|| "the number does not allow it".to_owned());
                let refusal = Refusal::new(RefusalCode::InvalidState, message).at("number");
                Ok(Made::Refused(refusal))
            }
            Err(error) => Err(failure(name(what), StoreError::Busy(error.to_string()))),
        }
    }
}

/// Whether a number is what it is asked to become.
fn is_so_already(what: InventoryChange, status: NumberStatus) -> bool {
    matches!(
        (what, status),
        (InventoryChange::Suspend, NumberStatus::Suspended) | (InventoryChange::Resume, NumberStatus::Active)
    )
}

/// A number that an order claimed and that nobody took yet is stock again. One whose order is still being worked
/// on stays its order's.
async fn give_claim_back(
    tx: &Transaction,
    before: NumberRecord,
    actor: &str,
) -> std::result::Result<Made, StoreError> {
    let token = before.order_token.as_deref().unwrap_or_default();
    if store::has_operation(tx.connection(), token).await? {
        let message = "the order that claimed the number is being worked on";
        let refusal = Refusal::new(RefusalCode::InvalidState, message).at("number");
        return Ok(Made::Refused(refusal));
    }
    let after = unclaimed(&before);
    let event = NewEvent {
        kind: EventKind::Unclaimed,
        actor,
        cause: Some("it was given back"),
        operation_id: None,
    };
    let event = store::save_number(tx, &before, &after, event).await?;
    Ok(Made::Done(Box::new(after), vec![event]))
}

const fn name(what: InventoryChange) -> &'static str {
    match what {
        InventoryChange::SetRoute => "inventory.set_route",
        InventoryChange::Suspend => "inventory.suspend",
        InventoryChange::Resume => "inventory.resume",
        InventoryChange::Release => "inventory.release",
    }
}
