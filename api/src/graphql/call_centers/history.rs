use std::sync::Arc;

use async_graphql::{Context, Enum, InputType, SimpleObject, Value};
use provider_core::domain::GroupingInterval;
use service::{CallCenter as Record, CenterGrouping, CenterHistoryRequest, CenterInterval};

use super::{
    performance::{ServiceLevelVariant, count, level},
    statistics::{QueueStatistics, StatisticsRange},
};
use crate::graphql::{
    call_stats::{Plain, PlainObject, Prepared},
    error::{ApiError, Result},
    loaders,
    scalars::{DateTime, TimeZone},
};

/// How the figures of a call center are grouped in time.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallCenterGrouping {
    /// The periods of its reports (`collectionPeriodMinutes`): the first of a day begins with it.
    CollectionPeriod,
    /// Hours of the wall clock.
    Hour,
    /// Days of the calendar: 23 or 25 hours where the clock is changed.
    Day,
    /// ISO 8601 weeks, Monday first.
    Week,
    /// Months of the calendar.
    Month,
}

impl From<CallCenterGrouping> for CenterGrouping {
    fn from(grouping: CallCenterGrouping) -> Self {
        Self::Calendar(match grouping {
            CallCenterGrouping::CollectionPeriod => return Self::CollectionPeriod,
            CallCenterGrouping::Hour => GroupingInterval::Hour,
            CallCenterGrouping::Day => GroupingInterval::Day,
            CallCenterGrouping::Week => GroupingInterval::Week,
            CallCenterGrouping::Month => GroupingInterval::Month,
        })
    }
}

/// The figures of a call center in an interval. `callsOffered` = answered + abandoned + transferred + timed out +
/// waiting at the end - waiting at the start, and the counts of all intervals add up to those of the range.
#[derive(SimpleObject)]
pub(super) struct CallCenterInterval {
    /// What the interval is called, as in call statistics: the number of the month, of the ISO week, of the day in its
    /// month, or of the hour in its day; the clock at its beginning (`08:30`) for a collection period. With `start` it
    /// is certain which one is meant.
    key: String,
    /// The year that the ISO week is numbered in. Null unless they are weeks.
    iso_year: Option<i32>,
    /// The first instant of the interval, which can be before the range's own.
    start: DateTime,
    /// The first instant after the interval, which can be after the range's last.
    end: DateTime,
    /// The document's figures, of the part of the interval that lies in the range.
    queue: QueueStatistics,
    /// Calls that entered a queue.
    calls_offered: i32,
    /// Calls that waited when the part began.
    calls_waiting_at_start: i32,
    /// Calls that waited when the part ended.
    calls_waiting_at_end: i32,
    /// The part of the calls that was answered within the threshold, from 0 to 1. Null over no calls.
    service_level: Option<f64>,
    /// The part of the calls that left the queue whose callers gave up, from 0 to 1. Null over no calls.
    abandonment_rate: Option<f64>,
    /// The part of the time in which agents were logged in and not paused that they talked, from 0 to 1. Null where
    /// nobody was logged in, or the log does not tell.
    occupancy: Option<f64>,
    /// The longest wait of an answered or abandoned call, in seconds. Null over no calls.
    longest_wait_seconds: Option<f64>,
    /// Talk of the calls that agents answered, in seconds, averaged. Null over no calls.
    average_talk_seconds: Option<f64>,
}

impl CallCenterInterval {
    fn of(interval: &CenterInterval, service_level: Option<f64>) -> Result<Self> {
        let figures = &interval.figures;
        let impossible = || ApiError::impossible_figure(service::INVENTORY_ID);
        Ok(Self {
            key: interval.name.key.clone(),
            iso_year: interval.name.iso_year.map(i32::from),
            start: interval.whole.start().into(),
            end: interval.whole.end().into(),
            queue: QueueStatistics::of(&figures.queue_statistics()).ok_or_else(impossible)?,
            calls_offered: count(figures.offered)?,
            calls_waiting_at_start: count(figures.waiting_at_start)?,
            calls_waiting_at_end: count(figures.waiting_at_end)?,
            service_level,
            abandonment_rate: figures.abandonment_rate(),
            occupancy: figures.occupancy(),
            longest_wait_seconds: figures.longest_wait_seconds(),
            average_talk_seconds: figures.average_talk_seconds(),
        })
    }
}

impl Plain for CallCenterInterval {
    fn leaf(&self, field: &str) -> Option<Value> {
        Some(match field {
            "key" => Value::String(self.key.clone()),
            "isoYear" => self.iso_year.to_value(),
            "start" => self.start.to_value(),
            "end" => self.end.to_value(),
            "callsOffered" => self.calls_offered.to_value(),
            "callsWaitingAtStart" => self.calls_waiting_at_start.to_value(),
            "callsWaitingAtEnd" => self.calls_waiting_at_end.to_value(),
            "serviceLevel" => self.service_level.to_value(),
            "abandonmentRate" => self.abandonment_rate.to_value(),
            "occupancy" => self.occupancy.to_value(),
            "longestWaitSeconds" => self.longest_wait_seconds.to_value(),
            "averageTalkSeconds" => self.average_talk_seconds.to_value(),
            _ => return None,
        })
    }

    fn object(&self, field: &str) -> Option<&dyn PlainObject> {
        (field == "queue").then_some(&self.queue)
    }
}

impl Plain for QueueStatistics {
    fn leaf(&self, field: &str) -> Option<Value> {
        Some(match field {
            "busyOverflows" => self.busy_overflows.to_value(),
            "callsAnswered" => self.calls_answered.to_value(),
            "callsAbandoned" => self.calls_abandoned.to_value(),
            "callsTransferred" => self.calls_transferred.to_value(),
            "callsTimedout" => self.calls_timedout.to_value(),
            "averageAgentsTalking" => self.average_agents_talking.to_value(),
            "averageAgentsStaffed" => self.average_agents_staffed.to_value(),
            "averageWaitSeconds" => self.average_wait_seconds.to_value(),
            "averageAbandonmentSeconds" => self.average_abandonment_seconds.to_value(),
            _ => return None,
        })
    }

    fn object(&self, _: &str) -> Option<&dyn PlainObject> {
        None
    }
}

/// How a service level is counted.
pub(super) type Level = (f64, ServiceLevelVariant);

pub(super) async fn history(
    ctx: &Context<'_>,
    center: &Record,
    range: StatisticsRange,
    grouping: CallCenterGrouping,
    zone: Option<TimeZone>,
    (within_seconds, variant): Level,
) -> Result<Prepared<CallCenterInterval>> {
    let range = range.read()?;
    let zone = zone.map(|zone| zone.argument("timeZone")).transpose()?;
    center.must_be_own()?;
    let request = CenterHistoryRequest {
        range,
        grouping: grouping.into(),
        // It was read from its name.
        zone: zone.and_then(|zone| zone.iana_name().map(str::to_owned)),
    };
    let told: Option<Arc<Vec<CenterInterval>>> = loaders::center_history(ctx, center.id(), request).await?;
    let told = told.ok_or_else(|| ApiError::from(center.is_gone()))?;
    let intervals = told.iter().map(|interval| {
        let level = level(&interval.figures, within_seconds, variant)?;
        CallCenterInterval::of(interval, level)
    });
    Ok(intervals.collect::<Result<Vec<_>>>()?.into())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use provider_core::domain;

    use super::*;
    use crate::graphql::call_stats::fields;

    #[test]
    fn every_field_of_an_interval_has_its_value() {
        let instant = DateTime::from(Timestamp::UNIX_EPOCH);
        let interval = CallCenterInterval {
            key: "1".to_owned(),
            iso_year: None,
            start: instant.clone(),
            end: instant,
            queue: QueueStatistics::of(&domain::QueueStatistics::default()).unwrap(),
            calls_offered: 0,
            calls_waiting_at_start: 0,
            calls_waiting_at_end: 0,
            service_level: None,
            abandonment_rate: None,
            occupancy: None,
            longest_wait_seconds: None,
            average_talk_seconds: None,
        };
        for (of, object, count) in [
            ("CallCenterInterval", &interval as &dyn PlainObject, 13),
            ("QueueStatistics", &interval.queue, 9),
        ] {
            let names = fields(of);
            assert_eq!(names.len(), count);
            for name in names {
                let value = object.leaf_of(&name).is_some() || object.object_of(&name).is_some();
                assert!(value, "{of}.{name}");
            }
        }
    }
}
