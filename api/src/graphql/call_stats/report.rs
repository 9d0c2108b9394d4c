use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputType, SimpleObject, Value};
use jiff::SignedDuration;
use provider_core::domain::{self, CallInterval, EmployeeCalls};
use service::{CallStatistics, EmployeeCallsId, INVENTORY_ID};

use super::{
    prepared::{Plain, PlainObject, Prepared},
    words::{CallStatisticsField, GroupingInterval},
};
use crate::graphql::{
    error::{ApiError, Result},
    loaders,
    node::{NodeId, NodeKind},
    providers::{self, Provider},
    scalars::{DateTime, Long, TimeZone},
    tenants::Employee,
};

/// What holds for a whole report of call statistics.
#[derive(SimpleObject)]
pub(crate) struct ReportFacts {
    /// Who counted.
    source: Arc<Provider>,
    /// The first second that is counted.
    from: DateTime,
    /// The last second that is counted.
    to: DateTime,
    /// By whose clock the intervals are.
    time_zone: TimeZone,
    /// How the counts are grouped in time.
    interval: GroupingInterval,
    /// What is doubtful about the figures: they are passed on as the source gave them.
    caveats: Vec<CallStatisticsCaveat>,
    /// The sums over all rows of the whole report, not of this page alone. A figure that the source does not report
    /// for every row and interval is null.
    total: CallCounts,
}

impl ReportFacts {
    pub(super) fn of(ctx: &Context<'_>, statistics: &CallStatistics) -> Result<Self> {
        let query = statistics.planned().query();
        let source = providers::find(ctx, statistics.source().as_str())?;
        let total = CallCounts::of(&statistics.total_of_all());
        let impossible = || ApiError::impossible_figure(statistics.source().as_str());
        Ok(Self {
            total: total.ok_or_else(impossible)?,
            source: source.ok_or_else(|| ApiError::internal("a provider that is not in the directory"))?,
            from: query.period.start().into(),
            to: (query.period.end() - SignedDuration::from_secs(1)).into(),
            time_zone: query.zone.clone().into(),
            interval: query.interval.into(),
            caveats: statistics
                .caveats()
                .iter()
                .map(CallStatisticsCaveat::of)
                .collect(),
        })
    }
}

/// Something doubtful about figures of a report.
#[derive(SimpleObject)]
struct CallStatisticsCaveat {
    /// Which figure.
    field: CallStatisticsField,
    /// What is doubtful, for people.
    message: String,
}

impl CallStatisticsCaveat {
    fn of(caveat: &domain::Caveat) -> Self {
        Self {
            field: caveat.field.into(),
            message: caveat.message.clone(),
        }
    }
}

/// The calls of an employee at an extension, counted.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct EmployeeCallStatistics {
    #[graphql(skip)]
    row: EmployeeCallsId,
    /// What the source calls the employee; in our own records it is the global id of the Employee. Null where the
    /// source does not say.
    employee_id: Option<ID>,
    /// The employee's name. Null where the source does not say.
    employee_name: Option<String>,
    /// What the source calls the extension. Null where it does not say.
    extension_id: Option<ID>,
    /// The extension's number. Null where the source does not say.
    extension_number: Option<String>,
    /// The counts, the earliest interval first. Intervals without calls may be missing.
    intervals: Prepared<CallStatisticsInterval>,
    /// The sums over the intervals.
    total: CallCounts,
    #[graphql(skip)]
    employee_row: Option<i64>,
}

#[ComplexObject]
impl EmployeeCallStatistics {
    /// Global id: of this employee's counts for this time, grouped and filtered like this. Read again by it, the
    /// counts are as they are then.
    pub(crate) async fn id(&self) -> NodeId {
        NodeId::employee_calls(self.row.clone())
    }

    /// The employee. Null where another source than our own records counts, and with an error when the employee
    /// can't be read.
    async fn employee(&self, ctx: &Context<'_>) -> Option<Result<Employee>> {
        loaders::employee(ctx, self.employee_row?)
            .await
            .transpose()
            .map(|employee| employee.map(Employee::from))
    }
}

impl EmployeeCallStatistics {
    /// A figure that is too large to be one is the source's fault.
    pub(super) fn of(statistics: &CallStatistics, row: EmployeeCalls) -> Result<Self> {
        let source = statistics.source();
        Self::counted(statistics, row).ok_or_else(|| ApiError::impossible_figure(source.as_str()))
    }

    fn counted(statistics: &CallStatistics, row: EmployeeCalls) -> Option<Self> {
        let intervals = row.intervals.iter();
        let own = statistics.source().as_str() == INVENTORY_ID;
        let employee_row = row.employee_id.as_ref().filter(|_| own);
        let employee_row = employee_row.and_then(|id| id.parse().ok());
        let employee_id = match employee_row {
            Some(id) => Some(ID::from(&NodeId::new(NodeKind::Employee, id))),
            None => row.employee_id.clone().map(ID),
        };
        Some(Self {
            row: statistics.id_of(&row),
            employee_row,
            total: CallCounts::of(&statistics.total(&row))?,
            intervals: intervals
                .map(|interval| CallStatisticsInterval::of(statistics, interval))
                .collect::<Option<Vec<_>>>()?
                .into(),
            employee_id,
            employee_name: row.employee_name,
            extension_id: row.extension_id.map(ID),
            extension_number: row.extension_number,
        })
    }
}

/// The counts of an interval.
#[derive(SimpleObject)]
pub(super) struct CallStatisticsInterval {
    /// What the document calls the interval (`data.<interval>`): the number of the month, of the ISO week, of the day
    /// in its month, or of the hour in its day. With `start` it is certain which one is meant.
    key: String,
    /// The year that the ISO week is numbered in. Null unless the report is by WEEK.
    iso_year: Option<i32>,
    /// The first instant of the interval, which can be before the report's own.
    start: DateTime,
    /// The first instant after the interval, which can be after the report's last.
    end: DateTime,
    /// The counts of the calls that began inside both the interval and the report.
    counts: CallCounts,
}

impl CallStatisticsInterval {
    pub(super) fn of(statistics: &CallStatistics, interval: &CallInterval) -> Option<Self> {
        let name = statistics.name_of(interval);
        Some(Self {
            key: name.key,
            iso_year: name.iso_year.map(i32::from),
            start: interval.start.into(),
            end: interval.end.into(),
            counts: CallCounts::of(&interval.counts)?,
        })
    }
}

/// Counts of calls, with the document's names. Null where the source does not report a figure, zero where it is
/// zero.
#[derive(SimpleObject)]
pub(super) struct CallCounts {
    /// Calls that the employee made.
    outbound_calls: Option<i32>,
    /// Talk seconds of them.
    outbound_seconds: Option<Long>,
    /// Those that were answered.
    outbound_answered: Option<i32>,
    /// Those that were not answered.
    outbound_unanswered: Option<i32>,
    /// Those that failed (invalid number or error); some of the unanswered.
    outbound_failed: Option<i32>,
    /// Calls that the employee got.
    inbound_calls: Option<i32>,
    /// Talk seconds of them.
    inbound_seconds: Option<Long>,
    /// Those that the employee answered.
    inbound_answered: Option<i32>,
    /// Those that were not answered.
    inbound_unanswered: Option<i32>,
    /// Those that were not answered because the employee was busy; some of the unanswered.
    inbound_busy: Option<i32>,
    /// Those that another member of a ring group answered; some of the unanswered. Not in the document.
    inbound_rung_elsewhere: Option<i32>,
}

impl Plain for CallStatisticsInterval {
    fn leaf(&self, field: &str) -> Option<Value> {
        Some(match field {
            "key" => Value::String(self.key.clone()),
            "isoYear" => self.iso_year.to_value(),
            "start" => self.start.to_value(),
            "end" => self.end.to_value(),
            _ => return None,
        })
    }

    fn object(&self, field: &str) -> Option<&dyn PlainObject> {
        (field == "counts").then_some(&self.counts)
    }
}

impl CallCounts {
    pub(super) fn of(counts: &domain::CallCounts) -> Option<Self> {
        Some(Self {
            outbound_calls: count(counts.outbound_calls)?,
            outbound_seconds: seconds(counts.outbound_seconds)?,
            outbound_answered: count(counts.outbound_answered)?,
            outbound_unanswered: count(counts.outbound_unanswered)?,
            outbound_failed: count(counts.outbound_failed)?,
            inbound_calls: count(counts.inbound_calls)?,
            inbound_seconds: seconds(counts.inbound_seconds)?,
            inbound_answered: count(counts.inbound_answered)?,
            inbound_unanswered: count(counts.inbound_unanswered)?,
            inbound_busy: count(counts.inbound_busy)?,
            inbound_rung_elsewhere: count(counts.inbound_rung_elsewhere)?,
        })
    }
}

impl Plain for CallCounts {
    fn leaf(&self, field: &str) -> Option<Value> {
        Some(match field {
            "outboundCalls" => self.outbound_calls.to_value(),
            "outboundSeconds" => self.outbound_seconds.to_value(),
            "outboundAnswered" => self.outbound_answered.to_value(),
            "outboundUnanswered" => self.outbound_unanswered.to_value(),
            "outboundFailed" => self.outbound_failed.to_value(),
            "inboundCalls" => self.inbound_calls.to_value(),
            "inboundSeconds" => self.inbound_seconds.to_value(),
            "inboundAnswered" => self.inbound_answered.to_value(),
            "inboundUnanswered" => self.inbound_unanswered.to_value(),
            "inboundBusy" => self.inbound_busy.to_value(),
            "inboundRungElsewhere" => self.inbound_rung_elsewhere.to_value(),
            _ => return None,
        })
    }

    fn object(&self, _: &str) -> Option<&dyn PlainObject> {
        None
    }
}

/// A figure that may be absent; `None` outside when it is too large to be one.
fn count(figure: Option<u64>) -> Option<Option<i32>> {
    figure.map(i32::try_from).transpose().ok()
}

fn seconds(figure: Option<u64>) -> Option<Option<Long>> {
    match figure {
        Some(figure) => Long::new(figure).map(Some),
        None => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::call_stats::fields;

    #[test]
    fn every_field_of_a_prepared_object_has_its_value() {
        let counts = CallCounts::of(&domain::CallCounts::default()).unwrap();
        let names = fields("CallCounts");
        assert_eq!(names.len(), 11);
        for name in names {
            assert!(counts.leaf(&name).is_some(), "{name}");
        }
        let instant = DateTime::from(jiff::Timestamp::UNIX_EPOCH);
        let interval = CallStatisticsInterval {
            key: "1".to_owned(),
            iso_year: None,
            start: instant.clone(),
            end: instant,
            counts,
        };
        let names = fields("CallStatisticsInterval");
        assert_eq!(names.len(), 5);
        for name in names {
            assert!(
                interval.leaf(&name).is_some() || interval.object(&name).is_some(),
                "{name}"
            );
        }
    }
}
