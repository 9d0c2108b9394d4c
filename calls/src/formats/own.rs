//! The project's own format: a leg as a JSON object, or as a line of comma-separated values.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Settings,
    cells::{Cells, Clock, Reason, excerpt, id, party},
};
use crate::record::{Called, Disposition, Leg, Row, RowFault};

/// A leg of a call, as JSON lines and CSV files write it. Absent fields and empty cells are the same.
///
/// `docs/call-records.md` describes each field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CallLine {
    /// What the source calls the whole call: at most 200 bytes.
    pub call_id: String,
    /// What tells the leg from the other legs of its call: by default its start and callee.
    pub leg_id: Option<String>,
    /// When it began: RFC 3339, or wall-clock time of the source.
    pub start: String,
    /// When it was answered: by default the end less the talk, where it was answered.
    pub answer: Option<String>,
    /// When it ended: by default the answer and the talk, or the start and the ringing.
    pub end: Option<String>,
    /// Seconds that it rang: by default from the start to the answer, or to the end.
    pub ring_seconds: Option<u32>,
    /// Seconds of talk: by default from the answer to the end, where it was answered.
    pub talk_seconds: Option<u32>,
    /// ANSWERED, UNANSWERED, BUSY or FAILED: by default ANSWERED where there is an answer, else UNANSWERED.
    pub disposition: Option<String>,
    /// The caller's number or extension.
    pub caller: Option<String>,
    /// Number or extension of the telephone that rang: by default what was dialed.
    pub callee: Option<String>,
    /// What the caller dialed: by default the callee.
    pub dialed: Option<String>,
    /// Whether a program answered (an announcement, a menu, a mailbox): nobody's telephone, so that the call counts
    /// as not answered.
    pub application: Option<bool>,
}

/// Reads a line of JSON.
pub(super) fn line(bytes: &[u8]) -> Result<CallLine, Reason> {
    serde_json::from_slice(bytes).map_err(|error| format!("is not a JSON object of a call: {error}"))
}

impl CallLine {
    /// The columns of a CSV file, which are the fields of a JSON line.
    pub const COLUMNS: [&'static str; 12] = [
        "callId",
        "legId",
        "start",
        "answer",
        "end",
        "ringSeconds",
        "talkSeconds",
        "disposition",
        "caller",
        "callee",
        "dialed",
        "application",
    ];

    /// Reads the fields; `line` is where they stand among others, from 1.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(self, line: u64, settings: &Settings) -> Result<Row, RowFault> {
        let content = serde_json::to_vec(&self).unwrap_or_default();
        match self.into_row(&settings.clock()) {
            Ok((call_id, leg)) => Ok(Row { line, call_id, leg }),
            Err(reason) => Err(RowFault::new(line, reason, &content)),
        }
    }

    /// The leg, and the id of its call.
    pub(super) fn into_row(self, clock: &Clock) -> Result<(String, Leg), Reason> {
        let call_id = id("callId", self.call_id.trim())?;
        let times = self.times(clock)?;
        let caller = party("caller", self.caller.as_deref().unwrap_or_default().trim())?;
        let callee = party("callee", self.callee.as_deref().unwrap_or_default().trim())?;
        let dialed = party("dialed", self.dialed.as_deref().unwrap_or_default().trim())?;
        let callee = callee.or_else(|| dialed.clone());
        let leg = match self
            .leg_id
            .as_deref()
            .map(str::trim)
            .filter(|leg| !leg.is_empty())
        {
            Some(leg) => leg.to_owned(),
            None => format!("{}/{}", times.start, callee.as_deref().unwrap_or_default()),
        };
        let leg = id("legId", &leg)?;
        let called = if self.application == Some(true) {
            Called::Application
        } else {
            Called::Endpoint {
                channel: callee.clone().unwrap_or_else(|| leg.clone()),
                names: callee.iter().cloned().collect(),
                among: Vec::new(),
            }
        };
        let leg = Leg {
            id: leg,
            ended_at: times.end,
            started_at: times.start,
            answered_at: times.answer,
            talk_seconds: times.talk_seconds,
            disposition: times.disposition,
            calling: caller.iter().cloned().collect(),
            caller,
            dialed: dialed.or(callee),
            called,
            via: None,
        };
        Ok((call_id, leg))
    }

    fn disposition(&self) -> Result<Option<Disposition>, Reason> {
        let Some(text) = self
            .disposition
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
        else {
            return Ok(None);
        };
        let known = text.to_ascii_uppercase().parse().map(Some);
        known.map_err(|_| {
            format!(
                "disposition \"{}\" is none of ANSWERED, UNANSWERED, BUSY, FAILED",
                excerpt(text)
            )
        })
    }

    /// The times, each from the others where it is not there.
    fn times(&self, clock: &Clock) -> Result<Times, Reason> {
        let text = |cell: &Option<String>| cell.as_deref().unwrap_or_default().trim().to_owned();
        let start = clock.instant("start", self.start.trim(), None)?;
        let near = Some(start.as_second());
        let answer = clock.optional("answer", &text(&self.answer), near)?;
        let end = clock.optional("end", &text(&self.end), near)?;
        let guessed = if answer.is_some() {
            Disposition::Answered
        } else {
            Disposition::Unanswered
        };
        let disposition = self.disposition()?.unwrap_or(guessed);
        let answered = disposition == Disposition::Answered;
        let talk = self.talk_seconds.filter(|_| answered);
        if !answered && self.talk_seconds.is_some_and(|talk| talk > 0) {
            return Err(format!(
                "talkSeconds is more than 0, and disposition is {disposition}"
            ));
        }
        let after = |instant: Timestamp, seconds: u32| {
            instant
                .checked_add(jiff::SignedDuration::from_secs(i64::from(seconds)))
                .map_err(|_| "the call ends after the year 9999".to_owned())
        };
        let answer = match (answered, answer) {
            (false, _) => None,
            (true, Some(answer)) => Some(answer),
            (true, None) => Some(match (self.ring_seconds, end, talk) {
                (Some(ring), _, _) => after(start, ring)?,
                (None, Some(end), Some(talk)) => end
                    .checked_sub(jiff::SignedDuration::from_secs(i64::from(talk)))
                    .map_err(|_| "the call begins before the year -9999".to_owned())?,
                (None, _, _) => start,
            }),
        };
        let end = match (end, answer) {
            (Some(end), _) => end,
            (None, Some(answer)) => after(answer, talk.unwrap_or(0))?,
            (None, None) => after(start, self.ring_seconds.unwrap_or(0))?,
        };
        if end < start || answer.is_some_and(|answer| answer < start || answer > end) {
            return Err("start, answer and end are not in this order".to_owned());
        }
        let counted = answer.map_or(0, |answer| whole_seconds(end, answer));
        Ok(Times {
            start,
            answer,
            end,
            talk_seconds: talk.unwrap_or(counted),
            disposition,
        })
    }
}

struct Times {
    start: Timestamp,
    answer: Option<Timestamp>,
    end: Timestamp,
    talk_seconds: u32,
    disposition: Disposition,
}

fn whole_seconds(end: Timestamp, start: Timestamp) -> u32 {
    u32::try_from(end.duration_since(start).as_secs()).unwrap_or(u32::MAX)
}

/// Where the columns of a CSV file are: for each cell of a row one of [`CallLine::COLUMNS`].
#[derive(Debug)]
pub(super) struct Columns(Vec<usize>);

impl Columns {
    /// Reads the line of column names.
    pub(super) fn read(cells: Cells<'_>) -> Result<Self, Reason> {
        let mut columns = Vec::with_capacity(cells.len());
        for index in 0..cells.len() {
            let name = cells.text(index, "the line of column names")?;
            let known = CallLine::COLUMNS
                .iter()
                .position(|column| column.eq_ignore_ascii_case(name));
            let column = known.ok_or_else(|| {
                format!(
                    "column \"{}\" is not known; columns are {}",
                    excerpt(name),
                    CallLine::COLUMNS.join(", ")
                )
            })?;
            if columns.contains(&column) {
                return Err(format!("column \"{}\" is there twice", excerpt(name)));
            }
            columns.push(column);
        }
        for needed in ["callId", "start"] {
            if !columns
                .iter()
                .any(|column| CallLine::COLUMNS.get(*column) == Some(&needed))
            {
                return Err(format!("the column \"{needed}\" is missing"));
            }
        }
        Ok(Self(columns))
    }

    /// The fields of a row.
    pub(super) fn line(&self, cells: Cells<'_>) -> Result<CallLine, Reason> {
        if cells.len() != self.0.len() {
            return Err(format!(
                "has {} cells where the first line has {}",
                cells.len(),
                self.0.len()
            ));
        }
        let mut line = CallLine::default();
        for (index, column) in self.0.iter().enumerate() {
            let name = CallLine::COLUMNS.get(*column).copied().unwrap_or_default();
            line.set(name, cells.text(index, name)?)?;
        }
        Ok(line)
    }
}

impl CallLine {
    fn set(&mut self, column: &str, cell: &str) -> Result<(), Reason> {
        let text = (!cell.is_empty()).then(|| cell.to_owned());
        match column {
            "callId" => self.call_id = cell.to_owned(),
            "legId" => self.leg_id = text,
            "start" => self.start = cell.to_owned(),
            "answer" => self.answer = text,
            "end" => self.end = text,
            "ringSeconds" => self.ring_seconds = seconds(column, cell)?,
            "talkSeconds" => self.talk_seconds = seconds(column, cell)?,
            "disposition" => self.disposition = text,
            "caller" => self.caller = text,
            "callee" => self.callee = text,
            "dialed" => self.dialed = text,
            _ => self.application = flag(column, cell)?,
        }
        Ok(())
    }
}

fn seconds(column: &str, cell: &str) -> Result<Option<u32>, Reason> {
    if cell.is_empty() {
        return Ok(None);
    }
    super::cells::seconds(column, cell).map(Some)
}

fn flag(column: &str, cell: &str) -> Result<Option<bool>, Reason> {
    match cell.to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        _ => Err(format!(
            "{column} \"{}\" is neither true nor false",
            excerpt(cell)
        )),
    }
}
