use calls::{Call, Disposition, Format};
use jiff::tz::TimeZone;

use crate::support::{MASTER, at, by_call, good, read, read_in};

/// Call id, how it ended, seconds of ringing and talk, and the name of each endpoint that it rang at.
fn summary(text: &str) -> Vec<(String, Disposition, u32, u32, Vec<String>)> {
    let calls = by_call(good(Format::AsteriskCsv, text));
    let summary = calls.iter().map(|(id, legs)| {
        let call = Call::of(legs).unwrap();
        let rung = call.rung.iter().map(|rung| rung.names[0].to_owned()).collect();
        (
            id.clone(),
            call.disposition,
            call.ring_seconds,
            call.talk_seconds,
            rung,
        )
    });
    summary.collect()
}

#[test]
fn rows_of_one_linked_id_are_one_call_and_only_endpoints_answer() {
    use Disposition::{Answered, Failed, Unanswered};
    let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let expected = vec![
        // A ring group: two telephones, and a third behind a trunk to the branch.
        ("1772442000.1", Answered, 8, 91, names(&["201", "202", "203"])),
        // A mailbox answered, which is nobody.
        ("1772442600.5", Unanswered, 27, 0, names(&[])),
        // Local channels: the one that went on is no endpoint itself, the other is the name that it was made for.
        ("1772443200.6", Answered, 6, 17, names(&["late", "202", "202"])),
        // Talk of 0 seconds is an answer.
        ("1772443800.10", Answered, 5, 0, names(&["202"])),
        ("1772444400.12", Failed, 1, 0, names(&["441214960200"])),
        // Two telephones behind one trunk: the channels are in the order of the dial string.
        ("pbx1-1772445000.1", Answered, 4, 30, names(&["203", "204"])),
        // A transfer that nobody took, whose row has seconds all the same.
        ("pbx1-1772445600.5", Answered, 4, 30, names(&["201", "202"])),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(id, disposition, ring, talk, rung)| (id.to_owned(), disposition, ring, talk, rung))
        .collect();
    assert_eq!(summary(MASTER), expected);
}

#[test]
fn the_sample_order_of_cdr_custom_reads_as_the_order_of_cdr_csv() {
    let custom = "\"\"\"Ann\"\" <201>\",\"201\",\"202\",\"from-internal\",\"PJSIP/201-0000000a\",\"PJSIP/202-0000000b\",\
        \"Dial\",\"PJSIP/202,20\",\"2026-03-02 09:30:00\",\"2026-03-02 09:30:05\",\"2026-03-02 09:30:05\",\"5\",\"0\",\
        \"ANSWERED\",\"DOCUMENTATION\",\"\",\"1772443800.10\",\"\",10";
    let rows = good(Format::AsteriskCustom, custom);
    let csv = good(Format::AsteriskCsv, MASTER);
    let same = csv.iter().find(|row| row.call_id == "1772443800.10").unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].call_id, same.call_id);
    assert_eq!(rows[0].leg, same.leg);
    let linked = good(Format::AsteriskCustom, &format!("{custom},1772443000.1"));
    assert_eq!(linked[0].call_id, "1772443000.1");
}

#[test]
fn how_many_cells_a_row_has_tells_which_ids_it_has() {
    let base = "\"\",\"201\",\"202\",\"c\",\"201\",\"PJSIP/201-0000000a\",\"PJSIP/202-0000000b\",\"Dial\",\"PJSIP/202\",\
        \"2026-03-02 09:30:00\",\"\",\"2026-03-02 09:30:05\",\"5\",\"0\",\"NO ANSWER\",\"DOCUMENTATION\"";
    let call_id = |tail: &str| {
        good(Format::AsteriskCsv, &format!("{base}{tail}"))[0]
            .call_id
            .clone()
    };
    assert_eq!(call_id(""), "PJSIP/201-0000000a@2026-03-02 09:30:00");
    assert_eq!(call_id(",\"17.1\""), "17.1");
    assert_eq!(call_id(",\"17.1\",\"field\""), "17.1");
    assert_eq!(call_id(",\"\",\"16.9\",\"3\""), "16.9");
    assert_eq!(call_id(",\"17.1\",\"\",\"16.9\",\"3\""), "16.9");
    assert_eq!(call_id(",\"17.1\",\"\",\"\",\"16.9\",\"3\""), "16.9");
}

#[test]
fn a_bad_row_is_told_with_its_line_and_text_and_the_others_are_read() {
    let row = MASTER.lines().next().unwrap();
    let wrong = [
        row.replace("2026-03-02 09:00:00", "yesterday"),
        row.replace("\"ANSWERED\"", "\"PERHAPS\""),
        row.replace("\"91\"", "\"-1\""),
        row.replacen('"', "", 1),
        "1,2,3".to_owned(),
        row.replace("2026-03-02 09:01:40", "2026-03-02 08:00:00"),
        "x".repeat(70_000),
    ];
    let mut text = format!("{row}\n");
    for line in &wrong {
        text.push_str(&format!("{line}\r\n\r\n"));
    }
    text.push_str(row);
    let rows = read(Format::AsteriskCsv, &text);
    let faults: Vec<_> = rows.iter().filter_map(|row| row.as_ref().err()).collect();
    assert_eq!(rows.len(), 9);
    let lines: Vec<u64> = faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [2, 4, 6, 8, 10, 12, 14]);
    for (fault, line) in faults.iter().zip(&wrong) {
        assert!(line.starts_with(&fault.content), "{fault:?}");
        assert!(!fault.content.is_empty());
    }
    assert!(rows.first().unwrap().is_ok() && rows.last().unwrap().is_ok());
}

#[test]
fn when_clocks_are_set_back_the_id_of_the_channel_tells_which_hour_it_was() {
    // 02:30 comes twice on that day: at 00:30 and at 01:30 UTC.
    let row = |id: &str| {
        MASTER
            .lines()
            .next()
            .unwrap()
            .replace("2026-03-02 09:00:00", "2026-10-25 02:30:00")
            .replace("2026-03-02 09:00:08", "2026-10-25 02:30:08")
            .replace("2026-03-02 09:01:40", "2026-10-25 02:31:40")
            .replace("1772442000.1", id)
    };
    let started = |id: &str| {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let rows = read_in(zone, Format::AsteriskCsv, &row(id));
        let leg = &rows[0].as_ref().unwrap().leg;
        (leg.started_at, leg.answered_at, leg.ended_at)
    };
    let first = (
        at("2026-10-25T00:30:00Z"),
        Some(at("2026-10-25T00:30:08Z")),
        at("2026-10-25T00:31:40Z"),
    );
    let second = (
        at("2026-10-25T01:30:00Z"),
        Some(at("2026-10-25T01:30:08Z")),
        at("2026-10-25T01:31:40Z"),
    );
    assert_eq!(started("1792888200.1"), first);
    assert_eq!(started("pbx1-1792891800.1"), second);
}
