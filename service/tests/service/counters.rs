//! Counters of numbers against the numbers, whatever happens to them.

use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use provider_core::domain::{
    DealerFilter, GeographicMatch, KpiFilter, KpiStatusFilter, KpiType, NumberStatus, PoolMatch,
};
use service::{
    HoldNumber, ImportRow, ReleaseNumber, ResizeNumberPool, ResumeNumber, RetireNumberPool, Scope,
    ServiceError, ServiceResult, SuspendNumber, UpdateNumber,
};
use store::{
    kpis::{
        CountBy, CountKey, CountQuery, Folded, HistoryPoint, count_numbers, counts, fold, history,
        stock_levels, verify,
    },
    testing::{TestDatabase, databases, on_both},
};
use strum::IntoEnumIterator;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    invariants,
    world::{World, admin, assign, count, e164, exact, pool, reference, run},
};

/// What may happen to numbers; what isn't allowed at the time is refused, and that is part of the story.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Import(u8),
    Hold(u8),
    Assign(u8, u8),
    Suspend(u8),
    Resume(u8),
    Release(u8),
    Restore(u8),
    Move(u8, u8),
    Dealer(u8, u8),
    Pool(u8),
    Resize(u8),
    Retire,
    HoldsEnd,
    QuarantinesEnd,
    Fold,
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let which = 0..NUMBERS;
    prop_oneof![
        1 => which.clone().prop_map(Step::Import),
        2 => which.clone().prop_map(Step::Hold),
        6 => (which.clone(), any::<u8>()).prop_map(|(number, to)| Step::Assign(number, to)),
        2 => which.clone().prop_map(Step::Suspend),
        2 => which.clone().prop_map(Step::Resume),
        3 => which.clone().prop_map(Step::Release),
        2 => which.clone().prop_map(Step::Restore),
        3 => (which.clone(), any::<u8>()).prop_map(|(number, to)| Step::Move(number, to)),
        2 => (which, any::<u8>()).prop_map(|(number, to)| Step::Dealer(number, to)),
        1 => (1..4_u8).prop_map(Step::Pool),
        1 => (1..4_u8).prop_map(Step::Resize),
        1 => Just(Step::Retire),
        1 => Just(Step::HoldsEnd),
        1 => Just(Step::QuarantinesEnd),
        2 => Just(Step::Fold),
    ]
}

const NUMBERS: u8 = 12;

/// Half of them of Atlanta, the others British, toll-free and mobile ones.
fn number(which: u8) -> String {
    match which % 4 {
        0 | 1 => format!("+14043411{which:03}"),
        2 => format!("+448000123{which:03}"),
        _ => format!("+447700900{which:03}"),
    }
}

/// A world with stock, and numbers that somebody has from the beginning.
pub(crate) async fn world(db: &TestDatabase) -> World {
    let world = World::on(db).await;
    let numbers: Vec<String> = (0..NUMBERS).map(number).collect();
    world
        .stock(&numbers.iter().map(String::as_str).collect::<Vec<_>>())
        .await;
    world
}

/// Whether a step was refused is the story's business; that it failed is not.
fn may_be_refused<T>(answer: ServiceResult<T>) {
    match answer {
        Ok(_) | Err(ServiceError::Refused(_) | ServiceError::Busy(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
}

impl World {
    fn groups(&self, to: u8) -> service::Owner {
        let tenants = self.tenants;
        [tenants.sales, tenants.support, tenants.bolt, tenants.cora][usize::from(to % 4)]
    }

    async fn a_pool(&self, status: &str) -> Option<i64> {
        let sql = format!("SELECT COALESCE(MAX(id), 0) FROM pools WHERE status = '{status}'");
        Some(count(self.db(), &sql).await).filter(|id| *id > 0)
    }

    pub(crate) async fn take(&self, step: Step) {
        let (switchboard, who) = (&self.switchboard, admin());
        let id = async |which: u8| self.number(&number(which)).await.id;
        match step {
            Step::Import(which) => {
                let row = ImportRow {
                    number: format!("+1212555{:04}", 100 + u32::from(which)),
                    reseller: Some("NORTH".to_owned()),
                    dealer: Some("D-NORTH".to_owned()),
                    customer: Some("ACME".to_owned()),
                    group: Some("Sales".to_owned()),
                    name: Some(format!("imported {which}")),
                    termination_number: Some(crate::world::TERMINATION.to_owned()),
                    ..ImportRow::default()
                };
                may_be_refused(switchboard.import_numbers(&who, vec![row]).await);
            }
            Step::Hold(which) => {
                let hold = HoldNumber {
                    client_reference: reference(),
                    group_id: self.groups(which).group_id,
                    number: e164(&number(which)),
                    minutes: 15,
                };
                may_be_refused(switchboard.hold_number(&who, hold).await);
            }
            Step::Assign(which, to) => {
                let name = format!("{which} {}", reference());
                let request = assign(self.groups(to), &name, exact(&number(which)));
                may_be_refused(switchboard.assign_number(&who, request).await);
            }
            Step::Suspend(which) => {
                let number_id = id(which).await;
                let request = SuspendNumber {
                    number_id,
                    ..SuspendNumber::default()
                };
                may_be_refused(switchboard.suspend_number(&who, request).await);
            }
            Step::Resume(which) => {
                let number_id = id(which).await;
                let request = ResumeNumber {
                    number_id,
                    ..ResumeNumber::default()
                };
                may_be_refused(switchboard.resume_number(&who, request).await);
            }
            Step::Release(which) => {
                let number_id = id(which).await;
                let request = ReleaseNumber {
                    number_id,
                    ..ReleaseNumber::default()
                };
                may_be_refused(switchboard.release_number(&who, request).await);
            }
            Step::Restore(which) => may_be_refused(switchboard.restore_number(&who, id(which).await).await),
            Step::Move(which, to) => {
                let request = UpdateNumber {
                    number_id: id(which).await,
                    group_id: Some(self.groups(to).group_id),
                    ..UpdateNumber::default()
                };
                may_be_refused(switchboard.update_number(&who, request).await);
            }
            Step::Dealer(which, to) => {
                let tenants = self.tenants;
                let dealer = [None, Some(tenants.dealer), Some(tenants.other_dealer)][usize::from(to % 3)];
                let request = UpdateNumber {
                    number_id: id(which).await,
                    dealer_id: Some(dealer),
                    ..UpdateNumber::default()
                };
                may_be_refused(switchboard.update_number(&who, request).await);
            }
            Step::Pool(quantity) => {
                let matching = PoolMatch::Geographic(GeographicMatch::AreaCode {
                    country: numbering::CountryCode::US,
                    area_code: "404".to_owned(),
                });
                let request = pool(self.groups(quantity), &reference(), matching, u32::from(quantity));
                may_be_refused(switchboard.create_number_pool(&who, request).await);
            }
            Step::Resize(quantity) => {
                let Some(pool_id) = self.a_pool("ACTIVE").await else {
                    return;
                };
                let request = ResizeNumberPool {
                    client_reference: reference(),
                    pool_id,
                    quantity: u32::from(quantity),
                    allow_partial: quantity == 3,
                    keep_numbers: quantity % 2 == 0,
                };
                may_be_refused(switchboard.resize_number_pool(&who, request).await);
            }
            Step::Retire => {
                let Some(pool_id) = self.a_pool("ACTIVE").await else {
                    return;
                };
                let request = RetireNumberPool {
                    pool_id,
                    ..RetireNumberPool::default()
                };
                may_be_refused(switchboard.retire_number_pool(&who, request).await);
            }
            Step::HoldsEnd => {
                run(
                    self.db(),
                    "UPDATE numbers SET hold_until = 1 WHERE status = 'HELD'",
                )
                .await;
                may_be_refused(switchboard.sweep().await);
            }
            Step::QuarantinesEnd => {
                run(
                    self.db(),
                    "UPDATE numbers SET quarantine_until = 1 WHERE status = 'DROPPED'",
                )
                .await;
                may_be_refused(switchboard.sweep().await);
            }
            Step::Fold => {
                fold(self.db()).await.unwrap();
            }
        }
    }

    /// What is in stock, in use and resting of each type is what the numbers say.
    async fn stock_is_right(&self, scope: Scope, condition: &str) {
        let levels = stock_levels(self.db(), scope).await.unwrap();
        for number_type in numbering::NumberType::iter() {
            let told = levels.iter().filter(|level| level.key.number_type == number_type);
            let told: Vec<u64> = told
                .map(|level| [level.available, level.assigned, level.reserved, level.aging])
                .fold(vec![0; 4], |sums, level| {
                    sums.iter().zip(level).map(|(sum, more)| sum + more).collect()
                });
            let mut counted = Vec::new();
            for statuses in [
                "'AVAILABLE'",
                "'ACTIVE', 'SUSPENDED', 'PORTING_OUT'",
                "'HELD', 'PENDING', 'PORTING_IN'",
                "'DROPPED'",
            ] {
                let sql = format!(
                    "SELECT COUNT(*) FROM numbers WHERE status IN ({statuses}) AND number_type = '{number_type}' \
                     AND (status <> 'DROPPED' OR quarantine_until IS NOT NULL) AND {condition}"
                );
                counted.push(u64::try_from(count(self.db(), &sql).await).unwrap());
            }
            assert_eq!(told, counted, "{number_type} in {scope:?}");
        }
    }

    /// The counters equal a recount, and what is answered from them the numbers themselves.
    async fn counts_are_right(&self) {
        assert_eq!(verify(self.db()).await.unwrap(), []);
        let north = Scope::Reseller {
            reseller_id: self.tenants.sales.reseller_id,
        };
        let dealers = [
            None,
            Some(DealerFilter::Unassigned),
            Some(DealerFilter::Code("D-NORTH".to_owned())),
        ];
        self.stock_is_right(Scope::Platform, "1 = 1").await;
        self.stock_is_right(
            north,
            &format!("reseller_id = {}", self.tenants.sales.reseller_id),
        )
        .await;
        for scope in [Scope::Platform, north] {
            for (dealer, status) in dealers.iter().zip(KpiStatusFilter::iter()) {
                for by in [
                    CountBy::Nothing,
                    CountBy::Status,
                    CountBy::Dealer,
                    CountBy::Category,
                    CountBy::Pool,
                ] {
                    let filter = KpiFilter {
                        status,
                        dealer: dealer.clone(),
                        number_type: (by == CountBy::Status)
                            .then_some(KpiType::Type(numbering::NumberType::Geographic)),
                    };
                    let query = CountQuery::new(by, filter);
                    let told = counts(self.db(), scope, &query).await.unwrap();
                    let counted = count_numbers(self.db().reader(), scope, &query).await.unwrap();
                    assert_eq!(told, counted, "{query:?} in {scope:?}");
                }
            }
        }
    }
}

pub(crate) fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

#[test]
fn counters_equal_a_recount_after_any_sequence_of_changes() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let worlds = runtime.block_on(async {
        let mut worlds = Vec::new();
        for db in databases().await {
            let world = world(&db).await;
            worlds.push((db, world));
        }
        worlds
    });
    let story = vec(step(), 10..30);
    runner(8)
        .run(&story, |story| {
            runtime.block_on(async {
                for (db, world) in &worlds {
                    for step in &story {
                        world.take(*step).await;
                    }
                    world.counts_are_right().await;
                    while fold(db).await.unwrap().more() {}
                    world.counts_are_right().await;
                    invariants::hold(db).await;
                }
            });
            Ok(())
        })
        .unwrap();
    let left = runtime.block_on(count(&worlds[0].0, "SELECT COUNT(*) FROM number_changes"));
    assert_eq!(left, 0, "what was folded is gone");
    runtime.block_on(async move { drop(worlds) });
}

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Everything has happened since midnight: the figures of days, what is not folded and the present are of one moment.
async fn nothing_was_there(db: &store::Database, midnight: i64) {
    let query = CountQuery::new(CountBy::Nothing, KpiFilter::default());
    let instants = [midnight - DAY, midnight, midnight + 3 * DAY];
    let points = history(db, Scope::Platform, &query, &instants).await.unwrap();
    assert_eq!(points[0], HistoryPoint::default());
    assert_eq!(points[1].assigned_before, 0);
    assert_eq!(points[1].assigned - points[1].released, points[1].assigned_after);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counters_are_exact_at_every_moment_while_many_change_numbers_and_several_fold() {
    for db in databases().await {
        let midnight = db.now_ms().await.unwrap().div_euclid(DAY) * DAY;
        let world = world(&db).await;
        let (stop, stopped) = watch::channel(false);
        let mut folders = JoinSet::new();
        for _ in 0..2 {
            let (db, stopped) = (db.database(), stopped.clone());
            folders.spawn(async move {
                while !*stopped.borrow() {
                    fold(&db).await.unwrap();
                    tokio::task::yield_now().await;
                }
            });
        }
        let mut clients = JoinSet::new();
        for client in 0..4_u8 {
            let (world, mut runner) = (world.clone(), runner(1));
            let story = vec(step(), 25).new_tree(&mut runner).unwrap().current();
            clients.spawn(Box::pin(async move {
                for step in story {
                    world.take(step).await;
                    if client == 0 {
                        assert_eq!(verify(world.db()).await.unwrap(), []);
                        nothing_was_there(world.db(), midnight).await;
                    }
                }
            }));
        }
        clients.join_all().await;
        stop.send_replace(true);
        folders.join_all().await;
        world.counts_are_right().await;
    }
}

#[tokio::test]
async fn a_fold_that_is_cut_off_midway_is_as_if_it_had_not_begun() {
    on_both(async |db| {
        let world = world(db).await;
        world.give(&number(0), "Name").await;
        let waiting = "SELECT COUNT(*) FROM number_changes";
        let before = count(db, waiting).await;
        assert!(before > 0);
        // By then the changes are removed and the customers counted.
        run(db, "ALTER TABLE kpi_cells RENAME TO kpi_cells_away").await;
        assert!(fold(db).await.is_err());
        run(db, "ALTER TABLE kpi_cells_away RENAME TO kpi_cells").await;
        assert_eq!(count(db, waiting).await, before);
        assert_eq!(count(db, "SELECT COUNT(*) FROM kpi_customers").await, 0);
        world.counts_are_right().await;
        assert_eq!(
            fold(db).await.unwrap(),
            Folded::Changes(usize::try_from(before).unwrap())
        );
        assert_eq!(count(db, waiting).await, 0);
        world.counts_are_right().await;
    })
    .await;
}

#[tokio::test]
async fn counters_of_a_database_that_had_numbers_before_them_are_built_by_the_worker() {
    on_both(async |db| {
        let world = world(db).await;
        world.give(&number(0), "Name").await;
        for statement in [
            "UPDATE settings SET value = 'REBUILD' WHERE name = 'kpi_counters_3'",
            "DELETE FROM number_changes",
        ] {
            run(db, statement).await;
        }
        assert!(!world.switchboard.verify_counters().await.unwrap().is_empty());
        world.switchboard.keep_counters().await.unwrap();
        assert_eq!(world.switchboard.verify_counters().await.unwrap(), []);
        world.counts_are_right().await;
        let active = world.status(&number(0)).await;
        assert_eq!(active, NumberStatus::Active);
    })
    .await;
}

/// The present instant, once it is over: whatever happens next happens later.
async fn tick(db: &TestDatabase) -> i64 {
    let now = db.now_ms().await.unwrap();
    while db.now_ms().await.unwrap() <= now {
        tokio::task::yield_now().await;
    }
    now + 1
}

/// Numbers, customers and numbers with an owner, as they are.
async fn present(db: &TestDatabase, scope: Scope, query: &CountQuery) -> (u64, u64, u64) {
    let total = counts(db, scope, query).await.unwrap();
    let by_status = CountQuery {
        by: CountBy::Status,
        ..query.clone()
    };
    let has_owner = |key: &CountKey| {
        matches!(
            key,
            CountKey::Status(NumberStatus::Active | NumberStatus::Suspended | NumberStatus::PortingOut)
        )
    };
    let rows = counts(db, scope, &by_status).await.unwrap();
    let owned = rows
        .iter()
        .filter(|row| has_owner(&row.key))
        .map(|row| row.number_count)
        .sum();
    (total[0].number_count, total[0].customer_count, owned)
}

#[test]
fn a_history_tells_what_was_counted_at_the_time() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let story = vec(vec(step(), 6), 7);
    runner(2)
        .run(&story, |story| {
            runtime.block_on(on_both(async |db| {
                let world = world(db).await;
                let acme = crate::world::customer_scope(world.tenants.sales);
                let north = Scope::Reseller {
                    reseller_id: world.tenants.sales.reseller_id,
                };
                let filter = |status, dealer| KpiFilter {
                    status,
                    dealer,
                    number_type: None,
                };
                let ours = Some(DealerFilter::Code("D-NORTH".to_owned()));
                let views: Vec<(Scope, CountQuery)> = [
                    (Scope::Platform, KpiFilter::default()),
                    (Scope::Platform, filter(KpiStatusFilter::NotDropped, ours)),
                    (
                        north,
                        filter(KpiStatusFilter::NotDropped, Some(DealerFilter::Unassigned)),
                    ),
                    (acme, KpiFilter::default()),
                    (acme, filter(KpiStatusFilter::Dropped, None)),
                ]
                .into_iter()
                .map(|(scope, filter)| (scope, CountQuery::new(CountBy::Nothing, filter)))
                .collect();
                let (mut instants, mut seen) = (
                    Vec::from([tick(db).await]),
                    Vec::from_iter(views.iter().map(|_| Vec::new())),
                );
                for chapter in &story {
                    for step in chapter {
                        world.take(*step).await;
                    }
                    instants.push(tick(db).await);
                    for ((scope, query), seen) in views.iter().zip(&mut seen) {
                        seen.push(present(db, *scope, query).await);
                    }
                }
                for ((scope, query), seen) in views.iter().zip(&seen) {
                    let points = history(db, *scope, query, &instants).await.unwrap();
                    let told: Vec<_> = points
                        .iter()
                        .map(|point| (point.number_count, point.customer_count, point.assigned_after))
                        .collect();
                    assert_eq!(&told, seen, "{query:?} in {scope:?}");
                    for point in &points {
                        assert_eq!(
                            point.assigned_before + point.assigned,
                            point.assigned_after + point.released,
                            "{point:?}"
                        );
                    }
                    let links = points.windows(2);
                    assert!(
                        links
                            .into_iter()
                            .all(|pair| pair[0].assigned_after == pair[1].assigned_before)
                    );
                }
                let before_all = history(db, Scope::Platform, &views[0].1, &[0, 1]).await.unwrap();
                assert_eq!(before_all[0].number_count, 0, "nothing was there");
            }));
            Ok(())
        })
        .unwrap();
}
