//! Figures of call centers on own data over time.

use jiff::{Timestamp, tz::TimeZone};
use provider_core::domain::{GroupingInterval, Period};
use queues::{EventKind as K, QueueEvent, QueueFigures};
use service::{CallCenter, CenterGrouping, CenterHistoryRequest, CenterInterval, ServiceResult, Switchboard};
use store::testing::on_both;
use strum::IntoEnumIterator;

use crate::{
    own_centers::{center, create, day, import, range},
    world::{World, admin, fault, refusal},
};

async fn history(
    switchboard: &Switchboard,
    center: &CallCenter,
    range: Period,
    grouping: CenterGrouping,
    zone: Option<&str>,
) -> ServiceResult<Vec<CenterInterval>> {
    let request = CenterHistoryRequest {
        range,
        grouping,
        zone: zone.map(str::to_owned),
    };
    let id = center.id();
    let found = switchboard
        .center_histories(&admin(), std::slice::from_ref(&id), &request)
        .await;
    found.map(|mut found| found.remove(&id).unwrap().to_vec())
}

fn between(start: &str, end: &str) -> Period {
    Period::new(start.parse().unwrap(), end.parse().unwrap()).unwrap()
}

fn groupings() -> Vec<CenterGrouping> {
    let calendar = GroupingInterval::iter().map(CenterGrouping::Calendar);
    calendar.chain([CenterGrouping::CollectionPeriod]).collect()
}

/// The part of an interval that lies in a range.
fn part(interval: &CenterInterval, range: Period) -> Period {
    let (start, end) = (
        interval.whole.start().max(range.start()),
        interval.whole.end().min(range.end()),
    );
    Period::new(start, end).unwrap()
}

fn counts(figures: &QueueFigures) -> [i64; 8] {
    let count = |count: u64| i64::try_from(count).unwrap();
    [
        count(figures.offered),
        count(figures.answered()),
        count(figures.abandoned()),
        count(figures.transferred),
        count(figures.timed_out),
        count(figures.overflowed),
        figures.talking_ms,
        figures.staffed_ms.unwrap_or(0),
    ]
}

#[tokio::test]
async fn each_interval_is_as_if_asked_alone_and_all_add_up_to_the_range() {
    on_both(async |db| {
        let world = World::on(db).await;
        import(&world, world.tenants.sales, day()).await;
        let own = center(&world, world.tenants.sales, "sales").await;
        let alone = async |range: Period| {
            let figures = world.switchboard.queue_figures(&admin(), &own, &range).await;
            figures.unwrap().figures.clone()
        };
        for (start, end) in [(0, 4_000), (77, 3_333), (-50_000, 1_234), (-40_000, 90_000)] {
            let range = range(start, end);
            for (grouping, zone) in groupings()
                .into_iter()
                .zip([None, Some("UTC"), Some("Asia/Kolkata")].into_iter().cycle())
            {
                let intervals = history(&world.switchboard, &own, range, grouping, zone)
                    .await
                    .unwrap();
                let mut sums = [0; 8];
                let mut at = range.start();
                for interval in &intervals {
                    let (part, figures) = (part(interval, range), &interval.figures);
                    assert_eq!((part.start(), figures.range), (at, part), "{grouping:?}");
                    at = part.end();
                    let expected = alone(part).await;
                    assert_eq!(
                        figures.queue_statistics(),
                        expected.queue_statistics(),
                        "{grouping:?} {part:?}"
                    );
                    assert_eq!(counts(figures), counts(&expected));
                    assert_eq!(figures.average_talk_seconds(), expected.average_talk_seconds());
                    assert_eq!(figures.occupancy(), expected.occupancy());
                    assert_eq!(
                        figures.offered + figures.waiting_at_start,
                        figures.left() + figures.waiting_at_end
                    );
                    assert_eq!(figures.average_wait_seconds().is_none(), figures.answered() == 0);
                    assert_eq!(figures.abandonment_rate().is_none(), figures.left() == 0);
                    for (sum, count) in sums.iter_mut().zip(counts(figures)) {
                        *sum += count;
                    }
                }
                assert_eq!(at, range.end());
                assert_eq!(
                    sums,
                    counts(&alone(range).await),
                    "{grouping:?} from {start} to {end}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn intervals_are_called_as_in_call_statistics_by_the_clock_of_the_center_or_another() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        let made = create(owner, "desk", &["desk"]);
        let own = world
            .switchboard
            .create_call_center(&admin(), made)
            .await
            .unwrap();
        let call = |at: &str, call: &str, kind| QueueEvent {
            at: at.parse().unwrap(),
            kind,
            queue: Some("desk".to_owned()),
            call: Some(call.to_owned()),
            agent: None,
            wait_ms: None,
            lasted_ms: None,
            detail: None,
        };
        // The second one is of Monday in Brussels and of Sunday in UTC.
        let events = vec![
            call("1999-01-01T10:00:00Z", "a", K::EnterQueue),
            call("1999-01-01T10:00:30Z", "a", K::Abandon),
            call("1999-01-03T23:10:00Z", "b", K::EnterQueue),
            call("1999-01-03T23:10:10Z", "b", K::Abandon),
        ];
        import(&world, owner, events).await;
        let weeks = async |zone| {
            let range = between("1999-01-01T00:00:00Z", "1999-01-05T00:00:00Z");
            let week = CenterGrouping::Calendar(GroupingInterval::Week);
            let intervals = history(&world.switchboard, &own, range, week, zone)
                .await
                .unwrap();
            let told = intervals.into_iter().map(|interval| {
                let start: Timestamp = interval.whole.start();
                (
                    interval.name.key,
                    interval.name.iso_year.unwrap(),
                    start.to_string(),
                    interval.figures.abandoned(),
                )
            });
            told.collect::<Vec<_>>()
        };
        let week =
            |key: &str, year, start: &str, abandoned| (key.to_owned(), year, start.to_owned(), abandoned);
        assert_eq!(
            weeks(None).await,
            [
                week("53", 1998, "1998-12-27T23:00:00Z", 1),
                week("1", 1999, "1999-01-03T23:00:00Z", 1)
            ]
        );
        assert_eq!(
            weeks(Some("UTC")).await,
            [
                week("53", 1998, "1998-12-28T00:00:00Z", 2),
                week("1", 1999, "1999-01-04T00:00:00Z", 0)
            ]
        );
        // Clocks went back: 25 hours of two periods, two of them called 02:30.
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let sunday = GroupingInterval::Day
            .around("2023-10-29T12:00:00Z".parse().unwrap(), &zone)
            .unwrap();
        let periods = CenterGrouping::CollectionPeriod;
        let intervals = history(&world.switchboard, &own, sunday, periods, None)
            .await
            .unwrap();
        assert_eq!(intervals.len(), 50);
        let keys: Vec<&str> = intervals
            .iter()
            .map(|interval| interval.name.key.as_str())
            .collect();
        assert_eq!(
            keys[..7],
            ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "02:00"]
        );
        // A period that the range touches is told of whole.
        let piece = between("2023-10-29T10:10:00Z", "2023-10-29T10:31:00Z");
        let intervals = history(&world.switchboard, &own, piece, periods, None)
            .await
            .unwrap();
        let whole: Vec<String> = intervals
            .iter()
            .map(|interval| interval.whole.start().to_string())
            .collect();
        assert_eq!(whole, ["2023-10-29T10:00:00Z", "2023-10-29T10:30:00Z"]);
        assert_eq!(intervals[0].figures.range.start(), piece.start());
    })
    .await;
}

#[tokio::test]
async fn more_intervals_than_anybody_reads_are_refused() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        let made = create(owner, "desk", &["desk"]);
        let own = world
            .switchboard
            .create_call_center(&admin(), made)
            .await
            .unwrap();
        let hour = CenterGrouping::Calendar(GroupingInterval::Hour);
        let year = between("2022-01-01T00:00:00Z", "2023-01-01T00:00:00Z");
        let two = between("2021-01-01T00:00:00Z", "2023-01-01T00:00:00Z");
        let ever = Period::new(Timestamp::MIN, two.end()).unwrap();
        let all = history(&world.switchboard, &own, year, hour, Some("UTC"))
            .await
            .unwrap();
        assert_eq!(all.len(), 365 * 24);
        let month = CenterGrouping::Calendar(GroupingInterval::Month);
        for (range, grouping) in [
            (two, hour),
            (year, CenterGrouping::CollectionPeriod),
            (ever, month),
        ] {
            let refused = history(&world.switchboard, &own, range, grouping, None).await;
            assert_eq!(
                refusal(refused),
                fault("INVALID_INPUT", "input.range"),
                "{grouping:?}"
            );
        }
        let refused = history(&world.switchboard, &own, year, month, Some("Mars")).await;
        assert_eq!(refusal(refused), fault("INVALID_INPUT", "input.timeZone"));
        // Of several centers together, too.
        let request = CenterHistoryRequest {
            range: year,
            grouping: hour,
            zone: None,
        };
        let other = create(owner, "other", &["other"]);
        let other = world
            .switchboard
            .create_call_center(&admin(), other)
            .await
            .unwrap();
        let refused = world
            .switchboard
            .center_histories(&admin(), &[own.id(), other.id()], &request)
            .await;
        assert_eq!(refusal(refused), fault("INVALID_INPUT", "input.range"));
    })
    .await;
}
