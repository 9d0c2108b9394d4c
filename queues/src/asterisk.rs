//! Asterisk's `queue_log`: `time|call id|queue|agent|event|parameters`.
//!
//! Parameters grew over the versions: what older ones leave out is absent, what is added behind is passed over. The
//! layouts are those of Asterisk's documentation "Queue Logs" and of its former `doc/queuelog.txt`.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::event::{EventKind, QueueEvent, instant, milliseconds};

/// Events that say nothing about calls or agents' times.
const WITHOUT_FIGURES: &[&str] = &[
    "ADDMEMBERPENALTY",
    "AGENTDUMP",
    "CALLSTATUS",
    "CONFIGRELOAD",
    "HOLD",
    "INFO",
    "MEMBERPENALTY",
    "PENALTY",
    "PAUSEREASON",
    "QUEUESTART",
    "QUEUESTOP",
    "SYSCOMPAT",
    "UNHOLD",
];

/// An event; nothing for one that says nothing about calls or agents' times.
pub(crate) fn read(line: &str, zone: &TimeZone) -> Result<Option<QueueEvent>, String> {
    let mut fields = line.split('|');
    let mut field = || fields.next().map(str::trim);
    let (Some(at), Some(call), Some(queue), Some(agent), Some(word)) =
        (field(), field(), field(), field(), field())
    else {
        return Err("a line has at least five fields: time|call id|queue|agent|event".to_owned());
    };
    let parameters: Vec<&str> = fields.map(str::trim).collect();
    let word = word.to_ascii_uppercase();
    if WITHOUT_FIGURES.contains(&word.as_str()) {
        return Ok(None);
    }
    let kind = kind(&word).ok_or_else(|| format!("unknown event \"{}\"", shortened(&word)))?;
    let Parameters { wait, lasted, detail } = Parameters::of(kind, &word, &parameters);
    let event = QueueEvent {
        at: time(at, zone)?,
        kind,
        queue: named(queue),
        call: named(call),
        agent: named(agent),
        wait_ms: duration("wait", wait, 1.0)?,
        lasted_ms: match kind.is_unanswered_ring() {
            true => duration("ringing time", lasted, 0.001)?,
            false => duration("duration", lasted, 1.0)?,
        },
        detail: detail.and_then(named),
    };
    event.check().map(Some)
}

fn kind(word: &str) -> Option<EventKind> {
    match word {
        "AGENTCALLBACKLOGIN" => Some(EventKind::AgentLogin),
        "AGENTCALLBACKLOGOFF" => Some(EventKind::AgentLogoff),
        word => word.parse().ok(),
    }
}

/// The parameters of an event that mean something here.
#[derive(Default)]
struct Parameters<'a> {
    wait: Option<&'a str>,
    lasted: Option<&'a str>,
    detail: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    fn of(kind: EventKind, word: &str, all: &[&'a str]) -> Self {
        use EventKind as K;
        let at = |index: usize| all.get(index).copied();
        let from_the_end = |index: usize| all.len().checked_sub(index).and_then(at);
        let none = Self::default();
        match kind {
            // number
            K::Did => Self {
                detail: at(0),
                ..none
            },
            // url, caller id, position
            K::EnterQueue => Self {
                detail: at(1),
                ..none
            },
            // hold time, bridged channel, ring time
            K::Connect => Self { wait: at(0), ..none },
            // hold time, call time, original position
            K::CompleteAgent | K::CompleteCaller => Self {
                wait: at(0),
                lasted: at(1),
                ..none
            },
            // extension, context, hold time, call time, original position; older: extension, context
            K::Transfer | K::BlindTransfer => Self {
                detail: at(0),
                wait: at(2),
                lasted: at(3),
            },
            // method, as many fields as the method has, hold time, call time, original position
            K::AttendedTransfer if all.len() >= 5 => Self {
                detail: at(1),
                wait: from_the_end(3),
                lasted: from_the_end(2),
            },
            // position, original position, wait; older: position
            K::Abandon | K::ExitEmpty | K::ExitWithTimeout => Self { wait: at(2), ..none },
            // key, position, original position, wait; older: key, position
            K::ExitWithKey => Self {
                detail: at(0),
                wait: at(3),
                ..none
            },
            // ringing time in milliseconds
            K::RingNoAnswer | K::RingCanceled => Self {
                lasted: at(0),
                ..none
            },
            // channel, log-in time; of callback agents: extension, log-in time, reason
            K::AgentLogoff => Self {
                lasted: at(1),
                ..none
            },
            K::AgentLogin if word == "AGENTLOGIN" => none,
            // reason, or whether the member begins with a pause
            K::AddMember | K::Pause | K::PauseAll => Self {
                detail: at(0),
                ..none
            },
            K::AgentLogin | K::AttendedTransfer | K::Full | K::RemoveMember | K::Unpause | K::UnpauseAll => {
                none
            }
        }
    }
}

fn named(text: &str) -> Option<String> {
    (!text.is_empty() && text != "NONE").then(|| text.to_owned())
}

/// Seconds since the Unix epoch, or what the real-time table has: the wall clock of the telephone system.
fn time(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    if let Ok(seconds) = text.parse::<f64>() {
        return instant(seconds).ok_or_else(|| format!("the time {} is not of a log", shortened(text)));
    }
    let civil: DateTime = text.parse().map_err(|_| {
        format!(
            "the time \"{}\" is neither seconds since 1970 nor like 2026-03-01 08:00:00",
            shortened(text)
        )
    })?;
    let zoned = civil.to_zoned(zone.clone()).map_err(|error| error.to_string())?;
    Timestamp::from_millisecond(zoned.timestamp().as_millisecond()).map_err(|error| error.to_string())
}

fn duration(what: &str, text: Option<&str>, unit: f64) -> Result<Option<i64>, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let seconds = text.parse::<f64>().ok().map(|count| count * unit);
    match seconds.and_then(milliseconds) {
        Some(milliseconds) => Ok(Some(milliseconds)),
        None => Err(format!("the {what} \"{}\" is no duration", shortened(text))),
    }
}

/// Enough of a text to find it by.
pub(crate) fn shortened(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(40)
        .collect()
}
