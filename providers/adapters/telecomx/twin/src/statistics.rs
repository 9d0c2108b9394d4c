//! "Response": what the calls add up to.

use std::collections::BTreeMap;

use jiff::Zoned;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::calls::{Call, Direction, Outcome, between};
use crate::question::{COUNTS, Grouping, IDENTITY, Question};
use crate::staff::Employee;

/// An employee's counts, in the order of [`COUNTS`], by month, week, day or hour.
#[derive(Debug)]
pub(crate) struct Row {
    employee: &'static Employee,
    pub(crate) data: BTreeMap<i8, [u64; 10]>,
}

/// A row for each employee that had calls, sorted as asked.
pub(crate) fn count(question: &Question, employees: &'static [Employee], zone: &TimeZone) -> Vec<Row> {
    let asked_for = |employee: &&Employee| {
        let named = question.employees.as_ref();
        named.is_none_or(|named| named.iter().any(|id| id == employee.id))
    };
    let row = |employee| Row {
        employee,
        data: data(question, employee, zone),
    };
    let mut rows: Vec<Row> = employees.iter().filter(asked_for).map(row).collect();
    rows.retain(|row| !row.data.is_empty());
    match question.sort.as_deref() {
        Some("employeeName") => rows.sort_by_key(|row| row.employee.name),
        Some(_) => rows.sort_by_key(|row| {
            let number = row.employee.extension_number;
            (number.len(), number)
        }),
        None => {}
    }
    rows
}

fn data(question: &Question, employee: &Employee, zone: &TimeZone) -> BTreeMap<i8, [u64; 10]> {
    let mut data: BTreeMap<i8, [u64; 10]> = BTreeMap::new();
    for call in between(employee, question.from, question.to, zone) {
        let wanted = question.direction.is_none_or(|wanted| wanted == call.direction);
        // A call that nobody answered has no length to be shorter than.
        let short = call.outcome == Outcome::Answered && call.seconds < question.ignore_below;
        if wanted && !short && !(question.ignore_local && call.local) {
            let interval = interval(question.grouping, &call.start.to_zoned(zone.clone()));
            book(data.entry(interval).or_default(), &call);
        }
    }
    data
}

/// The document says no more than "either a month, a week number, a day or an hour": not of which year, month or
/// day. What falls on the same number is counted together.
fn interval(grouping: Grouping, start: &Zoned) -> i8 {
    match grouping {
        Grouping::Month => start.month(),
        Grouping::Week => start.date().iso_week_date().week(),
        Grouping::Day => start.day(),
        Grouping::Hour => start.hour(),
    }
}

/// Answered inbound calls are not counted: `inboundAnswered` is 0 wherever the document shows it.
fn book(counts: &mut [u64; 10], call: &Call) {
    let [
        outbound_calls,
        outbound_seconds,
        outbound_answered,
        outbound_unanswered,
        outbound_failed,
        inbound_calls,
        inbound_seconds,
        _,
        inbound_unanswered,
        inbound_busy,
    ] = counts;
    let (calls, seconds, unanswered, failed_or_busy) = match call.direction {
        Direction::Out => (
            outbound_calls,
            outbound_seconds,
            outbound_unanswered,
            outbound_failed,
        ),
        Direction::In => (inbound_calls, inbound_seconds, inbound_unanswered, inbound_busy),
    };
    *calls += 1;
    *seconds += call.seconds;
    match (call.outcome, call.direction) {
        (Outcome::Answered, Direction::Out) => *outbound_answered += 1,
        (Outcome::Answered, Direction::In) => {}
        (Outcome::Unanswered, _) => *unanswered += 1,
        (Outcome::FailedOrBusy, _) => {
            *unanswered += 1;
            *failed_or_busy += 1;
        }
    }
}

impl Row {
    /// The values of [`IDENTITY`], in its order.
    pub(crate) const fn identity(&self) -> [&'static str; 4] {
        let employee = self.employee;
        [
            employee.id,
            employee.name,
            employee.extension_id,
            employee.extension_number,
        ]
    }

    /// The row as the document shows it, with the fields that were asked for.
    pub(crate) fn json(&self, question: &Question) -> Value {
        let mut row: Map<String, Value> = IDENTITY
            .into_iter()
            .zip(self.identity())
            .filter(|(field, _)| question.wants(field))
            .map(|(field, value)| (field.to_owned(), value.into()))
            .collect();
        let data = self.data.iter().map(|(interval, counts)| {
            let counts: Map<String, Value> = COUNTS
                .into_iter()
                .zip(counts)
                .filter(|(field, _)| question.wants(field))
                .map(|(field, count)| (field.to_owned(), json!(count)))
                .collect();
            (interval.to_string(), Value::Object(counts))
        });
        row.insert("data".to_owned(), Value::Object(data.collect()));
        row.into()
    }
}
