//! Dynamic number insertion: which number a visitor sees, and whose call it was.

use jiff::Timestamp;
use numbering::E164;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use super::{PageRequest, Period, UpstreamRef};

/// A visitor has landed on a page.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Visit {
    /// The pools that may serve the page, in order; the first whose sources match does.
    pub pools: Vec<UpstreamRef>,
    /// Who, by an id that the page made up and keeps.
    pub visitor: String,
    /// The URL of the landing page, with its parameters.
    pub landing_page: String,
    /// The URL of the page before, where the browser tells.
    pub referrer: Option<String>,
}

/// Which number a visitor sees.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Swap {
    /// By which step it was found.
    pub reason: SwapReason,
    /// The pool that serves the visit, if one does.
    pub pool: Option<UpstreamRef>,
    /// The number; absent when the page keeps its own.
    pub number: Option<E164>,
    /// The session that has the number; absent when nobody has it alone.
    pub session: Option<TrackingSession>,
}

/// By which step a visitor's number was found; a pool's steps are tried in this order.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SwapReason {
    /// No pool's sources match the visit: nothing is replaced.
    NoSourceMatched,
    /// The visitor's own session goes on.
    Renewed,
    /// A free number, the one idle for longest.
    FreeNumber,
    /// The number of an ended session, the one renewed the longest ago, after a grace for late calls.
    ReclaimedNumber,
    /// The pool's overflow number: calls belong to the pool, not to a visitor.
    OverflowNumber,
    /// Nothing is left: the page keeps its own number.
    PageNumber,
}

/// A number lent to a visitor.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TrackingSession {
    /// What the source calls the session.
    pub external_id: UpstreamRef,
    /// The pool.
    pub pool: UpstreamRef,
    /// The number.
    pub number: E164,
    /// Who, as in the visit.
    pub visitor: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ends unless it is renewed.
    pub expires_at: Timestamp,
}

/// A call came in on a number of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TrackedCall {
    /// The number that was called.
    pub number: E164,
    /// Who called, if known.
    pub caller: Option<E164>,
    /// When.
    pub at: Timestamp,
}

/// Whose call it was.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Attribution {
    /// A visitor's: a caller seen before, or a call inside the match period.
    Session(TrackingSession),
    /// The pool's, and no visitor's.
    Pool(UpstreamRef),
    /// Nobody's: the number is in no pool.
    None,
}

/// A question for the sessions of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionQuery {
    /// The pool.
    pub pool: UpstreamRef,
    /// When they began.
    pub period: Period,
    /// Which page of them.
    pub page: PageRequest,
}
