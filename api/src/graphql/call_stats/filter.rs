use async_graphql::{ID, InputObject};
use service::{CallStatisticsRequest, UserErrorCode};

use super::words::{CallDirection, GroupingInterval};
use crate::graphql::{
    input::Faults,
    node::{NodeId, NodeKind},
    scalars::{DateTime, TimeZone},
};

/// Whose calls are counted, when, and which of them: the request of the document "CDR Statistics" (telecomx).
#[derive(InputObject, Default)]
pub(crate) struct CallStatisticsFilter {
    /// Global id of the customer whose employees' calls are counted (`customer`). When absent it is the key's own
    /// customer; for keys of the whole platform it is every customer of our own records, and with another source the
    /// one that our account there belongs to; keys of a reseller must name one.
    customer_id: Option<ID>,
    /// Only these employees, at most 100, by the ids that the source has for them (`employees`): the `employeeId` of
    /// earlier answers; in our own records global ids. They are in the answer even without calls. When absent,
    /// everybody who had calls is.
    employee_ids: Option<Vec<ID>>,
    /// From when, to the second and inclusive. When absent, from today at 00:00:00 in the time zone.
    from: Option<DateTime>,
    /// Until when, to the second and inclusive. When absent, until today at 23:59:59 in the time zone.
    to: Option<DateTime>,
    /// By whose clock days and the other intervals are. When absent, by the clock of the source, or in UTC where it
    /// takes any.
    time_zone: Option<TimeZone>,
    /// How the counts are grouped in time (`groupingInterval`).
    #[graphql(default)]
    interval: GroupingInterval,
    /// Which calls count. The other side's counts are zero; nobody is left out for it.
    #[graphql(default)]
    direction: CallDirection,
    /// Leaves out answered calls with less talk than this many seconds (`ignoreBelow`).
    #[graphql(default)]
    ignore_below: i32,
    /// Leaves out unanswered calls that rang for less than this many seconds. Not in the document: sources of others
    /// can't be asked for it.
    #[graphql(default)]
    ignore_unanswered_below: i32,
    /// Leaves out calls between extensions (`ignoreLocal`).
    #[graphql(default)]
    ignore_local: bool,
    /// Whether employees without calls are in the answer too, where no employees are named. Not in the document:
    /// sources of others can't be asked for it.
    #[graphql(default)]
    include_empty: bool,
}

impl CallStatisticsFilter {
    /// Reads it; every fault is gathered, with its path below `input.filter`.
    pub(super) fn read(self, faults: &mut Faults) -> Option<CallStatisticsRequest> {
        let invalid = UserErrorCode::InvalidInput;
        let mut instant = |instant: Option<DateTime>, path: &str| match instant {
            Some(instant) => instant.field(faults, invalid, path).map(Some),
            None => Some(None),
        };
        let from = instant(self.from, "input.filter.from");
        let to = instant(self.to, "input.filter.to");
        let zone = match self.time_zone {
            Some(zone) => zone.field(faults, invalid, "input.filter.timeZone").map(Some),
            None => Some(None),
        };
        let customer_id = match self.customer_id {
            Some(id) => faults
                .row(&id, NodeKind::Customer, "input.filter.customerId")
                .map(Some),
            None => Some(None),
        };
        let ignore_below_seconds = seconds(faults, self.ignore_below, "input.filter.ignoreBelow");
        let path = "input.filter.ignoreUnansweredBelow";
        let ignore_unanswered_below_seconds = seconds(faults, self.ignore_unanswered_below, path);
        let employees = self.employee_ids.unwrap_or_default();
        Some(CallStatisticsRequest {
            customer_id: customer_id?,
            employees: employees.into_iter().map(named).collect(),
            from: from?,
            to: to?,
            zone: zone?,
            interval: Some(self.interval.into()),
            direction: self.direction.into(),
            ignore_below_seconds: ignore_below_seconds?,
            ignore_unanswered_below_seconds: ignore_unanswered_below_seconds?,
            ignore_local: self.ignore_local,
            include_empty: self.include_empty,
            sort: None,
            fields: Vec::new(),
        })
    }
}

/// What the source calls an employee: our own records go by rows.
fn named(id: ID) -> String {
    let row = NodeId::parse(&id).and_then(|id| id.row_of(NodeKind::Employee));
    row.map_or(id.0, |row| row.to_string())
}

/// A number of seconds that GraphQL lets be negative.
pub(super) fn seconds(faults: &mut Faults, given: i32, path: &str) -> Option<u32> {
    let seconds = u32::try_from(given).ok();
    if seconds.is_none() {
        let message = format!("seconds are not negative; this is {given}");
        faults.add(UserErrorCode::InvalidInput, path, message);
    }
    seconds
}
