//! Ordering numbers (document `telmetrics-number-assignment`).

use async_trait::async_trait;
use provider_core::call::{CallContext, Operation};
use provider_core::domain::{Countries, CountryCode, NumberOrder, NumberReceipt, Selector, UpstreamRef};
use provider_core::error::Result;
use provider_core::outcome::Outcome;
use provider_core::port::{MatchTerms, NumberOrders, OrderTerms};

use crate::answer::{read, receipt, undocumented};
use crate::{PathStyle, Telmetrics, map, wire};

/// Twice is twice: the document has no idempotency key.
const PLACE: Operation = Operation::by_token("orders.place", false);

/// The document finds numbers by ten digits and by state or province: those of the United States and Canada.
pub(crate) fn terms() -> OrderTerms {
    OrderTerms {
        matches: MatchTerms {
            selectors: [Selector::LocalToNumber, Selector::LocalToCity, Selector::TollFree].into(),
            countries: Countries::Only(vec![CountryCode::US, CountryCode::CA]),
            prefix_filter: true,
        },
        idempotent_by_token: false,
        findable_by_token: false,
        honors_holds: false,
    }
}

#[async_trait]
impl NumberOrders for Telmetrics {
    fn terms(&self) -> &OrderTerms {
        &self.order_terms
    }

    async fn place(&self, cx: &CallContext, order: &NumberOrder) -> Result<Outcome<NumberReceipt>> {
        let group = match self.group(&order.group) {
            Ok(group) => group,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let name = self.name(&order.name, &order.token);
        let body = match map::create_number(order, &name) {
            Ok(body) => body,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let id = group.to_string();
        let request = self.post(PLACE, &order.token);
        let request = match self.path_style {
            PathStyle::Groups => request.path(["groups", &id, "numbers"]),
            PathStyle::Bare => request.path([&*id, "numbers"]),
        };
        let reply = request.json(&body).send(cx).await?;
        if !reply.is_success() {
            return self.declined(&reply);
        }
        let answer: wire::Number = read(&reply)?;
        let reference = map::reference(answer.id).map_err(|why| reply.unreadable(why))?;
        let groups = (group, answer.group_id);
        receipt(&reply, PLACE, answer, groups, &reference, map::number_receipt).map(Outcome::Done)
    }

    async fn get(&self, _: &CallContext, _: &UpstreamRef) -> Result<Outcome<NumberReceipt>> {
        let message = "Telmetrics answers an order at once, and has no way to ask for one";
        undocumented("orders.get", message)
    }

    async fn find(&self, _: &CallContext, _: &NumberOrder) -> Result<Option<Outcome<NumberReceipt>>> {
        let message = "Telmetrics has no way to list numbers: look for this one in its console";
        undocumented("orders.find", message)
    }
}
