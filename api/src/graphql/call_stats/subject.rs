//! The calls of one employee, number or pool.

use std::sync::Arc;

use async_graphql::{Context, InputObject, SimpleObject};
use jiff::SignedDuration;
use service::{CallStatisticsRequest, SubjectKind, UserErrorCode};

use super::{
    filter::seconds,
    prepared::Prepared,
    report::{CallCounts, CallStatisticsInterval},
    words::{CallDirection, GroupingInterval},
};
use crate::graphql::{
    error::{ApiError, Result},
    input::Faults,
    loaders,
    scalars::{DateTime, TimeZone},
};

/// When the calls of an employee, a number or a pool are counted, and which of them: as `callStatistics` does.
#[derive(InputObject, Clone)]
pub(crate) struct CallIntervalsFilter {
    /// From when, to the second and inclusive. When absent, from today at 00:00:00 in the time zone.
    from: Option<DateTime>,
    /// Until when, to the second and inclusive. When absent, until today at 23:59:59 in the time zone.
    to: Option<DateTime>,
    /// By whose clock days and the other intervals are; in UTC when absent.
    time_zone: Option<TimeZone>,
    /// How the counts are grouped in time.
    #[graphql(default)]
    interval: GroupingInterval,
    /// Which calls count. The other side's counts are zero.
    #[graphql(default)]
    direction: CallDirection,
    /// Leaves out answered calls with less talk than this many seconds.
    #[graphql(default)]
    ignore_below: i32,
    /// Leaves out unanswered calls that rang for less than this many seconds.
    #[graphql(default)]
    ignore_unanswered_below: i32,
    /// Leaves out calls between extensions.
    #[graphql(default)]
    ignore_local: bool,
}

impl CallIntervalsFilter {
    fn read(self) -> Result<CallStatisticsRequest> {
        let mut faults = Faults::default();
        let request = self.request(&mut faults);
        Ok(faults.give(request)?)
    }

    fn request(self, faults: &mut Faults) -> Option<CallStatisticsRequest> {
        let invalid = UserErrorCode::InvalidInput;
        let from = optional(self.from, |from| from.field(faults, invalid, "input.filter.from"));
        let to = optional(self.to, |to| to.field(faults, invalid, "input.filter.to"));
        let zone = optional(self.time_zone, |zone| {
            zone.field(faults, invalid, "input.filter.timeZone")
        });
        let answered = seconds(faults, self.ignore_below, "input.filter.ignoreBelow");
        let path = "input.filter.ignoreUnansweredBelow";
        let unanswered = seconds(faults, self.ignore_unanswered_below, path);
        Some(CallStatisticsRequest {
            from: from?,
            to: to?,
            zone: zone?,
            interval: Some(self.interval.into()),
            direction: self.direction.into(),
            ignore_below_seconds: answered?,
            ignore_unanswered_below_seconds: unanswered?,
            ignore_local: self.ignore_local,
            ..CallStatisticsRequest::default()
        })
    }
}

/// Reads what may be absent; `None` outside when it can't be read.
pub(super) fn optional<T, R>(given: Option<T>, read: impl FnOnce(T) -> Option<R>) -> Option<Option<R>> {
    match given {
        Some(given) => read(given).map(Some),
        None => Some(None),
    }
}

/// The calls of an employee, a number or a pool, counted from the records that were imported.
#[derive(SimpleObject)]
pub(crate) struct CallStatistics {
    /// The first second that is counted.
    from: DateTime,
    /// The last second that is counted.
    to: DateTime,
    /// By whose clock the intervals are.
    time_zone: TimeZone,
    /// How the counts are grouped in time.
    interval: GroupingInterval,
    /// The counts, the earliest interval first. Intervals without calls are missing.
    intervals: Prepared<CallStatisticsInterval>,
    /// The sums over the intervals.
    total: CallCounts,
}

impl CallStatistics {
    fn of(statistics: &service::CallStatistics) -> Option<Self> {
        let query = statistics.planned().query();
        let intervals = statistics.rows().iter().flat_map(|row| &row.intervals);
        Some(Self {
            from: query.period.start().into(),
            to: (query.period.end() - SignedDuration::from_secs(1)).into(),
            time_zone: query.zone.clone().into(),
            interval: query.interval.into(),
            intervals: intervals
                .map(|interval| CallStatisticsInterval::of(statistics, interval))
                .collect::<Option<Vec<_>>>()?
                .into(),
            total: CallCounts::of(&statistics.total_of_all())?,
        })
    }
}

/// The calls of an employee, a number or a pool: read together with those of all others that are asked for alike.
pub(crate) async fn calls_of(
    ctx: &Context<'_>,
    kind: SubjectKind,
    id: i64,
    filter: CallIntervalsFilter,
) -> Result<CallStatistics> {
    let request = filter.read()?;
    let question = serde_json::to_string(&request).map_err(|error| ApiError::internal(&error.to_string()))?;
    let statistics: Option<Arc<service::CallStatistics>> = loaders::calls_of(ctx, kind, id, question).await?;
    statistics
        .and_then(|statistics| CallStatistics::of(&statistics))
        .ok_or_else(|| ApiError::impossible_figure(service::INVENTORY_ID))
}
