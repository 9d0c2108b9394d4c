//! The rows of a report: whose calls were counted, named and in order.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use calls::statistics::{Counter, Cuts, NameOrder, NameOrderError, Party, Rules, Stretch, extension_order};
use provider_core::domain::{
    CallCounts, CallField, CallInterval, CallStatisticsQuery, EmployeeCalls, EmployeeSort,
};
use store::calls::StaffMember;

/// The employees that a report may be about, by row.
pub(super) type Staff = BTreeMap<i64, StaffMember>;

/// A row before its fields are chosen.
struct Row<'s> {
    employee_id: i64,
    extension_id: Option<i64>,
    name: Option<&'s str>,
    extension: Option<&'s str>,
    intervals: Vec<CallInterval>,
}

/// The rows of a report. `named` are the employees that were asked for; empty for all.
pub(super) fn rows(
    query: &CallStatisticsQuery,
    cuts: &Cuts,
    stretches: &[Arc<Stretch>],
    staff: &Staff,
    named: &BTreeSet<i64>,
) -> Result<Vec<EmployeeCalls>, NameOrderError> {
    let counted = count(&query.into(), cuts, stretches, named);
    let mut rows: Vec<Row<'_>> = counted
        .into_iter()
        .map(|(party, intervals)| Row::of(staff, party.employee_id, Some(party.extension_id), intervals))
        .collect();
    let with_calls: BTreeSet<i64> = rows.iter().map(|row| row.employee_id).collect();
    let without_calls = staff.iter().filter(|(id, _)| {
        let wanted = named.contains(id) || (query.include_empty && named.is_empty());
        wanted && !with_calls.contains(id)
    });
    rows.extend(without_calls.flat_map(|(id, member)| empty(staff, *id, member)));
    sort(&mut rows, query.sort)?;
    Ok(rows
        .into_iter()
        .map(|row| row.into_calls(&query.fields))
        .collect())
}

/// The intervals of each employee and extension with calls.
fn count(
    rules: &Rules,
    cuts: &Cuts,
    stretches: &[Arc<Stretch>],
    named: &BTreeSet<i64>,
) -> Vec<(Party, Vec<CallInterval>)> {
    let mut counters: BTreeMap<Party, Counter<'_>> = BTreeMap::new();
    for stretch in stretches {
        for (party, words) in stretch.parties() {
            if named.is_empty() || named.contains(&party.employee_id) {
                let counter = counters.entry(party).or_insert_with(|| Counter::new(cuts, rules));
                counter.add(stretch.base(), words);
            }
        }
    }
    let counted = counters
        .into_iter()
        .map(|(party, counter)| (party, counter.finish()));
    counted.filter(|(_, intervals)| !intervals.is_empty()).collect()
}

/// The rows of an employee without calls: one for each extension held now, at least one.
fn empty<'s>(staff: &'s Staff, employee_id: i64, member: &'s StaffMember) -> Vec<Row<'s>> {
    let held = member.extensions.iter().filter(|(_, extension)| extension.held);
    let mut extensions: Vec<Option<i64>> = held.map(|(id, _)| Some(*id)).collect();
    if extensions.is_empty() {
        extensions.push(None);
    }
    let row = |extension_id| Row::of(staff, employee_id, extension_id, Vec::new());
    extensions.into_iter().map(row).collect()
}

fn sort(rows: &mut [Row<'_>], by: Option<EmployeeSort>) -> Result<(), NameOrderError> {
    let ids = |row: &Row<'_>| (row.employee_id, row.extension_id);
    match by {
        None => rows.sort_unstable_by_key(ids),
        Some(EmployeeSort::EmployeeName) => {
            let order = NameOrder::new()?;
            rows.sort_unstable_by(|one, other| {
                last_if_absent(one.name, other.name, |one, other| order.compare(one, other))
                    .then_with(|| ids(one).cmp(&ids(other)))
            });
        }
        Some(EmployeeSort::ExtensionNumber) => rows.sort_unstable_by(|one, other| {
            last_if_absent(one.extension, other.extension, |one, other| {
                extension_order(one).cmp(&extension_order(other))
            })
            .then_with(|| ids(one).cmp(&ids(other)))
        }),
    }
    Ok(())
}

fn last_if_absent(
    one: Option<&str>,
    other: Option<&str>,
    compare: impl Fn(&str, &str) -> Ordering,
) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => compare(one, other),
        (one, other) => one.is_none().cmp(&other.is_none()),
    }
}

impl<'s> Row<'s> {
    fn of(
        staff: &'s Staff,
        employee_id: i64,
        extension_id: Option<i64>,
        intervals: Vec<CallInterval>,
    ) -> Self {
        let member = staff.get(&employee_id);
        let extension = member.and_then(|member| member.extensions.get(&extension_id?));
        Self {
            employee_id,
            extension_id,
            name: member.map(|member| member.name.as_str()),
            extension: extension.map(|extension| extension.number.as_str()),
            intervals,
        }
    }

    fn into_calls(self, fields: &[CallField]) -> EmployeeCalls {
        let wanted = |field| fields.is_empty() || fields.contains(&field);
        let mut intervals = self.intervals;
        if !fields.is_empty() {
            for interval in &mut intervals {
                interval.counts = only(fields, interval.counts);
            }
        }
        EmployeeCalls {
            employee_id: wanted(CallField::EmployeeId).then(|| self.employee_id.to_string()),
            employee_name: self
                .name
                .filter(|_| wanted(CallField::EmployeeName))
                .map(str::to_owned),
            extension_id: self
                .extension_id
                .filter(|_| wanted(CallField::ExtensionId))
                .map(|id| id.to_string()),
            extension_number: self
                .extension
                .filter(|_| wanted(CallField::ExtensionNumber))
                .map(str::to_owned),
            intervals,
        }
    }
}

/// The counts that were asked for.
fn only(fields: &[CallField], mut counts: CallCounts) -> CallCounts {
    let mut chosen = CallCounts::default();
    for field in fields {
        if let (Some(chosen), Some(count)) = (chosen.get_mut(*field), counts.get_mut(*field)) {
            *chosen = *count;
        }
    }
    chosen
}
