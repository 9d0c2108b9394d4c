//! What a subject's twin knows, so that it can be asked for it.

use jiff::tz::TimeZone;
use provider_core::domain::{
    CallCenterRef, CallRoute, CustomerRef, GroupRef, NumberMatch, Period, PoolMatch,
};
use serde_json::Value;

/// What a twin knows. A port needs some of it: where that is left out, its cases fail and say what they need.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// A group that has an upstream, or a name of its own there. For `orders`, `pools`, `holds`.
    pub group: Option<GroupRef>,
    /// One match for each selector that `orders` or `search` declares, of which the twin can sell at least 300.
    pub matches: Vec<NumberMatch>,
    /// One match for each selector that `pools` declares, of which the twin can sell at least 300.
    pub pool_matches: Vec<PoolMatch>,
    /// A match that is in the terms of `orders` or `search`, and of which the twin has nothing left.
    pub sold_out: Option<NumberMatch>,
    /// The same for `pools`.
    pub pool_sold_out: Option<PoolMatch>,
    /// Where calls of ordered numbers go; a number of the match's country unless said.
    pub route: Option<CallRoute>,
    /// Whose calls `call_stats` is asked for; absent for the account's own.
    pub customer: Option<CustomerRef>,
    /// What the source calls some of the employees. For `call_stats`.
    pub employees: Vec<String>,
    /// A time that is over and in which there were calls, and a zone to cut it by. For `call_stats` and
    /// `call_centers`.
    pub period: Option<(Period, TimeZone)>,
    /// A call center. For `call_centers`.
    pub call_center: Option<CallCenterRef>,
    /// Answers with a word that the upstream's document does not have.
    pub unknown_words: Vec<UnknownWord>,
}

/// An answer with a word that the upstream's document does not have, where one of a few words is expected.
#[derive(Debug, Clone)]
pub struct UnknownWord {
    /// Whose answer: `orders.place`.
    pub operation: &'static str,
    /// The body of the answer.
    pub body: Value,
    /// The word: `"Hibernating"`.
    pub word: &'static str,
}
