//! Imports of logs of queues: their reports, and the lines that can't be used.

use queues::{EventKind as K, EventReader, Format, Line};
use service::{
    AccessLevel, CallImport, CallImportFilter, Owner, QueueFile, QueueImport, QueueLines, ServiceError,
};
use store::{PageRequest, testing::on_both};

use crate::{
    own_centers::{event, import},
    world::{World, admin, customer_scope, key},
};

const LOG: &str = "\
1700000000|NONE|NONE|NONE|QUEUESTART|
1700000020|1.1|sales|NONE|ENTERQUEUE||+12125550101|1
1700000030|1.1|sales|SIP/1|CONNECT|10|1.2|4
1700000100|1.3|sales|NONE|ENTERQUEUE||anonymous|1
nonsense
4102444800|1.3|sales|NONE|ABANDON|1|1|20
";

/// The lines of a log.
fn lines(log: &str) -> QueueLines {
    let mut reader = EventReader::new(log.as_bytes(), Format::QueueLog, jiff::tz::TimeZone::UTC);
    let mut lines = QueueLines::default();
    while let Some(line) = reader.next_line().unwrap() {
        match line {
            Line::Event(event) => {
                lines.events.push(event);
                lines.lines.push(reader.line());
            }
            Line::Other => lines.others += 1,
            Line::Bad(problem) => lines.bad.push(problem),
        }
    }
    lines
}

fn file(owner: Owner, digest: &str) -> QueueFile {
    QueueFile {
        import: QueueImport {
            group_id: owner.group_id,
            time_zone: "UTC".to_owned(),
            call_center: None,
        },
        name: "queue_log".to_owned(),
        format: "queue-log".to_owned(),
        digest: Some(digest.to_owned()),
    }
}

/// Imports a log; to its end, or is cut off behind the first batch.
async fn bring(world: &World, file: QueueFile, log: &str, whole: bool) -> i64 {
    let importer = world
        .switchboard
        .begin_queue_import(&admin(), file)
        .await
        .unwrap();
    let id = importer.import_id();
    importer.add(lines(log)).await.unwrap();
    if whole {
        importer.finish().await.unwrap();
    }
    id
}

fn page() -> PageRequest {
    PageRequest::first(100)
}

async fn reports(world: &World) -> Vec<CallImport> {
    let filter = CallImportFilter::default();
    let found = world.switchboard.call_imports(&admin(), &filter, &page()).await;
    found
        .unwrap()
        .items
        .into_iter()
        .map(|(_, import)| import)
        .collect()
}

async fn kept(world: &World, id: i64) -> Vec<(u64, String, String)> {
    let found = world.switchboard.call_import_faults(&admin(), id, &page()).await;
    let faults = found.unwrap().items.into_iter().map(|(_, kept)| kept.fault);
    faults
        .map(|fault| (fault.line, fault.reason, fault.content))
        .collect()
}

/// Rows, bad rows, new, changed and unchanged calls.
fn counts(import: &CallImport) -> [u64; 5] {
    [
        import.rows,
        import.bad_rows,
        import.new_calls,
        import.changed_calls,
        import.unchanged_calls,
    ]
}

#[tokio::test]
async fn a_log_has_a_report_with_the_lines_that_can_not_be_used() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        let id = bring(&world, file(owner, "one"), LOG, true).await;
        let all = reports(&world).await;
        assert_eq!(all.len(), 1);
        let report = &all[0];
        assert_eq!((report.id, report.customer_id), (id, owner.customer_id));
        assert_eq!(
            (report.file.as_deref(), report.format.as_str()),
            (Some("queue_log"), "queue-log")
        );
        assert!(report.finished_at.is_some());
        assert_eq!(counts(report), [6, 2, 2, 0, 0]);
        let kept = kept(&world, id).await;
        assert_eq!((kept[0].0, kept[0].2.as_str()), (5, "nonsense"));
        assert_eq!((kept[1].0, kept[1].1.as_str()), (6, "the time is in the future"));
        assert!(
            kept[1].2.contains("ABANDON") && kept[1].2.contains("2100"),
            "{}",
            kept[1].2
        );
        // A call that more is known of, and one that is as it was.
        let more = "1700000090|1.1|sales|SIP/1|COMPLETECALLER|10|60|1\n";
        let grown = format!("{LOG}{more}");
        let later = bring(&world, file(owner, "two"), &grown, true).await;
        assert_ne!(later, id);
        assert_eq!(counts(&reports(&world).await[0]), [7, 2, 0, 1, 1]);
    })
    .await;
}

#[tokio::test]
async fn the_same_file_again_has_the_same_report_also_after_an_import_that_was_cut_off() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        let cut_off = bring(&world, file(owner, "one"), LOG, false).await;
        assert_eq!(reports(&world).await[0].finished_at, None);
        for _ in 0..2 {
            assert_eq!(bring(&world, file(owner, "one"), LOG, true).await, cut_off);
            let all = reports(&world).await;
            assert_eq!(all.iter().map(counts).collect::<Vec<_>>(), [[6, 2, 0, 0, 2]]);
            assert!(all[0].finished_at.is_some());
            assert_eq!(kept(&world, cut_off).await.len(), 2);
        }
        // The same content in another group's log, or nobody knows what it is: other reports.
        let other = bring(&world, file(world.tenants.support, "one"), LOG, true).await;
        let mut unknown = file(owner, "");
        unknown.digest = None;
        let first = bring(&world, unknown.clone(), LOG, true).await;
        let second = bring(&world, unknown, LOG, true).await;
        assert!(cut_off < other && other < first && first < second);
        assert_eq!(kept(&world, other).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn only_so_many_bad_lines_are_kept_and_only_administrators_import() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        let many = "nonsense\n".repeat(1_100);
        let id = bring(&world, file(owner, "many"), &many, true).await;
        assert_eq!(counts(&reports(&world).await[0]), [1_100, 1_100, 0, 0, 0]);
        let page = PageRequest {
            backward: true,
            ..PageRequest::first(1)
        };
        let last = world
            .switchboard
            .call_import_faults(&admin(), id, &page)
            .await
            .unwrap();
        assert_eq!(last.items[0].1.fault.line, 1_000);
        let manager = key(AccessLevel::Manage, customer_scope(owner));
        let refused = world
            .switchboard
            .begin_queue_import(&manager, file(owner, "x"))
            .await;
        assert!(matches!(refused.map(|_| ()), Err(ServiceError::AccessDenied)));
        // Events that come another way have no report.
        import(&world, owner, vec![event(0, K::EnterQueue, "q", Some("x"), None)]).await;
        assert_eq!(reports(&world).await.len(), 1);
    })
    .await;
}
