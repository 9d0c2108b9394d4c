//! Intervals of the calendar.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use provider_core::domain::{GroupingInterval, Period};
use strum::IntoEnumIterator;

/// Clocks that are set by an hour, by half an hour, over midnight, at midnight, by a whole day, never.
const ZONES: [&str; 7] = [
    "Europe/Copenhagen",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
];

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn around(interval: GroupingInterval, instant: &str, name: &str) -> (String, String) {
    let zone = zone(name);
    let period = interval.around(at(instant), &zone).unwrap();
    let wall = |instant: Timestamp| instant.to_zoned(zone.clone()).strftime("%F %H:%M").to_string();
    (wall(period.start()), wall(period.end()))
}

#[track_caller]
fn assert_around(interval: GroupingInterval, instant: &str, zone: &str, start: &str, end: &str) {
    let expected = (start.to_owned(), end.to_owned());
    assert_eq!(around(interval, instant, zone), expected, "{instant} {zone}");
}

#[test]
fn intervals_are_those_of_the_wall_clock() {
    let (noon, zone) = ("2021-01-03T11:34:56Z", "Europe/Copenhagen");
    for (interval, start, end) in [
        (GroupingInterval::Hour, "2021-01-03 12:00", "2021-01-03 13:00"),
        (GroupingInterval::Day, "2021-01-03 00:00", "2021-01-04 00:00"),
        // The last week of 2020 by ISO 8601, its 53rd.
        (GroupingInterval::Week, "2020-12-28 00:00", "2021-01-04 00:00"),
        (GroupingInterval::Month, "2021-01-01 00:00", "2021-02-01 00:00"),
    ] {
        assert_around(interval, noon, zone, start, end);
    }
}

#[test]
fn days_are_as_long_as_the_clock_made_them() {
    let hours = |instant: &str, name: &str| {
        let day = GroupingInterval::Day.around(at(instant), &zone(name)).unwrap();
        (day.end().as_second() - day.start().as_second()) / 3600
    };
    assert_eq!(hours("2020-03-29T12:00:00Z", "Europe/Copenhagen"), 23);
    assert_eq!(hours("2020-10-25T12:00:00Z", "Europe/Copenhagen"), 25);
    // There was no 30 December 2011 in Samoa.
    assert_around(
        GroupingInterval::Day,
        "2011-12-30T09:00:00Z",
        "Pacific/Apia",
        "2011-12-29 00:00",
        "2011-12-31 00:00",
    );
}

#[test]
fn an_hour_that_the_clock_shows_twice_is_two_intervals() {
    let night = Period::new(at("2020-10-24T23:00:00Z"), at("2020-10-25T03:00:00Z")).unwrap();
    let zone = zone("Europe/Copenhagen");
    let hours: Vec<i8> = GroupingInterval::Hour
        .cut(night, &zone)
        .map(|hour| hour.start().to_zoned(zone.clone()).hour())
        .collect();
    assert_eq!(hours, [1, 2, 2, 3]);
}

#[test]
fn a_clock_that_is_set_inside_an_hour_cuts_it() {
    let (hour, howe) = (GroupingInterval::Hour, "Australia/Lord_Howe");
    // From 02:00 back to 01:30.
    assert_around(
        hour,
        "2020-04-04T14:45:00Z",
        howe,
        "2020-04-05 01:00",
        "2020-04-05 01:30",
    );
    assert_around(
        hour,
        "2020-04-04T15:15:00Z",
        howe,
        "2020-04-05 01:30",
        "2020-04-05 02:00",
    );
}

#[test]
fn intervals_of_a_period_are_whole_and_include_those_that_it_only_touches() {
    let period = Period::new(at("2020-12-02T10:00:00Z"), at("2020-12-14T00:00:01Z")).unwrap();
    let weeks: Vec<_> = GroupingInterval::Week
        .cut(period, &TimeZone::UTC)
        .map(|week| (week.start().to_string(), week.end().to_string()))
        .collect();
    let week = |start: &str, end: &str| (format!("{start}T00:00:00Z"), format!("{end}T00:00:00Z"));
    assert_eq!(
        weeks,
        [
            week("2020-11-30", "2020-12-07"),
            week("2020-12-07", "2020-12-14"),
            week("2020-12-14", "2020-12-21"),
        ]
    );
}

proptest! {
    #[test]
    fn intervals_cover_a_period_without_gaps_and_contain_what_they_are_around(
        start in -2_000_000_000_000_i64..4_000_000_000_000,
        milliseconds in 1_i64..400_000_000,
        name in proptest::sample::select(&ZONES[..]),
    ) {
        let zone = zone(name);
        let begin = Timestamp::from_millisecond(start).unwrap();
        let end = Timestamp::from_millisecond(start + milliseconds).unwrap();
        let period = Period::new(begin, end).unwrap();
        for interval in GroupingInterval::iter() {
            let cut: Vec<Period> = interval.cut(period, &zone).collect();
            prop_assert!(cut[0].start() <= begin && begin < cut[0].end());
            let last = cut[cut.len() - 1];
            prop_assert!(last.start() < end && end <= last.end());
            for pair in cut.windows(2) {
                prop_assert_eq!(pair[0].end(), pair[1].start());
            }
            for whole in cut {
                for inside in [whole.start(), Timestamp::from_millisecond(whole.end().as_millisecond() - 1).unwrap()] {
                    prop_assert_eq!(interval.around(inside, &zone), Some(whole), "{} {}", interval, inside);
                }
            }
        }
    }
}
