//! Importing call records and people, on both databases.

use std::{
    io::{Read, Write},
    process::Stdio,
};

use store::{
    Database,
    sql::Sql,
    testing::{TestDatabase, on_both, sqlite},
};

use super::program::{Finished, Folder};

const MASTER: &str = include_str!("../../../calls/tests/fixtures/asterisk_master.csv");
const CUSTOMER: &str =
    "number,customer,group,name,termination_number\n+441174960001,ACME,Sales,Reception,+441632960100\n";
const PEOPLE: &str = "customer,name,extension,extension_since
ACME,Ann Archer,201,2026-01-01T00:00:00Z
ACME,Ben Baker,202,2026-01-01T00:00:00Z
";

pub(crate) fn run(folder: &Folder, database: &TestDatabase, arguments: &[&str]) -> Finished {
    folder.run(&[arguments, &["--database", database.url()]].concat())
}

/// The customer and two people.
pub(crate) fn prepare(folder: &Folder, database: &TestDatabase) {
    folder.write("numbers.csv", CUSTOMER);
    folder.write("people.csv", PEOPLE);
    let numbers = run(folder, database, &["import", "numbers", "numbers.csv"]);
    assert_eq!(numbers.code, 0, "{numbers:?}");
    let people = run(folder, database, &["import", "employees", "people.csv"]);
    assert_eq!(people.code, 0, "{people:?}");
    assert!(
        people
            .out
            .contains("2 people added, 0 known, 2 extensions passed on"),
        "{}",
        people.out
    );
}

/// Everything that is known of calls, without the ids of rows.
async fn contents(db: &Database) -> Vec<String> {
    let statement = "SELECT c.call_id || ' ' || c.fingerprint || ' ' || c.legs || ' ' || COALESCE(c.number_id, 0) || ' ' || \
        COALESCE((SELECT SUM(p.seconds * (p.position + 1)) || '/' || COUNT(*) FROM call_parties p WHERE p.call_id = c.id), '-') \
        FROM calls c ORDER BY c.call_id";
    let rows = Sql::new(statement).all(db.reader()).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn counted(db: &Database) -> i64 {
    Sql::new("SELECT COUNT(*) FROM calls")
        .one_i64(db.reader())
        .await
        .unwrap()
}

const CALLS: [&str; 7] = [
    "import",
    "calls",
    "--format",
    "asterisk-csv",
    "--customer",
    "ACME",
    "--country",
];

#[tokio::test(flavor = "multi_thread")]
async fn files_of_call_records_are_imported_once_and_bad_rows_told() {
    on_both(async |database| {
        let folder = Folder::new();
        prepare(&folder, database);
        folder.write("Master.csv", MASTER);
        folder.write("bad.csv", "this,is,nothing\n");
        let arguments = [&CALLS[..], &["GB", "--time-zone", "Europe/London", "Master.csv"]].concat();
        let first = run(&folder, database, &arguments);
        assert_eq!((first.code, first.err.as_str()), (0, ""), "{first:?}");
        let said = "14 rows: 7 new calls, 0 changed, 0 unchanged, 0 bad rows";
        assert!(first.out.contains(said), "{}", first.out);
        let once = contents(database).await;
        let several = [&arguments[..], &["bad.csv", "--faults", "faults.csv"]].concat();
        let again = run(&folder, database, &several);
        assert_eq!(again.code, 2, "{again:?}");
        let said = "15 rows: 0 new calls, 0 changed, 7 unchanged, 1 bad row";
        assert!(again.out.contains(said), "{}", again.out);
        assert!(again.err.contains("line 1: bad.csv: "), "{}", again.err);
        assert!(
            folder
                .read("faults.csv")
                .lines()
                .nth(1)
                .unwrap()
                .starts_with("1,,\"bad.csv: ")
        );
        assert_eq!(contents(database).await, once);
        let parties = "SELECT COUNT(*) FROM call_parties";
        assert_eq!(Sql::new(parties).one_i64(database.reader()).await.unwrap(), 8);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_imported_is_refused_with_the_reason() {
    let database = sqlite().await;
    let folder = Folder::new();
    prepare(&folder, &database);
    folder.write("Master.csv", MASTER);
    let refused = |arguments: &[&str], code: i32, reason: &str| {
        let finished = run(&folder, &database, arguments);
        assert_eq!(finished.code, code, "{finished:?}");
        assert!(finished.err.contains(reason), "{}", finished.err);
    };
    let import = |more: &[&'static str]| [&["import", "calls"], more].concat();
    refused(
        &import(&["--format", "abacus", "--customer", "ACME", "Master.csv"]),
        64,
        "asterisk-csv",
    );
    let zone = [
        "--format",
        "jsonl",
        "--customer",
        "ACME",
        "--time-zone",
        "Mars/Olympus",
        "Master.csv",
    ];
    refused(&import(&zone), 64, "time zone");
    refused(&import(&["--format", "jsonl", "--customer", "ACME"]), 64, "FILE");
    refused(
        &import(&["--format", "jsonl", "--customer", "ACME", "none.jsonl"]),
        1,
        "none.jsonl",
    );
    refused(
        &import(&["--format", "jsonl", "--customer", "NOBODY", "Master.csv"]),
        1,
        "customer",
    );
    refused(
        &import(&["--format", "csv", "--customer", "ACME", "Master.csv"]),
        1,
        "Master.csv: line 1: column",
    );

    folder.write(
        "people.csv",
        "customer,name,extension,extension_since\nACME,Cas,203,lately\n",
    );
    refused(
        &["import", "employees", "people.csv"],
        1,
        "line 2: extension_since",
    );
    folder.write("people.csv", "customer,name\nNOBODY,Cas\n");
    refused(&["import", "employees", "people.csv"], 1, "NOBODY");
    folder.write("people.csv", "customer,nome\nACME,Cas\n");
    refused(&["import", "employees", "people.csv"], 1, "nome");
}

/// A call with two legs a few thousand lines apart.
fn line(index: usize) -> String {
    let (call, leg) = (index % 5_000, index / 5_000);
    let (minute, second) = (call / 60 % 60, call % 60);
    let callee = if leg == 0 { "201" } else { "202" };
    format!(
        "{{\"callId\":\"c{call}\",\"legId\":\"{leg}\",\"start\":\"2026-03-02T09:{minute:02}:{second:02}Z\",\"ringSeconds\":3,\
         \"talkSeconds\":{},\"disposition\":\"ANSWERED\",\"caller\":\"+441174960100\",\"callee\":\"{callee}\",\
         \"dialed\":\"+441174960001\"}}\n",
        call % 100
    )
}

const ROWS: usize = 10_000;
const FROM_INPUT: [&str; 7] = ["import", "calls", "--format", "jsonl", "--customer", "ACME", "-"];

/// The program reading records from a pipe: the first `rows` of them, and an end of the file if `ended`.
fn feed(folder: &Folder, database: &TestDatabase, rows: usize) -> std::process::Child {
    let mut child = folder
        .program(&[&FROM_INPUT[..], &["--database", database.url()]].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let input = child.stdin.as_mut().unwrap();
    for index in 0..rows {
        input.write_all(line(index).as_bytes()).unwrap();
    }
    child
}

fn ended(mut child: std::process::Child) -> String {
    drop(child.stdin.take());
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert!(child.wait().unwrap().success(), "{out}");
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_and_repeated_ends_as_one_that_was_not() {
    let untouched = sqlite().await;
    let folder = Folder::new();
    prepare(&folder, &untouched);
    ended(feed(&folder, &untouched, ROWS));
    let whole = contents(&untouched).await;
    assert_eq!(whole.len(), 5_000);
    on_both(async |database| {
        let folder = Folder::new();
        prepare(&folder, database);
        // The pipe, the reader and the batches ahead hold less than 9,000 rows: when more were taken, the first batch
        // was written, and the last can't have been, since its end did not come.
        let mut killed = feed(&folder, database, 9_500);
        // SIGKILL: nothing is tidied up.
        killed.kill().unwrap();
        killed.wait().unwrap();
        let legs = Sql::new("SELECT COUNT(*) FROM calls WHERE legs LIKE '%\"i\":\"1\"%'");
        let second_legs = legs.one_i64(database.reader()).await.unwrap();
        assert!(counted(database).await > 0);
        assert!(
            second_legs < 4_500,
            "{second_legs} of 5,000 second legs were there"
        );
        let interrupted = "SELECT COUNT(*) FROM call_imports WHERE finished_at IS NULL";
        assert_eq!(Sql::new(interrupted).one_i64(database.reader()).await.unwrap(), 1);

        let out = ended(feed(&folder, database, ROWS));
        assert!(out.contains("10,000 rows"), "{out}");
        assert_eq!(contents(database).await, whole);
    })
    .await;
}
