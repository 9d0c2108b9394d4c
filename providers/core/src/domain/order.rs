//! Ordering numbers, and what upstreams say of the ones they gave.

use jiff::{SignedDuration, Timestamp};
use numbering::{E164, NumberMatch};
use serde::{Deserialize, Serialize};

use super::{CallRoute, GroupRef, MatchReason, NumberStatus, OrderToken, SmsRoute, UpstreamRef};

/// A wish for one number (document `telmetrics-number-assignment`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberOrder {
    /// The same on every attempt at this order.
    pub token: OrderToken,
    /// Who gets the number.
    pub group: GroupRef,
    /// What the number is called in reports; unique in its group. An upstream may change it.
    pub name: String,
    /// What the number must be.
    pub matching: NumberMatch,
    /// Whether a number of the same state will do when nothing nearer is left (tier T7).
    pub widen: bool,
    /// The hold that this order makes use of, from [`NumberHolds`](crate::port::NumberHolds).
    pub hold: Option<UpstreamRef>,
    /// Where its calls go.
    pub route: CallRoute,
}

/// What an upstream says of a number that it gave us.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberReceipt {
    /// The number.
    pub number: E164,
    /// What the upstream calls it; the number itself where it has no other name.
    pub external_id: UpstreamRef,
    /// What it is called there. May differ from the name that was asked for.
    pub name: Option<String>,
    /// What the upstream calls the group it belongs to.
    pub group: Option<UpstreamRef>,
    /// Where it is in its life.
    pub status: NumberStatus,
    /// Where its calls go; absent where the upstream does not say.
    pub route: Option<CallRoute>,
    /// What the upstream calls that route.
    pub route_ref: Option<UpstreamRef>,
    /// Where its messages go; absent where the upstream does not say.
    pub sms_route: Option<SmsRoute>,
    /// When the upstream made it.
    pub created_at: Option<Timestamp>,
    /// Why this number was chosen; absent where the upstream does not say.
    pub matched: Option<MatchReason>,
}

/// A number that a provider already gave us, by both its names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NumberRef {
    /// The number.
    pub number: E164,
    /// What the upstream calls it, if we know.
    pub external_id: Option<UpstreamRef>,
}

/// A number was given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseReceipt {
    /// The number.
    pub number: E164,
    /// Whether the upstream still had it. `false` is a success too: it is not ours any more.
    pub found: bool,
    /// Until when it rests and the release can be undone, where the upstream says.
    pub quarantined_until: Option<Timestamp>,
}

/// A wish to claim one number for a short time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRequest {
    /// The same on every attempt at this hold.
    pub token: OrderToken,
    /// The number.
    pub number: E164,
    /// Who wants it.
    pub group: GroupRef,
    /// For how long; positive, and at most the port's `longest`.
    pub duration: SignedDuration,
}

/// A claim on a number that nobody else can have meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldReceipt {
    /// What the upstream calls the hold.
    pub hold: UpstreamRef,
    /// The number.
    pub number: E164,
    /// When the claim ends by itself, by the upstream's clock.
    pub expires_at: Timestamp,
}
