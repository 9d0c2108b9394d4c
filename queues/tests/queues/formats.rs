use std::io::Cursor;

use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;
use queues::{EventKind, EventReader, Format, Line, QueueEvent, json_line};
use strum::IntoEnumIterator;

fn lines(format: Format, text: impl AsRef<[u8]>) -> Vec<Line> {
    let zone = TimeZone::get("Europe/Brussels").unwrap();
    let mut reader = EventReader::new(Cursor::new(text.as_ref().to_vec()), format, zone);
    std::iter::from_fn(|| reader.next_line().unwrap()).collect()
}

fn one(line: &str) -> QueueEvent {
    match lines(Format::QueueLog, line).as_slice() {
        [Line::Event(event)] => event.clone(),
        other => panic!("{line}: {other:?}"),
    }
}

fn problem(format: Format, text: impl AsRef<[u8]>) -> String {
    match lines(format, text).as_slice() {
        [Line::Bad(problem)] => problem.reason.clone(),
        other => panic!("expected one bad line, got {other:?}"),
    }
}

#[test]
fn a_queue_log_is_read_in_its_old_and_its_new_layouts() {
    let figures = |line: &str| {
        let event = one(line);
        (event.kind, event.wait_ms, event.lasted_ms, event.detail)
    };
    use EventKind as K;
    let text = |text: &str| Some(text.to_owned());
    for (line, expected) in [
        (
            "1366720340|1366720340.303267|sales|NONE|DID|3221234567",
            (K::Did, None, None, text("3221234567")),
        ),
        (
            "1366720340|1.1|sales|NONE|ENTERQUEUE||3228881234|1",
            (K::EnterQueue, None, None, text("3228881234")),
        ),
        (
            "1366720340|1.1|sales|NONE|ENTERQUEUE||3228881234",
            (K::EnterQueue, None, None, text("3228881234")),
        ),
        (
            "1366720340|1.1|sales|NONE|ENTERQUEUE",
            (K::EnterQueue, None, None, None),
        ),
        (
            "1366720349|1.1|sales|SIP/100|CONNECT|9|1.2|4",
            (K::Connect, Some(9_000), None, None),
        ),
        (
            "1366720349|1.1|sales|SIP/100|CONNECT|9",
            (K::Connect, Some(9_000), None, None),
        ),
        (
            "1366720399|1.1|sales|SIP/100|COMPLETECALLER|9|50|1",
            (K::CompleteCaller, Some(9_000), Some(50_000), None),
        ),
        (
            "1366720399|1.1|sales|SIP/100|COMPLETEAGENT|9|50",
            (K::CompleteAgent, Some(9_000), Some(50_000), None),
        ),
        (
            "1366720399|1.1|sales|SIP/100|TRANSFER|200|default",
            (K::Transfer, None, None, text("200")),
        ),
        (
            "1366720399|1.1|sales|SIP/100|TRANSFER|200|default|9|50|1",
            (K::Transfer, Some(9_000), Some(50_000), text("200")),
        ),
        (
            "1366720399|1.1|sales|SIP/100|BLINDTRANSFER|200|default|9|50|1",
            (K::BlindTransfer, Some(9_000), Some(50_000), text("200")),
        ),
        (
            "1366720399|1.1|sales|SIP/100|ATTENDEDTRANSFER|BRIDGE|b1|9|50|1",
            (K::AttendedTransfer, Some(9_000), Some(50_000), text("b1")),
        ),
        (
            "1366720399|1.1|sales|SIP/100|ATTENDEDTRANSFER|LINK|c1|c2|9|50|1",
            (K::AttendedTransfer, Some(9_000), Some(50_000), text("c1")),
        ),
        (
            "1366720399|1.1|sales|NONE|ABANDON|1|1|58",
            (K::Abandon, Some(58_000), None, None),
        ),
        (
            "1366720399|1.1|sales|NONE|EXITWITHTIMEOUT|1|1|60",
            (K::ExitWithTimeout, Some(60_000), None, None),
        ),
        (
            "1366720399|1.1|sales|NONE|EXITWITHTIMEOUT|1",
            (K::ExitWithTimeout, None, None, None),
        ),
        (
            "1366720399|1.1|sales|NONE|EXITWITHKEY|0|1|1|33",
            (K::ExitWithKey, Some(33_000), None, text("0")),
        ),
        (
            "1366720399|1.1|sales|NONE|EXITWITHKEY|0|1",
            (K::ExitWithKey, None, None, text("0")),
        ),
        (
            "1366720399|1.1|sales|NONE|EXITEMPTY|1|1|5",
            (K::ExitEmpty, Some(5_000), None, None),
        ),
        (
            "1366720399|1.1|sales|SIP/100|RINGNOANSWER|15000",
            (K::RingNoAnswer, None, Some(15_000), None),
        ),
        (
            "1366720399|1.1|sales|SIP/100|RINGCANCELED|3000",
            (K::RingCanceled, None, Some(3_000), None),
        ),
        (
            "1366720399|NONE|sales|SIP/100|ADDMEMBER|PAUSED",
            (K::AddMember, None, None, text("PAUSED")),
        ),
        (
            "1366720399|NONE|sales|SIP/100|ADDMEMBER|",
            (K::AddMember, None, None, None),
        ),
        (
            "1366720399|NONE|sales|SIP/100|REMOVEMEMBER",
            (K::RemoveMember, None, None, None),
        ),
        (
            "1366720399|1.1|NONE|Agent/7|AGENTLOGIN|SIP/100-1",
            (K::AgentLogin, None, None, None),
        ),
        (
            "1366720399|1.1|NONE|Agent/7|AGENTLOGOFF|SIP/100-1|3600",
            (K::AgentLogoff, None, Some(3_600_000), None),
        ),
        (
            "1366720399|NONE|NONE|Agent/7|AGENTCALLBACKLOGIN|100@default",
            (K::AgentLogin, None, None, None),
        ),
        (
            "1366720399|NONE|NONE|Agent/7|AGENTCALLBACKLOGOFF|100@default|60|Autologoff",
            (K::AgentLogoff, None, Some(60_000), None),
        ),
        (
            "1366720399|NONE|sales|SIP/100|PAUSE|lunch",
            (K::Pause, None, None, text("lunch")),
        ),
        (
            "1366720399|NONE|sales|SIP/100|UNPAUSE|",
            (K::Unpause, None, None, None),
        ),
        (
            "1366720399|NONE|NONE|SIP/100|PAUSEALL|",
            (K::PauseAll, None, None, None),
        ),
        ("1366720399|1.1|sales|NONE|FULL|", (K::Full, None, None, None)),
    ] {
        assert_eq!(figures(line), expected, "{line}");
    }
}

#[test]
fn names_and_times_are_those_of_the_line() {
    let event = one("1366720349|1366720340.303267|sales|SIP/100|CONNECT|9|1.2|4");
    assert_eq!(event.at.to_string(), "2013-04-23T12:32:29Z");
    let names = (
        event.call.as_deref(),
        event.queue.as_deref(),
        event.agent.as_deref(),
    );
    assert_eq!(names, (Some("1366720340.303267"), Some("sales"), Some("SIP/100")));
    let everywhere = one("1366720399|NONE|NONE|Agent/7|AGENTLOGIN|SIP/100-1");
    assert_eq!((everywhere.call, everywhere.queue), (None, None));
    // The real-time table has the wall clock of the telephone system.
    let stored = one("2024-07-01 14:00:00.250000|1.1|sales|NONE|ENTERQUEUE||100|1");
    assert_eq!(stored.at.to_string(), "2024-07-01T12:00:00.25Z");
}

#[test]
fn what_says_nothing_about_calls_is_neither_an_event_nor_bad() {
    let read = lines(
        Format::QueueLog,
        "1|NONE|NONE|NONE|QUEUESTART|\n\n1|NONE|NONE|NONE|CONFIGRELOAD|\r\n",
    );
    assert_eq!(read, [Line::Other, Line::Other]);
}

#[test]
fn a_bad_line_is_named_with_its_reason_and_its_neighbors_are_read() {
    let good = "1366720340|1.1|sales|NONE|ENTERQUEUE||100|1";
    let mut text = format!("{good}\nnonsense\n{good}\n").into_bytes();
    text.extend_from_slice(b"1366720340|1.1|sales|\xff|ENTERQUEUE|\n");
    text.extend_from_slice(format!("{}\n{good}", "x".repeat(200_000)).as_bytes());
    let read = lines(Format::QueueLog, text);
    let bad: Vec<u64> = read
        .iter()
        .filter_map(|line| match line {
            Line::Bad(problem) => Some(problem.line),
            _ => None,
        })
        .collect();
    assert_eq!((read.len(), bad), (6, vec![2, 4, 5]));
    for line in [
        "1366720340|1.1|sales|NONE",
        "yesterday|1.1|sales|NONE|ABANDON|1|1|5",
        "17|1.1|sales|NONE|ABANDON|1|1|5",
        "9e99|1.1|sales|NONE|ABANDON|1|1|5",
        "1366720340|1.1|sales|NONE|DANCE|",
        "1366720340|1.1|sales|NONE|ABANDON|1|1|long",
        "1366720340|1.1|sales|NONE|ABANDON|1|1|-5",
        "1366720340|1.1|NONE|NONE|ABANDON|1|1|5",
        "1366720340|NONE|sales|NONE|ABANDON|1|1|5",
        "1366720340|1.1|sales|NONE|CONNECT|1",
        "1366720340|1.1|sa\u{0}les|NONE|ABANDON|1",
    ] {
        assert!(!problem(Format::QueueLog, line).is_empty(), "{line}");
    }
    assert!(
        problem(
            Format::QueueLog,
            format!("1366720340|1.1|{}|NONE|ABANDON|1", "q".repeat(256))
        )
        .contains("255")
    );
}

#[test]
fn json_lines_say_the_same_and_what_does_not_belong_is_refused() {
    let read = |line: &str| lines(Format::Jsonl, line);
    let connect = r#"{"at":"2013-04-23T14:32:29+02:00","event":"CONNECT","call":"1.1","queue":"sales","agent":"SIP/100","waitSeconds":9}"#;
    let same = one("1366720349|1.1|sales|SIP/100|CONNECT|9|1.2|4");
    assert_eq!(read(connect), [Line::Event(same.clone())]);
    let number = connect.replace("\"2013-04-23T14:32:29+02:00\"", "1366720349");
    assert_eq!(read(&number), [Line::Event(same)]);
    for line in [
        "{",
        "[]",
        r#"{"at":"2013-04-23T14:32:29+02:00","event":"DANCE"}"#,
        r#"{"at":"2013-04-23T14:32:29","event":"ABANDON","call":"1","queue":"q"}"#,
        r#"{"at":1366720349,"event":"ABANDON","call":"1","queue":"q","mood":"bad"}"#,
        r#"{"at":1366720349,"event":"ABANDON","call":"1","queue":"q","talkSeconds":1}"#,
        r#"{"at":1366720349,"event":"ABANDON","call":"1","queue":"q","caller":"100"}"#,
        r#"{"at":1366720349,"event":"ABANDON","call":"1","queue":"q","waitSeconds":-1}"#,
        r#"{"at":1366720349,"event":"ABANDON","call":"","queue":"q"}"#,
        r#"{"at":1366720349,"event":"CONNECT","call":"1","queue":"q"}"#,
    ] {
        assert!(!problem(Format::Jsonl, line).is_empty(), "{line}");
    }
}

#[test]
fn the_same_line_is_the_same_event_and_another_is_another() {
    let line = "1366720399|1.1|sales|NONE|ABANDON|1|1|58";
    assert_eq!(one(line).identity(), one(line).identity());
    assert_eq!(one(line).identity().len(), 32);
    for other in [
        "1366720398|1.1|sales|NONE|ABANDON|1|1|58",
        "1366720399|1.2|sales|NONE|ABANDON|1|1|58",
        "1366720399|1.1|other|NONE|ABANDON|1|1|58",
        "1366720399|1.1|sales|SIP/1|ABANDON|1|1|58",
        "1366720399|1.1|sales|NONE|EXITEMPTY|1|1|58",
        "1366720399|1.1|sales|NONE|ABANDON|1|1|59",
    ] {
        assert_ne!(one(line).identity(), one(other).identity(), "{other}");
    }
}

/// Events that JSON lines can say.
fn any_event() -> impl Strategy<Value = QueueEvent> {
    let kinds: Vec<EventKind> = EventKind::iter().collect();
    let name = || proptest::option::of("[A-Za-z0-9/@. \"\\\\é-]{1,20}");
    (
        0..2_000_000_000_000_i64,
        proptest::sample::select(kinds),
        (name(), name(), name()),
        (
            proptest::option::of(0..10_000_000_i64),
            proptest::option::of(0..10_000_000_i64),
        ),
        name(),
    )
        .prop_map(|(at, kind, (queue, call, agent), (wait_ms, lasted_ms), detail)| {
            use EventKind as K;
            let or = |text: Option<String>, needed: bool| text.or_else(|| needed.then(|| "x".to_owned()));
            let lasts = matches!(
                kind,
                K::CompleteAgent
                    | K::CompleteCaller
                    | K::Transfer
                    | K::BlindTransfer
                    | K::AttendedTransfer
                    | K::AgentLogoff
            ) || kind.is_unanswered_ring();
            let details = matches!(
                kind,
                K::EnterQueue
                    | K::Did
                    | K::Transfer
                    | K::BlindTransfer
                    | K::AttendedTransfer
                    | K::ExitWithKey
                    | K::Pause
                    | K::PauseAll
            );
            let paused = (kind == K::AddMember && detail.is_some()).then(|| "PAUSED".to_owned());
            QueueEvent {
                at: Timestamp::from_millisecond(at.max(631_152_000_000)).unwrap(),
                kind,
                queue: or(queue, kind.needs_queue()),
                call: or(call, kind.is_of_a_call()),
                agent: or(agent, kind.needs_agent()),
                wait_ms,
                lasted_ms: lasted_ms.filter(|_| lasts),
                detail: paused.or(detail.filter(|_| details)),
            }
        })
}

proptest! {
    #[test]
    fn what_is_written_as_json_is_read_as_the_same_event(event in any_event()) {
        prop_assert_eq!(lines(Format::Jsonl, json_line(&event)), vec![Line::Event(event)]);
    }

    #[test]
    fn no_bytes_whatever_make_a_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        lines(Format::QueueLog, &bytes);
        lines(Format::Jsonl, &bytes);
    }

    #[test]
    fn no_fields_whatever_make_a_reader_fail(
        fields in proptest::collection::vec("[0-9.|eE-]{0,12}|NONE|sales", 4..9),
        kind in proptest::sample::select(EventKind::iter().collect::<Vec<_>>()),
    ) {
        let (head, tail) = fields.split_at(4);
        lines(Format::QueueLog, format!("{}|{kind}|{}", head.join("|"), tail.join("|")));
    }
}
