//! Calls, one by one: made up, always the same, and in the weeks of the document as many as it says.

use fastrand::Rng;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::staff::{Employee, FIRST_DOCUMENTED, Side, Week};

/// A call of an employee.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) start: Timestamp,
    pub(crate) direction: Direction,
    pub(crate) outcome: Outcome,
    /// Of talk.
    pub(crate) seconds: u64,
    /// Whether the other end is an extension too.
    pub(crate) local: bool,
}

/// Who called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    In,
    Out,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    Unanswered,
    /// It failed, or the callee was busy.
    FailedOrBusy,
}

/// The Monday of the first week of which calls are kept.
const FIRST_MONDAY: Date = jiff::civil::date(2019, 12, 30);

/// The calls of an employee that started from `from` to `to`, both included. There are none in the future.
pub(crate) fn between(employee: &Employee, from: Timestamp, to: Timestamp, zone: &TimeZone) -> Vec<Call> {
    let to = to.min(Timestamp::now());
    let date = from.to_zoned(zone.clone()).date();
    let monday = date - i64::from(date.weekday().to_monday_zero_offset()).days();
    monday
        .max(FIRST_MONDAY)
        .series(1.week())
        .take_while(|monday| begin(*monday, zone).is_some_and(|begin| begin <= to))
        .flat_map(|monday| of_week(employee, monday, zone))
        .filter(|call| (from..=to).contains(&call.start))
        .collect()
}

fn of_week(employee: &Employee, monday: Date, zone: &TimeZone) -> Vec<Call> {
    let week = figures(employee, monday);
    let mut calls = Vec::new();
    for (direction, side) in [(Direction::Out, week.outbound), (Direction::In, week.inbound)] {
        let answered = side.calls - side.unanswered;
        let seconds = shares(answered, side.seconds).chain(std::iter::repeat(0));
        for (at, seconds) in (0..side.calls).zip(seconds) {
            let Some(start) = start(at, direction, monday, zone) else {
                continue;
            };
            let outcome = match at {
                at if at < answered => Outcome::Answered,
                at if at < answered + side.failed_or_busy => Outcome::FailedOrBusy,
                _ => Outcome::Unanswered,
            };
            calls.push(Call {
                start,
                direction,
                outcome,
                seconds,
                local: at % 6 == 0,
            });
        }
    }
    calls
}

/// What the document says of a week, or figures like those. In some weeks an employee is away.
fn figures(employee: &Employee, monday: Date) -> Week {
    let iso = monday.iso_week_date();
    let (year, first) = FIRST_DOCUMENTED;
    let documented = usize::try_from(iso.week() - first)
        .ok()
        .filter(|_| iso.year() == year)
        .and_then(|at| employee.documented.get(at));
    if let Some(week) = documented {
        return *week;
    }
    let day = monday.duration_since(FIRST_MONDAY).as_hours().unsigned_abs() / 24;
    let seed = employee
        .id
        .bytes()
        .fold(day, |seed, byte| seed.wrapping_mul(31) + u64::from(byte));
    let mut random = Rng::with_seed(seed);
    let away = random.u8(..9) == 0;
    let mut side = |most: u64| {
        let calls = if away { 0 } else { random.u64(20..most) };
        let unanswered = random.u64(..=calls / 4);
        Side {
            calls,
            seconds: (calls - unanswered) * random.u64(90..300),
            unanswered,
            failed_or_busy: random.u64(..=unanswered / 3),
        }
    };
    Week {
        outbound: side(120),
        inbound: side(150),
    }
}

/// When the call stands in its week: in office hours, some on a Saturday, some in the night to Monday's eve, when
/// clocks are set.
fn start(at: u64, direction: Direction, monday: Date, zone: &TimeZone) -> Option<Timestamp> {
    const HOUR: u64 = 3600;
    let shift = if direction == Direction::In { 577 } else { 0 };
    let (day, second) = match at % 16 {
        15 => (6, at / 16 % 5 * HOUR + (at * 61 + shift) % HOUR),
        14 => (5, 9 * HOUR + (at * 97 + shift) % (4 * HOUR)),
        weekday => (weekday % 5, 8 * HOUR + (at * 1999 + shift) % (10 * HOUR)),
    };
    let midnight = begin(monday.checked_add(i64::try_from(day).ok()?.days()).ok()?, zone)?;
    let since = SignedDuration::from_secs(i64::try_from(second).ok()?);
    midnight.checked_add(since).ok()
}

/// Shares the seconds of a week among its answered calls, unevenly; the sum is exact.
fn shares(answered: u64, total: u64) -> impl Iterator<Item = u64> {
    let weight = |at: u64| 1 + at * 37 % 100;
    let all: u64 = (0..answered).map(weight).sum();
    (0..answered).scan(0, move |before, at| {
        let begin = total * *before / all;
        *before += weight(at);
        Some(total * *before / all - begin)
    })
}

fn begin(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(date.to_zoned(zone.clone()).ok()?.timestamp())
}
