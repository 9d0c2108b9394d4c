//! Packed days of calls, counted anew.

use jiff::{SignedDuration, Timestamp};
use service::{CallDifference, CallLine, SubjectKind};
use store::{Backend, Database, StoreError, calls::days::DayRange, sql::Sql, testing::on_both};

use crate::{
    own_calls::{CALLS, ask, import, legs, planted, request},
    world::World,
};

async fn verify(world: &World, repair: bool) -> Vec<CallDifference> {
    let mut differences = Vec::new();
    let told = |difference: &CallDifference| differences.push(difference.clone());
    let count = world.switchboard.verify_calls(repair, told).await.unwrap();
    assert_eq!(count, differences.len() as u64);
    differences
}

async fn damage(db: &Database, statement: String) {
    let changed = db.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { Sql::new(statement).execute(tx.connection()).await })
    });
    assert_eq!(changed.await.unwrap(), 1);
}

/// The earliest day of a kind that has calls: its subject, extension and day.
async fn first_day(db: &Database, kind: &str) -> (i64, i64, i64) {
    let mut sql = Sql::new("SELECT subject_id, extension_id, day FROM call_days WHERE kind = ");
    sql.bind(kind)
        .push(" ORDER BY day, subject_id, extension_id LIMIT 1");
    let row = sql.one(db.reader()).await.unwrap().unwrap();
    let column = |at| row.try_get_by_index(at).unwrap();
    (column(0), column(1), column(2))
}

fn at(kind: &str, (subject, extension, day): (i64, i64, i64)) -> String {
    format!("kind = '{kind}' AND subject_id = {subject} AND extension_id = {extension} AND day = {day}")
}

#[tokio::test]
async fn after_imports_nothing_differs() {
    on_both(async |db| {
        let world = planted(db).await;
        assert_eq!(verify(&world, false).await, [], "without calls");
        let lines: Vec<CallLine> = (0..CALLS).flat_map(legs).collect();
        // In pieces that tear calls apart, the last first, and a part of them twice.
        for piece in lines.chunks(77).rev() {
            import(&world, piece.to_vec()).await;
        }
        import(&world, lines[..200].to_vec()).await;
        assert_eq!(verify(&world, false).await, []);
        // Before and after all others, and so many at once that they are read in several pages.
        let far = |index: i64| CallLine {
            call_id: format!("far-{index}"),
            start: (Timestamp::UNIX_EPOCH + SignedDuration::from_secs(index * 40)).to_string(),
            callee: Some("99".to_owned()),
            ..CallLine::default()
        };
        import(&world, (0..4500).map(far).collect()).await;
        assert_eq!(verify(&world, false).await, []);
    })
    .await;
}

#[tokio::test]
async fn days_that_were_damaged_are_named_and_made_anew_for_whoever_has_read_them() {
    on_both(async |db| {
        let world = planted(db).await;
        let customer_id = world.tenants.sales.customer_id;
        import(&world, (0..CALLS).flat_map(legs).collect()).await;
        let right = ask(&world, request(&world)).await;
        let everybody = right.total_of_all();
        let employee = first_day(db, "EMPLOYEE").await;
        let number = first_day(db, "NUMBER").await;
        let empty = if db.backend() == Backend::Sqlite {
            "X'0100'"
        } else {
            "'\\x0100'"
        };
        damage(
            db,
            format!(
                "UPDATE call_days SET words = {empty}, version = 1000 WHERE {}",
                at("EMPLOYEE", employee)
            ),
        )
        .await;
        damage(
            db,
            format!("DELETE FROM call_days WHERE {}", at("NUMBER", number)),
        )
        .await;
        let garbled = empty.replace("0100", "07");
        damage(
            db,
            format!(
                "INSERT INTO call_days (customer_id, kind, day, subject_id, extension_id, words, version) \
                 VALUES ({customer_id}, 'POOL', 3, 5, 0, {garbled}, 1)"
            ),
        )
        .await;
        let known = format!(
            "UPDATE call_versions SET version = 1000, last_day = first_day WHERE customer_id = {customer_id}"
        );
        damage(db, known).await;
        let damaged = ask(&world, request(&world)).await;
        assert_ne!(damaged.total_of_all(), everybody, "the damage can be seen");

        let mut differences = verify(&world, false).await;
        assert_eq!(verify(&world, true).await, differences);
        let range = differences.pop().unwrap();
        let CallDifference::Range {
            customer_id: of,
            known: Some(known),
            actual,
        } = range
        else {
            panic!("{range:?}");
        };
        assert_eq!(
            (of, known),
            (
                customer_id,
                DayRange {
                    first: actual.first,
                    last: actual.first
                }
            )
        );
        let mut named = Vec::new();
        for difference in &differences {
            let (which, kind) = match difference {
                CallDifference::Day {
                    which,
                    missing,
                    superfluous: 0,
                } if *missing > 0 => (which, "missing"),
                CallDifference::Unreadable { which, .. } => (which, "unreadable"),
                other => panic!("{other:?}"),
            };
            assert_eq!(which.customer_id, customer_id);
            named.push((
                which.kind,
                (which.subject_id, which.extension_id, which.day),
                kind,
            ));
        }
        named.sort_unstable();
        assert_eq!(
            named,
            [
                (SubjectKind::Employee, employee, "missing"),
                (SubjectKind::Number, number, "missing"),
                (SubjectKind::Pool, (5, 0, 3), "unreadable"),
            ]
        );

        assert_eq!(verify(&world, false).await, []);
        let repaired = ask(&world, request(&world)).await;
        assert_eq!(repaired.rows(), right.rows());
    })
    .await;
}
