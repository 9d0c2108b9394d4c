//! Call records: into the database, once, whole and only where they belong.

use std::{collections::HashMap, io::Cursor};

use jiff::Timestamp;
use service::{
    AccessLevel, CallCustomer, CallFormat, CallImportReport, CallImportRequest, CallImporter, CallRow,
    CallRowFault, CallRows, CallSettings, CallSource, EmployeeImport, EmployeeRow, Owner, Scope,
    ServiceError, ServiceResult, Switchboard,
};
use store::{
    Database,
    sql::Sql,
    testing::{on_both, sqlite},
};

use crate::world::{World, admin, count, customer_scope, exact, fault, key, refusal};

const MASTER: &str = include_str!("../../../calls/tests/fixtures/asterisk_master.csv");
const STUDY: &str = include_str!("../../../calls/tests/fixtures/cns/cns_cdr_2020w49.csv");
const PARTICIPANTS: &str = include_str!("../../../calls/tests/fixtures/cns/cns_employees.csv");
const DAY: &str = "2020-01-01T00:00:00Z";

fn request(customer: &str, format: CallFormat) -> CallImportRequest {
    CallImportRequest {
        customer: CallCustomer::Code(customer.to_owned()),
        source: CallSource::CommandLine,
        file: Some("Master.csv".to_owned()),
        format: format.to_string(),
        country: Some("GB".parse().unwrap()),
    }
}

fn read(format: CallFormat, text: &str) -> Vec<Result<CallRow, CallRowFault>> {
    let reader = Box::new(Cursor::new(text.as_bytes().to_vec()));
    CallRows::new(format, &CallSettings::default(), reader)
        .collect::<Result<_, _>>()
        .unwrap()
}

async fn add(
    importer: &mut CallImporter,
    rows: &[Result<CallRow, CallRowFault>],
) -> ServiceResult<Vec<CallRowFault>> {
    let good = rows.iter().filter_map(|row| row.clone().ok()).collect();
    let bad = rows.iter().filter_map(|row| row.clone().err()).collect();
    importer.add(good, bad).await
}

/// Imports a text in batches of `batch` rows.
async fn import(
    switchboard: &Switchboard,
    customer: &str,
    format: CallFormat,
    text: &str,
    batch: usize,
) -> CallImportReport {
    let begun = switchboard
        .begin_call_import(&admin(), request(customer, format))
        .await;
    let mut importer = begun.unwrap();
    for rows in read(format, text).chunks(batch) {
        add(&mut importer, rows).await.unwrap();
    }
    importer.finish().await.unwrap()
}

fn employee(name: &str, extension: &str, since: &str) -> EmployeeRow {
    EmployeeRow {
        customer: "ACME".to_owned(),
        name: name.to_owned(),
        extension: Some(extension.to_owned()),
        extension_since: Some(since.parse().unwrap()),
        ..EmployeeRow::default()
    }
}

async fn staff(switchboard: &Switchboard) {
    let rows = [("Ann", "201"), ("Ben", "202"), ("Cas", "203")];
    let rows = rows
        .iter()
        .map(|(name, extension)| employee(name, extension, DAY))
        .collect();
    switchboard.import_employees(&admin(), rows).await.unwrap();
}

async fn texts(db: &Database, statement: &str) -> Vec<String> {
    let rows = Sql::new(statement).all(db.reader()).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Everything that is known of calls, without row ids of the calls themselves.
async fn contents(db: &Database) -> Vec<String> {
    let mut contents = texts(
        db,
        "SELECT c.customer_id || ' ' || c.call_id || ' ' || c.started_at || ' ' || COALESCE(c.answered_at, 0) || ' ' || \
         c.ended_at || ' ' || c.ring_seconds || ' ' || c.talk_seconds || ' ' || c.disposition || ' ' || \
         COALESCE(c.caller, '-') || ' ' || COALESCE(c.callee, '-') || ' ' || c.direction || ' ' || \
         CASE WHEN c.local THEN 1 ELSE 0 END || ' ' || COALESCE(c.number_id, 0) || ' ' || COALESCE(c.pool_id, 0) || ' ' || \
         COALESCE(c.group_id, 0) || ' ' || c.legs || ' ' || c.fingerprint FROM calls c ORDER BY c.customer_id, c.call_id",
    )
    .await;
    contents.extend(
        texts(
            db,
            "SELECT c.call_id || ' ' || p.position || ' ' || p.customer_id || ' ' || p.employee_id || ' ' || \
             p.extension_id || ' ' || p.side || ' ' || p.disposition || ' ' || p.seconds || ' ' || \
             CASE WHEN p.local THEN 1 ELSE 0 END || ' ' || p.started_at FROM call_parties p JOIN calls c ON c.id = p.call_id \
             ORDER BY c.customer_id, c.call_id, p.position",
        )
        .await,
    );
    contents
}

fn counts(report: &CallImportReport) -> [u64; 5] {
    [
        report.rows,
        report.bad_rows,
        report.new_calls,
        report.changed_calls,
        report.unchanged_calls,
    ]
}

#[tokio::test]
async fn importing_a_file_twice_changes_nothing_nor_does_another_order_or_portion() {
    on_both(async |db| {
        let world = World::on(db).await;
        staff(&world.switchboard).await;
        let first = import(&world.switchboard, "ACME", CallFormat::AsteriskCsv, MASTER, 2000).await;
        assert_eq!(counts(&first), [14, 0, 7, 0, 0]);
        let once = contents(db).await;
        let again = import(&world.switchboard, "ACME", CallFormat::AsteriskCsv, MASTER, 2000).await;
        assert_eq!(counts(&again), [14, 0, 0, 0, 7]);
        assert_eq!(contents(db).await, once);

        // From the end, leg by leg: calls that are not whole become so.
        let backwards: Vec<&str> = MASTER.lines().rev().collect();
        let other = sqlite().await;
        let world = World::on(&other).await;
        staff(&world.switchboard).await;
        let report = import(
            &world.switchboard,
            "ACME",
            CallFormat::AsteriskCsv,
            &backwards.join("\n"),
            1,
        )
        .await;
        assert_eq!(counts(&report), [14, 0, 7, 7, 0]);
        assert_eq!(contents(&other).await, once);
    })
    .await;
}

#[tokio::test]
async fn an_import_that_was_cut_off_and_repeated_ends_as_one_that_was_not() {
    on_both(async |db| {
        let world = World::on(db).await;
        staff(&world.switchboard).await;
        let rows = read(CallFormat::AsteriskCsv, MASTER);
        for batches in [1, 3, 2] {
            let format = CallFormat::AsteriskCsv;
            let begun = world
                .switchboard
                .begin_call_import(&admin(), request("ACME", format))
                .await;
            let mut importer = begun.unwrap();
            for rows in rows.chunks(4).take(batches) {
                add(&mut importer, rows).await.unwrap();
            }
            // Never finished.
            drop(importer);
        }
        import(&world.switchboard, "ACME", CallFormat::AsteriskCsv, MASTER, 4).await;
        let mended = contents(db).await;
        assert_eq!(
            count(db, "SELECT COUNT(*) FROM call_imports WHERE finished_at IS NULL").await,
            3
        );

        for table in ["call_parties", "calls"] {
            crate::world::run(db, &format!("DELETE FROM {table}")).await;
        }
        import(&world.switchboard, "ACME", CallFormat::AsteriskCsv, MASTER, 2000).await;
        assert_eq!(contents(db).await, mended);
    })
    .await;
}

#[tokio::test]
async fn two_replicas_that_import_one_file_at_once_end_as_one_does() {
    on_both(async |db| {
        let world = World::on(db).await;
        staff(&world.switchboard).await;
        let other = world.replica("second", Vec::new()).switchboard;
        let format = CallFormat::AsteriskCsv;
        let (a, b) = tokio::join!(
            import(&world.switchboard, "ACME", format, MASTER, 1),
            import(&other, "ACME", format, MASTER, 3)
        );
        assert_eq!(a.new_calls + b.new_calls, 7);
        let both = contents(db).await;
        let after = import(&world.switchboard, "ACME", format, MASTER, 2000).await;
        assert_eq!(counts(&after), [14, 0, 0, 0, 7]);
        assert_eq!(contents(db).await, both);
    })
    .await;
}

/// The study's file as the project's own: see the README beside it.
fn study() -> (String, Vec<EmployeeRow>) {
    let mut extensions = HashMap::new();
    let mut people = Vec::new();
    for line in PARTICIPANTS.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        extensions.insert(cells[0], cells[3]);
        people.push(employee(cells[2], cells[3], DAY));
    }
    let party = |user: &str| {
        extensions
            .get(user)
            .map_or(format!("u{user}"), |&extension| extension.to_owned())
    };
    let mut text = "callId,start,caller,callee,talkSeconds,disposition\n".to_owned();
    for line in STUDY.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let disposition = cells[6].replace("NO_ANSWER", "UNANSWERED");
        let (caller, callee) = (party(cells[3]), party(cells[4]));
        text.push_str(&format!(
            "{},{},{caller},{callee},{},{disposition}\n",
            cells[0], cells[2], cells[5]
        ));
    }
    (text, people)
}

#[tokio::test]
async fn the_employees_of_the_copenhagen_study_made_834_calls_and_got_790() {
    on_both(async |db| {
        let world = World::on(db).await;
        let (text, people) = study();
        world
            .switchboard
            .import_employees(&admin(), people)
            .await
            .unwrap();
        let report = import(&world.switchboard, "ACME", CallFormat::Csv, &text, 2000).await;
        assert_eq!(counts(&report), [3600, 0, 3600, 0, 0]);
        let side = async |side: &str| {
            count(
                db,
                &format!("SELECT COUNT(*) FROM call_parties WHERE side = '{side}'"),
            )
            .await
        };
        assert_eq!((side("OUT").await, side("IN").await), (834, 790));
        let local = STUDY.lines().filter(|line| line.ends_with(",True")).count();
        let ours = count(db, "SELECT COUNT(*) FROM calls WHERE local").await;
        assert_eq!(ours, i64::try_from(local).unwrap());
        let talk: i64 = STUDY
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(5).unwrap().parse::<i64>().unwrap())
            .sum();
        assert_eq!(
            count(db, "SELECT CAST(SUM(talk_seconds) AS BIGINT) FROM calls").await,
            talk
        );
    })
    .await;
}

#[tokio::test]
async fn a_call_belongs_to_the_number_that_it_was_made_to() {
    on_both(async |db| {
        let world = World::on(db).await;
        staff(&world.switchboard).await;
        world.stock(&["+441174960001"]).await;
        world.assign("Reception", exact("+441174960001")).await.unwrap();
        let number = world.number("+441174960001").await;
        import(&world.switchboard, "ACME", CallFormat::AsteriskCsv, MASTER, 2000).await;
        let of_number = format!(
            "SELECT COUNT(*) FROM calls WHERE number_id = {} AND group_id = {}",
            number.id, world.tenants.sales.group_id
        );
        // All that came from outside, to +441174960001.
        assert_eq!(count(db, &of_number).await, 5);
        assert_eq!(
            count(db, "SELECT COUNT(*) FROM calls WHERE number_id IS NOT NULL").await,
            5
        );
        // Calls that another customer's telephone system saw are not its calls.
        import(&world.switchboard, "BOLT", CallFormat::AsteriskCsv, MASTER, 2000).await;
        assert_eq!(count(db, &of_number).await, 5);
        assert_eq!(count(db, "SELECT COUNT(*) FROM calls").await, 14);
    })
    .await;
}

#[tokio::test]
async fn people_who_become_known_later_get_their_calls_by_importing_again() {
    on_both(async |db| {
        let world = World::on(db).await;
        import(&world.switchboard, "ACME", CallFormat::AsteriskCsv, MASTER, 2000).await;
        assert_eq!(count(db, "SELECT COUNT(*) FROM call_parties").await, 0);
        staff(&world.switchboard).await;
        let report = import(&world.switchboard, "ACME", CallFormat::AsteriskCsv, MASTER, 2000).await;
        assert_eq!(counts(&report), [14, 0, 0, 6, 1]);
        assert!(count(db, "SELECT COUNT(*) FROM call_parties").await > 0);
    })
    .await;
}

#[tokio::test]
async fn bad_rows_are_kept_with_their_line_and_reason_and_counted_and_the_others_imported() {
    on_both(async |db| {
        let world = World::on(db).await;
        let mut text = MASTER.to_owned();
        text.push_str(&"nonsense\u{0},1\n".repeat(1200));
        let report = import(&world.switchboard, "ACME", CallFormat::AsteriskCsv, &text, 500).await;
        assert_eq!(counts(&report), [1214, 1200, 7, 0, 0]);
        assert_eq!(report.faults.len(), CallImportReport::MOST_FAULTS);
        assert_eq!(report.faults[0].line, 15);
        let import = world.switchboard.call_import(&admin(), report.import_id).await;
        let import = import.unwrap().unwrap();
        let page = store::PageRequest::first(2000);
        let kept = world
            .switchboard
            .call_import_faults(&admin(), import.id, &page)
            .await;
        let kept: Vec<_> = kept
            .unwrap()
            .items
            .into_iter()
            .map(|(_, kept)| kept.fault)
            .collect();
        assert!(import.finished_at.is_some());
        assert_eq!((import.rows, import.bad_rows, import.new_calls), (1214, 1200, 7));
        assert_eq!(kept.len(), 1000, "those above the bound are counted only");
        assert!(
            kept.iter()
                .zip(15..)
                .all(|(fault, line)| fault.line == line && !fault.reason.is_empty())
        );
        assert!(kept[0].content.starts_with("nonsense"));
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_used_again_and_again_is_no_call() {
    on_both(async |db| {
        let world = World::on(db).await;
        let line = |leg: usize| {
            format!("{{\"callId\":\"same\",\"legId\":\"{leg}\",\"start\":\"2026-03-02T09:00:00Z\",\"callee\":\"201\"}}\n")
        };
        let text: String = (0..490).map(line).collect();
        let report = import(&world.switchboard, "ACME", CallFormat::Jsonl, &text, 2000).await;
        assert_eq!(counts(&report), [490, 0, 1, 0, 0]);
        let before = contents(db).await;
        let text: String = (490..520).map(line).collect();
        let report = import(&world.switchboard, "ACME", CallFormat::Jsonl, &text, 2000).await;
        assert_eq!(counts(&report), [30, 30, 0, 0, 0]);
        assert_eq!(contents(db).await, before, "the call stays as it was");
    })
    .await;
}

#[tokio::test]
async fn only_who_may_change_a_customer_brings_in_its_calls() {
    on_both(async |db| {
        let world = World::on(db).await;
        let tenants = world.tenants;
        let begin = async |who| {
            let request = request("ACME", CallFormat::Jsonl);
            world
                .switchboard
                .begin_call_import(&who, request)
                .await
                .map(|_| ())
        };
        let customer = key(AccessLevel::Manage, customer_scope(tenants.sales));
        assert!(begin(customer).await.is_ok());
        // What is outside looks absent.
        let stranger = key(AccessLevel::Manage, customer_scope(tenants.bolt));
        assert_eq!(
            refusal(begin(stranger).await),
            fault("NOT_FOUND", "input.customer")
        );
        let viewer = key(AccessLevel::Viewer, customer_scope(tenants.sales));
        assert!(matches!(begin(viewer).await, Err(ServiceError::AccessDenied)));
        let Owner {
            reseller_id,
            customer_id,
            group_id,
        } = tenants.sales;
        let group = Scope::Group {
            reseller_id,
            customer_id,
            group_id,
        };
        let group = begin(key(AccessLevel::Manage, group)).await;
        assert!(matches!(group, Err(ServiceError::Denied(_))));

        let report = import(&world.switchboard, "ACME", CallFormat::AsteriskCsv, MASTER, 2000).await;
        let seen = async |scope| {
            store::calls::call_import(db.reader(), scope, report.import_id)
                .await
                .unwrap()
                .is_some()
        };
        assert!(seen(customer_scope(tenants.sales)).await);
        assert!(!seen(customer_scope(tenants.bolt)).await);
        assert!(
            !seen(Scope::Reseller {
                reseller_id: tenants.cora.reseller_id
            })
            .await
        );
    })
    .await;
}

#[tokio::test]
async fn people_are_brought_in_once_and_extensions_pass_from_one_to_the_other() {
    on_both(async |db| {
        let world = World::on(db).await;
        let bring = async |rows: Vec<EmployeeRow>| world.switchboard.import_employees(&admin(), rows).await;
        let result = |added, known, extensions| EmployeeImport { added, known, extensions };
        let ann = employee("Ann", "201", "2026-01-10T00:00:00Z");
        assert_eq!(bring(vec![ann.clone()]).await.unwrap(), result(1, 0, 1));
        assert_eq!(bring(vec![ann.clone()]).await.unwrap(), result(0, 1, 0));
        // She had it earlier than was known.
        let earlier = employee("Ann", "201", "2026-01-05T00:00:00Z");
        assert_eq!(bring(vec![earlier]).await.unwrap(), result(0, 1, 1));
        let ben = employee("Ben", "201", "2026-02-01T00:00:00Z");
        assert_eq!(bring(vec![ben]).await.unwrap(), result(1, 0, 1));
        // At a time at which Ann had it, it can't have been Ben's, nor hers again before he got it.
        for (name, since) in [("Ben", "2026-01-20T00:00:00Z"), ("Ann", "2026-01-20T00:00:00Z"), ("Ann", "2199-01-01T00:00:00Z")] {
            let refused = refusal(bring(vec![employee("New", "299", DAY), employee(name, "201", since)]).await);
            assert_eq!(refused, fault("INVALID_INPUT", "extensionSince"));
        }
        let people = texts(db, "SELECT name FROM employees ORDER BY id").await;
        assert_eq!(people, ["Ann", "Ben"], "nothing of a refused file was brought in");
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let expected = [
            format!("Ann {} {}", at("2026-01-05T00:00:00Z"), at("2026-02-01T00:00:00Z")),
            format!("Ben {} 0", at("2026-02-01T00:00:00Z")),
        ];
        let tenures = "SELECT e.name || ' ' || a.assigned_at || ' ' || COALESCE(a.released_at, 0) \
                       FROM extension_assignments a JOIN employees e ON e.id = a.employee_id ORDER BY a.assigned_at";
        assert_eq!(texts(db, tenures).await, expected);
    })
    .await;
}
