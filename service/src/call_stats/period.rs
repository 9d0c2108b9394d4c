//! The time that statistics are asked for.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use provider_core::domain::{GroupingInterval, Period};

use crate::{ServiceError, ServiceResult, UserErrorCode};

const SECOND: SignedDuration = SignedDuration::from_secs(1);
/// Most intervals of a report: somewhat more than a year by the hour.
const MOST_INTERVALS: usize = 10_000;

/// From `from` to `to`, both inclusive to the second. Where one is absent it is the beginning or the end of today
/// by the zone's clock.
pub(super) fn of(
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    zone: &TimeZone,
    now: Timestamp,
) -> ServiceResult<Period> {
    let (begins, ends) = today(zone, now)?;
    let start = match from {
        Some(from) => whole_second(from, "from")?,
        None => begins,
    };
    let end = match to {
        Some(to) => whole_second(to, "to")?
            .checked_add(SECOND)
            .map_err(|_| wrong("to", "this is the end of time"))?,
        None => ends,
    };
    Period::new(start, end).map_err(|_| match (from, to) {
        (Some(from), None) => {
            let message = format!("{from} is later than today, which is where to ends when it is absent");
            wrong("from", message)
        }
        (None, Some(to)) => {
            let message = format!("{to} is earlier than today, which is where from begins when it is absent");
            wrong("to", message)
        }
        _ => wrong("to", "to must not be earlier than from"),
    })
}

/// Refuses periods of more intervals than anybody reads.
pub(super) fn check_length(period: Period, interval: GroupingInterval, zone: &TimeZone) -> ServiceResult<()> {
    let last = interval.cut(period, zone).take(MOST_INTERVALS).last();
    // At the ends of time there is no calendar to cut by.
    if last.is_some_and(|last| last.end() >= period.end()) {
        return Ok(());
    }
    let message = format!("the time from from to to has more than {MOST_INTERVALS} intervals by {interval}");
    Err(wrong("to", message))
}

/// The first instant of today and the first one after it: not always 24 hours.
fn today(zone: &TimeZone, now: Timestamp) -> ServiceResult<(Timestamp, Timestamp)> {
    let today = GroupingInterval::Day
        .around(now, zone)
        .ok_or_else(|| ServiceError::Internal(format!("{now} is in no day of {zone:?}")))?;
    Ok((today.start(), today.end()))
}

fn whole_second(instant: Timestamp, field: &str) -> ServiceResult<Timestamp> {
    // What is behind the point is never negative this way, before 1970 either.
    let second = instant.as_nanosecond().div_euclid(SECOND.as_nanos());
    i64::try_from(second)
        .ok()
        .and_then(|second| Timestamp::from_second(second).ok())
        .ok_or_else(|| wrong(field, "this is the beginning of time"))
}

fn wrong(field: &str, message: impl Into<String>) -> ServiceError {
    let path = format!("input.filter.{field}");
    ServiceError::refused(UserErrorCode::InvalidInput, &path, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn path(answer: ServiceResult<Period>) -> String {
        match answer {
            Err(ServiceError::Refused(refusals)) => refusals[0].path.join("."),
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    #[test]
    fn without_bounds_it_is_today_by_the_zones_clock() {
        let copenhagen = zone("Europe/Copenhagen");
        for (now, start, end) in [
            (
                "2021-01-03T23:30:00Z",
                "2021-01-03T23:00:00Z",
                "2021-01-04T23:00:00Z",
            ),
            // The clock goes forward: 23 hours.
            (
                "2021-03-28T12:00:00Z",
                "2021-03-27T23:00:00Z",
                "2021-03-28T22:00:00Z",
            ),
            // The clock goes back: 25 hours.
            (
                "2021-10-31T12:00:00Z",
                "2021-10-30T22:00:00Z",
                "2021-10-31T23:00:00Z",
            ),
        ] {
            let period = of(None, None, &copenhagen, at(now)).unwrap();
            assert_eq!((period.start(), period.end()), (at(start), at(end)));
        }
    }

    #[test]
    fn both_bounds_are_inclusive_to_the_second() {
        let utc = TimeZone::UTC;
        let second = at("2020-12-01T00:00:00.75Z");
        let period = of(Some(second), Some(second), &utc, at("2021-01-01T00:00:00Z")).unwrap();
        assert_eq!(period.start(), at("2020-12-01T00:00:00Z"));
        assert_eq!(period.end(), at("2020-12-01T00:00:01Z"));
        let before_1970 = at("1969-12-31T23:59:58.25Z");
        let period = of(Some(before_1970), Some(before_1970), &utc, second).unwrap();
        assert_eq!(period.start(), at("1969-12-31T23:59:58Z"));
    }

    #[test]
    fn bounds_the_wrong_way_round_are_refused_with_the_field_that_was_given() {
        let (utc, now) = (TimeZone::UTC, at("2021-01-03T12:00:00Z"));
        let (early, late) = (at("2020-12-01T00:00:00Z"), at("2021-12-01T00:00:00Z"));
        assert_eq!(path(of(Some(late), Some(early), &utc, now)), "input.filter.to");
        assert_eq!(path(of(None, Some(early), &utc, now)), "input.filter.to");
        assert_eq!(path(of(Some(late), None, &utc, now)), "input.filter.from");
        assert_eq!(path(of(None, Some(Timestamp::MAX), &utc, now)), "input.filter.to");
    }

    #[test]
    fn a_year_by_the_hour_is_short_enough_and_two_are_not() {
        let utc = TimeZone::UTC;
        let years = |years: &str| Period::new(at("2020-01-01T00:00:00Z"), at(years)).unwrap();
        let (one, two) = (years("2021-01-01T00:00:00Z"), years("2022-01-01T00:00:00Z"));
        assert!(check_length(one, GroupingInterval::Hour, &utc).is_ok());
        assert!(check_length(two, GroupingInterval::Hour, &utc).is_err());
        assert!(check_length(two, GroupingInterval::Day, &utc).is_ok());
        let ever = of(Some(Timestamp::MIN), None, &utc, at("2021-01-03T12:00:00Z")).unwrap();
        assert!(check_length(ever, GroupingInterval::Month, &utc).is_err());
    }
}
