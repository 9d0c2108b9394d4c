//! Events as JSON, one object a line; `docs/queue-events.md` describes them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    asterisk::shortened,
    event::{EventKind, QueueEvent, instant, milliseconds},
};

/// When, as RFC 3339 with an offset or as seconds since the Unix epoch.
#[derive(Deserialize)]
#[serde(untagged)]
enum At {
    Seconds(f64),
    Text(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Object {
    at: At,
    event: String,
    queue: Option<String>,
    call: Option<String>,
    agent: Option<String>,
    wait_seconds: Option<f64>,
    talk_seconds: Option<f64>,
    ring_seconds: Option<f64>,
    session_seconds: Option<f64>,
    caller: Option<String>,
    dialed: Option<String>,
    to: Option<String>,
    key: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    paused: bool,
}

pub(crate) fn read(line: &str) -> Result<Option<QueueEvent>, String> {
    let object: Object = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let kind: EventKind = object
        .event
        .parse()
        .map_err(|_| format!("unknown event \"{}\"", shortened(&object.event)))?;
    let at = match &object.at {
        At::Seconds(seconds) => instant(*seconds),
        At::Text(text) => {
            let parsed: Timestamp = text
                .parse()
                .map_err(|_| format!("the time \"{}\" is not RFC 3339 with an offset", shortened(text)))?;
            #[expect(
                clippy::cast_precision_loss,
                reason = "milliseconds of log times are far below 2^53"
            )]
            let seconds = parsed.as_millisecond() as f64 / 1000.0;
            instant(seconds)
        }
    };
    let at = at.ok_or_else(|| "the time is not of a log".to_owned())?;
    let wait_ms = seconds("waitSeconds", object.wait_seconds)?;
    let lasted = [
        ("talkSeconds", object.talk_seconds, talks(kind)),
        ("ringSeconds", object.ring_seconds, kind.is_unanswered_ring()),
        (
            "sessionSeconds",
            object.session_seconds,
            kind == EventKind::AgentLogoff,
        ),
    ];
    let mut lasted_ms = None;
    for (name, value, belongs) in lasted {
        if value.is_some() && !belongs {
            return Err(format!("{kind} has no {name}"));
        }
        lasted_ms = lasted_ms.or(seconds(name, value)?);
    }
    let details = [
        ("caller", object.caller, kind == EventKind::EnterQueue),
        ("dialed", object.dialed, kind == EventKind::Did),
        ("to", object.to, transfers(kind)),
        ("key", object.key, kind == EventKind::ExitWithKey),
        (
            "reason",
            object.reason,
            matches!(kind, EventKind::Pause | EventKind::PauseAll),
        ),
        (
            "paused",
            object.paused.then(|| "PAUSED".to_owned()),
            kind == EventKind::AddMember,
        ),
    ];
    let mut detail = None;
    for (name, value, belongs) in details {
        if value.is_some() && !belongs {
            return Err(format!("{kind} has no {name}"));
        }
        detail = detail.or(value);
    }
    let named = |text: Option<String>| text.filter(|text| !text.is_empty());
    let event = QueueEvent {
        at,
        kind,
        queue: named(object.queue),
        call: named(object.call),
        agent: named(object.agent),
        wait_ms,
        lasted_ms,
        detail: named(detail),
    };
    event.check().map(Some)
}

fn seconds(name: &str, value: Option<f64>) -> Result<Option<i64>, String> {
    let Some(value) = value else { return Ok(None) };
    match milliseconds(value) {
        Some(milliseconds) => Ok(Some(milliseconds)),
        None => Err(format!("{name} is not a duration: {value}")),
    }
}

fn transfers(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Transfer | EventKind::BlindTransfer | EventKind::AttendedTransfer
    )
}

fn talks(kind: EventKind) -> bool {
    transfers(kind) || matches!(kind, EventKind::CompleteAgent | EventKind::CompleteCaller)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    at: String,
    event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    talk_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ring_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dialed: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    paused: bool,
}

/// An event as the line of JSON that is read as the same event, without the line's end.
#[must_use]
pub fn json_line(event: &QueueEvent) -> String {
    #[expect(clippy::cast_precision_loss, reason = "durations are below a year")]
    let seconds = |milliseconds: Option<i64>| milliseconds.map(|value| value as f64 / 1000.0);
    let kind = event.kind;
    let lasted = |belongs: bool| seconds(event.lasted_ms).filter(|_| belongs);
    let detail = |belongs: bool| event.detail.as_deref().filter(|_| belongs);
    let written = Written {
        at: event.at.to_string(),
        event: kind.to_string(),
        queue: event.queue.as_deref(),
        call: event.call.as_deref(),
        agent: event.agent.as_deref(),
        wait_seconds: seconds(event.wait_ms),
        talk_seconds: lasted(talks(kind)),
        ring_seconds: lasted(kind.is_unanswered_ring()),
        session_seconds: lasted(kind == EventKind::AgentLogoff),
        caller: detail(kind == EventKind::EnterQueue),
        dialed: detail(kind == EventKind::Did),
        to: detail(transfers(kind)),
        key: detail(kind == EventKind::ExitWithKey),
        reason: detail(matches!(kind, EventKind::Pause | EventKind::PauseAll)),
        paused: kind == EventKind::AddMember && event.detail.as_deref() == Some("PAUSED"),
    };
    // Texts and numbers alone can't fail to be written.
    serde_json::to_string(&written).unwrap_or_default()
}
