//! Importing what telephone systems log about their queues, on both databases.

use serde_json::json;
use store::testing::{TestDatabase, on_both};

use super::{
    program::{Finished, Folder, Server},
    serving::{ask, key_in},
};

const NUMBERS: &str = "number,customer,group,name,termination_number
+12893370101,ACME,Support,Line,+12125550100
";

const LOG: &str = "\
1700000000|NONE|NONE|NONE|QUEUESTART|
1700000010|NONE|desk|SIP/1|ADDMEMBER|
1700000020|1.1|desk|NONE|ENTERQUEUE||+12125550101|1
1700000030|1.1|desk|SIP/1|CONNECT|10|1.2|4
1700000090|1.1|desk|SIP/1|COMPLETECALLER|10|60|1
1700000100|1.3|desk|NONE|ENTERQUEUE||anonymous|1
nonsense
4102444800|1.3|desk|NONE|ABANDON|1|1|20
";

const JSON: &str = r#"{"at":1700000120,"event":"ABANDON","queue":"desk","call":"1.3","waitSeconds":20}
{"at":"2023-11-14T22:13:50Z","event":"CONNECT","queue":"desk","call":"1.1","agent":"SIP/1","waitSeconds":10}
"#;

fn import(folder: &Folder, database: &TestDatabase, more: &[&str]) -> Finished {
    let target = [
        "--customer",
        "ACME",
        "--group",
        "Support",
        "--database",
        database.url(),
    ];
    folder.run(&[&["import", "queue-log"], more, &target].concat())
}

async fn with_group(test: impl AsyncFn(&Folder, &TestDatabase)) {
    on_both(async |database| {
        let folder = Folder::new();
        folder.write("numbers.csv", NUMBERS);
        folder.write("queue_log", LOG);
        folder.write("events.jsonl", JSON);
        let numbers = folder.run(&["import", "numbers", "numbers.csv", "--database", database.url()]);
        assert_eq!(numbers.code, 0, "{numbers:?}");
        test(&folder, database).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_imported_once_and_its_bad_lines_are_told_with_file_and_line() {
    with_group(async |folder, database| {
        let first = import(folder, database, &["queue_log", "--faults", "bad.csv"]);
        assert_eq!(first.code, 2, "{first:?}");
        assert!(first.out.contains("new call centers: desk"), "{}", first.out);
        let counts = "5 events added, 0 unchanged, 1 without figures, 2 bad lines";
        assert!(first.out.contains(counts), "{}", first.out);
        assert!(first.err.contains("line 7: queue_log: "), "{}", first.err);
        assert!(first.err.contains("line 8: queue_log: "), "{}", first.err);
        assert_eq!(folder.read("bad.csv").lines().count(), 3);
        let again = import(folder, database, &["queue_log"]);
        let counts = "0 events added, 5 unchanged, 1 without figures, 2 bad lines";
        assert!(again.out.contains(counts), "{}", again.out);
        // The same event in another format is the same event.
        let json = import(folder, database, &["--format", "jsonl", "events.jsonl"]);
        assert_eq!(json.code, 0, "{json:?}");
        assert!(json.out.contains("1 event added, 1 unchanged"), "{}", json.out);
        // A file has one report, with its bad lines once, and one that has grown another.
        folder.write("queue_log", &format!("{LOG}more nonsense\n"));
        import(folder, database, &["queue_log"]);
        let page = store::PageRequest::first(10);
        let filter = store::calls::CallImportFilter::default();
        let found =
            store::calls::call_imports(database.reader(), store::Scope::Platform, &filter, &page).await;
        let reports: Vec<_> = found
            .expect("reports")
            .items
            .into_iter()
            .map(|(_, report)| report)
            .collect();
        let told: Vec<_> = reports
            .iter()
            .map(|report| (report.format.as_str(), report.rows, report.bad_rows))
            .collect();
        assert_eq!(
            told,
            [
                ("queue-log", 9, 3),
                ("queue-log-jsonl", 2, 0),
                ("queue-log", 8, 2)
            ]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_import_can_not_begin_with_is_said_at_once() {
    with_group(async |folder, database| {
        let url = database.url();
        for (arguments, word) in [
            (
                vec!["--customer", "NOBODY", "--group", "Support", "queue_log"],
                "NOBODY",
            ),
            (
                vec!["--customer", "ACME", "--group", "Nowhere", "queue_log"],
                "Nowhere",
            ),
            (
                vec!["--customer", "ACME", "--group", "Support", "missing"],
                "missing",
            ),
            (
                vec![
                    "--customer",
                    "ACME",
                    "--group",
                    "Support",
                    "--center-zone",
                    "Mars/Olympus",
                    "queue_log",
                ],
                "Mars/Olympus",
            ),
        ] {
            let arguments = [&["import", "queue-log", "--database", url], arguments.as_slice()].concat();
            let finished = folder.run(&arguments);
            assert_eq!(finished.code, 1, "{finished:?}");
            assert!(finished.err.contains(word), "{}", finished.err);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn that_no_mail_server_is_configured_is_told_once_in_the_log_of_each_process() {
    with_group(async |folder, database| {
        import(folder, database, &["queue_log"]);
        let serve = ["serve", "--database", database.url()];
        let server = Server::start(folder, &serve);
        let key = key_in(&server.before).expect("a key").to_owned();
        let (_, groups) = ask(&server, Some(&key), "{ groups { nodes { id } } }").await;
        let group = &groups["data"]["groups"]["nodes"][0]["id"];
        let list = format!("{{ callCenters(filter: {{groupId: {group}}}) {{ nodes {{ id }} }} }}");
        let (_, centers) = ask(&server, Some(&key), &list).await;
        let id = &centers["data"]["callCenters"]["nodes"][0]["id"];
        for period in [15, 60] {
            let change = format!(
                "mutation {{ updateCallCenterReporting(input: {{
                    clientReference: \"report-every-{period}-minutes\", callCenterId: {id}, generateDailyReport: true
                    collectionPeriodMinutes: {period}, reportingEmailAddress1: \"reports@example.com\"
                }}) {{ warnings {{ code }} }} }}"
            );
            let (_, changed) = ask(&server, Some(&key), &change).await;
            let warnings = &changed["data"]["updateCallCenterReporting"]["warnings"];
            assert_eq!(warnings, &json!([{ "code": "MAIL_NOT_CONFIGURED" }]), "{changed}");
        }
        let told = |log: &str| log.matches("no mail server is configured").count();
        assert_eq!(told(&server.stop().err), 1);
        // Another process finds the center that waits.
        let again = Server::start(folder, &serve);
        again.wait_until_logged("no mail server is configured");
        assert_eq!(told(&again.stop().err), 1);
    })
    .await;
}
