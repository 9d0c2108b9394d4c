//! Our words and those of telecomx.

use jiff::{SignedDuration, Timestamp};
use provider_core::domain::{
    CallCounts, CallDirection, CallField, CallInterval, CallStatisticsQuery, EmployeeCalls, ExportFormat,
    Period,
};
use strum::IntoEnumIterator;

use crate::parts::Part;
use crate::wire::{Counts, Employee, Question};

/// What to ask for a period. `customer` is the upstream's own name of the query's.
pub(crate) fn question<'q>(
    query: &'q CallStatisticsQuery,
    customer: Option<&'q str>,
    period: Period,
    fields: &[CallField],
    format: ExportFormat,
) -> Question<'q> {
    let (employee, employees) = employees(&query.employees);
    Question {
        customer,
        employee,
        employees,
        from: date(period.start()),
        to: date(last_second(period)),
        ignore_below: (query.ignore_below_seconds > 0).then_some(query.ignore_below_seconds),
        ignore_local: query.ignore_local,
        direction: query.direction.into(),
        grouping_interval: query.interval.into(),
        fields: fields.iter().map(<&'static str>::from).collect(),
        sort: query.sort.map(<&'static str>::from),
        format: format.into(),
    }
}

/// One is `employee`, several are `employees`, each once.
fn employees(named: &[String]) -> (Option<&str>, Vec<&str>) {
    let mut once: Vec<&str> = Vec::with_capacity(named.len());
    for name in named {
        if !once.contains(&name.as_str()) {
            once.push(name);
        }
    }
    match once[..] {
        [only] => (Some(only), Vec::new()),
        _ => (None, once),
    }
}

/// As the second date of the document's example. Its first, `2020-01-01-T00:00:00.000Z`, is a slip of the pen.
fn date(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The document's `to` is inside the period: its default is "today at 23:59:59".
fn last_second(period: Period) -> Timestamp {
    let last = period.end().checked_sub(SignedDuration::from_secs(1));
    last.unwrap_or(period.start()).max(period.start())
}

/// The fields that are wanted; the document does not say what comes without a list of them.
pub(crate) fn wanted(query: &CallStatisticsQuery) -> Vec<CallField> {
    if query.fields.is_empty() {
        CallField::iter().collect()
    } else {
        query.fields.clone()
    }
}

/// The fields to ask for: those wanted, those that tell rows apart, and those that tell whether another is
/// doubtful.
pub(crate) fn asked(query: &CallStatisticsQuery) -> Vec<CallField> {
    let mut fields = wanted(query);
    let mut also = vec![CallField::EmployeeId, CallField::ExtensionId];
    if fields.contains(&CallField::InboundAnswered) && query.direction != CallDirection::Out {
        also.extend([CallField::InboundCalls, CallField::InboundUnanswered]);
    }
    also.retain(|field| !fields.contains(field));
    fields.extend(also);
    fields
}

/// An interval of an answer that is none of those asked for.
#[derive(Debug)]
pub(crate) struct UnknownInterval;

/// A row of the answer for a part.
pub(crate) fn employee(row: Employee, part: &Part) -> Result<EmployeeCalls, UnknownInterval> {
    let interval = |(name, figures): (&String, &Counts)| {
        let interval = part.interval(name).ok_or(UnknownInterval)?;
        Ok(CallInterval {
            start: interval.start(),
            end: interval.end(),
            counts: counts(figures),
        })
    };
    Ok(EmployeeCalls {
        intervals: row.data.iter().map(interval).collect::<Result<_, _>>()?,
        employee_id: Some(row.employee_id),
        employee_name: row.employee_name,
        extension_id: row.extension_id,
        extension_number: row.extension_number,
    })
}

const fn counts(figures: &Counts) -> CallCounts {
    CallCounts {
        outbound_calls: figures.outbound_calls,
        outbound_seconds: figures.outbound_seconds,
        outbound_answered: figures.outbound_answered,
        outbound_unanswered: figures.outbound_unanswered,
        outbound_failed: figures.outbound_failed,
        inbound_calls: figures.inbound_calls,
        inbound_seconds: figures.inbound_seconds,
        inbound_answered: figures.inbound_answered,
        inbound_unanswered: figures.inbound_unanswered,
        inbound_busy: figures.inbound_busy,
        inbound_rung_elsewhere: None,
    }
}
