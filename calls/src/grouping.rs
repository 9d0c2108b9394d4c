//! From legs to the call that people speak of.

use jiff::Timestamp;

use crate::{
    fact::PartyDisposition,
    record::{Called, Disposition, Leg},
};

/// One call, whatever number of legs it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<'a> {
    /// When its first leg began.
    pub started_at: Timestamp,
    /// When an endpoint first answered.
    pub answered_at: Option<Timestamp>,
    /// When its last leg ended.
    pub ended_at: Timestamp,
    /// Seconds until an endpoint answered, or until it ended.
    pub ring_seconds: u32,
    /// Seconds that somebody talked; those of two endpoints at once count once.
    pub talk_seconds: u32,
    /// How it ended. Only an endpoint answers a call: a call that only a mailbox or a menu answered is not answered.
    pub disposition: Disposition,
    /// The caller's number, as the source writes it.
    pub caller: Option<&'a str>,
    /// What the caller's extension may be found by, surest first.
    pub calling: &'a [String],
    /// What the caller dialed, as the source writes it.
    pub dialed: Option<&'a str>,
    /// Where it rang, earliest first: one entry a leg.
    pub rung: Vec<Rung<'a>>,
}

/// A leg that rang at an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung<'a> {
    /// The leg.
    pub leg: &'a Leg,
    /// What an extension may be found by, surest first.
    pub names: Vec<&'a str>,
}

impl<'a> Call<'a> {
    /// The call that `legs` are the legs of; absent without any.
    #[must_use]
    pub fn of(legs: &'a [Leg]) -> Option<Self> {
        // The leg that all others come from.
        let first = legs
            .iter()
            .min_by_key(|leg| (leg.via.is_some(), leg.started_at, &leg.id))?;
        let started_at = legs.iter().map(|leg| leg.started_at).min()?;
        let ended_at = legs.iter().map(|leg| leg.ended_at).max()?;
        let rung = rung(legs);
        let answers = rung.iter().filter(|rung| is_answered(rung.leg));
        let answered_at = answers.clone().map(|rung| answer(rung.leg)).min();
        Some(Self {
            started_at,
            answered_at,
            ended_at,
            ring_seconds: whole_seconds(started_at, answered_at.unwrap_or(ended_at)),
            talk_seconds: talk(answers.map(|rung| rung.leg)),
            disposition: disposition(legs, &rung),
            caller: first.caller.as_deref(),
            calling: &first.calling,
            dialed: first.dialed.as_deref(),
            rung,
        })
    }

    /// How the call ended at one telephone, and its seconds there: talk where it was answered, else how long it rang.
    /// `here` are the legs of the call that rang there.
    #[must_use]
    pub fn outcome_at(&self, here: &[&Leg]) -> (PartyDisposition, u32) {
        let answered: Vec<&Leg> = here.iter().copied().filter(|leg| is_answered(leg)).collect();
        if !answered.is_empty() {
            return (PartyDisposition::Answered, talk(answered.into_iter()));
        }
        let seconds = ring(here);
        // What rang before the call was answered was a choice for the caller; what rang after it is a transfer that
        // was not taken.
        let elsewhere = |answered_at| here.iter().any(|leg| leg.started_at < answered_at);
        let disposition = match self.answered_at {
            Some(answered_at) if elsewhere(answered_at) => PartyDisposition::RungElsewhere,
            _ => match unanswered(here.iter().copied()) {
                Disposition::Busy => PartyDisposition::Busy,
                Disposition::Failed => PartyDisposition::Failed,
                Disposition::Answered | Disposition::Unanswered => PartyDisposition::Unanswered,
            },
        };
        (disposition, seconds)
    }
}

fn is_answered(leg: &Leg) -> bool {
    leg.disposition == Disposition::Answered
}

/// When an answered leg was answered.
fn answer(leg: &Leg) -> Timestamp {
    leg.answered_at.unwrap_or(leg.started_at)
}

/// The legs that rang at an endpoint, earliest first.
fn rung(legs: &[Leg]) -> Vec<Rung<'_>> {
    let mut rung: Vec<Rung<'_>> = legs.iter().filter_map(|leg| one_rung(legs, leg)).collect();
    rung.sort_by_key(|rung| (rung.leg.started_at, &rung.leg.id));
    rung
}

fn one_rung<'a>(legs: &'a [Leg], leg: &'a Leg) -> Option<Rung<'a>> {
    let names = match &leg.called {
        Called::Endpoint {
            channel,
            names,
            among,
        } => {
            let which = one_of(legs, leg, channel, among);
            which
                .into_iter()
                .chain(names.iter().map(String::as_str))
                .collect()
        }
        Called::Through { key, names } => {
            let goes_on = |other: &Leg| other.via.as_ref() == Some(key);
            if legs.iter().any(goes_on) {
                return None;
            }
            names.iter().map(String::as_str).collect()
        }
        Called::Application => return None,
    };
    Some(Rung { leg, names })
}

/// Which of several destinations a channel is: channels are made in the order in which destinations were dialed.
fn one_of<'a>(legs: &'a [Leg], leg: &Leg, channel: &str, among: &'a [String]) -> Option<&'a str> {
    if among.is_empty() {
        return None;
    }
    let mut channels: Vec<&str> = legs
        .iter()
        .filter(|other| other.via == leg.via)
        .filter_map(|other| match &other.called {
            Called::Endpoint {
                channel,
                among: others,
                ..
            } if others == among => Some(channel.as_str()),
            _ => None,
        })
        .collect();
    // Numbers at the ends of the names are hexadecimal and of one length, so that their order is that of the text.
    channels.sort_unstable();
    channels.dedup();
    let place = channels.iter().position(|other| *other == channel)?;
    among.get(place).map(String::as_str)
}

/// How a call ended, or the legs of it that are looked at, where nobody answered.
fn unanswered<'a>(legs: impl Iterator<Item = &'a Leg> + Clone) -> Disposition {
    let any = |disposition| legs.clone().any(|leg| leg.disposition == disposition);
    if any(Disposition::Unanswered) || any(Disposition::Answered) {
        Disposition::Unanswered
    } else if any(Disposition::Busy) {
        Disposition::Busy
    } else {
        Disposition::Failed
    }
}

fn disposition(legs: &[Leg], rung: &[Rung<'_>]) -> Disposition {
    if rung.iter().any(|rung| is_answered(rung.leg)) {
        Disposition::Answered
    } else if rung.is_empty() {
        unanswered(legs.iter())
    } else {
        unanswered(rung.iter().map(|rung| rung.leg))
    }
}

/// Seconds from one instant to another, at least 0.
fn whole_seconds(from: Timestamp, to: Timestamp) -> u32 {
    let seconds = to.duration_since(from).as_secs().max(0);
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// Seconds of talk of answered legs. Where two overlap, the time counts once; the length of each is what the source
/// counted, which may differ from its times by the second that they were cut to.
fn talk<'a>(legs: impl Iterator<Item = &'a Leg>) -> u32 {
    let mut spans: Vec<(i64, u32)> = legs
        .filter(|leg| leg.talk_seconds > 0)
        .map(|leg| (answer(leg).as_second(), leg.talk_seconds))
        .collect();
    spans.sort_unstable();
    let (mut total, mut busy_until) = (0_u32, i64::MIN);
    for (start, seconds) in spans {
        let end = start.saturating_add(i64::from(seconds));
        let counted = end.saturating_sub(start.max(busy_until)).max(0);
        total = total.saturating_add(u32::try_from(counted).unwrap_or(u32::MAX));
        busy_until = busy_until.max(end);
    }
    total
}

/// Seconds that a telephone rang: from its first leg to the end of its last.
fn ring(legs: &[&Leg]) -> u32 {
    let start = legs.iter().map(|leg| leg.started_at).min();
    let end = legs.iter().map(|leg| leg.ended_at).max();
    start.zip(end).map_or(0, |(start, end)| whole_seconds(start, end))
}
