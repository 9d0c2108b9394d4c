//! What a source answered, with what follows from it.

use jiff::{Timestamp, tz::TimeZone};
use provider_core::domain::{
    CallCounts, CallInterval, CallStatisticsReport, Caveat, EmployeeCalls, GroupingInterval, ProviderId,
};
use sha2::{Digest, Sha256};

use super::PlannedStatistics;
use crate::INVENTORY_ID;

/// Statistics of the calls of employees.
#[derive(Debug, Clone)]
pub struct CallStatistics {
    planned: PlannedStatistics,
    report: CallStatisticsReport,
    reported: Vec<Figure>,
}

/// What an interval is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntervalName {
    /// As the document: the number of the month, of the ISO week, of the day in its month, or of the hour in its
    /// day.
    pub key: String,
    /// The year that an ISO week is numbered in; only for weeks.
    pub iso_year: Option<i16>,
}

impl IntervalName {
    /// That of the interval that begins at an instant, by the clock of a zone.
    pub(crate) fn of(interval: GroupingInterval, start: Timestamp, zone: &TimeZone) -> Self {
        let start = start.to_zoned(zone.clone());
        let week = start.date().iso_week_date();
        let (number, iso_year) = match interval {
            GroupingInterval::Month => (start.month(), None),
            GroupingInterval::Week => (week.week(), Some(week.year())),
            GroupingInterval::Day => (start.day(), None),
            GroupingInterval::Hour => (start.hour(), None),
        };
        Self {
            key: number.to_string(),
            iso_year,
        }
    }
}

impl CallStatistics {
    pub(super) fn new(planned: PlannedStatistics, report: CallStatisticsReport) -> Self {
        // Our own are all there, also where nobody had a call.
        let reported = if planned.source().as_str() == INVENTORY_ID {
            FIGURES.to_vec()
        } else {
            reported(&report)
        };
        Self {
            planned,
            report,
            reported,
        }
    }

    /// Who answered.
    #[must_use]
    pub fn source(&self) -> &ProviderId {
        self.planned.source()
    }

    /// The question that this answers.
    #[must_use]
    pub fn planned(&self) -> &PlannedStatistics {
        &self.planned
    }

    /// By whose clock the intervals are.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.planned.query().zone
    }

    /// One row for each employee and extension, in the order that was asked for.
    #[must_use]
    pub fn rows(&self) -> &[EmployeeCalls] {
        &self.report.rows
    }

    /// What is doubtful about the figures.
    #[must_use]
    pub fn caveats(&self) -> &[Caveat] {
        &self.report.caveats
    }

    /// What tells a row from the others of the report, also when it is read again.
    #[must_use]
    pub fn row_key(row: &EmployeeCalls) -> String {
        let parts = [
            &row.employee_id,
            &row.employee_name,
            &row.extension_id,
            &row.extension_number,
        ];
        let digest = Sha256::digest(format!("{parts:?}"));
        digest[..12].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What an interval is called.
    #[must_use]
    pub fn name_of(&self, interval: &CallInterval) -> IntervalName {
        IntervalName::of(self.planned.query().interval, interval.start, self.zone())
    }

    /// The sums over all rows.
    #[must_use]
    pub fn total_of_all(&self) -> CallCounts {
        let intervals = self.rows().iter().flat_map(|row| row.intervals.iter());
        self.sum(intervals)
    }

    /// The sums over the intervals of a row. A figure that an interval of the row lacks has no sum, nor has one
    /// that the source reports for nobody.
    #[must_use]
    pub fn total(&self, row: &EmployeeCalls) -> CallCounts {
        self.sum(row.intervals.iter())
    }

    fn sum<'i>(&self, intervals: impl Iterator<Item = &'i CallInterval> + Clone) -> CallCounts {
        let mut total = CallCounts::default();
        for figure in &self.reported {
            let mut intervals = intervals.clone();
            *figure(&mut total) = intervals.try_fold(0_u64, |sum, interval| {
                let mut counts = interval.counts;
                sum.checked_add((*figure(&mut counts))?)
            });
        }
        total
    }
}

/// One of the counts.
type Figure = fn(&mut CallCounts) -> &mut Option<u64>;

/// The counts of the document.
const DOCUMENTED: [Figure; 10] = [
    |counts| &mut counts.outbound_calls,
    |counts| &mut counts.outbound_seconds,
    |counts| &mut counts.outbound_answered,
    |counts| &mut counts.outbound_unanswered,
    |counts| &mut counts.outbound_failed,
    |counts| &mut counts.inbound_calls,
    |counts| &mut counts.inbound_seconds,
    |counts| &mut counts.inbound_answered,
    |counts| &mut counts.inbound_unanswered,
    |counts| &mut counts.inbound_busy,
];
/// And the one that is not in it.
const FIGURES: [Figure; 11] = [
    DOCUMENTED[0],
    DOCUMENTED[1],
    DOCUMENTED[2],
    DOCUMENTED[3],
    DOCUMENTED[4],
    DOCUMENTED[5],
    DOCUMENTED[6],
    DOCUMENTED[7],
    DOCUMENTED[8],
    DOCUMENTED[9],
    |counts| &mut counts.inbound_rung_elsewhere,
];

/// The counts that a report has at all. Where nobody had a call they are the document's, all of them zero.
fn reported(report: &CallStatisticsReport) -> Vec<Figure> {
    let intervals = || report.rows.iter().flat_map(|row| &row.intervals);
    if intervals().next().is_none() {
        return DOCUMENTED.to_vec();
    }
    let has = |figure: &Figure| {
        intervals().any(|interval| {
            let mut counts = interval.counts;
            figure(&mut counts).is_some()
        })
    };
    FIGURES.iter().copied().filter(has).collect()
}

#[cfg(test)]
mod tests {
    use provider_core::domain::{CallDirection, CallStatisticsQuery, Period};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn planned(interval: GroupingInterval, zone: &str) -> PlannedStatistics {
        PlannedStatistics {
            source: "calls".parse().unwrap(),
            query: CallStatisticsQuery {
                customer: None,
                employees: Vec::new(),
                period: Period::new(at("2020-12-01T00:00:00Z"), at("2021-02-01T00:00:00Z")).unwrap(),
                zone: TimeZone::get(zone).unwrap(),
                ignore_below_seconds: 0,
                ignore_unanswered_below_seconds: 0,
                include_empty: false,
                ignore_local: false,
                direction: CallDirection::Both,
                interval,
                fields: Vec::new(),
                sort: None,
            },
        }
    }

    fn row(counts: &[CallCounts]) -> EmployeeCalls {
        let interval = |counts: &CallCounts| CallInterval {
            start: at("2020-12-01T00:00:00Z"),
            end: at("2020-12-02T00:00:00Z"),
            counts: *counts,
        };
        EmployeeCalls {
            employee_id: Some("1".to_owned()),
            employee_name: None,
            extension_id: None,
            extension_number: None,
            intervals: counts.iter().map(interval).collect(),
        }
    }

    fn statistics(rows: Vec<EmployeeCalls>) -> CallStatistics {
        let caveats = Vec::new();
        CallStatistics::new(
            planned(GroupingInterval::Day, "UTC"),
            CallStatisticsReport { rows, caveats },
        )
    }

    #[test]
    fn intervals_are_called_as_in_the_document_by_the_clock_of_the_zone() {
        for (interval, start, zone, key, iso_year) in [
            (
                GroupingInterval::Week,
                "2021-01-03T12:00:00Z",
                "UTC",
                "53",
                Some(2020),
            ),
            (
                GroupingInterval::Week,
                "2020-11-29T23:00:00Z",
                "Europe/Copenhagen",
                "49",
                Some(2020),
            ),
            (
                GroupingInterval::Month,
                "2020-12-31T23:00:00Z",
                "Europe/Copenhagen",
                "1",
                None,
            ),
            (GroupingInterval::Day, "2020-12-31T12:00:00Z", "UTC", "31", None),
            (
                GroupingInterval::Hour,
                "2020-12-31T12:00:00Z",
                "Europe/Copenhagen",
                "13",
                None,
            ),
        ] {
            let report = CallStatisticsReport {
                rows: Vec::new(),
                caveats: Vec::new(),
            };
            let statistics = CallStatistics::new(planned(interval, zone), report);
            let name = statistics.name_of(&CallInterval {
                start: at(start),
                end: at("2021-12-31T00:00:00Z"),
                counts: CallCounts::default(),
            });
            let expected = IntervalName {
                key: key.to_owned(),
                iso_year,
            };
            assert_eq!(name, expected, "{start} {zone}");
        }
    }

    #[test]
    fn a_total_is_a_sum_only_where_every_interval_reports_the_figure() {
        let counts = |outbound_calls, inbound_calls| CallCounts {
            outbound_calls,
            inbound_calls,
            ..CallCounts::default()
        };
        let rows = vec![
            row(&[counts(Some(80), Some(111)), counts(Some(106), None)]),
            row(&[]),
        ];
        let statistics = statistics(rows.clone());
        assert_eq!(statistics.total(&rows[0]), counts(Some(186), None));
        assert_eq!(statistics.total(&rows[1]), counts(Some(0), Some(0)));
    }

    #[test]
    fn an_employee_without_calls_in_an_empty_report_has_the_documents_figures_at_zero() {
        let rows = vec![row(&[])];
        let total = statistics(rows.clone()).total(&rows[0]);
        assert_eq!((total.outbound_failed, total.inbound_busy), (Some(0), Some(0)));
        assert_eq!(total.inbound_rung_elsewhere, None);
    }

    #[test]
    fn a_sum_that_is_too_large_is_no_figure() {
        let huge = CallCounts {
            outbound_seconds: Some(u64::MAX),
            ..CallCounts::default()
        };
        let rows = vec![row(&[huge, huge])];
        assert_eq!(statistics(rows.clone()).total(&rows[0]).outbound_seconds, None);
    }
}
