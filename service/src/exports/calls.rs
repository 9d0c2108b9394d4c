//! Call statistics as a file, in the shape of the document `telecomx-cdr-statistics`.

use std::collections::BTreeSet;

use ::exports::{Cell, Column, JsonRows, Kind, Result, Table, write_table};
use jiff::{Timestamp, Zoned};
use provider_core::domain::{
    CallField, CallInterval, CallStatisticsQuery, CallStatisticsReport, EmployeeCalls, ExportFile,
    ExportFormat, GroupingInterval,
};
use serde_json::{Map, Value};
use strum::IntoEnumIterator;

/// The fields that say whose calls they are.
const IDENTITY: [CallField; 4] = [
    CallField::EmployeeId,
    CallField::EmployeeName,
    CallField::ExtensionId,
    CallField::ExtensionNumber,
];

/// A report as a file. JSON is the document's answer: a list of employees, each with `data.<interval>`. The tables have a
/// row for each employee and interval, and one without interval for an employee without calls.
///
/// # Errors
/// What [`exports`](::exports) says: of a name that no cell of a workbook can hold, for one.
pub(crate) fn call_statistics_file(
    report: &CallStatisticsReport,
    query: &CallStatisticsQuery,
    format: ExportFormat,
) -> Result<ExportFile> {
    let fields = Fields::of(query);
    let bytes = match format {
        ExportFormat::Json => json(report, &fields)?,
        ExportFormat::Csv | ExportFormat::Excel => {
            let rows = report.rows.iter().flat_map(|row| fields.rows(row));
            write_table(fields.table(), format, rows, Vec::new())?
        }
    };
    Ok(ExportFile {
        media_type: ::exports::media_type(format).to_owned(),
        bytes,
    })
}

/// Which fields a file has, and what its intervals are called.
struct Fields<'q> {
    query: &'q CallStatisticsQuery,
    wanted: Vec<CallField>,
    short: bool,
}

impl<'q> Fields<'q> {
    fn of(query: &'q CallStatisticsQuery) -> Self {
        let wants = |field: &CallField| query.fields.is_empty() || query.fields.contains(field);
        let starts = query.interval.cut(query.period, &query.zone);
        let mut known = BTreeSet::new();
        Self {
            wanted: CallField::iter().filter(wants).collect(),
            short: starts
                .map(|interval| short_key(query.interval, &interval.start().to_zoned(query.zone.clone())))
                .all(|key| known.insert(key)),
            query,
        }
    }

    /// The document's key: the number of the month, week, day or hour. Where the period has one of them twice, all keys
    /// say which it is.
    fn key(&self, start: Timestamp) -> String {
        let start = start.to_zoned(self.query.zone.clone());
        if self.short {
            short_key(self.query.interval, &start).to_string()
        } else {
            long_key(self.query.interval, &start)
        }
    }

    fn table(&self) -> Table {
        let mut columns: Vec<Column> = self.identity().map(|field| column(field, Kind::Text)).collect();
        columns.push(Column::new("interval", Kind::Text));
        columns.push(Column::new("intervalStart", Kind::Instant));
        columns.extend(self.counts().map(|field| match field {
            CallField::OutboundSeconds | CallField::InboundSeconds => column(field, Kind::Seconds),
            _ => column(field, Kind::Whole),
        }));
        Table::new("Call statistics", columns).in_zone(self.query.zone.clone())
    }

    fn rows(&self, row: &EmployeeCalls) -> Vec<Vec<Cell>> {
        let identity: Vec<Cell> = self.identity().map(|field| text(row, field).into()).collect();
        let counts = self.counts().count();
        if row.intervals.is_empty() {
            let nothing = std::iter::repeat_n(Cell::Empty, counts + 2);
            return vec![identity.into_iter().chain(nothing).collect()];
        }
        let cells = |interval: &CallInterval| {
            let when = [
                Cell::Text(self.key(interval.start)),
                Cell::Instant(interval.start),
            ];
            let counts = self.counts().map(|field| {
                let count = count(interval, field).map(|count| i64::try_from(count).unwrap_or(i64::MAX));
                match field {
                    CallField::OutboundSeconds | CallField::InboundSeconds => {
                        count.map_or(Cell::Empty, Cell::Seconds)
                    }
                    _ => count.into(),
                }
            });
            identity.iter().cloned().chain(when).chain(counts).collect()
        };
        row.intervals.iter().map(cells).collect()
    }

    fn identity(&self) -> impl Iterator<Item = CallField> {
        self.wanted
            .iter()
            .copied()
            .filter(|field| IDENTITY.contains(field))
    }

    fn counts(&self) -> impl Iterator<Item = CallField> {
        self.wanted
            .iter()
            .copied()
            .filter(|field| !IDENTITY.contains(field))
    }
}

fn json(report: &CallStatisticsReport, fields: &Fields<'_>) -> Result<Vec<u8>> {
    let mut list = JsonRows::new(Vec::new())?;
    for row in &report.rows {
        let mut entry = Map::new();
        for field in fields.identity() {
            entry.insert(field.to_string(), Value::from(text(row, field)));
        }
        let data: Map<String, Value> = row
            .intervals
            .iter()
            .map(|interval| {
                let counts = fields
                    .counts()
                    .filter_map(|field| Some((field.to_string(), Value::from(count(interval, field)?))));
                (fields.key(interval.start), Value::Object(counts.collect()))
            })
            .collect();
        entry.insert("data".to_owned(), Value::Object(data));
        list.entry(&entry)?;
    }
    list.finish()
}

fn column(field: CallField, kind: Kind) -> Column {
    Column::totaled(field.to_string(), kind)
}

fn text(row: &EmployeeCalls, field: CallField) -> Option<String> {
    match field {
        CallField::EmployeeId => row.employee_id.clone(),
        CallField::EmployeeName => row.employee_name.clone(),
        CallField::ExtensionId => row.extension_id.clone(),
        CallField::ExtensionNumber => row.extension_number.clone(),
        _ => None,
    }
}

fn count(interval: &CallInterval, field: CallField) -> Option<u64> {
    let mut counts = interval.counts;
    counts.get_mut(field).copied().flatten()
}

fn short_key(interval: GroupingInterval, start: &Zoned) -> i8 {
    match interval {
        GroupingInterval::Month => start.month(),
        GroupingInterval::Week => start.date().iso_week_date().week(),
        GroupingInterval::Day => start.day(),
        GroupingInterval::Hour => start.hour(),
    }
}

/// `2020-12`, `2020-W49`, `2020-12-01`, `2020-12-01T14:00+01:00`.
fn long_key(interval: GroupingInterval, start: &Zoned) -> String {
    match interval {
        GroupingInterval::Month => start.strftime("%Y-%m").to_string(),
        GroupingInterval::Week => {
            let week = start.date().iso_week_date();
            format!("{}-W{:02}", week.year(), week.week())
        }
        GroupingInterval::Day => start.date().to_string(),
        GroupingInterval::Hour => start.strftime("%Y-%m-%dT%H:%M%:z").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use provider_core::domain::{CallCounts, CallDirection, Period};
    use serde_json::json;

    use super::*;

    fn query(interval: GroupingInterval, from: &str, to: &str) -> CallStatisticsQuery {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        CallStatisticsQuery {
            customer: None,
            employees: Vec::new(),
            period: Period::new(at(from), at(to)).unwrap(),
            zone: TimeZone::get("Europe/Copenhagen").unwrap(),
            ignore_below_seconds: 0,
            ignore_unanswered_below_seconds: 0,
            ignore_local: false,
            direction: CallDirection::Both,
            interval,
            fields: Vec::new(),
            sort: None,
            include_empty: false,
        }
    }

    /// The first employee of the document's example, and one without calls.
    fn report() -> CallStatisticsReport {
        let week = |start: &str, calls| CallInterval {
            start: start.parse().unwrap(),
            end: start.parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_hours(7 * 24),
            counts: CallCounts {
                outbound_calls: Some(calls),
                outbound_seconds: Some(14_276),
                inbound_busy: Some(0),
                ..CallCounts::default()
            },
        };
        let employee = |id: &str, name: &str, number: &str, intervals| EmployeeCalls {
            employee_id: Some(id.to_owned()),
            employee_name: Some(name.to_owned()),
            extension_id: None,
            extension_number: Some(number.to_owned()),
            intervals,
        };
        let weeks = vec![
            week("2020-11-29T23:00:00Z", 80),
            week("2020-12-06T23:00:00Z", 106),
        ];
        CallStatisticsReport {
            rows: vec![
                employee("5450f1834b75ff21032563a1", "Bo Madsen", "232", weeks),
                employee("53da", "=Nobody", "289", Vec::new()),
            ],
            caveats: Vec::new(),
        }
    }

    fn december(interval: GroupingInterval) -> CallStatisticsQuery {
        query(interval, "2020-11-29T23:00:00Z", "2020-12-20T23:00:00Z")
    }

    #[test]
    fn json_is_the_documents_answer() {
        let file =
            call_statistics_file(&report(), &december(GroupingInterval::Week), ExportFormat::Json).unwrap();
        let read: Value = serde_json::from_slice(&file.bytes).unwrap();
        assert_eq!(
            read[0],
            json!({
                "employeeId": "5450f1834b75ff21032563a1",
                "employeeName": "Bo Madsen",
                "extensionId": null,
                "extensionNumber": "232",
                "data": {
                    "49": { "outboundCalls": 80, "outboundSeconds": 14276, "inboundBusy": 0 },
                    "50": { "outboundCalls": 106, "outboundSeconds": 14276, "inboundBusy": 0 },
                },
            })
        );
        assert_eq!(read[1]["data"], json!({}));
    }

    #[test]
    fn a_table_has_a_row_for_each_employee_and_interval() {
        let mut query = december(GroupingInterval::Week);
        query.fields = vec![
            CallField::EmployeeName,
            CallField::OutboundCalls,
            CallField::OutboundSeconds,
        ];
        let file = call_statistics_file(&report(), &query, ExportFormat::Csv).unwrap();
        assert_eq!(
            String::from_utf8(file.bytes).unwrap(),
            "employeeName,interval,intervalStart,outboundCalls,outboundSeconds\n\
             Bo Madsen,49,2020-11-30T00:00:00+01:00,80,14276\n\
             Bo Madsen,50,2020-12-07T00:00:00+01:00,106,14276\n\
             '=Nobody,,,,\n"
        );
    }

    #[test]
    fn keys_are_the_documents_unless_the_period_has_one_twice() {
        use GroupingInterval::{Day, Hour, Month, Week};
        for (interval, from, to, key) in [
            (Day, "2020-12-01T00:00:00Z", "2020-12-20T00:00:00Z", "1"),
            (Day, "2020-12-01T00:00:00Z", "2021-01-20T00:00:00Z", "2020-12-01"),
            (Month, "2020-12-01T00:00:00Z", "2021-01-20T00:00:00Z", "12"),
            (Month, "2020-12-01T00:00:00Z", "2021-12-20T00:00:00Z", "2020-12"),
            (Week, "2020-11-30T00:00:00Z", "2020-12-20T00:00:00Z", "49"),
            (Week, "2020-11-30T00:00:00Z", "2021-12-20T00:00:00Z", "2020-W49"),
            (Hour, "2020-12-01T00:00:00Z", "2020-12-01T10:00:00Z", "1"),
            // Two o'clock comes twice.
            (
                Hour,
                "2020-10-24T22:00:00Z",
                "2020-10-25T10:00:00Z",
                "2020-10-25T00:00+02:00",
            ),
        ] {
            let query = query(interval, from, to);
            let start = interval.cut(query.period, &query.zone).next().unwrap().start();
            assert_eq!(Fields::of(&query).key(start), key, "{interval:?} from {from}");
        }
    }
}
