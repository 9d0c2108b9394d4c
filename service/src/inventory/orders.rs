use std::{collections::BTreeSet, slice};

use async_trait::async_trait;
use numbering::{Cell, E164};
use provider_core::{
    call::CallContext,
    domain::{NumberOrder, NumberReceipt, NumberStatus, SmsRoute, UpstreamRef},
    error::{ErrorKind, ProviderError, Result},
    outcome::{Outcome, Refusal, RefusalCode},
    port::{NumberOrders, OrderTerms},
};
use store::{EventKind, NewEvent, NumberBy, Scope, StoreError};

use super::{
    CONTENDED, INVENTORY_ID, LOOKS, OwnInventory, Standing, conflict, ended, failure, note_claims, why,
};

const PLACE: &str = "orders.place";

#[async_trait]
impl NumberOrders for OwnInventory {
    fn terms(&self) -> &OrderTerms {
        &self.order_terms
    }

    async fn place(&self, cx: &CallContext, order: &NumberOrder) -> Result<Outcome<NumberReceipt>> {
        let claim = match &order.hold {
            Some(hold) => self.claim_held(cx, order, hold).await,
            None => self.claim_one(cx, order).await,
        };
        Ok(match claim.map_err(|error| failure(PLACE, error))? {
            Claim::Got(number) if self.may_answer(&order.matching, order.widen, slice::from_ref(&number)) => {
                Outcome::Done(self.receipt(order, number))
            }
            Claim::Got(_) => Outcome::Refused(conflict()),
            Claim::Refused(refusal) => Outcome::Refused(refusal),
        })
    }

    async fn get(&self, _: &CallContext, _: &UpstreamRef) -> Result<Outcome<NumberReceipt>> {
        let message = "orders of the own inventory are never pending";
        Err(ProviderError::new(ErrorKind::NotFound, "orders.get", message))
    }

    async fn find(&self, _: &CallContext, order: &NumberOrder) -> Result<Option<Outcome<NumberReceipt>>> {
        let claimed = store::claimed_by(self.database.reader(), order.token.as_str())
            .await
            .map_err(|error| failure(PLACE, error))?;
        let number = claimed.into_iter().next().map(|(_, number)| number);
        Ok(number.map(|number| Outcome::Done(self.receipt(order, number))))
    }
}

/// What became of a try to claim.
enum Claim {
    /// A number; from an earlier attempt at the order if there was one.
    Got(E164),
    /// A definite no.
    Refused(Refusal),
}

impl OwnInventory {
    /// Claims the best number of the plan. Stock that is seen but can't be claimed is being claimed by others
    /// at this moment: it is looked for again until it is theirs or ours.
    async fn claim_one(&self, cx: &CallContext, order: &NumberOrder) -> Result<Claim, StoreError> {
        let token = order.token.as_str();
        let known = store::claimed_by(self.database.reader(), token).await?;
        if let Some((_, number)) = known.into_iter().next() {
            return Ok(Claim::Got(number));
        }
        let plan = match self.places.plan(&order.matching, order.widen) {
            Ok(plan) => plan,
            Err(error) => return Ok(Claim::Refused(Refusal::from(&error))),
        };
        for look in 0..LOOKS {
            let seen = store::find_stock(self.database.reader(), INVENTORY_ID, &plan, 1).await?;
            let Some(best) = seen.first().and_then(|best| plan.steps.get(best.step)) else {
                break;
            };
            if let Some(claim) = self.claim_first_of(cx, token, best.cell.clone()).await? {
                return Ok(claim);
            }
            tokio::time::sleep(CONTENDED * (look % 8 + 1)).await;
        }
        let message = "nothing in stock matches; widen the match or ask for another area";
        Ok(Claim::Refused(
            Refusal::new(RefusalCode::NoStock, message).at("matching"),
        ))
    }

    /// Claims the first number of a cell, with its history; `None` when others have it.
    async fn claim_first_of(
        &self,
        cx: &CallContext,
        token: &str,
        cell: Cell,
    ) -> Result<Option<Claim>, StoreError> {
        let (token, actor) = (token.to_owned(), cx.actor.0.clone());
        let (claim, events) = self
            .database
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    match Standing::of(tx, &token).await? {
                        Standing::Open => {}
                        Standing::Has(numbers) => {
                            return Ok((numbers.into_iter().next().map(Claim::Got), Vec::new()));
                        }
                        Standing::Ended => return Ok((Some(Claim::Refused(ended())), Vec::new())),
                    }
                    let claimed = store::claim_stock(tx, INVENTORY_ID, &cell, &token, 1).await?;
                    let events = note_claims(tx, &claimed, &actor).await?;
                    let first = claimed.into_iter().next();
                    Ok((first.map(|(_, number)| Claim::Got(number)), events))
                })
            })
            .await?;
        self.notices.announce(&events).await;
        Ok(claim)
    }

    /// Claims the number that a hold of the same group is on, and ends the hold.
    async fn claim_held(
        &self,
        cx: &CallContext,
        order: &NumberOrder,
        hold: &UpstreamRef,
    ) -> Result<Claim, StoreError> {
        let Ok(hold_id) = hold.as_str().parse::<i64>() else {
            return Ok(gone());
        };
        let (token, group_id, actor) = (
            order.token.as_str().to_owned(),
            order.group.id,
            cx.actor.0.clone(),
        );
        let matching = order.matching.clone();
        let (claim, events) = self
            .database
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    match Standing::of(tx, &token).await? {
                        Standing::Open => {}
                        Standing::Has(numbers) => {
                            let claim = numbers.into_iter().next().map_or_else(gone, Claim::Got);
                            return Ok((claim, Vec::new()));
                        }
                        Standing::Ended => return Ok((Claim::Refused(ended()), Vec::new())),
                    }
                    let Some(hold) = store::hold(tx.connection(), Scope::Platform, hold_id).await? else {
                        return Ok((gone(), Vec::new()));
                    };
                    let by = NumberBy::Id(hold.number_id);
                    let Some(before) = store::lock_number(tx, Scope::Platform, &by).await? else {
                        return Ok((gone(), Vec::new()));
                    };
                    // Read again under the lock: it may have ended while this waited for it.
                    let lasting = store::active_hold(tx.connection(), before.id).await?;
                    let Some(hold) = lasting.filter(|lasting| lasting.id == hold.id) else {
                        return Ok((gone(), Vec::new()));
                    };
                    let mine = hold.owner.group_id == group_id;
                    let lasts = hold.held_until > tx.now();
                    if !mine || !lasts || before.status != NumberStatus::Held {
                        return Ok((gone(), Vec::new()));
                    }
                    if !matches!(&matching, numbering::NumberMatch::Exact(number) if *number == before.e164) {
                        let message = "an order by hold asks for exactly the held number";
                        let refusal = Refusal::new(RefusalCode::InvalidRequest, message).at("matching.exact");
                        return Ok((Claim::Refused(refusal), Vec::new()));
                    }
                    store::end_hold(tx, before.id, "ASSIGNED").await?;
                    let after = store::NumberRecord {
                        status: NumberStatus::Pending,
                        owner: None,
                        hold_until: None,
                        order_token: Some(token),
                        ..before.clone()
                    };
                    let event = NewEvent {
                        kind: EventKind::Claimed,
                        actor: &actor,
                        cause: Some("held"),
                        operation_id: None,
                    };
                    let event = store::save_number(tx, &before, &after, event).await?;
                    Ok((Claim::Got(before.e164), vec![event]))
                })
            })
            .await?;
        self.notices.announce(&events).await;
        Ok(claim)
    }

    fn receipt(&self, order: &NumberOrder, number: E164) -> NumberReceipt {
        NumberReceipt {
            external_id: reference(&number),
            matched: why(self.places, &order.matching, order.widen, &number),
            number,
            name: Some(order.name.clone()),
            group: None,
            status: NumberStatus::Pending,
            route: Some(order.route.clone()),
            route_ref: None,
            sms_route: Some(SmsRoute::None),
            created_at: None,
        }
    }
}

fn gone() -> Claim {
    let message = "the hold has ended, or it is not a hold of this group on this number";
    Claim::Refused(Refusal::new(RefusalCode::HoldExpired, message).at("holdId"))
}

/// The own inventory calls a number by itself.
pub(super) fn reference(number: &E164) -> UpstreamRef {
    #[expect(
        clippy::expect_used,
        reason = "E.164 text is 8 to 16 characters without control characters"
    )]
    UpstreamRef::parse(number.as_str()).expect("E.164 text is an upstream reference")
}

/// The steps that stock was seen in, each once, best first.
pub(super) fn steps(seen: &[store::StockRecord]) -> BTreeSet<usize> {
    seen.iter().map(|stock| stock.step).collect()
}
