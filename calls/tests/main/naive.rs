//! The statistics, call by call, straight from their definition.

use std::collections::BTreeMap;

use calls::{CallFact, PartyDisposition, Side};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use provider_core::domain::{CallDirection, GroupingInterval};

/// What is asked for; both bounds are seconds, and inside.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) zone: &'static str,
    pub(crate) interval: GroupingInterval,
    pub(crate) direction: CallDirection,
    pub(crate) ignore_below: u32,
    pub(crate) ignore_unanswered_below: u32,
    pub(crate) ignore_local: bool,
}

/// The eleven figures, in the order of the document, the ring groups' last.
pub(crate) type Figures = [u64; 11];

/// The figures of each interval that has calls, by its first and the first second after it.
pub(crate) fn count(facts: &[CallFact], question: &Question) -> BTreeMap<(i64, i64), Figures> {
    let zone = TimeZone::get(question.zone).unwrap();
    let mut counted = BTreeMap::new();
    for fact in facts {
        if counts(fact, question) {
            let figures: &mut Figures = counted
                .entry(interval(fact.start, question.interval, &zone))
                .or_default();
            book(figures, fact, question.direction);
        }
    }
    counted
}

fn counts(fact: &CallFact, question: &Question) -> bool {
    let answered = fact.disposition == PartyDisposition::Answered;
    let too_short = if answered {
        fact.seconds < question.ignore_below
    } else {
        fact.seconds < question.ignore_unanswered_below
    };
    question.first <= fact.start
        && fact.start <= question.last
        && !too_short
        && !(fact.local && question.ignore_local)
}

fn book(figures: &mut Figures, fact: &CallFact, direction: CallDirection) {
    let [
        out_calls,
        out_seconds,
        out_answered,
        out_unanswered,
        out_failed,
        in_calls,
        in_seconds,
        in_answered,
        in_unanswered,
        in_busy,
        elsewhere,
    ] = figures;
    let seconds = u64::from(fact.seconds);
    match (fact.side, direction) {
        (Side::Out, CallDirection::Out | CallDirection::Both) => {
            *out_calls += 1;
            match fact.disposition {
                PartyDisposition::Answered => {
                    *out_answered += 1;
                    *out_seconds += seconds;
                }
                PartyDisposition::Failed => {
                    *out_unanswered += 1;
                    *out_failed += 1;
                }
                _ => *out_unanswered += 1,
            }
        }
        (Side::In, CallDirection::In | CallDirection::Both) => {
            *in_calls += 1;
            match fact.disposition {
                PartyDisposition::Answered => {
                    *in_answered += 1;
                    *in_seconds += seconds;
                }
                PartyDisposition::Busy => {
                    *in_unanswered += 1;
                    *in_busy += 1;
                }
                PartyDisposition::RungElsewhere => {
                    *in_unanswered += 1;
                    *elsewhere += 1;
                }
                _ => *in_unanswered += 1,
            }
        }
        _ => {}
    }
}

/// The interval of the calendar that a call is booked in.
fn interval(second: i64, interval: GroupingInterval, zone: &TimeZone) -> (i64, i64) {
    let date = date_of(second, zone);
    let (first, next) = match interval {
        GroupingInterval::Hour => return hour(second, zone),
        GroupingInterval::Day => (date, date.tomorrow().unwrap()),
        GroupingInterval::Week => {
            let week = date.iso_week_date();
            let monday = week.first_of_week().unwrap().date();
            (monday, monday + 7.days())
        }
        GroupingInterval::Month => (date.first_of_month(), date.first_of_month() + 1.month()),
    };
    (begins(first, zone), begins(next, zone))
}

/// The first second at which the clock shows a date, or a later one where it jumps over it.
fn begins(date: Date, zone: &TimeZone) -> i64 {
    let midnight = date.at(0, 0, 0, 0);
    zone.to_ambiguous_timestamp(midnight)
        .compatible()
        .unwrap()
        .as_second()
}

/// The last date that has begun: not the one on the clock where that goes back over midnight.
fn date_of(second: i64, zone: &TimeZone) -> Date {
    let shown = civil(second, zone).0;
    [shown.tomorrow().unwrap(), shown, shown.yesterday().unwrap()]
        .into_iter()
        .find(|date| begins(*date, zone) <= second)
        .unwrap()
}

/// Date and hour on the clock, with its distance from UTC.
fn civil(second: i64, zone: &TimeZone) -> (Date, i8, i32) {
    let zoned = Timestamp::from_second(second).unwrap().to_zoned(zone.clone());
    (zoned.date(), zoned.hour(), zoned.offset().seconds())
}

/// All the minutes around a second in which the clock shows the same hour without having been set.
fn hour(second: i64, zone: &TimeZone) -> (i64, i64) {
    let shown = civil(second, zone);
    let minute = second - second.rem_euclid(60);
    let alike = |minute: &i64| civil(*minute, zone) == shown;
    let earlier = std::iter::successors(Some(minute), |minute| Some(minute - 60));
    let later = std::iter::successors(Some(minute), |minute| Some(minute + 60));
    let first = earlier.take_while(alike).last().unwrap();
    let last = later.take_while(alike).last().unwrap();
    (first, last + 60)
}
