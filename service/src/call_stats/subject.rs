//! The calls of employees, numbers and pools one by one, counted from our own records.

use std::{collections::HashMap, sync::Arc};

use calls::{
    packed::SECONDS_PER_DAY,
    statistics::{Counter, Cuts, Rules, together},
};
use jiff::{Timestamp, tz::TimeZone};
use provider_core::{
    domain::{CallInterval, CallStatisticsQuery, CallStatisticsReport, EmployeeCalls, GroupingInterval},
    provider::Provider,
};
use store::{
    Scope,
    calls::days::{DayRange, SubjectDay, SubjectKind, subject_days},
};

use super::{CallStatistics, CallStatisticsRequest, PlannedStatistics, WHOLE_CUSTOMERS, period};
use crate::{Principal, ServiceError, ServiceResult, Switchboard};

impl Switchboard {
    /// The calls of some employees, numbers or pools: each a report with one row, also without calls. Those of a
    /// number or a pool are the calls of the customers inside the scope that had it at the time.
    ///
    /// Customer, employees, order and fields of the request don't matter here.
    ///
    /// # Errors
    /// Refusals below `input.filter`; [`ServiceError::Denied`] for keys of a group.
    pub async fn call_statistics_of(
        &self,
        who: &Principal,
        kind: SubjectKind,
        ids: &[i64],
        request: &CallStatisticsRequest,
    ) -> ServiceResult<HashMap<i64, Arc<CallStatistics>>> {
        who.may_view()?;
        if matches!(who.scope, Scope::Group { .. }) {
            return Err(ServiceError::Denied(WHOLE_CUSTOMERS));
        }
        let planned = self.plan_own(request)?;
        let query = planned.query();
        let cuts = Cuts::new(query.interval, query.period, &query.zone)
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        let range = DayRange::of_seconds(cuts.start(), cuts.last());
        let days = subject_days(self.database().reader(), who.scope, kind, ids, range).await?;
        let mut counted = count(&days, &cuts, &query.into());
        let statistics = |id: &i64| {
            let intervals = counted.remove(id).unwrap_or_default();
            (
                *id,
                Arc::new(CallStatistics::new(planned.clone(), one_row(intervals))),
            )
        };
        Ok(ids.iter().map(statistics).collect())
    }

    /// The question that is asked of our own records, whoever is counted.
    fn plan_own(&self, request: &CallStatisticsRequest) -> ServiceResult<PlannedStatistics> {
        let zone = request.zone.clone().unwrap_or(TimeZone::UTC);
        let interval = request.interval.unwrap_or(GroupingInterval::Day);
        let period = period::of(request.from, request.to, &zone, Timestamp::now())?;
        period::check_length(period, interval, &zone)?;
        Ok(PlannedStatistics {
            source: self.inner.inventory.info().id.clone(),
            query: CallStatisticsQuery {
                customer: None,
                employees: Vec::new(),
                period,
                zone,
                ignore_below_seconds: request.ignore_below_seconds,
                ignore_unanswered_below_seconds: request.ignore_unanswered_below_seconds,
                ignore_local: request.ignore_local,
                include_empty: false,
                direction: request.direction,
                interval,
                fields: Vec::new(),
                sort: None,
            },
        })
    }
}

/// Counts days, which are sorted by subject, extension and day.
fn count(days: &[SubjectDay], cuts: &Cuts, rules: &Rules) -> HashMap<i64, Vec<CallInterval>> {
    let mut counted: HashMap<i64, Vec<Vec<CallInterval>>> = HashMap::new();
    for days in
        days.chunk_by(|one, next| (one.subject_id, one.extension_id) == (next.subject_id, next.extension_id))
    {
        let mut counter = Counter::new(cuts, rules);
        for day in days {
            counter.add(day.day.saturating_mul(SECONDS_PER_DAY), day.calls.words());
        }
        if let Some(day) = days.first() {
            counted.entry(day.subject_id).or_default().push(counter.finish());
        }
    }
    let add = |(id, parts)| (id, together(parts));
    counted.into_iter().map(add).collect()
}

fn one_row(intervals: Vec<CallInterval>) -> CallStatisticsReport {
    CallStatisticsReport {
        rows: vec![EmployeeCalls {
            employee_id: None,
            employee_name: None,
            extension_id: None,
            extension_number: None,
            intervals,
        }],
        caveats: Vec::new(),
    }
}
