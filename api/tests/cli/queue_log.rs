//! Importing what telephone systems log about their queues, on both databases.

use store::testing::{TestDatabase, on_both};

use super::program::{Finished, Folder};

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
