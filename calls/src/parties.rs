//! Whose calls they are: extensions and numbers of a customer, as they were when a call started.

use std::collections::HashMap;

use jiff::Timestamp;
use numbering::{CountryCode, E164};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::{
    fact::{CallFact, PartyDisposition, Side, Subject},
    grouping::{Call, Rung},
    record::{Disposition, Leg},
};

/// Which way a call goes, seen from the customer.
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
pub enum Direction {
    /// From outside to one of its numbers or extensions.
    Inbound,
    /// From one of its extensions or numbers to somebody outside.
    Outbound,
    /// From one of its extensions to another.
    Internal,
}

/// An extension of the customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extension {
    /// Row of the extension.
    pub id: i64,
    /// Who had it when.
    pub holders: Vec<Tenure<i64>>,
}

/// What somebody had for a time: from its start up to, but not including, its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure<T> {
    /// Who or what.
    pub what: T,
    /// From when.
    pub from: Timestamp,
    /// Until when; absent while it lasts.
    pub until: Option<Timestamp>,
}

/// The owner of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberOwner {
    /// Row of the customer.
    pub customer_id: i64,
    /// Row of the group.
    pub group_id: i64,
    /// Row of the pool that it worked in.
    pub pool_id: Option<i64>,
}

/// A number that Switchboard knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnNumber {
    /// Row of the number.
    pub id: i64,
    /// Who had it when.
    pub owners: Vec<Tenure<NumberOwner>>,
}

/// What a customer's calls are resolved with.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Row of the customer.
    pub customer_id: i64,
    /// The customer's extensions by number.
    pub extensions: HashMap<String, Extension>,
    /// Numbers that calls came from or went to.
    pub numbers: HashMap<E164, OwnNumber>,
}

/// Reads the numbers of calls: each text once.
#[derive(Debug, Default)]
pub struct NumberReader {
    country: Option<CountryCode>,
    known: HashMap<String, Option<E164>>,
}

impl NumberReader {
    /// Texts that are remembered; more are read again.
    const REMEMBERED: usize = 100_000;

    /// Reads national numbers as those of `country`; without one, only numbers with a country code are numbers.
    #[must_use]
    pub fn new(country: Option<CountryCode>) -> Self {
        Self {
            country,
            known: HashMap::new(),
        }
    }

    /// The number that a text is; absent where it is none.
    pub fn read(&mut self, text: &str) -> Option<E164> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let number = E164::parse(text, self.country).ok();
        if self.known.len() < Self::REMEMBERED {
            self.known.insert(text.to_owned(), number.clone());
        }
        number
    }
}

/// The numbers of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallNumbers {
    /// The caller's.
    pub caller: Option<E164>,
    /// What was dialed.
    pub dialed: Option<E164>,
}

/// An employee who took part in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Party {
    /// Row of the employee.
    pub employee_id: i64,
    /// Row of the extension.
    pub extension_id: i64,
    /// Which end of the call.
    pub side: Side,
    /// How the call ended here.
    pub disposition: PartyDisposition,
    /// Talk in seconds if it was answered, else the seconds that it rang.
    pub seconds: u32,
}

/// A number that a call belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallNumber {
    /// Row of the number.
    pub number_id: i64,
    /// Row of the group that had it.
    pub group_id: i64,
    /// Row of the pool that it worked in.
    pub pool_id: Option<i64>,
}

/// A call with its parties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// When it started.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub started_at: Timestamp,
    /// When an endpoint answered.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub ended_at: Timestamp,
    /// Seconds until it was answered, or ended.
    pub ring_seconds: u32,
    /// Seconds of talk.
    pub talk_seconds: u32,
    /// How it ended.
    pub disposition: Disposition,
    /// Who called: E.164 where it is a number, else as the source writes it.
    pub caller: Option<String>,
    /// Who was called, likewise.
    pub callee: Option<String>,
    /// Which way it went.
    pub direction: Direction,
    /// Whether both ends are extensions of the customer.
    pub local: bool,
    /// The customer's number that was called, or that it was made from.
    pub number: Option<CallNumber>,
    /// The employees who took part, the caller first.
    pub parties: Vec<Party>,
}

impl<T> Tenure<T> {
    fn covers(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

impl Extension {
    /// The row of the employee who had it at that time.
    #[must_use]
    pub fn holder(&self, at: Timestamp) -> Option<i64> {
        self.holders
            .iter()
            .find(|holder| holder.covers(at))
            .map(|holder| holder.what)
    }
}

impl OwnNumber {
    /// Who had it at that time. Before anybody is known to have had it, the first owner had: its telephone system
    /// would not have seen the call otherwise.
    fn owner(&self, at: Timestamp) -> Option<NumberOwner> {
        let covering = self.owners.iter().find(|owner| owner.covers(at));
        let first = || {
            let first = self.owners.iter().min_by_key(|owner| owner.from)?;
            (at < first.from).then_some(first)
        };
        covering.or_else(first).map(|owner| owner.what)
    }
}

impl CallNumbers {
    /// The numbers of `call`.
    pub fn of(call: &Call<'_>, reader: &mut NumberReader) -> Self {
        Self {
            caller: call.caller.and_then(|text| reader.read(text)),
            dialed: call.dialed.and_then(|text| reader.read(text)),
        }
    }
}

/// Every name that an extension of `call` may be found by.
pub fn extension_names<'c>(call: &'c Call<'_>) -> impl Iterator<Item = &'c str> {
    let calling = call.calling.iter().map(String::as_str);
    let rung = call.rung.iter().flat_map(|rung| rung.names.iter().copied());
    calling.chain(rung)
}

impl Directory {
    fn extension<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Option<&Extension> {
        names.into_iter().find_map(|name| self.extensions.get(name))
    }

    /// The number with its owner, if that was the customer.
    fn number(&self, number: Option<&E164>, at: Timestamp) -> Option<CallNumber> {
        let number = self.numbers.get(number?)?;
        let owner = number.owner(at)?;
        (owner.customer_id == self.customer_id).then_some(CallNumber {
            number_id: number.id,
            group_id: owner.group_id,
            pool_id: owner.pool_id,
        })
    }

    /// The call with its parties.
    #[must_use]
    pub fn resolve(&self, call: &Call<'_>, numbers: &CallNumbers) -> CallRecord {
        let at = call.started_at;
        let caller = self.extension(call.calling.iter().map(String::as_str));
        let called = self.called(call);
        let local = caller.is_some() && self.ends_at_extension(call);
        let (from, to) = (
            self.number(numbers.caller.as_ref(), at),
            self.number(numbers.dialed.as_ref(), at),
        );
        let direction = match (caller.is_some(), local) {
            (_, true) => Direction::Internal,
            (true, false) => Direction::Outbound,
            (false, _) if from.is_some() && to.is_none() && called.is_empty() => Direction::Outbound,
            (false, _) => Direction::Inbound,
        };
        let number = match direction {
            Direction::Outbound => from,
            Direction::Inbound | Direction::Internal => to,
        };
        let text = |number: &Option<E164>, text: Option<&str>| {
            number
                .as_ref()
                .map(ToString::to_string)
                .or(text.map(str::to_owned))
        };
        CallRecord {
            started_at: at,
            answered_at: call.answered_at,
            ended_at: call.ended_at,
            ring_seconds: call.ring_seconds,
            talk_seconds: call.talk_seconds,
            disposition: call.disposition,
            caller: text(&numbers.caller, call.caller),
            callee: text(&numbers.dialed, call.dialed),
            direction,
            local,
            number,
            parties: parties(call, caller, &called),
        }
    }

    /// The extensions that it rang at, in the order in which it first did, with their legs.
    fn called<'d, 'c>(&'d self, call: &Call<'c>) -> Vec<(&'d Extension, Vec<&'c Leg>)> {
        let mut called: Vec<(&Extension, Vec<&Leg>)> = Vec::new();
        for Rung { leg, names } in &call.rung {
            let Some(extension) = self.extension(names.iter().copied()) else {
                continue;
            };
            match called.iter_mut().find(|(known, _)| known.id == extension.id) {
                Some((_, legs)) => legs.push(leg),
                None => called.push((extension, vec![leg])),
            }
        }
        called
    }

    /// Whether the other end of the call is an extension: the one that answered, else all that it rang at.
    fn ends_at_extension(&self, call: &Call<'_>) -> bool {
        let is_extension = |rung: &Rung<'_>| self.extension(rung.names.iter().copied()).is_some();
        let mut answered = call
            .rung
            .iter()
            .filter(|rung| rung.leg.disposition == Disposition::Answered)
            .peekable();
        if answered.peek().is_some() {
            answered.any(is_extension)
        } else {
            !call.rung.is_empty() && call.rung.iter().all(is_extension)
        }
    }
}

fn parties(call: &Call<'_>, caller: Option<&Extension>, called: &[(&Extension, Vec<&Leg>)]) -> Vec<Party> {
    let at = call.started_at;
    let party = |extension: &Extension, side, (disposition, seconds)| {
        Some(Party {
            employee_id: extension.holder(at)?,
            extension_id: extension.id,
            side,
            disposition,
            seconds,
        })
    };
    let out = caller.and_then(|extension| party(extension, Side::Out, whole(call)));
    let others = called
        .iter()
        .filter_map(|(extension, legs)| party(extension, Side::In, call.outcome_at(legs)));
    out.into_iter().chain(others).collect()
}

/// How the whole call ended, and its seconds: talk where it was answered, else how long it rang.
fn whole(call: &Call<'_>) -> (PartyDisposition, u32) {
    outcome(call.disposition, call.talk_seconds, call.ring_seconds)
}

fn outcome(disposition: Disposition, talk: u32, ring: u32) -> (PartyDisposition, u32) {
    match disposition {
        Disposition::Answered => (PartyDisposition::Answered, talk),
        Disposition::Unanswered => (PartyDisposition::Unanswered, ring),
        Disposition::Busy => (PartyDisposition::Busy, ring),
        Disposition::Failed => (PartyDisposition::Failed, ring),
    }
}

impl CallRecord {
    /// What statistics see of the call: a fact for each employee and extension, its number and its pool.
    #[must_use]
    pub fn facts(&self) -> Vec<(Subject, CallFact)> {
        let start = self.started_at.as_second();
        let local = self.local;
        let mut facts: Vec<(Subject, CallFact)> = self
            .parties
            .iter()
            .map(|party| {
                let subject = Subject::Employee {
                    employee_id: party.employee_id,
                    extension_id: party.extension_id,
                };
                let fact = CallFact {
                    start,
                    seconds: party.seconds,
                    side: party.side,
                    disposition: party.disposition,
                    local,
                };
                (subject, fact)
            })
            .collect();
        let Some(number) = self.number else {
            return facts;
        };
        let (disposition, seconds) = outcome(self.disposition, self.talk_seconds, self.ring_seconds);
        let side = match self.direction {
            Direction::Outbound => Side::Out,
            Direction::Inbound | Direction::Internal => Side::In,
        };
        let fact = CallFact {
            start,
            seconds,
            side,
            disposition,
            local,
        };
        facts.push((Subject::Number(number.number_id), fact));
        facts.extend(number.pool_id.map(|pool_id| (Subject::Pool(pool_id), fact)));
        facts
    }
}
