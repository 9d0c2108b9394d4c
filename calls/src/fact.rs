//! What statistics see of a call.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// Which end of a call somebody is.
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
pub enum Side {
    /// The caller.
    Out,
    /// Somebody who was called.
    In,
}

/// How a call ended for one of its parties.
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
pub enum PartyDisposition {
    /// Answered: an endpoint was picked up, if only for less than a second.
    Answered,
    /// Not answered.
    Unanswered,
    /// Not answered because the called party was busy.
    Busy,
    /// Not answered because the number is wrong or something broke.
    Failed,
    /// It rang here and another member of the ring group answered.
    RungElsewhere,
}

/// A call as the statistics of one party see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallFact {
    /// When the whole call started: seconds since the Unix epoch.
    pub start: i64,
    /// Talk in seconds if it was answered, else the seconds that it rang.
    pub seconds: u32,
    /// Which end of the call the party is.
    pub side: Side,
    /// How it ended for the party.
    pub disposition: PartyDisposition,
    /// Whether both ends are extensions of one customer.
    pub local: bool,
}

/// Whose statistics a fact is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An employee at one extension.
    Employee {
        /// Row of the employee.
        employee_id: i64,
        /// Row of the extension.
        extension_id: i64,
    },
    /// Row of a number.
    Number(i64),
    /// Row of a pool.
    Pool(i64),
}
