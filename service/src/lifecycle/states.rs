//! A number after what time or an order's end does to it.

use jiff::{SignedDuration, Timestamp};
use provider_core::domain::NumberStatus;
use store::NumberRecord;

use crate::INVENTORY_ID;

/// A number after its release. The last owner, name and route stay on the row: they are what a restore brings
/// back, and let the last owner see it. Those of our own are cleared at the end of quarantine, when it is stock
/// again; one that a carrier took back has no such end.
pub(crate) fn released(number: &NumberRecord, now: Timestamp, rest: Option<SignedDuration>) -> NumberRecord {
    NumberRecord {
        status: NumberStatus::Dropped,
        pool_id: None,
        dropped_at: Some(now),
        quarantine_until: rest.and_then(|rest| now.checked_add(rest).ok()),
        ..number.clone()
    }
}

/// A number whose order has come to nothing: stock again, as it was before.
pub(crate) fn unclaimed(number: &NumberRecord) -> NumberRecord {
    NumberRecord {
        status: NumberStatus::Available,
        order_token: None,
        ..number.clone()
    }
}

/// A number whose hold has ended: stock again, as it was before.
pub(crate) fn unheld(number: &NumberRecord) -> NumberRecord {
    NumberRecord {
        status: NumberStatus::Available,
        owner: None,
        hold_until: None,
        ..number.clone()
    }
}

/// A number that is stock (again): nothing of an owner is left on it.
pub(crate) fn available(number: &NumberRecord) -> NumberRecord {
    NumberRecord {
        status: NumberStatus::Available,
        name: None,
        owner: None,
        dealer_id: None,
        pool_id: None,
        termination_number: None,
        order_token: None,
        hold_until: None,
        quarantine_until: None,
        assigned_at: None,
        suspended_at: None,
        dropped_at: None,
        tags: Vec::new(),
        ..number.clone()
    }
}

/// A number after its quarantine: our own is stock again; a carrier's, released here alone, is not ours to give
/// out, and stays dropped with what it was.
pub(crate) fn rested(number: &NumberRecord) -> NumberRecord {
    if number.provider == INVENTORY_ID {
        return available(number);
    }
    NumberRecord {
        quarantine_until: None,
        ..number.clone()
    }
}
