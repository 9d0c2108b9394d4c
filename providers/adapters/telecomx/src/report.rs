//! A report, put together from the answers for the parts of its period.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use provider_core::domain::{
    CallDirection, CallField, CallInterval, CallStatisticsQuery, CallStatisticsReport, Caveat, EmployeeCalls,
    EmployeeSort,
};
use strum::IntoEnumIterator;

use crate::map::wanted;

/// Puts the rows for each part together: what was asked for and nothing else.
pub(crate) fn of(query: &CallStatisticsQuery, parts: Vec<Vec<EmployeeCalls>>) -> CallStatisticsReport {
    let in_parts = parts.len() > 1;
    let mut rows = merged(parts);
    let named = |row: &EmployeeCalls| {
        row.employee_id
            .as_ref()
            .is_some_and(|id| query.employees.contains(id))
    };
    rows.retain(|row| !row.intervals.is_empty() || named(row));
    add_missing(&mut rows, &query.employees);
    if let Some(sort) = query.sort.filter(|_| in_parts) {
        rows.sort_by(|one, other| compare(sort, one, other));
    }
    let fields = wanted(query);
    let caveats = if fields.contains(&CallField::InboundAnswered) && nobody_answers(&rows) {
        vec![Caveat {
            field: CallField::InboundAnswered,
            message:
                "the upstream says that no inbound call was answered, though it counts fewer unanswered \
                      ones than there were: it may not count the answered ones"
                    .to_owned(),
        }]
    } else {
        Vec::new()
    };
    for row in &mut rows {
        row.intervals.sort_by_key(|interval| interval.start);
        for interval in &mut row.intervals {
            zero_the_other_side(query.direction, interval);
        }
        keep_only(&fields, row);
    }
    CallStatisticsReport { rows, caveats }
}

/// One row for each employee and extension, in the order in which they are first met. Names are the latest.
fn merged(parts: Vec<Vec<EmployeeCalls>>) -> Vec<EmployeeCalls> {
    let mut rows: Vec<EmployeeCalls> = Vec::new();
    let mut places = BTreeMap::new();
    for row in parts.into_iter().flatten() {
        let key = (row.employee_id.clone(), row.extension_id.clone());
        let place = *places.entry(key).or_insert(rows.len());
        if let Some(known) = rows.get_mut(place) {
            known.employee_name = row.employee_name.or(known.employee_name.take());
            known.extension_number = row.extension_number.or(known.extension_number.take());
            known.intervals.extend(row.intervals);
        } else {
            rows.push(row);
        }
    }
    rows
}

/// Employees that were asked for by name are in the report even without calls.
fn add_missing(rows: &mut Vec<EmployeeCalls>, named: &[String]) {
    for id in named {
        if !rows.iter().any(|row| row.employee_id.as_ref() == Some(id)) {
            rows.push(EmployeeCalls {
                employee_id: Some(id.clone()),
                employee_name: None,
                extension_id: None,
                extension_number: None,
                intervals: Vec::new(),
            });
        }
    }
}

/// What has no name stands last.
fn compare(sort: EmployeeSort, one: &EmployeeCalls, other: &EmployeeCalls) -> Ordering {
    let by_name = |row: &EmployeeCalls| {
        let name = row.employee_name.as_ref();
        (name.is_none(), name.map(|name| name.to_lowercase()))
    };
    let by_number = |row: &EmployeeCalls| {
        let number = row.extension_number.clone();
        (number.is_none(), number.as_ref().map(String::len), number)
    };
    let first = match sort {
        EmployeeSort::EmployeeName => by_name(one).cmp(&by_name(other)),
        EmployeeSort::ExtensionNumber => by_number(one).cmp(&by_number(other)),
    };
    let ids = |row: &EmployeeCalls| (row.employee_id.clone(), row.extension_id.clone());
    first.then_with(|| ids(one).cmp(&ids(other)))
}

/// Whether the figures have no inbound call answered though some must have been, as in the document's example.
fn nobody_answers(rows: &[EmployeeCalls]) -> bool {
    let mut counts = rows
        .iter()
        .flat_map(|row| &row.intervals)
        .map(|interval| interval.counts);
    let doubtful = counts.clone().any(|counts| {
        counts.inbound_answered == Some(0)
            && counts.inbound_calls > counts.inbound_unanswered.or(Some(u64::MAX))
    });
    doubtful && counts.all(|counts| counts.inbound_answered.unwrap_or(0) == 0)
}

/// What was left out on request is zero, whether or not the upstream says so.
fn zero_the_other_side(direction: CallDirection, interval: &mut CallInterval) {
    let counts = &mut interval.counts;
    let other_side = match direction {
        CallDirection::Both => return,
        CallDirection::In => [
            &mut counts.outbound_calls,
            &mut counts.outbound_seconds,
            &mut counts.outbound_answered,
            &mut counts.outbound_unanswered,
            &mut counts.outbound_failed,
        ],
        CallDirection::Out => [
            &mut counts.inbound_calls,
            &mut counts.inbound_seconds,
            &mut counts.inbound_answered,
            &mut counts.inbound_unanswered,
            &mut counts.inbound_busy,
        ],
    };
    for count in other_side {
        count.get_or_insert(0);
    }
}

fn keep_only(fields: &[CallField], row: &mut EmployeeCalls) {
    for unwanted in CallField::iter().filter(|field| !fields.contains(field)) {
        match unwanted {
            CallField::EmployeeId => row.employee_id = None,
            CallField::EmployeeName => row.employee_name = None,
            CallField::ExtensionId => row.extension_id = None,
            CallField::ExtensionNumber => row.extension_number = None,
            count => {
                for interval in &mut row.intervals {
                    if let Some(figure) = interval.counts.get_mut(count) {
                        *figure = None;
                    }
                }
            }
        }
    }
}
