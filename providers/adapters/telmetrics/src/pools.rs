//! Ordering pools (document `telmetrics-number-pools`).

use std::collections::BTreeSet;

use async_trait::async_trait;
use provider_core::call::{CallContext, Operation};
use provider_core::domain::{
    Countries, Page, PageRequest, PoolOrder, PoolReceipt, PoolResize, PoolRetirement, PoolUpdate,
    RetireReceipt, Selector, UpstreamRef,
};
use provider_core::error::Result;
use provider_core::outcome::Outcome;
use provider_core::port::{MatchTerms, NumberPools, PoolTerms};

use crate::answer::{read, receipt, undocumented};
use crate::{Telmetrics, map, wire};

/// Twice is twice: the document has no idempotency key.
const CREATE: Operation = Operation::by_token("pools.create", false);

const CHANGE: &str = "pools of Telmetrics can't be changed here: do it in its console";
const READ: &str = "pools of Telmetrics can't be read here: look for them in its console";

/// The document names no country that is left out, and no limits.
pub(crate) fn terms(largest_quantity: u32) -> PoolTerms {
    PoolTerms {
        matches: MatchTerms {
            selectors: [
                Selector::GeographicCity,
                Selector::GeographicAreaCode,
                Selector::TollFree,
                Selector::National,
            ]
            .into(),
            countries: Countries::All,
            prefix_filter: false,
        },
        largest_quantity,
        match_period_minutes: 1..=u32::MAX,
        largest_page: 0,
        changes: BTreeSet::new(),
        idempotent_by_token: false,
        findable_by_token: false,
    }
}

#[async_trait]
impl NumberPools for Telmetrics {
    fn terms(&self) -> &PoolTerms {
        &self.pool_terms
    }

    async fn create(&self, cx: &CallContext, order: &PoolOrder) -> Result<Outcome<PoolReceipt>> {
        let group = match self.group(&order.group) {
            Ok(group) => group,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let name = self.name(&order.name, &order.token);
        let request = self
            .post(CREATE, &order.token)
            .path(["groups", &group.to_string(), "numberpools"]);
        let reply = request.json(&map::create_pool(order, &name)).send(cx).await?;
        if !reply.is_success() {
            return self.declined(&reply);
        }
        let answer: wire::Pool = read(&reply)?;
        let reference = map::reference(answer.id).map_err(|why| reply.unreadable(why))?;
        let (groups, quantity) = ((group, answer.group_id), answer.quantity);
        let pool = receipt(&reply, CREATE, answer, groups, &reference, map::pool_receipt)?;
        Ok(whole(order, quantity, pool))
    }

    async fn get(&self, _: &CallContext, _: &UpstreamRef) -> Result<Outcome<PoolReceipt>> {
        undocumented("pools.get", READ)
    }

    async fn list(&self, _: &CallContext, _: &PageRequest) -> Result<Page<PoolReceipt>> {
        undocumented("pools.list", READ)
    }

    async fn update(&self, _: &CallContext, _: &PoolUpdate) -> Result<Outcome<PoolReceipt>> {
        undocumented("pools.update", CHANGE)
    }

    async fn resize(&self, _: &CallContext, _: &PoolResize) -> Result<Outcome<PoolReceipt>> {
        undocumented("pools.resize", CHANGE)
    }

    async fn retire(&self, _: &CallContext, _: &PoolRetirement) -> Result<Outcome<RetireReceipt>> {
        undocumented("pools.retire", CHANGE)
    }

    async fn find(&self, _: &CallContext, _: &PoolOrder) -> Result<Option<Outcome<PoolReceipt>>> {
        undocumented("pools.find", READ)
    }
}

/// A pool with fewer numbers than were ordered and may do is bought all the same, and the document has no way to
/// give it back: what becomes of it is for a person to say. So it is with one that says it has more than were
/// ordered: the others are paid for too.
fn whole(order: &PoolOrder, said: Option<u32>, pool: PoolReceipt) -> Outcome<PoolReceipt> {
    let asked = usize::try_from(order.quantity).unwrap_or(usize::MAX);
    let enough = pool.numbers.len() >= asked || (order.allow_partial && !pool.numbers.is_empty());
    if enough && said.is_none_or(|said| said <= order.quantity) {
        Outcome::Done(pool)
    } else {
        Outcome::Unknown {
            reference: Some(pool.external_id),
        }
    }
}
