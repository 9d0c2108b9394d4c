//! Checks of [`CallStatistics`](crate::port::CallStatistics).

use std::sync::Arc;

use jiff::tz::TimeZone;
use strum::IntoEnumIterator;

use super::{Broken, Verdict, ensure, port, ports, refused_as};
use crate::call::CallContext;
use crate::domain::{
    CallCounts, CallField, CallStatisticsQuery, CallStatisticsReport, CustomerRef, EmployeeSort,
    ExportFormat, GroupingInterval,
};
use crate::error::ErrorKind;
use crate::provider::Provider;

/// Employees named in the query are in the answer, and nobody else is.
///
/// # Errors
/// [`Broken`] when they aren't.
pub async fn named_employees_are_answered(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    query: &CallStatisticsQuery,
) -> Verdict {
    ensure(!query.employees.is_empty(), || {
        "the query names no employees".to_owned()
    })?;
    let stats = port(ports(provider).call_stats.as_ref(), "call_stats")?;
    let report = stats.report(cx, query).await?;
    let told = |employee: &String| {
        report
            .rows
            .iter()
            .any(|row| row.employee_id.as_ref() == Some(employee))
    };
    let asked = |employee: &String| query.employees.contains(employee);
    ensure(query.employees.iter().all(told), || {
        format!(
            "{:?} were asked for, {:?} is the answer",
            query.employees, report.rows
        )
    })?;
    let others = report.rows.iter().filter_map(|row| row.employee_id.as_ref());
    ensure(others.clone().all(asked), || {
        format!(
            "{:?} were asked for, and {:?} are in the answer",
            query.employees,
            others.collect::<Vec<_>>()
        )
    })
}

/// The counts of a period are the same however they are grouped in time: each call is booked once, at its
/// start.
///
/// # Errors
/// [`Broken`] when they aren't.
pub async fn intervals_add_up_alike(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    query: &CallStatisticsQuery,
) -> Verdict {
    let stats = port(ports(provider).call_stats.as_ref(), "call_stats")?;
    let mut first = None;
    for interval in &stats.terms().intervals {
        let interval = *interval;
        let query = CallStatisticsQuery {
            interval,
            ..query.clone()
        };
        let sum = total(&stats.report(cx, &query).await?);
        let (of, expected) = *first.get_or_insert((interval, sum));
        ensure(expected == sum, || {
            format!("{expected:?} by {of}, {sum:?} by {interval}")
        })?;
    }
    ensure(first.is_some(), || "no interval is declared".to_owned())
}

/// Only the fields that were asked for are given.
///
/// # Errors
/// [`Broken`] when others are.
pub async fn only_wanted_fields_are_given(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    query: &CallStatisticsQuery,
) -> Verdict {
    let stats = port(ports(provider).call_stats.as_ref(), "call_stats")?;
    let query = CallStatisticsQuery {
        fields: vec![CallField::EmployeeName, CallField::InboundCalls],
        sort: Some(EmployeeSort::EmployeeName),
        ..query.clone()
    };
    let report = stats.report(cx, &query).await?;
    for row in &report.rows {
        let wanted = row.employee_name.is_some();
        let others =
            row.employee_id.is_some() || row.extension_id.is_some() || row.extension_number.is_some();
        let counted = row.intervals.iter().any(|interval| {
            let only = CallCounts {
                inbound_calls: interval.counts.inbound_calls,
                ..CallCounts::default()
            };
            interval.counts != only
        });
        ensure(wanted && !others && !counted, || {
            format!("{:?} were asked for, {row:?} was given", query.fields)
        })?;
    }
    ensure(!report.rows.is_empty(), || "nobody is in the answer".to_owned())
}

/// Every declared format gives a file.
///
/// # Errors
/// [`Broken`] when one is empty or has no type.
pub async fn every_format_is_made(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    query: &CallStatisticsQuery,
) -> Verdict {
    let stats = port(ports(provider).call_stats.as_ref(), "call_stats")?;
    for format in &stats.terms().formats {
        let file = stats.export(cx, query, *format).await?;
        ensure(!file.bytes.is_empty() && file.media_type.contains('/'), || {
            format!("{format} gave {file:?}")
        })?;
    }
    Ok(())
}

/// Every interval, zone, format and customer outside the terms is refused, and an order by a field that is not
/// asked for.
///
/// # Errors
/// [`Broken`] when one is not.
pub async fn undeclared_terms_are_refused(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    declared: &CallStatisticsQuery,
) -> Verdict {
    let stats = port(ports(provider).call_stats.as_ref(), "call_stats")?;
    let terms = stats.terms().clone();
    for interval in GroupingInterval::iter().filter(|interval| !terms.intervals.contains(interval)) {
        let query = CallStatisticsQuery {
            interval,
            ..declared.clone()
        };
        refused_as(stats.report(cx, &query).await, ErrorKind::Unsupported)?;
    }
    for format in ExportFormat::iter().filter(|format| !terms.formats.contains(format)) {
        refused_as(stats.export(cx, declared, format).await, ErrorKind::Unsupported)?;
    }
    if !terms.any_customer {
        let another = CustomerRef {
            id: 1,
            code: "ANOTHER".to_owned(),
        };
        let query = CallStatisticsQuery {
            customer: Some(another),
            ..declared.clone()
        };
        refused_as(stats.report(cx, &query).await, ErrorKind::Unsupported)?;
    }
    if let Some(zone) = terms.zone {
        let another = match zone.iana_name() {
            Some("Asia/Kathmandu") => TimeZone::UTC,
            _ => TimeZone::get("Asia/Kathmandu").map_err(|error| Broken(error.to_string()))?,
        };
        let query = CallStatisticsQuery {
            zone: another,
            ..declared.clone()
        };
        refused_as(stats.report(cx, &query).await, ErrorKind::Unsupported)?;
    }
    let beyond = [
        (
            terms.ignores_unanswered,
            CallStatisticsQuery {
                ignore_unanswered_below_seconds: 1,
                ..declared.clone()
            },
        ),
        (
            terms.includes_empty,
            CallStatisticsQuery {
                include_empty: true,
                ..declared.clone()
            },
        ),
    ];
    for (_, query) in beyond.iter().filter(|(able, _)| !able) {
        refused_as(stats.report(cx, query).await, ErrorKind::Unsupported)?;
    }
    let unsorted = CallStatisticsQuery {
        fields: vec![CallField::InboundCalls],
        sort: Some(EmployeeSort::EmployeeName),
        ..declared.clone()
    };
    refused_as(stats.report(cx, &unsorted).await, ErrorKind::InvalidRequest)
}

/// All counts of a report; a figure that no interval has stays absent.
fn total(report: &CallStatisticsReport) -> [Option<u64>; 10] {
    let mut sums = [None; 10];
    let intervals = report.rows.iter().flat_map(|row| &row.intervals);
    for figures in intervals.map(|interval| figures(&interval.counts)) {
        for (sum, figure) in sums.iter_mut().zip(figures) {
            *sum = match (*sum, figure) {
                (Some(sum), Some(figure)) => Some(sum + figure),
                (sum, figure) => sum.or(figure),
            };
        }
    }
    sums
}

const fn figures(counts: &CallCounts) -> [Option<u64>; 10] {
    [
        counts.outbound_calls,
        counts.outbound_seconds,
        counts.outbound_answered,
        counts.outbound_unanswered,
        counts.outbound_failed,
        counts.inbound_calls,
        counts.inbound_seconds,
        counts.inbound_answered,
        counts.inbound_unanswered,
        counts.inbound_busy,
    ]
}
