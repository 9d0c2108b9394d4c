//! The demo's calls: the last four weeks of the first company's telephones, as its telephone system would have
//! recorded them.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use service::{
    CallCustomer, CallImportRequest, CallImporter, CallLine, CallSettings, CallSource, EmployeeRow,
    ImportRow, Principal, Switchboard,
};

use super::{DemoError, SEED, companies::Company};

const ZONE: &str = "America/New_York";
/// Days before today.
const DAYS: usize = 28;
/// Calls of a working day, and of another.
const CALLS: usize = 80;
const CALLS_OF_A_WEEKEND: usize = 12;
/// When people come, in seconds of the day, and for how many they stay.
const OPENS: i64 = 8 * 3600;
const OPEN: i64 = 10 * 3600;
/// Numbers that are called.
const NUMBERS: usize = 40;
/// Telephones that ring for one call, at most.
const RING_GROUP: usize = 3;

/// The telephones of a company, and the numbers that lead to them.
struct Office {
    extensions: Vec<String>,
    numbers: Vec<String>,
}

/// Imports the calls of the first company.
pub(super) async fn load(
    switchboard: &Switchboard,
    who: &Principal,
    company: &Company,
    people: &[EmployeeRow],
    numbers: &[ImportRow],
) -> Result<(), DemoError> {
    let zone = TimeZone::get(ZONE).map_err(|error| DemoError::Data(error.to_string()))?;
    let office = Office::of(company, people, numbers);
    let request = CallImportRequest {
        customer: CallCustomer::Code(company.code.clone()),
        source: CallSource::CommandLine,
        file: Some("demo.jsonl".to_owned()),
        format: "jsonl".to_owned(),
        country: None,
    };
    let mut importer = switchboard.begin_call_import(who, request).await?;
    let lines = office.calls(&zone, Timestamp::now());
    let settings = CallSettings::default();
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(lines) {
        match line.read(number, &settings) {
            Ok(row) => rows.push(row),
            Err(fault) => bad.push(fault),
        }
    }
    for batch in rows.chunks(CallImporter::BATCH) {
        importer.add(batch.to_vec(), std::mem::take(&mut bad)).await?;
    }
    importer.finish().await?;
    Ok(())
}

impl Office {
    fn of(company: &Company, people: &[EmployeeRow], numbers: &[ImportRow]) -> Self {
        let people = people.iter().filter(|person| person.customer == company.code);
        let in_service = |row: &&ImportRow| {
            row.customer.as_deref() == Some(&company.code)
                && row.status.as_deref().is_none_or(|status| status == "ACTIVE")
        };
        // Those of pools come first in their ranges: every third number is of all kinds.
        let numbers = numbers.iter().filter(in_service).step_by(3).take(NUMBERS);
        Self {
            extensions: people.filter_map(|person| person.extension.clone()).collect(),
            numbers: numbers.map(|row| row.number.clone()).collect(),
        }
    }

    /// What was recorded until now, and a line that is none, so that the report of the import has one to show.
    fn calls(&self, zone: &TimeZone, now: Timestamp) -> Vec<CallLine> {
        let today = now.to_zoned(zone.clone()).date();
        let days = std::iter::successors(Some(today), |day| day.yesterday().ok());
        let mut lines: Vec<CallLine> = days
            .take(DAYS + 1)
            .flat_map(|day| self.day(day, zone, now))
            .collect();
        lines.push(CallLine {
            call_id: "demo-torn".to_owned(),
            start: "2026-02-30T09:00".to_owned(),
            ..CallLine::default()
        });
        lines
    }

    /// The calls of a day that have ended. The same day is always the same.
    fn day(&self, date: Date, zone: &TimeZone, now: Timestamp) -> Vec<CallLine> {
        let Ok(midnight) = date.to_zoned(zone.clone()) else {
            return Vec::new();
        };
        let number =
            u64::from(date.year().unsigned_abs()) * 1_000 + u64::from(date.day_of_year().unsigned_abs());
        let mut random = Rng::with_seed(SEED ^ number);
        let count = match date.weekday().to_monday_zero_offset() {
            0..5 => CALLS,
            _ => CALLS_OF_A_WEEKEND,
        };
        let mut lines = Vec::new();
        for index in 0..count {
            // Some call around the clock, so that there are calls today whenever the demo is started.
            let seconds = match random.u8(0..8) {
                0 => random.i64(0..86_400),
                _ => OPENS + random.i64(0..OPEN),
            };
            let start = midnight.timestamp() + SignedDuration::from_secs(seconds);
            let legs = self.call(format!("demo-{date}-{index}"), start, &mut random);
            let lasts = |leg: &CallLine| {
                i64::from(leg.ring_seconds.unwrap_or(0)) + i64::from(leg.talk_seconds.unwrap_or(0))
            };
            let longest = legs.iter().map(lasts).max().unwrap_or(0);
            if start + SignedDuration::from_secs(longest) <= now {
                lines.extend(legs);
            }
        }
        lines
    }

    /// Half of the calls come from outside, a third goes there, the others stay in the house.
    fn call(&self, call_id: String, start: Timestamp, random: &mut Rng) -> Vec<CallLine> {
        let mut telephones = self.extensions.clone();
        random.shuffle(&mut telephones);
        let outside = format!("+1212555{:04}", random.u32(100..200));
        let line = CallLine {
            call_id,
            start: start.to_string(),
            ..CallLine::default()
        };
        match random.u8(0..12) {
            0..6 => {
                let number = random.choice(&self.numbers).cloned();
                let line = CallLine {
                    caller: Some(outside),
                    dialed: number,
                    ..line
                };
                let ring = random.usize(1..=RING_GROUP);
                inbound(&line, telephones.into_iter().take(ring), random)
            }
            6..10 => vec![outcome(
                CallLine {
                    caller: telephones.pop(),
                    callee: Some(outside),
                    ..line
                },
                random,
            )],
            _ => vec![outcome(
                CallLine {
                    caller: telephones.pop(),
                    callee: telephones.pop(),
                    ..line
                },
                random,
            )],
        }
    }
}

/// A call that rings at some telephones, of which the first may answer.
fn inbound(line: &CallLine, telephones: impl Iterator<Item = String>, random: &mut Rng) -> Vec<CallLine> {
    let mut first: Option<CallLine> = None;
    let mut legs = Vec::new();
    for telephone in telephones {
        let leg = CallLine {
            callee: Some(telephone),
            ..line.clone()
        };
        legs.push(match &first {
            None => first.insert(outcome(leg, random)).clone(),
            Some(first) => CallLine {
                ring_seconds: first.ring_seconds,
                disposition: Some("UNANSWERED".to_owned()),
                ..leg
            },
        });
    }
    legs
}

/// How a call ends.
fn outcome(line: CallLine, random: &mut Rng) -> CallLine {
    let (disposition, ring, talk) = match random.u8(0..20) {
        0..15 => ("ANSWERED", random.u32(2..20), Some(talk(random))),
        15..18 => ("UNANSWERED", random.u32(15..45), None),
        18 => ("BUSY", 1, None),
        _ => ("FAILED", 0, None),
    };
    CallLine {
        ring_seconds: Some(ring),
        talk_seconds: talk,
        disposition: Some(disposition.to_owned()),
        ..line
    }
}

/// Seconds of talk: three minutes on average, and many of them short.
fn talk(random: &mut Rng) -> u32 {
    let seconds = -180.0 * (1.0 - random.f64()).ln();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few minutes; casts saturate"
    )]
    let seconds = seconds as u32;
    seconds.clamp(1, 3600)
}
