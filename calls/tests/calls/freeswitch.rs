use calls::{Call, Disposition, Format};

use crate::support::{at, by_call, good, read};

const CSV: &str = "Ann,201,441174960300,default,2026-03-02 09:00:00,2026-03-02 09:00:05,2026-03-02 09:00:50,50,45,NORMAL_CLEARING,aaaa,bbbb,201,PCMU,PCMU
,0,202,default,2026/3/2 9:05,,2026/3/2 9:05,2,0,USER_BUSY,cccc,,,,
,0,203,default,2026-03-02 09:06:00,,2026-03-02 09:06:30,30,0,NO_ROUTE_DESTINATION,dddd,,,,
";

#[test]
fn a_row_of_the_template_example_is_a_call() {
    let calls = by_call(good(Format::FreeswitchCsv, CSV));
    let answered = Call::of(&calls["aaaa"]).unwrap();
    assert_eq!(answered.disposition, Disposition::Answered);
    assert_eq!((answered.ring_seconds, answered.talk_seconds), (5, 45));
    assert_eq!(answered.calling, ["201"]);
    assert_eq!(answered.rung[0].names, ["441174960300"]);
    let busy = Call::of(&calls["cccc"]).unwrap();
    assert_eq!(
        (busy.disposition, busy.started_at),
        (Disposition::Busy, at("2026-03-02T09:05:00Z"))
    );
    assert_eq!(Call::of(&calls["dddd"]).unwrap().disposition, Disposition::Failed);
}

#[test]
fn a_cause_without_a_meaning_is_a_bad_row() {
    let rows = read(Format::FreeswitchCsv, &CSV.replace("USER_BUSY", "SUNSPOTS"));
    let bad: Vec<u64> = rows
        .iter()
        .filter_map(|row| row.as_ref().err())
        .map(|fault| fault.line)
        .collect();
    assert_eq!(bad, [2]);
}

#[test]
fn rows_of_one_call_that_contradict_each_other_give_the_same_in_any_order() {
    let answered = CSV.lines().next().unwrap();
    let busy = answered
        .replace("NORMAL_CLEARING", "USER_BUSY")
        .replace("2026-03-02 09:00:05", "")
        .replace(",50,45,", ",50,0,");
    let call = |text: String| {
        let calls = by_call(good(Format::FreeswitchCsv, &text));
        Call::of(&calls["aaaa"]).unwrap().disposition
    };
    assert_eq!(
        call(format!("{answered}\n{busy}")),
        call(format!("{busy}\n{answered}\n{busy}"))
    );
}

fn document(variables: &str, caller: &str, destination: &str) -> String {
    format!(
        "{{\"core-uuid\":\"x\",\"variables\":{{{variables}}},\"callflow\":[{{\"caller_profile\":{{\"caller_id_number\":\
         \"{caller}\",\"destination_number\":\"{destination}\"}}}}]}}"
    )
}

#[test]
fn an_a_leg_and_its_b_legs_are_one_call_in_which_the_telephone_answered() {
    let epochs = "\"start_uepoch\":\"1772442000250000\",\"start_epoch\":\"1772442000\"";
    let a = document(
        &format!(
            "\"uuid\":\"a1\",\"direction\":\"inbound\",{epochs},\"answer_epoch\":\"1772442009\",\"end_epoch\":\"1772442060\",\
            \"billsec\":\"51\",\"hangup_cause\":\"NORMAL_CLEARING\",\"bridge_uuid\":\"b2\""
        ),
        "%2B441174960100",
        "%2B441174960001",
    );
    let b = |uuid: &str, user: &str, tail: &str| {
        document(
            &format!(
                "\"uuid\":\"{uuid}\",\"call_uuid\":\"a1\",\"direction\":\"outbound\",\"dialed_user\":\"{user}\",\
            \"start_epoch\":\"1772442001\",{tail}"
            ),
            "%2B441174960100",
            user,
        )
    };
    let b1 = b(
        "b1",
        "201",
        "\"answer_epoch\":\"0\",\"end_epoch\":\"1772442009\",\"billsec\":\"0\",\"hangup_cause\":\"LOSE_RACE\"",
    );
    let b2 = b(
        "b2",
        "202",
        "\"answer_epoch\":\"1772442009\",\"end_epoch\":\"1772442060\",\"billsec\":\"51\",\"hangup_cause\":\"NORMAL_CLEARING\"",
    );
    let calls = by_call(good(Format::FreeswitchJson, &format!("{b1}\n{a}\n{b2}\n")));
    assert_eq!(calls.len(), 1);
    let call = Call::of(&calls["a1"]).unwrap();
    assert_eq!(call.started_at, at("2026-03-02T09:00:00.25Z"));
    assert_eq!((call.disposition, call.talk_seconds), (Disposition::Answered, 51));
    assert_eq!(call.caller, Some("+441174960100"));
    assert_eq!(call.dialed, Some("+441174960001"));
    let rung: Vec<_> = call
        .rung
        .iter()
        .map(|rung| (rung.names[0], rung.leg.disposition))
        .collect();
    assert_eq!(
        rung,
        [("201", Disposition::Unanswered), ("202", Disposition::Answered)]
    );

    // Where only a-legs are logged, the a-leg is all there is.
    let alone = by_call(good(Format::FreeswitchJson, &a));
    assert_eq!(Call::of(&alone["a1"]).unwrap().talk_seconds, 51);
    // And one that was never bridged was answered by a program.
    let menu = by_call(good(
        Format::FreeswitchJson,
        &a.replace(",\"bridge_uuid\":\"b2\"", ""),
    ));
    assert_eq!(
        Call::of(&menu["a1"]).unwrap().disposition,
        Disposition::Unanswered
    );
}

#[test]
fn what_is_no_document_is_a_bad_row() {
    let rows = read(
        Format::FreeswitchJson,
        "{\"variables\":{}}\n[]\n{\"variables\":{\"uuid\":\"a\",\"start_epoch\":\"soon\"}}\n{",
    );
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(Result::is_err));
}
