use std::collections::BTreeSet;

use async_trait::async_trait;
use numbering::{E164, MatchPlan};
use provider_core::{
    call::CallContext,
    domain::{MatchReason, NumberOrder, NumberReceipt, NumberStatus, SmsRoute, UpstreamRef},
    error::{ErrorKind, ProviderError, Result},
    outcome::{Outcome, Refusal, RefusalCode},
    port::{NumberOrders, OrderTerms},
};
use store::{EventKind, NewEvent, NumberBy, Scope, StoreError};

use super::{CONTENDED, INVENTORY_ID, LOOKS, OwnInventory, failure, reason};

const PLACE: &str = "orders.place";

#[async_trait]
impl NumberOrders for OwnInventory {
    fn terms(&self) -> &OrderTerms {
        &self.order_terms
    }

    async fn place(&self, cx: &CallContext, order: &NumberOrder) -> Result<Outcome<NumberReceipt>> {
        if let Some(known) = self.claimed(order).await? {
            return Ok(Outcome::Done(known));
        }
        let plan = match self.places.plan(&order.matching, order.widen) {
            Ok(plan) => plan,
            Err(error) => return Ok(Outcome::Refused(Refusal::from(&error))),
        };
        let claim = match &order.hold {
            Some(hold) => self.claim_held(cx, order, hold).await,
            None => self.claim_one(cx, order.token.as_str(), &plan).await,
        };
        match claim.map_err(|error| failure(PLACE, error))? {
            Claim::Got(number, step) => Ok(Outcome::Done(receipt(order, number, reason(&plan, step)))),
            Claim::Refused(refusal) => Ok(Outcome::Refused(refusal)),
        }
    }

    async fn get(&self, _: &CallContext, _: &UpstreamRef) -> Result<Outcome<NumberReceipt>> {
        let message = "orders of the own inventory are never pending";
        Err(ProviderError::new(ErrorKind::NotFound, "orders.get", message))
    }

    async fn find(&self, _: &CallContext, order: &NumberOrder) -> Result<Option<Outcome<NumberReceipt>>> {
        Ok(self.claimed(order).await?.map(Outcome::Done))
    }
}

/// What became of a try to claim.
enum Claim {
    /// A number, and the plan's step that led to it.
    Got(E164, usize),
    /// A definite no.
    Refused(Refusal),
}

impl OwnInventory {
    async fn claimed(&self, order: &NumberOrder) -> Result<Option<NumberReceipt>> {
        let found = store::claimed_by(self.database.reader(), order.token.as_str())
            .await
            .map_err(|error| failure(PLACE, error))?;
        let Some((_, number)) = found.into_iter().next() else {
            return Ok(None);
        };
        let why = self
            .places
            .plan(&order.matching, order.widen)
            .ok()
            .and_then(|plan| {
                let facts = self.places.describe(&number);
                let step = plan
                    .steps
                    .iter()
                    .position(|step| step.cell.admits(&number, &facts))?;
                reason(&plan, step)
            });
        Ok(Some(receipt(order, number, why)))
    }

    /// Claims the best number of the plan. Stock that is seen but can't be claimed is being claimed by others
    /// at this moment: it is looked for again until it is theirs or ours.
    async fn claim_one(&self, cx: &CallContext, token: &str, plan: &MatchPlan) -> Result<Claim, StoreError> {
        for look in 0..LOOKS {
            let seen = store::find_stock(self.database.reader(), INVENTORY_ID, plan, 1).await?;
            let Some(best) = seen.first() else { break };
            if let Some(number) = self
                .claim_cell(cx, token, plan, best.step, 1)
                .await?
                .into_iter()
                .next()
            {
                return Ok(Claim::Got(number, best.step));
            }
            tokio::time::sleep(CONTENDED * (look % 8 + 1)).await;
        }
        let message = "nothing in stock matches; widen the match or ask for another area";
        Ok(Claim::Refused(
            Refusal::new(RefusalCode::NoStock, message).at("matching"),
        ))
    }

    /// Claims up to `limit` numbers of one step, with their history.
    pub(super) async fn claim_cell(
        &self,
        cx: &CallContext,
        token: &str,
        plan: &MatchPlan,
        step: usize,
        limit: u32,
    ) -> Result<Vec<E164>, StoreError> {
        let Some(cell) = plan.steps.get(step).map(|step| step.cell.clone()) else {
            return Ok(Vec::new());
        };
        let (token, actor) = (token.to_owned(), cx.actor.0.clone());
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let claimed = store::claim_stock(tx, INVENTORY_ID, &cell, &token, limit).await?;
                    let event = NewEvent {
                        kind: EventKind::Claimed,
                        actor: &actor,
                        cause: None,
                        operation_id: None,
                    };
                    for (id, _) in &claimed {
                        let status = |word: &str| serde_json::json!({ "status": word });
                        store::record_event(tx, *id, None, event, &status("AVAILABLE"), &status("PENDING"))
                            .await?;
                    }
                    Ok(claimed.into_iter().map(|(_, number)| number).collect())
                })
            })
            .await
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
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let Some(hold) = store::hold(tx.connection(), Scope::Platform, hold_id).await? else {
                        return Ok(gone());
                    };
                    let by = NumberBy::Id(hold.number_id);
                    let Some(before) = store::lock_number(tx, Scope::Platform, &by).await? else {
                        return Ok(gone());
                    };
                    let mine = hold.owner.group_id == group_id;
                    let lasts = hold.ended_at.is_none() && hold.held_until > tx.now();
                    if !mine || !lasts || before.status != NumberStatus::Held {
                        return Ok(gone());
                    }
                    if !matches!(&matching, numbering::NumberMatch::Exact(number) if *number == before.e164) {
                        let message = "an order by hold asks for exactly the held number";
                        let refusal = Refusal::new(RefusalCode::InvalidRequest, message).at("matching.exact");
                        return Ok(Claim::Refused(refusal));
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
                    store::save_number(tx, &before, &after, event).await?;
                    Ok(Claim::Got(before.e164, 0))
                })
            })
            .await
    }
}

fn gone() -> Claim {
    let message = "the hold has ended, or it is not a hold of this group on this number";
    Claim::Refused(Refusal::new(RefusalCode::HoldExpired, message).at("holdId"))
}

fn receipt(order: &NumberOrder, number: E164, matched: Option<MatchReason>) -> NumberReceipt {
    NumberReceipt {
        external_id: reference(&number),
        number,
        name: Some(order.name.clone()),
        group: None,
        status: NumberStatus::Pending,
        route: Some(order.route.clone()),
        route_ref: None,
        sms_route: Some(SmsRoute::None),
        created_at: None,
        matched,
    }
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
