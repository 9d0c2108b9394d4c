//! The figures of call centers over time.

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, tz::TimeZone};
use provider_core::domain::{GroupingInterval, Period};
use queues::QueueFigures;
use store::call_centers::{CallCenterRecord, call_centers_named};

use super::{
    id_of, own_names,
    read::{Question, answers},
    zone,
};
use crate::{CallCenterId, IntervalName, Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode};

/// Most intervals of the call centers that are asked about together: somewhat more than a year by the hour.
const MOST_INTERVALS: usize = 10_000;

/// How the figures of a call center are grouped in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CenterGrouping {
    /// The center's collection periods: they begin with each day.
    CollectionPeriod,
    /// By the calendar.
    Calendar(GroupingInterval),
}

/// Asks for the figures of call centers on own data over time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CenterHistoryRequest {
    /// When, in the past.
    pub range: Period,
    /// How they are grouped.
    pub grouping: CenterGrouping,
    /// IANA name of the zone whose clock counts; absent for the one of each center.
    pub zone: Option<String>,
}

/// The figures of an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct CenterInterval {
    /// What it is called.
    pub name: IntervalName,
    /// The whole interval, which may begin before the range and end after it.
    pub whole: Period,
    /// The figures of the part of it that lies in the range.
    pub figures: QueueFigures,
}

impl Switchboard {
    /// The figures of call centers on own data over time; those that are not there are left out. Every interval that
    /// the range touches is there, the earliest first, also one in which nothing happened. All is of one moment, and
    /// the number of statements does not grow with the centers of a group.
    ///
    /// # Errors
    /// A refusal at `input.range` where it has more than 10,000 intervals, of all centers together, or more calls than
    /// [`Settings::most_queue_rows`](crate::Settings::most_queue_rows); at `input.timeZone`.
    pub async fn center_histories(
        &self,
        who: &Principal,
        ids: &[CallCenterId],
        request: &CenterHistoryRequest,
    ) -> ServiceResult<HashMap<CallCenterId, Arc<Vec<CenterInterval>>>> {
        who.may_view()?;
        let zone = request.zone.as_deref().map(named_zone).transpose()?;
        let (ids, scope) = (ids.to_vec(), who.scope);
        let (range, grouping) = (request.range, request.grouping);
        let most = self.settings().most_queue_rows;
        let read = self.database().snapshot::<_, ServiceError, _>(move |tx| {
            Box::pin(async move {
                let centers = call_centers_named(tx.connection(), scope, &own_names(&ids)).await?;
                let timelines = timelines(&centers, range, grouping, zone.as_ref())?;
                let questions = centers.iter().zip(&timelines).map(|(center, timeline)| Question {
                    center,
                    ranges: timeline.parts(),
                    by_agent: false,
                });
                let answers = answers(tx, &questions.collect::<Vec<_>>(), most).await?;
                let told = centers.iter().zip(timelines).zip(answers);
                Ok(told
                    .map(|((center, timeline), answer)| {
                        (id_of(center), Arc::new(timeline.told(answer.figures)))
                    })
                    .collect())
            })
        });
        read.await
    }
}

fn named_zone(name: &str) -> ServiceResult<TimeZone> {
    TimeZone::get(name).map_err(|_| {
        let message = "timeZone must be the IANA name of a time zone, such as Europe/Brussels";
        ServiceError::refused(UserErrorCode::InvalidInput, "input.timeZone", message)
    })
}

/// The intervals of a center.
struct Timeline {
    range: Period,
    grouping: CenterGrouping,
    zone: TimeZone,
    intervals: Vec<Period>,
}

impl Timeline {
    /// The intervals, each cut to the range.
    fn parts(&self) -> Vec<Period> {
        let part = |interval: &Period| {
            let start = interval.start().max(self.range.start());
            // What a range touches is never empty.
            Period::new(start, interval.end().min(self.range.end())).unwrap_or(*interval)
        };
        self.intervals.iter().map(part).collect()
    }

    fn told(self, figures: Vec<QueueFigures>) -> Vec<CenterInterval> {
        let told = self.intervals.into_iter().zip(figures);
        told.map(|(whole, figures)| CenterInterval {
            name: name(self.grouping, whole, &self.zone),
            whole,
            figures,
        })
        .collect()
    }
}

fn name(grouping: CenterGrouping, interval: Period, zone: &TimeZone) -> IntervalName {
    match grouping {
        CenterGrouping::Calendar(grouping) => IntervalName::of(grouping, interval.start(), zone),
        CenterGrouping::CollectionPeriod => {
            let start = interval.start().to_zoned(zone.clone());
            IntervalName {
                key: start.strftime("%H:%M").to_string(),
                iso_year: None,
            }
        }
    }
}

/// The intervals of each center; refused where they are too many together.
fn timelines(
    centers: &[CallCenterRecord],
    range: Period,
    grouping: CenterGrouping,
    asked: Option<&TimeZone>,
) -> ServiceResult<Vec<Timeline>> {
    let mut room = MOST_INTERVALS;
    let mut timelines = Vec::with_capacity(centers.len());
    for center in centers {
        let zone = asked.cloned().unwrap_or_else(|| zone(&center.time_zone));
        let minutes = center.reporting.collection_period_minutes;
        let intervals: Vec<Period> = match grouping {
            CenterGrouping::Calendar(grouping) => grouping.cut(range, &zone).take(room + 1).collect(),
            CenterGrouping::CollectionPeriod => {
                collection_periods(range, minutes, &zone).take(room + 1).collect()
            }
        };
        // At the ends of time there is no calendar to cut by.
        let whole = intervals.last().is_some_and(|last| last.end() >= range.end());
        room = match room.checked_sub(intervals.len()).filter(|_| whole) {
            Some(room) => room,
            None => return Err(too_many()),
        };
        timelines.push(Timeline {
            range,
            grouping,
            zone,
            intervals,
        });
    }
    Ok(timelines)
}

fn too_many() -> ServiceError {
    let message = format!(
        "the range has more than {MOST_INTERVALS} intervals: ask for longer intervals, a shorter range, or fewer call centers at once"
    );
    ServiceError::refused(UserErrorCode::InvalidInput, "input.range", message)
}

/// The collection periods that a range touches, whole, the earliest first.
fn collection_periods(range: Period, minutes: u32, zone: &TimeZone) -> impl Iterator<Item = Period> {
    let days = GroupingInterval::Day.cut(range, zone);
    let periods = days.flat_map(move |day| periods(day, minutes));
    periods.filter(move |period| period.start() < range.end() && range.start() < period.end())
}

/// The collection periods of a day. They follow each other; an hour that the clock shows twice has its own.
pub(super) fn periods(day: Period, minutes: u32) -> impl Iterator<Item = Period> {
    let step = SignedDuration::from_mins(i64::from(minutes.max(1)));
    let starts = std::iter::successors(Some(day.start()), move |start| start.checked_add(step).ok());
    starts
        .take_while(move |start| *start < day.end())
        .filter_map(move |start| {
            let end = start.checked_add(step).unwrap_or(day.end()).min(day.end());
            Period::new(start, end).ok()
        })
}
