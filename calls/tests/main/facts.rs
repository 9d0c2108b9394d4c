//! Random calls around the moments at which clocks and calendars are odd.

use calls::{CallFact, PartyDisposition, Side};
use proptest::prelude::*;
use strum::IntoEnumIterator;

/// Zones, each with an instant near which its clock or its calendar does something.
pub(crate) const ODD_MOMENTS: &[(&str, &str)] = &[
    ("UTC", "2021-01-01T00:00:00Z"),
    // Weeks 53 and 1 around New Year.
    ("Europe/Copenhagen", "2021-01-01T00:00:00Z"),
    ("Europe/Copenhagen", "2019-12-30T23:00:00Z"),
    ("America/Toronto", "2016-01-01T05:00:00Z"),
    // 23 and 25 hours.
    ("Europe/Copenhagen", "2021-03-28T01:00:00Z"),
    ("Europe/Copenhagen", "2021-10-31T01:00:00Z"),
    ("America/Toronto", "2021-03-14T07:00:00Z"),
    ("America/Toronto", "2021-11-07T06:00:00Z"),
    // The clock is set by half an hour.
    ("Australia/Lord_Howe", "2021-04-03T15:00:00Z"),
    ("Australia/Lord_Howe", "2021-10-02T15:30:00Z"),
    // Half and quarter hours from UTC.
    ("Asia/Kolkata", "2021-05-01T18:30:00Z"),
    ("Asia/Kathmandu", "2021-05-01T18:15:00Z"),
    ("America/St_Johns", "2021-03-14T05:30:00Z"),
    // Days that begin at one o'clock.
    ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
    ("Asia/Beirut", "2021-03-27T22:00:00Z"),
    ("Africa/Cairo", "2023-04-27T22:00:00Z"),
    // The clock goes back over midnight.
    ("America/Sao_Paulo", "2018-02-18T02:00:00Z"),
    ("America/Havana", "2021-11-07T05:00:00Z"),
    ("Asia/Amman", "2021-10-28T22:00:00Z"),
    // A day that never was.
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
];

pub(crate) fn disposition() -> impl Strategy<Value = PartyDisposition> {
    prop::sample::select(PartyDisposition::iter().collect::<Vec<_>>())
}

/// A call that begins within so many seconds of an instant, most of them close to it.
pub(crate) fn fact(around: i64) -> impl Strategy<Value = CallFact> {
    let near = |seconds: i64| (-seconds..=seconds).prop_map(move |offset| around + offset);
    let start = prop_oneof![near(2 * 3600), near(2 * 86_400), near(40 * 86_400), Just(around)];
    let seconds = prop_oneof![0..30_u32, 0..7200_u32, Just(u32::MAX)];
    let side = prop_oneof![Just(Side::Out), Just(Side::In)];
    (start, seconds, side, disposition(), any::<bool>()).prop_map(
        |(start, seconds, side, disposition, local)| CallFact {
            start,
            seconds,
            side,
            disposition,
            local,
        },
    )
}

/// Up to so many calls; some are there several times.
pub(crate) fn facts(around: i64, most: usize) -> impl Strategy<Value = Vec<CallFact>> {
    prop::collection::vec((fact(around), 1..3_usize), 0..most).prop_map(|facts| {
        let repeated = facts.into_iter();
        repeated
            .flat_map(|(fact, times)| std::iter::repeat_n(fact, times))
            .collect()
    })
}
