//! History from the figures of days against the same from the histories of the numbers.

use numbering::{CountryCode, NumberCategory, NumberType};
use proptest::{collection::vec, prelude::*};
use provider_core::domain::{DealerFilter, KpiFilter, KpiStatusFilter, KpiType};
use store::{
    Scope,
    kpis::{CountBy, CountQuery, Within, fold, history, history_of_events, rebuild, verify},
    testing::{TestDatabase, databases},
};
use strum::IntoEnumIterator;

use crate::{
    counters::{Step, runner, step, world},
    world::{World, count, run},
};

const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;
/// Days that a story is about, before today.
const DAYS: i64 = 8;

/// What happens between two moves of the clock.
#[derive(Debug, Clone)]
struct Chapter {
    steps: Vec<Step>,
    /// After how many hours.
    later: i64,
    /// Whether it is folded at its end; else that comes late.
    folded: bool,
}

fn chapter() -> impl Strategy<Value = Chapter> {
    let steps = vec(step(), 5).prop_map(|steps| {
        let own = steps.into_iter().filter(|step| !matches!(step, Step::Fold));
        own.collect()
    });
    (steps, 2..26_i64, any::<bool>()).prop_map(|(steps, later, folded)| Chapter { steps, later, folded })
}

/// Lets what happened since the last time have happened at another one.
struct Clock {
    began: i64,
    events: i64,
    changes: i64,
}

impl Clock {
    async fn start(db: &TestDatabase) -> Self {
        Self {
            began: db.now_ms().await.unwrap(),
            events: 0,
            changes: 0,
        }
    }

    async fn it_was(&mut self, db: &TestDatabase, instant: i64) {
        let back = self.began - instant;
        for (table, last) in [
            ("number_events", &mut self.events),
            ("number_changes", &mut self.changes),
        ] {
            run(
                db,
                &format!("UPDATE {table} SET at = at - {back} WHERE id > {last}"),
            )
            .await;
            let newest = count(db, &format!("SELECT COALESCE(MAX(id), 0) FROM {table}")).await;
            *last = newest.max(*last);
        }
        self.began = db.now_ms().await.unwrap();
    }
}

/// Every scope and filter that there are figures for.
fn views(world: &World) -> Vec<(Scope, CountQuery)> {
    let north = Scope::Reseller {
        reseller_id: world.tenants.sales.reseller_id,
    };
    let dealers = [
        None,
        Some(DealerFilter::Unassigned),
        Some(DealerFilter::Code("D-NORTH".to_owned())),
        Some(DealerFilter::Code("D-NOBODY".to_owned())),
    ];
    let types = [
        None,
        Some(KpiType::Type(NumberType::TollFree)),
        Some(KpiType::Category(NumberCategory::Geographic)),
        Some(KpiType::Category(NumberCategory::NonGeographic)),
    ];
    let within = |provider: Option<&str>, country| Within {
        provider: provider.map(str::to_owned),
        country,
        ..Within::default()
    };
    let withins = [
        Within::default(),
        within(Some("inventory"), None),
        within(Some("nobody"), None),
        within(None, Some(CountryCode::US)),
        within(None, Some(CountryCode::GB)),
    ];
    let mut views = Vec::new();
    for scope in [Scope::Platform, north] {
        for status in KpiStatusFilter::iter() {
            for dealer in &dealers {
                for number_type in types {
                    for within in &withins {
                        let filter = KpiFilter {
                            status,
                            dealer: dealer.clone(),
                            number_type,
                        };
                        let query = CountQuery {
                            within: within.clone(),
                            ..CountQuery::new(CountBy::Nothing, filter)
                        };
                        views.push((scope, query));
                    }
                }
            }
        }
    }
    views
}

/// Both ways tell the same of each day, and of the whole time at once.
async fn told_alike(db: &TestDatabase, world: &World, first: i64, step: usize) {
    let today = db.now_ms().await.unwrap().div_euclid(DAY);
    let each: Vec<i64> = (first..=today + 1).map(|day| day * DAY).collect();
    let at_once = vec![first * DAY, (today + 5) * DAY];
    for (scope, query) in views(world).into_iter().step_by(step) {
        for instants in [&each, &at_once] {
            let told = history(db, scope, &query, instants).await.unwrap();
            let expected = history_of_events(db, scope, &query, instants).await.unwrap();
            assert_eq!(told, expected, "{query:?} in {scope:?} on {:?}", db.backend());
        }
    }
}

async fn lived(db: &TestDatabase, story: &[Chapter], built_later: bool) {
    let first = db.now_ms().await.unwrap().div_euclid(DAY) - DAYS;
    let mut instant = first * DAY - 12 * HOUR;
    let mut clock = Clock::start(db).await;
    let world = world(db).await;
    for which in 0..4 {
        world.take(Step::Assign(which, which)).await;
    }
    clock.it_was(db, instant).await;
    if built_later {
        assert!(rebuild(db).await.unwrap());
        let from = "UPDATE settings SET value = ";
        run(db, &format!("{from}'{first}' WHERE name = 'kpi_days_from'")).await;
    }
    instant += 11 * HOUR;
    for chapter in story {
        for step in &chapter.steps {
            world.take(*step).await;
        }
        instant += chapter.later * HOUR;
        clock.it_was(db, instant).await;
        if chapter.folded {
            while fold(db).await.unwrap().more() {}
        }
        told_alike(db, &world, first, 97).await;
    }
    assert_eq!(verify(db).await.unwrap(), []);
    told_alike(db, &world, first, 17).await;
    while fold(db).await.unwrap().more() {}
    told_alike(db, &world, first, 3).await;
    told_alike(db, &world, first - 2, 61).await;
    figures_are_what_tells(db, &world, first).await;
}

/// What is planted into the figures is told: it is they that are read, and from the day on that they begin with.
async fn figures_are_what_tells(db: &TestDatabase, world: &World, first: i64) {
    run(db, "UPDATE kpi_days SET live = live - 1, assigned = assigned + 1").await;
    let today = db.now_ms().await.unwrap().div_euclid(DAY);
    let instants = [first * DAY, (today + 1) * DAY];
    let (scope, query) = views(world).swap_remove(0);
    let told = history(db, scope, &query, &instants).await.unwrap();
    let lived = history_of_events(db, scope, &query, &instants).await.unwrap();
    assert!(told[0].assigned > lived[0].assigned, "{told:?}");
    run(
        db,
        &format!(
            "UPDATE settings SET value = '{}' WHERE name = 'kpi_days_from'",
            first + 1
        ),
    )
    .await;
    assert_eq!(history(db, scope, &query, &instants).await.unwrap(), lived);
}

#[test]
fn figures_of_days_tell_what_the_histories_of_numbers_tell_folded_late_or_not() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let story = (vec(chapter(), 7), any::<bool>());
    runner(2)
        .run(&story, |(story, built_later)| {
            runtime.block_on(async {
                for db in databases().await {
                    lived(&db, &story, built_later).await;
                }
            });
            Ok(())
        })
        .unwrap();
}
