//! A row of call records, whatever system wrote it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// How a call, or one leg of it, ended.
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
pub enum Disposition {
    /// Answered: an endpoint was picked up, if only for less than a second.
    Answered,
    /// Not answered.
    Unanswered,
    /// Not answered because the called party was busy.
    Busy,
    /// Not answered because the number is wrong or something broke.
    Failed,
}

/// What the other end of a leg is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Called {
    /// A telephone, or a trunk to one.
    #[serde(rename = "e")]
    Endpoint {
        /// What the source calls this connection: two legs with the same one rang at the same device.
        #[serde(rename = "c")]
        channel: String,
        /// What an extension may be found by, surest first.
        #[serde(rename = "n")]
        names: Vec<String>,
        /// Where the source does not say which of several it was: those, in the order in which they were dialed.
        #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
        among: Vec<String>,
    },
    /// A connection inside of the source that goes on in legs of its own, where those were recorded: an Asterisk
    /// `Local` channel, a FreeSWITCH a-leg.
    #[serde(rename = "t")]
    Through {
        /// What those legs have as [`Leg::via`].
        #[serde(rename = "k")]
        key: String,
        /// What an extension may be found by where there are no such legs, surest first.
        #[serde(rename = "n")]
        names: Vec<String>,
    },
    /// A program of the telephone system: an announcement, a menu, a mailbox. It never answers for anybody.
    #[serde(rename = "p")]
    Application,
}

/// One leg of a call: one row of the source. Kept with its call as compact JSON, hence the short names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Leg {
    /// What tells it from the other legs of its call.
    #[serde(rename = "i")]
    pub id: String,
    /// When it ended.
    #[serde(rename = "e", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub ended_at: Timestamp,
    /// When it began.
    #[serde(rename = "s", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub started_at: Timestamp,
    /// When it was answered, by whomever.
    #[serde(
        rename = "w",
        with = "jiff::fmt::serde::timestamp::millisecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub answered_at: Option<Timestamp>,
    /// Seconds from the answer to the end, as the source counted them.
    #[serde(rename = "t")]
    pub talk_seconds: u32,
    /// How it ended.
    #[serde(rename = "d")]
    pub disposition: Disposition,
    /// The caller's number, as the source writes it; absent where it was withheld.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// What the caller's extension may be found by, surest first.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub calling: Vec<String>,
    /// What the caller dialed, as the source writes it.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub dialed: Option<String>,
    /// The other end.
    #[serde(rename = "o")]
    pub called: Called,
    /// The [`Called::Through`] of another leg that this one goes on from.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
}

/// A row that was read: a leg and the call that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line of the file; the first is 1.
    pub line: u64,
    /// What the source calls the whole call.
    pub call_id: String,
    /// The leg.
    pub leg: Leg,
}

/// A row that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Line of the file; the first is 1.
    pub line: u64,
    /// Why, for people.
    pub reason: String,
    /// The row as it came, cut to [`RowFault::LONGEST_CONTENT`] characters.
    pub content: String,
}

impl RowFault {
    /// Characters of a row that are kept.
    pub const LONGEST_CONTENT: usize = 1000;

    /// A fault of a row of bytes.
    #[must_use]
    pub fn new(line: u64, reason: impl Into<String>, row: &[u8]) -> Self {
        // Four bytes are the most that a character has.
        let start = row.get(..Self::LONGEST_CONTENT * 4).unwrap_or(row);
        let text = String::from_utf8_lossy(start);
        // PostgreSQL keeps no zero characters.
        let printable = text.chars().map(|c| if c == '\0' { '\u{fffd}' } else { c });
        Self {
            line,
            reason: reason.into(),
            content: printable.take(Self::LONGEST_CONTENT).collect(),
        }
    }
}

/// Puts the legs of `more` into `legs`, which stay sorted. Of two legs with one id the one that ended last counts, so
/// that the order in which rows come makes no difference, nor does a row that comes twice.
pub fn merge_legs(legs: &mut Vec<Leg>, more: impl IntoIterator<Item = Leg>) {
    legs.extend(more);
    legs.sort_unstable_by(|a, b| a.id.cmp(&b.id).then_with(|| b.cmp(a)));
    legs.dedup_by(|later, first| later.id == first.id);
}
