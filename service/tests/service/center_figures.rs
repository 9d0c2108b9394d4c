//! Figures of call centers on own data: one moment, one read for many, no more than can be counted.

use jiff::civil::Date;
use queues::{EventKind as K, QueueEvent};
use service::{CallCenterId, Settings, Switchboard};
use store::{call_centers as centers, testing::on_both};

use crate::{
    own_centers::{center, create, day, event, id, import, range},
    world::{World, admin, fault, refusal, write},
};

/// A call that rang at one agent first and was answered by another.
fn call(number: i64, queue: &str) -> Vec<QueueEvent> {
    let (name, start) = (format!("{queue}-{number}"), number * 10);
    let event = |seconds, kind, agent| event(start + seconds, kind, queue, Some(&name), agent);
    vec![
        event(0, K::EnterQueue, None),
        event(2, K::RingNoAnswer, Some("SIP/2")),
        event(5, K::Connect, Some("SIP/1")),
        event(8, K::CompleteCaller, Some("SIP/1")),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_figures_are_of_one_moment_while_calls_come_in() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        import(&world, owner, call(0, "sales")).await;
        let own = center(&world, owner, "sales").await;
        let (switchboard, group_id) = (world.switchboard.clone(), owner.group_id);
        let writing = tokio::spawn(async move {
            let import = service::QueueImport {
                group_id,
                time_zone: "UTC".to_owned(),
                call_center: None,
            };
            for number in 1..150 {
                let events = call(number, "sales");
                let imported = switchboard.import_queue_events(&admin(), &import, events).await;
                imported.unwrap();
            }
        });
        let mut seen = std::collections::BTreeSet::new();
        loop {
            let over = writing.is_finished();
            let figures = world
                .switchboard
                .queue_figures(&admin(), &own, &range(0, 10_000))
                .await
                .unwrap();
            let agents = &figures.figures.agents;
            let (handled, rang) = (
                agents.get("SIP/1").unwrap().handled,
                agents.get("SIP/2").unwrap().unanswered,
            );
            // Each call is both; they are counted by two statements.
            assert_eq!(
                (handled, rang),
                (figures.figures.offered, figures.figures.offered)
            );
            seen.insert(handled);
            if over {
                break;
            }
        }
        writing.await.unwrap();
        assert_eq!(seen.last(), Some(&150));
        assert!(seen.len() > 3, "nothing was read while calls came in: {seen:?}");
    })
    .await;
}

#[tokio::test]
async fn many_centers_are_each_as_if_asked_alone_and_cost_the_statements_of_one() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        import(&world, owner, day()).await;
        for queue in 0..20 {
            let queue = format!("q{queue}");
            let mut events: Vec<QueueEvent> = (0..3).flat_map(|number| call(number, &queue)).collect();
            events.push(event(0, K::AddMember, &queue, None, Some("SIP/1")));
            import(&world, owner, events).await;
        }
        let off = event(25, K::AgentLogoff, "", None, Some("SIP/2"));
        import(
            &world,
            owner,
            vec![event(1, K::AgentLogin, "", None, Some("SIP/2")), off],
        )
        .await;
        let names = (0..20)
            .map(|queue| format!("q{queue}"))
            .chain(["sales".to_owned()]);
        let ids: Vec<CallCenterId> = names.map(|name| id(owner, &name)).collect();
        let read = async |ids: &[CallCenterId]| {
            let before = db.statements();
            let figures = world
                .switchboard
                .center_figures(&admin(), ids, range(3, 4_000))
                .await
                .unwrap();
            (figures, db.statements() - before)
        };
        read(&ids).await;
        let (together, statements) = read(&ids).await;
        assert_eq!(together.len(), 21);
        for id in &ids {
            let (alone, of_one) = read(std::slice::from_ref(id)).await;
            assert_eq!(alone.get(id), together.get(id), "{}", id.name);
            assert_eq!(of_one, statements);
        }
        assert_eq!(together[&ids[0]].figures.offered, 2);
        assert_eq!(together[&ids[0]].figures.agents["SIP/2"].staffed_ms, 2_522_000);
    })
    .await;
}

#[tokio::test]
async fn a_talk_whose_end_was_not_logged_ends_with_the_agents_next_answer() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        let mut lost = call(0, "sales");
        lost.pop();
        import(&world, owner, lost).await;
        import(&world, owner, [call(10, "sales"), call(100, "sales")].concat()).await;
        let own = center(&world, owner, "sales").await;
        let talking = async |start, end| {
            let figures = world
                .switchboard
                .queue_figures(&admin(), &own, &range(start, end))
                .await;
            figures.unwrap().figures.talking_ms
        };
        // Answered after 5 seconds, and the next one after 105.
        assert_eq!(talking(0, 100).await, 95_000);
        assert_eq!(talking(50, 100).await, 50_000);
        // The answer that ended it lies before these.
        assert_eq!(talking(200, 300).await, 0);
        assert_eq!(talking(1_000, 1_100).await, 3_000);
    })
    .await;
}

#[tokio::test]
async fn a_range_of_more_calls_than_can_be_counted_is_refused() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        import(
            &world,
            owner,
            (0..20).flat_map(|number| call(number, "sales")).collect(),
        )
        .await;
        let own = center(&world, owner, "sales").await;
        let narrow = Settings {
            most_queue_rows: 10,
            ..Settings::new("given")
        };
        let narrow = Switchboard::over(world.db().clone(), narrow).unwrap();
        let ten = narrow.queue_figures(&admin(), &own, &range(0, 91)).await;
        assert_eq!(ten.unwrap().figures.offered, 10);
        let eleven = narrow.queue_figures(&admin(), &own, &range(0, 101)).await;
        assert_eq!(refusal(eleven), fault("INVALID_INPUT", "input.range"));
    })
    .await;
}

#[tokio::test]
async fn the_last_reports_of_each_of_several_centers_are_listed() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        for name in ["one", "two", "none"] {
            let made = create(owner, name, &[]);
            world
                .switchboard
                .create_call_center(&admin(), made)
                .await
                .unwrap();
        }
        let first: Date = "2026-01-01".parse().unwrap();
        let days = move |count: usize| {
            let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(count);
            days.map(|day| (day, "a@example.com".to_owned()))
                .collect::<Vec<_>>()
        };
        write(db, move |tx| {
            Box::pin(async move {
                centers::insert_reports(tx, 1, &days(101)).await?;
                centers::insert_reports(tx, 2, &days(2)).await
            })
        })
        .await;
        let ids = ["one", "two", "none", "unknown"].map(|name| id(owner, name));
        let reports = world.switchboard.sent_reports(&admin(), &ids).await.unwrap();
        let days = |id: &CallCenterId| {
            let days = reports[id].iter().map(|report| report.day.to_string());
            days.collect::<Vec<_>>()
        };
        assert_eq!(days(&ids[0]).len(), 100);
        assert_eq!(
            (days(&ids[0])[0].as_str(), days(&ids[0])[99].as_str()),
            ("2026-04-11", "2026-01-02")
        );
        assert_eq!(days(&ids[1]), ["2026-01-02", "2026-01-01"]);
        assert_eq!(days(&ids[2]), [""; 0]);
        assert!(!reports.contains_key(&ids[3]));
    })
    .await;
}
