//! Which instants an interval's name means.
//!
//! The document names intervals by "either a month, a week number, a day or an hour": `"49"`, without the year or
//! the day around it. So a period is asked for in parts, as few as will do, in each of which a name can mean one
//! interval only.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use provider_core::domain::{GroupingInterval, Period};

/// The most parts that one report is asked for in: a month by `HOUR`, two and a half years by `DAY`.
pub(crate) const MOST_PARTS: usize = 32;

/// A part of a period, and what the names in it mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The part itself.
    pub(crate) period: Period,
    names: BTreeMap<String, Period>,
}

impl Part {
    /// The interval that a name means: a whole one, also where the part begins or ends inside it.
    pub(crate) fn interval(&self, name: &str) -> Option<Period> {
        self.names.get(name).copied()
    }
}

/// Cuts a period into parts; `None` if it takes more than [`MOST_PARTS`].
pub(crate) fn of(period: Period, interval: GroupingInterval, zone: &TimeZone) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for whole in interval.cut(period, zone) {
        let names = names(interval, whole.start(), zone);
        let inside = |start: Timestamp| Period::new(start, whole.end().min(period.end())).ok();
        let fits = |part: &&mut Part| !names.iter().any(|name| part.names.contains_key(name));
        if let Some(part) = parts.last_mut().filter(fits) {
            part.period = inside(part.period.start())?;
            part.names.extend(names.map(|name| (name, whole)));
            continue;
        }
        if parts.len() == MOST_PARTS {
            return None;
        }
        parts.push(Part {
            period: inside(whole.start().max(period.start()))?,
            names: names.map(|name| (name, whole)).into(),
        });
    }
    // There is none only at the ends of time, where intervals can't be told.
    (!parts.is_empty()).then_some(parts)
}

/// How an interval may be written: the number that the document speaks of, the same in two digits, and as ISO
/// 8601 does. Days are those of the month.
fn names(interval: GroupingInterval, start: Timestamp, zone: &TimeZone) -> [String; 3] {
    let start: Zoned = start.to_zoned(zone.clone());
    let (number, format) = match interval {
        GroupingInterval::Month => (start.month(), "%Y-%m"),
        GroupingInterval::Week => (start.date().iso_week_date().week(), "%G-W%V"),
        GroupingInterval::Day => (start.day(), "%F"),
        GroupingInterval::Hour => (start.hour(), "%FT%H"),
    };
    [
        number.to_string(),
        format!("{number:02}"),
        start.strftime(format).to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, ToSpan};
    use proptest::prelude::*;

    use super::*;

    const ZONES: [&str; 4] = [
        "Europe/Copenhagen",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "UTC",
    ];

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn period(start: &str, end: &str) -> Period {
        let at = |text: &str| {
            let date: jiff::civil::DateTime = text.parse().unwrap();
            date.to_zoned(zone("Europe/Copenhagen")).unwrap().timestamp()
        };
        Period::new(at(start), at(end)).unwrap()
    }

    /// How many parts a period is asked for in.
    fn count(interval: GroupingInterval, start: &str, end: &str) -> Option<usize> {
        of(period(start, end), interval, &zone("Europe/Copenhagen")).map(|parts| parts.len())
    }

    #[test]
    fn a_period_is_asked_for_in_as_few_parts_as_names_allow() {
        use GroupingInterval::{Day, Hour, Month, Week};
        for (interval, start, end, parts) in [
            (Week, "2020-11-30", "2020-12-21", 1),
            // Across New Year, week 53 and week 1 are told apart without a year.
            (Week, "2020-12-07", "2021-02-01", 1),
            // 2020 has 53 weeks; then they begin again.
            (Week, "2019-12-30", "2021-01-04", 1),
            (Week, "2019-12-30", "2021-01-05", 2),
            // The first and the last day are in two weeks 49.
            (Week, "2020-12-02", "2021-12-07", 2),
            (Month, "2020-01-01", "2021-01-01", 1),
            (Month, "2020-01-15", "2021-01-16", 2),
            (Day, "2020-01-01", "2020-02-01", 1),
            (Day, "2020-01-15", "2020-02-15", 1),
            (Day, "2020-01-15", "2020-02-16", 2),
            (Day, "2020-01-01", "2021-01-01", 12),
            (Hour, "2020-06-01", "2020-06-02", 1),
            (Hour, "2020-06-01T07:00", "2020-06-02T07:00", 1),
            (Hour, "2020-06-01T07:30", "2020-06-02T07:30", 2),
            // The clock shows 2 twice.
            (Hour, "2020-10-25", "2020-10-26", 2),
            (Hour, "2020-03-29", "2020-03-30", 1),
            (Hour, "2020-10-01", "2020-11-01", 32),
        ] {
            assert_eq!(
                count(interval, start, end),
                Some(parts),
                "{interval} {start} {end}"
            );
        }
    }

    #[test]
    fn a_period_of_too_many_parts_is_not_asked_for() {
        for (interval, start, end) in [
            (GroupingInterval::Hour, "2020-10-01", "2020-11-02"),
            (GroupingInterval::Day, "2020-01-01", "2022-10-01"),
            (GroupingInterval::Month, "1900-01-01", "1932-01-02"),
        ] {
            assert_eq!(count(interval, start, end), None);
        }
    }

    #[test]
    fn an_interval_may_be_written_as_a_number_or_as_iso_8601_does() {
        let (start, end) = ("2020-12-05T07:00", "2020-12-05T08:00");
        for (interval, names) in [
            (GroupingInterval::Month, ["12", "12", "2020-12"]),
            (GroupingInterval::Week, ["49", "49", "2020-W49"]),
            (GroupingInterval::Day, ["5", "05", "2020-12-05"]),
            (GroupingInterval::Hour, ["7", "07", "2020-12-05T07"]),
        ] {
            let zone = zone("Europe/Copenhagen");
            let period = period(start, end);
            let [part]: [Part; 1] = of(period, interval, &zone).unwrap().try_into().unwrap();
            for name in names {
                assert_eq!(
                    part.interval(name),
                    interval.around(period.start(), &zone),
                    "{name}"
                );
            }
            for stranger in ["", "6", "13", "007", "+7", "-7", "7.0", "W49", "2021-12-05"] {
                assert_eq!(part.interval(stranger), None, "{stranger}");
            }
        }
    }

    proptest! {
        #[test]
        fn parts_follow_each_other_and_a_name_means_the_interval_that_a_call_falls_into(
            start in 1_500_000_000_i64..1_800_000_000,
            seconds in 1_i64..100_000_000,
            shares in proptest::collection::vec(0.0..1.0_f64, 20),
            name in proptest::sample::select(&ZONES[..]),
            interval in proptest::sample::select(vec![
                GroupingInterval::Hour,
                GroupingInterval::Day,
                GroupingInterval::Week,
                GroupingInterval::Month,
            ]),
        ) {
            let zone = zone(name);
            // Hours are asked for by the day, so a shorter time has as many parts.
            let seconds = if interval == GroupingInterval::Hour { seconds / 50 } else { seconds };
            let begin = Timestamp::from_second(start).unwrap();
            let end = begin + (seconds + 1).seconds();
            let Some(parts) = of(Period::new(begin, end).unwrap(), interval, &zone) else {
                prop_assert!(seconds > 20 * 86_400, "{} s are too many", seconds);
                return Ok(());
            };
            prop_assert_eq!(parts.first().map(|part| part.period.start()), Some(begin));
            prop_assert_eq!(parts.last().map(|part| part.period.end()), Some(end));
            for pair in parts.windows(2) {
                prop_assert_eq!(pair[0].period.end(), pair[1].period.start());
            }
            for share in shares {
                let call = begin + SignedDuration::from_secs_f64(share * seconds as f64);
                let asked = |part: &&Part| (part.period.start()..part.period.end()).contains(&call);
                let part = parts.iter().find(asked).unwrap();
                let wall = call.to_zoned(zone.clone());
                let number = match interval {
                    GroupingInterval::Hour => wall.hour(),
                    GroupingInterval::Day => wall.day(),
                    GroupingInterval::Week => wall.date().iso_week_date().week(),
                    GroupingInterval::Month => wall.month(),
                };
                let meant = part.interval(&number.to_string()).unwrap();
                prop_assert!((meant.start()..meant.end()).contains(&call), "{} is not in {:?}", call, meant);
            }
        }
    }
}
