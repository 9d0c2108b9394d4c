//! The history that a number in this state must have had.

use serde_json::{Value, json};

use super::{
    Cell,
    numbers::{Ownership, Times},
    rows::row,
};

const ACTOR: &str = "key:1";

pub(super) fn of(
    id: i64,
    owner: Option<&Ownership<'_>>,
    status: &'static str,
    times: &Times,
) -> Vec<Vec<Cell>> {
    let added = (json!({}), json!({ "status": "AVAILABLE" }));
    let mut events = vec![event(id, "ADDED", times.created, None, added)];
    if let (Some(owner), Some(at)) = (owner, times.assigned) {
        let after = json!({
            "status": "ACTIVE",
            "name": owner.name,
            "customerId": owner.tenant.customer,
            "groupId": owner.tenant.group,
            "terminationNumber": owner.termination,
        });
        events.push(event(
            id,
            "ASSIGNED",
            at,
            Some(owner),
            (json!({ "status": "AVAILABLE" }), after),
        ));
    }
    let ends = [("SUSPENDED", times.suspended), ("RELEASED", times.dropped)];
    events.extend(ends.into_iter().filter_map(|(kind, at)| {
        Some(event(
            id,
            kind,
            at?,
            owner,
            (json!({ "status": "ACTIVE" }), json!({ "status": status })),
        ))
    }));
    events
}

fn event(
    id: i64,
    kind: &'static str,
    at: i64,
    owner: Option<&Ownership<'_>>,
    (before, after): (Value, Value),
) -> Vec<Cell> {
    let tenant = owner.map(|owner| owner.tenant);
    row![
        id,
        kind,
        at,
        ACTOR,
        "import",
        tenant.map(|tenant| tenant.reseller),
        tenant.map(|tenant| tenant.customer),
        tenant.map(|tenant| tenant.group),
        before.to_string(),
        after.to_string(),
    ]
}
