use std::collections::BTreeMap;

use calls::{
    CallFact, PartyDisposition, Side, Subject,
    packed::{SECONDS_PER_DAY, day_of},
};
use store::{
    Database, Scope, StoreError,
    calls::days::{DayRange, SubjectKind, employee_days, merge, subject_days, versions},
    sql::Sql,
    testing::on_both,
};

use crate::fixtures::{group_scope, plant, write};

const EVER: DayRange = DayRange {
    first: i64::MIN,
    last: i64::MAX,
};
const NOON: i64 = 18_000 * SECONDS_PER_DAY + 12 * 3600;

fn fact(start: i64, seconds: u32) -> CallFact {
    CallFact {
        start,
        seconds,
        side: Side::In,
        disposition: PartyDisposition::Answered,
        local: false,
    }
}

fn employee(employee_id: i64) -> Subject {
    Subject::Employee {
        employee_id,
        extension_id: 10 * employee_id,
    }
}

type Facts = Vec<(Subject, CallFact)>;

async fn merged(db: &Database, customer_id: i64, added: Facts, removed: Facts) -> Result<(), StoreError> {
    db.write(move |tx| Box::pin(async move { merge(tx, customer_id, &added, &removed).await }))
        .await
}

async fn version(db: &Database, customer_id: i64) -> Option<i64> {
    let versions = versions(db.reader(), Some(customer_id)).await.unwrap();
    assert!(versions.iter().all(|known| known.customer_id == customer_id));
    versions.first().map(|known| known.version)
}

/// Everything that is known of a customer's employees.
async fn of_employees(db: &Database, customer_id: i64, newer_than: Option<i64>) -> Facts {
    let days = employee_days(db.reader(), &[customer_id], EVER, newer_than).await;
    let mut facts: Facts = Vec::new();
    for day in days.unwrap() {
        assert_eq!(day.customer_id, customer_id);
        let subject = Subject::Employee {
            employee_id: day.party.employee_id,
            extension_id: day.party.extension_id,
        };
        facts.extend(day.calls.words().iter().map(|word| (subject, word.fact(day.day))));
    }
    facts.sort_unstable();
    facts
}

async fn of_subjects(db: &Database, scope: Scope, kind: SubjectKind, ids: &[i64]) -> Vec<(i64, CallFact)> {
    let days = subject_days(db.reader(), scope, kind, ids, EVER).await.unwrap();
    days.into_iter()
        .flat_map(|day| {
            let words = day.calls.words().to_vec();
            words
                .into_iter()
                .map(move |word| (day.subject_id, word.fact(day.day)))
        })
        .collect()
}

#[tokio::test]
async fn days_hold_the_calls_that_were_added_and_not_taken_away_whatever_the_order() {
    on_both(async |db| {
        let tree = plant(db).await;
        let mut rng = fastrand::Rng::with_seed(20_201_207);
        // What there is, and how often.
        let mut model: BTreeMap<(Subject, CallFact), usize> = BTreeMap::new();
        for round in 0..30 {
            let known: Facts = model
                .iter()
                .flat_map(|(fact, times)| vec![*fact; *times])
                .collect();
            let removed: Facts = known.into_iter().filter(|_| rng.u8(0..4) == 0).collect();
            let mut added = Facts::new();
            for _ in 0..rng.usize(0..40) {
                let subject = match rng.u8(0..4) {
                    0 => Subject::Number(rng.i64(1..4)),
                    1 => Subject::Pool(rng.i64(1..3)),
                    _ => employee(rng.i64(1..6)),
                };
                let start = NOON + rng.i64(0..3) * SECONDS_PER_DAY + rng.i64(0..50);
                added.push((subject, fact(start, rng.u32(0..5))));
            }
            for fact in &removed {
                *model.get_mut(fact).unwrap() -= 1;
            }
            for fact in &added {
                *model.entry(*fact).or_default() += 1;
            }
            model.retain(|_, times| *times > 0);
            merged(db, tree.acme, added, removed).await.unwrap();

            let expected = |wanted: fn(&Subject) -> bool| -> Facts {
                let chosen = model.iter().filter(|((subject, _), _)| wanted(subject));
                chosen.flat_map(|(fact, times)| vec![*fact; *times]).collect()
            };
            let employees = expected(|subject| matches!(subject, Subject::Employee { .. }));
            assert_eq!(
                of_employees(db, tree.acme, None).await,
                employees,
                "round {round}"
            );
            for (kind, wanted) in [
                (
                    SubjectKind::Number,
                    (|subject| matches!(subject, Subject::Number(_))) as fn(&Subject) -> bool,
                ),
                (SubjectKind::Pool, |subject| matches!(subject, Subject::Pool(_))),
            ] {
                let expected: Vec<(i64, CallFact)> = expected(wanted)
                    .into_iter()
                    .map(|(subject, fact)| match subject {
                        Subject::Number(id) | Subject::Pool(id) => (id, fact),
                        Subject::Employee { employee_id, .. } => (employee_id, fact),
                    })
                    .collect();
                let known = of_subjects(db, tree.acme_scope(), kind, &[1, 2, 3]).await;
                assert_eq!(known, expected, "{kind} in round {round}");
            }
        }
        assert_eq!(of_employees(db, tree.cora, None).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_customers_version_moves_with_each_change_and_tells_what_is_new() {
    on_both(async |db| {
        let tree = plant(db).await;
        assert_eq!(version(db, tree.acme).await, None);
        let (first, second) = ((employee(1), fact(NOON, 1)), (employee(2), fact(NOON, 2)));
        merged(db, tree.acme, vec![first], vec![]).await.unwrap();
        let before = version(db, tree.acme).await;
        assert!(before.is_some());
        merged(db, tree.acme, vec![second], vec![]).await.unwrap();
        assert!(version(db, tree.acme).await > before);
        assert_eq!(of_employees(db, tree.acme, before).await, [second]);
        assert_eq!(
            of_employees(db, tree.acme, version(db, tree.acme).await).await,
            []
        );
        assert_eq!(version(db, tree.cora).await, None, "others have not changed");
        let later = (employee(1), fact(NOON + 5 * SECONDS_PER_DAY, 1));
        merged(db, tree.acme, vec![later], vec![]).await.unwrap();
        let known = versions(db.reader(), None).await.unwrap();
        let days = DayRange {
            first: day_of(NOON),
            last: day_of(NOON) + 5,
        };
        assert_eq!(known.iter().map(|known| known.days).collect::<Vec<_>>(), [days]);

        let known = version(db, tree.acme).await;
        merged(db, tree.acme, vec![], vec![]).await.unwrap();
        assert_eq!(version(db, tree.acme).await, known, "nothing was changed");
        merged(db, tree.acme, vec![], vec![first]).await.unwrap();
        let days = employee_days(db.reader(), &[tree.acme], EVER, known)
            .await
            .unwrap();
        assert_eq!(days.len(), 1, "a day that was emptied is told");
        assert_eq!(days[0].calls.words(), []);
    })
    .await;
}

#[tokio::test]
async fn a_call_that_is_not_there_cannot_be_taken_away_and_nothing_of_the_change_stays() {
    on_both(async |db| {
        let tree = plant(db).await;
        let there = (employee(1), fact(NOON, 1));
        merged(db, tree.acme, vec![there], vec![]).await.unwrap();
        let before = version(db, tree.acme).await;
        for missing in [(employee(1), fact(NOON, 2)), (employee(2), fact(NOON, 1))] {
            let added = vec![(employee(3), fact(NOON, 3))];
            let refused = merged(db, tree.acme, added, vec![there, missing]).await;
            assert!(matches!(
                refused,
                Err(StoreError::Corrupt {
                    table: "call_days",
                    ..
                })
            ));
        }
        assert_eq!(of_employees(db, tree.acme, None).await, [there]);
        assert_eq!(version(db, tree.acme).await, before);
    })
    .await;
}

#[tokio::test]
async fn changes_of_one_customer_at_once_are_all_kept() {
    on_both(async |db| {
        let tree = plant(db).await;
        let all: Facts = (0..24_u32).map(|n| (employee(1), fact(NOON, n))).collect();
        let tasks: Vec<_> = all
            .iter()
            .map(|fact| {
                let (db, fact) = (db.database(), *fact);
                tokio::spawn(async move { merged(&db, tree.acme, vec![fact], vec![]).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(of_employees(db, tree.acme, None).await, all);
    })
    .await;
}

#[tokio::test]
async fn bytes_that_are_no_day_are_an_error_and_no_figure() {
    on_both(async |db| {
        let tree = plant(db).await;
        let there = (employee(1), fact(NOON, 1));
        merged(db, tree.acme, vec![there], vec![]).await.unwrap();
        write(db, |tx| {
            Box::pin(async move {
                let mut sql = Sql::new("UPDATE call_days SET words = ");
                sql.bind(vec![1_u8, 1, 0]);
                sql.execute(tx.connection()).await
            })
        })
        .await;
        let read = employee_days(db.reader(), &[tree.acme], EVER, None).await;
        assert!(matches!(
            read,
            Err(StoreError::Corrupt {
                table: "call_days",
                ..
            })
        ));
        let changed = merged(db, tree.acme, vec![there], vec![]).await;
        assert!(matches!(
            changed,
            Err(StoreError::Corrupt {
                table: "call_days",
                ..
            })
        ));
    })
    .await;
}

#[tokio::test]
async fn days_are_those_of_the_range_and_of_the_customers_inside_the_scope() {
    on_both(async |db| {
        let tree = plant(db).await;
        let number = Subject::Number(5);
        for (customer, days_later) in [(tree.acme, 0), (tree.acme, 1), (tree.cora, 2)] {
            let call = (number, fact(NOON + days_later * SECONDS_PER_DAY, 1));
            merged(db, customer, vec![call], vec![]).await.unwrap();
        }
        let days = async |scope| -> Vec<i64> {
            let facts = of_subjects(db, scope, SubjectKind::Number, &[5, 6]).await;
            facts
                .iter()
                .map(|(_, fact)| day_of(fact.start) - 18_000)
                .collect()
        };
        assert_eq!(days(Scope::Platform).await, [0, 1, 2]);
        assert_eq!(days(tree.acme_scope()).await, [0, 1]);
        let of_group = days(group_scope(tree.acme_sales)).await;
        assert!(of_group.is_empty(), "a group is less than a customer");
        let (reseller_id, other) = (tree.acme_sales.reseller_id, tree.cora_sales.reseller_id);
        assert_ne!(reseller_id, other);
        assert_eq!(days(Scope::Reseller { reseller_id }).await, [0, 1]);
        assert_eq!(days(Scope::Reseller { reseller_id: other }).await, [2]);

        let range = DayRange::of_seconds(NOON + SECONDS_PER_DAY, NOON + SECONDS_PER_DAY);
        let read = subject_days(db.reader(), Scope::Platform, SubjectKind::Number, &[5], range).await;
        assert_eq!(read.unwrap().len(), 1);
        let none = subject_days(db.reader(), Scope::Platform, SubjectKind::Pool, &[5], EVER).await;
        assert_eq!(none.unwrap(), [], "a pool is no number");
    })
    .await;
}
