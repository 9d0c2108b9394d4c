//! Statistics of the calls of employees.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Debug;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::check::{distinct, invalid, unsupported, violated};
use crate::call::{CallContext, Operation};
use crate::domain::{
    CallCounts, CallDirection, CallStatisticsQuery, CallStatisticsReport, ExportFile, ExportFormat,
    GroupingInterval,
};
use crate::error::Result;

/// Counts the calls of employees (document `telecomx-cdr-statistics`).
#[async_trait]
pub trait CallStatistics: Debug + Send + Sync {
    /// What can be asked for.
    fn terms(&self) -> &CallStatisticsTerms;

    /// The statistics of a customer's employees.
    ///
    /// * A call is booked whole at its start. Employees named in the query are in the answer even without
    ///   calls, and nobody else; where none is named, those with calls are.
    /// * Figures are what the source says. One that can't be right is passed on with a caveat, not mended.
    /// * Intervals come with their instants: a source that names weeks without a year is asked, or read,
    ///   so that the year is certain.
    /// * The order wanted is the source's own way of sorting by that field; where an adapter has to sort, it
    ///   does so as [`EmployeeSort`](crate::domain::EmployeeSort) says.
    ///
    /// # Errors
    /// `InvalidRequest` naming the field, also where the source would have to be asked too often for one
    /// report; `NotFound` when the customer or an employee is not known there; `Forbidden` when our account
    /// may not see the customer.
    async fn report(&self, cx: &CallContext, query: &CallStatisticsQuery) -> Result<CallStatisticsReport>;

    /// The same statistics as a file, made by the source: its layout, and the names that it has for
    /// intervals, are the source's own.
    ///
    /// # Errors
    /// As [`report`](Self::report).
    async fn export(
        &self,
        cx: &CallContext,
        query: &CallStatisticsQuery,
        format: ExportFormat,
    ) -> Result<ExportFile>;
}

/// What a [`CallStatistics`] accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallStatisticsTerms {
    /// The groupings in time.
    pub intervals: BTreeSet<GroupingInterval>,
    /// The file formats; empty if the source makes no files.
    pub formats: BTreeSet<ExportFormat>,
    /// Whether customers other than the account's own can be asked for.
    pub any_customer: bool,
    /// The one zone whose clock the source cuts intervals by; absent if it cuts by any.
    pub zone: Option<TimeZone>,
    /// Whether unanswered calls can be left out by how long they rang.
    pub ignores_unanswered: bool,
    /// Whether employees without calls can be asked for without naming them.
    pub includes_empty: bool,
}

pub(crate) const REPORT: Operation = Operation::read("call_stats.report");
pub(crate) const EXPORT: Operation = Operation::read("call_stats.export");

impl CallStatisticsTerms {
    /// Refuses a query outside the terms.
    ///
    /// # Errors
    /// `Unsupported` or `InvalidRequest`, naming the field.
    pub fn accept(&self, query: &CallStatisticsQuery) -> Result<()> {
        if !self.intervals.contains(&query.interval) {
            let message = format!("calls can't be grouped by {} here", query.interval);
            return Err(unsupported(REPORT.name, "interval", message));
        }
        if query.customer.is_some() && !self.any_customer {
            return Err(unsupported(
                REPORT.name,
                "customer",
                "there is only the account's own customer here",
            ));
        }
        if let Some(zone) = self.zone.as_ref().filter(|zone| **zone != query.zone) {
            let message = format!(
                "calls are grouped by the clock of {} here, not of {}",
                name(zone),
                name(&query.zone)
            );
            return Err(unsupported(REPORT.name, "zone", message));
        }
        if query.ignore_unanswered_below_seconds > 0 && !self.ignores_unanswered {
            let message = "unanswered calls can't be left out by how long they rang here";
            return Err(unsupported(REPORT.name, "ignore_unanswered_below", message));
        }
        if query.include_empty && !self.includes_empty {
            let message = "employees without calls are in the answer only where they are named here";
            return Err(unsupported(REPORT.name, "include_empty", message));
        }
        match query.sort {
            Some(sort) if !query.fields.is_empty() && !query.fields.contains(&sort.field()) => {
                let message = format!("{sort} must be among the fields to be sorted by");
                Err(invalid(REPORT.name, "sort", message))
            }
            _ => Ok(()),
        }
    }

    /// Refuses an export outside the terms.
    ///
    /// # Errors
    /// `Unsupported` or `InvalidRequest`, naming the field.
    pub fn accept_export(&self, query: &CallStatisticsQuery, format: ExportFormat) -> Result<()> {
        if !self.formats.contains(&format) {
            return Err(unsupported(
                EXPORT.name,
                "format",
                format!("{format} is not made here"),
            ));
        }
        self.accept(query)
    }
}

fn name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("a zone without a name")
}

/// Checks that a report fits its query and that its figures don't contradict each other.
pub(crate) fn check_report(query: &CallStatisticsQuery, report: &CallStatisticsReport) -> Result<()> {
    let named = report.rows.iter().filter_map(|row| {
        row.employee_id
            .as_ref()
            .map(|employee| (employee, &row.extension_id, &row.extension_number))
    });
    distinct(REPORT.name, named)?;
    // Reports have many rows and few intervals: what is known to be one is not looked up in the calendar again.
    let mut known: HashMap<Timestamp, Timestamp> = HashMap::new();
    for row in &report.rows {
        let asked_for = |employee: &String| query.employees.is_empty() || query.employees.contains(employee);
        if !row.employee_id.as_ref().is_none_or(asked_for) {
            let message = "the report is about an employee that was not asked for";
            return Err(violated(REPORT.name, message));
        }
        let starts = || row.intervals.iter().map(|interval| interval.start);
        if !starts().is_sorted_by(|one, next| one < next) {
            distinct(REPORT.name, starts())?;
        }
        for interval in &row.intervals {
            if interval.end <= query.period.start() || interval.start >= query.period.end() {
                return Err(violated(REPORT.name, "an interval lies outside the period"));
            }
            if known.get(&interval.start) != Some(&interval.end) {
                let whole = query.interval.around(interval.start, &query.zone);
                if whole.is_none_or(|whole| (whole.start(), whole.end()) != (interval.start, interval.end)) {
                    let message = format!("{} is not an interval by {}", interval.start, query.interval);
                    return Err(violated(REPORT.name, message));
                }
                known.insert(interval.start, interval.end);
            }
            check_counts(query.direction, &interval.counts)?;
        }
    }
    Ok(())
}

fn check_counts(direction: CallDirection, counts: &CallCounts) -> Result<()> {
    let at_most = |part: Option<u64>, whole: Option<u64>| match (part, whole) {
        (Some(part), Some(whole)) => part <= whole,
        _ => true,
    };
    let none = |figure: Option<u64>| figure.unwrap_or(0) == 0;
    // Answered calls are not checked against the others: the document's own example contradicts itself.
    let consistent = at_most(counts.outbound_unanswered, counts.outbound_calls)
        && at_most(counts.outbound_failed, counts.outbound_calls)
        && at_most(counts.inbound_unanswered, counts.inbound_calls)
        && at_most(counts.inbound_busy, counts.inbound_calls)
        && match direction {
            CallDirection::In => none(counts.outbound_calls),
            CallDirection::Out => none(counts.inbound_calls),
            CallDirection::Both => true,
        };
    if consistent {
        Ok(())
    } else {
        Err(violated(
            REPORT.name,
            "figures of an interval contradict each other",
        ))
    }
}
