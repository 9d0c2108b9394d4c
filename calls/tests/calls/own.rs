use calls::{Call, CallLine, Called, Disposition, Format, Rows, Settings};

use crate::support::{at, by_call, good, read};

#[test]
fn json_lines_and_comma_separated_values_say_the_same() {
    let json = r#"{"callId":"c1","start":"2026-03-02T09:00:00Z","ringSeconds":5,"talkSeconds":60,"disposition":"ANSWERED","caller":"201","callee":"+441174960300"}
{"callId":"c2","legId":"l1","start":"2026-03-02 09:05:00","end":"2026-03-02 09:05:20","caller":"+441174960300","callee":"201","dialed":"+441174960001"}
{"callId":"c2","legId":"l2","start":"2026-03-02 09:05:00","end":"2026-03-02 09:05:20","disposition":"answered","application":true}
"#;
    let csv = "callid,LEGID,start,end,ringSeconds,talkSeconds,disposition,caller,callee,dialed,application
c1,,2026-03-02T09:00:00Z,,5,60,ANSWERED,201,+441174960300,,
c2,l1,2026-03-02 09:05:00,2026-03-02 09:05:20,,,,+441174960300,201,+441174960001,false
c2,l2,2026-03-02 09:05:00,2026-03-02 09:05:20,,,answered,,,,true
";
    let (json, csv) = (good(Format::Jsonl, json), good(Format::Csv, csv));
    assert_eq!(json.len(), 3);
    for (a, b) in json.iter().zip(&csv) {
        assert_eq!((&a.call_id, &a.leg), (&b.call_id, &b.leg));
        assert_eq!(a.line + 1, b.line);
    }
    let calls = by_call(json);
    let first = &calls["c1"][0];
    assert_eq!(first.answered_at, Some(at("2026-03-02T09:00:05Z")));
    assert_eq!(first.ended_at, at("2026-03-02T09:01:05Z"));
    assert_eq!(first.dialed.as_deref(), Some("+441174960300"));
    assert_eq!(calls["c2"][1].called, Called::Application);
    assert_eq!(
        Call::of(&calls["c2"]).unwrap().disposition,
        Disposition::Unanswered
    );
}

#[test]
fn times_that_are_not_said_follow_from_those_that_are() {
    let leg = |fields: &str| {
        let text = format!("{{\"callId\":\"c\",\"start\":\"2026-03-02T09:00:00Z\",{fields}}}");
        let leg = good(Format::Jsonl, &text).remove(0).leg;
        let seconds = |instant: jiff::Timestamp| instant.as_second() - at("2026-03-02T09:00:00Z").as_second();
        (
            leg.disposition,
            leg.answered_at.map(seconds),
            seconds(leg.ended_at),
            leg.talk_seconds,
        )
    };
    use Disposition::{Answered, Busy, Unanswered};
    assert_eq!(
        leg("\"answer\":\"2026-03-02T09:00:07Z\",\"end\":\"2026-03-02T09:00:30Z\""),
        (Answered, Some(7), 30, 23)
    );
    assert_eq!(
        leg("\"disposition\":\"ANSWERED\",\"talkSeconds\":10"),
        (Answered, Some(0), 10, 10)
    );
    assert_eq!(
        leg("\"disposition\":\"ANSWERED\",\"talkSeconds\":0"),
        (Answered, Some(0), 0, 0)
    );
    assert_eq!(
        leg("\"disposition\":\"ANSWERED\",\"talkSeconds\":10,\"end\":\"2026-03-02T09:00:30Z\""),
        (Answered, Some(20), 30, 10)
    );
    assert_eq!(leg("\"ringSeconds\":12"), (Unanswered, None, 12, 0));
    assert_eq!(leg("\"disposition\":\"BUSY\""), (Busy, None, 0, 0));
}

#[test]
fn fields_that_can_not_be_are_told() {
    let base = "\"callId\":\"c\",\"start\":\"2026-03-02T09:00:00Z\"";
    let wrong = [
        "{\"start\":\"2026-03-02T09:00:00Z\"}".to_owned(),
        "{\"callId\":\"c\"}".to_owned(),
        format!("{{{base},\"talkSeconds\":-1}}"),
        format!("{{{base},\"talkSeconds\":5}}"),
        format!("{{{base},\"disposition\":\"MAYBE\"}}"),
        format!("{{{base},\"end\":\"2026-03-02T08:00:00Z\"}}"),
        format!("{{{base},\"disposition\":\"ANSWERED\",\"end\":\"2026-03-02T09:00:01Z\",\"talkSeconds\":9}}"),
        format!("{{{base},\"surprise\":1}}"),
        format!("{{\"callId\":\"{}\",\"start\":\"2026-03-02T09:00:00Z\"}}", "c".repeat(300)),
        "{\"callId\":\"c\",\"start\":\"2026-03-02T09:00:00Z\",\"disposition\":\"ANSWERED\",\"end\":\"-009999-01-02T01:59:59Z\",\"talkSeconds\":4294967295}".to_owned(),
    ];
    for line in wrong {
        let rows = read(Format::Jsonl, &line);
        assert!(rows.len() == 1 && rows[0].is_err(), "{line}: {rows:?}");
    }
}

#[test]
fn without_the_names_of_its_columns_a_file_is_not_read() {
    for header in [
        "callId,when",
        "callId,start,start",
        "callId,caller",
        "\"callId,start",
    ] {
        let text = format!("{header}\nc1,2026-03-02T09:00:00Z\n");
        let mut rows = Rows::new(
            Format::Csv,
            &Settings::default(),
            Box::new(std::io::Cursor::new(text.into_bytes())),
        );
        assert!(rows.next().unwrap().is_err(), "{header}");
        assert!(rows.next().is_none());
    }
}

#[test]
fn a_line_that_was_not_read_from_a_file_reads_as_one_that_was() {
    let line = CallLine {
        call_id: "c1".to_owned(),
        start: "2026-03-02T09:00:00Z".to_owned(),
        caller: Some("201".to_owned()),
        ..CallLine::default()
    };
    let row = line.clone().read(7, &Settings::default()).unwrap();
    assert_eq!((row.line, row.call_id.as_str()), (7, "c1"));
    let wrong = CallLine {
        start: "late".to_owned(),
        ..line
    };
    let fault = wrong.read(8, &Settings::default()).unwrap_err();
    assert_eq!(fault.line, 8);
    assert!(fault.content.contains("late"));
}
