//! Call centers on own data: imports, figures, settings.

use jiff::Timestamp;
use provider_core::domain::{AddressChange, Period, ProviderId, ReportingUpdate};
use queues::{EventKind as K, Presence, QueueCall, QueueEvent, QueueTally, fold_calls, fold_presence};
use service::{
    AccessLevel, AgentName, CallCenter, CallCenterId, CreateCallCenter, INVENTORY_ID, OperationState,
    OwnCallCenter, Owner, Principal, QueueImport, QueueImportReport, Scope, ServiceError, Switchboard,
    UpdateCallCenter, UpdateCallCenterReporting,
};
use store::{call_centers as centers, testing::on_both};

use crate::world::{World, admin, customer_scope, fault, key, manager_of, reference, refusal};

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

pub(crate) fn range(start: i64, end: i64) -> Period {
    Period::new(at(start), at(end)).unwrap()
}

pub(crate) fn event(
    seconds: i64,
    kind: K,
    queue: &str,
    call: Option<&str>,
    agent: Option<&str>,
) -> QueueEvent {
    QueueEvent {
        at: at(seconds),
        kind,
        queue: (!queue.is_empty()).then(|| queue.to_owned()),
        call: call.map(str::to_owned),
        agent: agent.map(str::to_owned),
        wait_ms: None,
        lasted_ms: None,
        detail: None,
    }
}

/// A day at work: two agents, calls of every outcome, a log-off whose log-in is older than the log.
pub(crate) fn day() -> Vec<QueueEvent> {
    let mut off = event(3_000, K::AgentLogoff, "", None, Some("SIP/2"));
    off.lasted_ms = Some(2_500_000);
    let mut events = vec![
        event(0, K::AddMember, "sales", None, Some("SIP/1")),
        event(600, K::Pause, "sales", None, Some("SIP/1")),
        event(900, K::Unpause, "sales", None, Some("SIP/1")),
        event(3_600, K::RemoveMember, "sales", None, Some("SIP/1")),
        event(4_000, K::AddMember, "sales", None, Some("SIP/1")),
        off,
        event(200, K::Full, "sales", Some("full"), None),
    ];
    for index in 0..40_i64 {
        let (call, start) = (format!("c{index}"), index * 90);
        let mut push = |seconds: i64, kind: K, agent: Option<&str>| {
            events.push(event(start + seconds, kind, "sales", Some(&call), agent));
        };
        push(0, K::EnterQueue, None);
        match index % 5 {
            0 => push(20 + index, K::Abandon, None),
            1 => push(60, K::ExitWithTimeout, None),
            2 => push(30, K::ExitWithKey, None),
            _ => {
                push(5, K::RingNoAnswer, Some("SIP/2"));
                push(
                    10 + index % 7,
                    K::Connect,
                    Some(if index % 2 == 0 { "SIP/1" } else { "SIP/2" }),
                );
                push(70, K::CompleteCaller, Some("SIP/1"));
            }
        }
    }
    events
}

/// Everything in another order.
fn shuffled(mut events: Vec<QueueEvent>, seed: u64) -> Vec<QueueEvent> {
    let mut state = seed;
    for index in (1..events.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).unwrap() % (index + 1);
        events.swap(index, other);
    }
    events
}

pub(crate) async fn import(world: &World, owner: Owner, events: Vec<QueueEvent>) -> QueueImportReport {
    let import = QueueImport {
        group_id: owner.group_id,
        time_zone: "Europe/Brussels".to_owned(),
        call_center: None,
    };
    let imported = world
        .switchboard
        .import_queue_events(&admin(), &import, events)
        .await;
    imported.unwrap()
}

/// All that was made of a group's events.
async fn made(world: &World, owner: Owner) -> (Vec<QueueCall>, Vec<Presence>, Option<Timestamp>) {
    let (reader, group) = (world.db().reader(), owner.group_id);
    let queues = ["sales".to_owned()];
    let (mut sessions, _) = centers::touching_sessions(reader, group, &queues, &range(-100_000, 100_000), 0)
        .await
        .unwrap();
    sessions.sort();
    (
        centers::queue_calls_of(reader, group).await.unwrap(),
        sessions,
        centers::known_until(reader, group).await.unwrap(),
    )
}

pub(crate) async fn center(world: &World, owner: Owner, name: &str) -> CallCenter {
    let id = id(owner, name);
    let found = world
        .switchboard
        .call_centers_by_ids(&admin(), std::slice::from_ref(&id))
        .await;
    found.unwrap().remove(&id).unwrap()
}

pub(crate) fn id(owner: Owner, name: &str) -> CallCenterId {
    CallCenterId {
        provider: ProviderId::parse(INVENTORY_ID).unwrap(),
        group_id: owner.group_id,
        name: name.to_owned(),
    }
}

pub(crate) async fn facts(switchboard: &Switchboard, who: &Principal, center: &CallCenter) -> OwnCallCenter {
    let id = center.id();
    let found = switchboard.own_call_centers(who, std::slice::from_ref(&id)).await;
    found.unwrap().remove(&id).unwrap()
}

pub(crate) fn create(owner: Owner, name: &str, queues: &[&str]) -> CreateCallCenter {
    CreateCallCenter {
        group_id: owner.group_id,
        name: name.to_owned(),
        time_zone: "Europe/Brussels".to_owned(),
        collection_period_minutes: None,
        queues: queues.iter().map(|queue| (*queue).to_owned()).collect(),
    }
}

#[tokio::test]
async fn events_make_the_same_calls_and_sessions_in_whatever_order_and_portions_they_come() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        let report = import(&world, owner, day()).await;
        assert_eq!((report.added, report.known), (day().len() as u64, 0));
        assert_eq!(report.new_centers, ["sales"]);
        let expected = made(&world, owner).await;
        assert_eq!(expected.0, {
            let mut calls = fold_calls(&day());
            calls.sort_by(|one, other| (&one.call, &one.queue).cmp(&(&other.call, &other.queue)));
            calls
        });
        let mut sessions = fold_presence(&day());
        sessions.sort();
        assert_eq!(expected.1, sessions);
        // Twice changes nothing.
        let again = import(&world, owner, day()).await;
        assert_eq!((again.added, again.known), (0, day().len() as u64));
        assert_eq!(made(&world, owner).await, expected);
        // Elsewhere, in portions, out of order, one of them again and again.
        for (seed, portion, owner) in [
            (1, 1, world.tenants.support),
            (2, 7, world.tenants.bolt),
            (3, 50, world.tenants.cora),
        ] {
            let events = shuffled(day(), seed);
            for portion in events.chunks(portion) {
                import(&world, owner, portion.to_vec()).await;
                import(&world, owner, portion.to_vec()).await;
            }
            assert_eq!(made(&world, owner).await, expected, "in portions of {portion}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_import_that_was_cut_off_ends_the_same_when_it_is_repeated() {
    on_both(async |db| {
        let world = World::on(db).await;
        import(&world, world.tenants.sales, day()).await;
        let events = day();
        let (before, _) = events.split_at(events.len() / 3);
        import(&world, world.tenants.support, before.to_vec()).await;
        let whole = import(&world, world.tenants.support, events.clone()).await;
        assert_eq!(whole.known, before.len() as u64);
        assert_eq!(
            made(&world, world.tenants.support).await,
            made(&world, world.tenants.sales).await
        );
    })
    .await;
}

#[tokio::test]
async fn an_event_of_the_future_is_left_out_and_named() {
    on_both(async |db| {
        let world = World::on(db).await;
        let mut late = event(0, K::Abandon, "sales", Some("x"), None);
        late.at = "2199-01-01T00:00:00Z".parse().unwrap();
        let report = import(&world, world.tenants.sales, vec![day().remove(0), late]).await;
        assert_eq!((report.added, report.in_the_future), (1, vec![1]));
    })
    .await;
}

#[tokio::test]
async fn statistics_are_those_of_the_events_by_the_document_and_in_full() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        import(&world, owner, day()).await;
        let center = center(&world, owner, "sales").await;
        for (start, end) in [(0, 4_000), (100, 2_000), (3_000, 20_000), (50_000, 60_000)] {
            let range = range(start, end);
            let known = day().iter().map(|event| event.at).max().unwrap();
            let mut tally = QueueTally::new(range, known, ["sales".to_owned()], true);
            fold_calls(&day()).iter().for_each(|call| tally.call(call));
            fold_presence(&day())
                .iter()
                .for_each(|session| tally.presence(session));
            for agent in ["SIP/1", "SIP/2"] {
                let rings = day().into_iter().filter(|event| {
                    event.kind == K::RingNoAnswer
                        && event.agent.as_deref() == Some(agent)
                        && (range.start()..range.end()).contains(&event.at)
                });
                tally.unanswered(agent, rings.count() as u64);
            }
            let expected = tally.finish();
            let figures = world
                .switchboard
                .queue_figures(&admin(), &center, &range)
                .await
                .unwrap();
            assert_eq!(figures.figures, expected, "{start} to {end}");
            let statistics = world
                .switchboard
                .call_center_statistics(&admin(), &center, &range)
                .await;
            let statistics = statistics.unwrap();
            assert_eq!(statistics.queue, expected.queue_statistics());
            assert_eq!(statistics.range, range);
            let handled: u64 = statistics.agents.iter().map(|agent| agent.calls_handled).sum();
            assert_eq!(handled, expected.answered());
            let available: Vec<_> = statistics
                .agents
                .iter()
                .map(|agent| (agent.agent_user_id.as_str(), agent.available))
                .collect();
            assert_eq!(available, [("SIP/1", Some(true)), ("SIP/2", Some(false))]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_center_of_no_events_has_no_averages() {
    on_both(async |db| {
        let world = World::on(db).await;
        let owner = world.tenants.sales;
        let made = world
            .switchboard
            .create_call_center(&admin(), create(owner, "empty", &["q"]))
            .await;
        let statistics = world
            .switchboard
            .call_center_statistics(&admin(), &made.unwrap(), &range(0, 60))
            .await;
        let statistics = statistics.unwrap();
        assert_eq!(statistics.queue.average_wait_seconds, None);
        assert_eq!(statistics.queue.average_agents_staffed, None);
        assert_eq!(statistics.agents, []);
    })
    .await;
}

#[tokio::test]
async fn centers_are_made_named_listed_and_given_queues_and_agents() {
    on_both(async |db| {
        let world = World::on(db).await;
        let (owner, switchboard) = (world.tenants.sales, &world.switchboard);
        let manager = manager_of(owner);
        switchboard
            .create_call_center(&manager, create(owner, " Front desk ", &["sales", "desk"]))
            .await
            .unwrap();
        assert_eq!(
            import(&world, owner, day()).await.new_centers,
            Vec::<String>::new()
        );
        let own = center(&world, owner, "Front desk").await;
        let set = facts(switchboard, &manager, &own).await;
        assert_eq!(
            (set.time_zone.as_str(), set.queues),
            ("Europe/Brussels", vec!["desk".to_owned(), "sales".to_owned()])
        );
        let listed = switchboard
            .call_centers(&manager, None, owner.group_id)
            .await
            .unwrap();
        assert_eq!(listed, std::slice::from_ref(&own));
        let agent = AgentName {
            agent: "SIP/1".to_owned(),
            first_name: Some("Ada".to_owned()),
            last_name: None,
        };
        let update = UpdateCallCenter {
            call_center: own.id(),
            time_zone: Some("america/new_york".to_owned()),
            queues: Some(vec!["sales".to_owned()]),
            agents: vec![agent],
        };
        switchboard.update_call_center(&manager, update).await.unwrap();
        let set = facts(switchboard, &manager, &own).await;
        assert_eq!(
            (set.time_zone.as_str(), set.queues),
            ("America/New_York", vec!["sales".to_owned()])
        );
        let statistics = switchboard
            .call_center_statistics(&manager, &own, &range(0, 4_000))
            .await
            .unwrap();
        let names: Vec<_> = statistics
            .agents
            .iter()
            .map(|agent| agent.first_name.as_deref())
            .collect();
        assert_eq!(names, [Some("Ada"), None]);
        // A queue that has no center any more gets one of its own.
        let desk = vec![event(0, K::EnterQueue, "desk", Some("d"), None)];
        assert_eq!(import(&world, owner, desk).await.new_centers, ["desk"]);
    })
    .await;
}

#[tokio::test]
async fn what_can_not_be_made_or_changed_is_refused_at_its_field() {
    on_both(async |db| {
        let world = World::on(db).await;
        let (owner, switchboard) = (world.tenants.sales, &world.switchboard);
        switchboard
            .create_call_center(&admin(), create(owner, "desk", &["q"]))
            .await
            .unwrap();
        for (request, code, path) in [
            (create(owner, "desk", &[]), "NAME_TAKEN", "input.name"),
            (create(owner, " ", &[]), "INVALID_INPUT", "input.name"),
            (create(owner, "other", &["q"]), "NAME_TAKEN", "input.queues"),
            (create(owner, "other", &[""]), "INVALID_INPUT", "input.queues"),
            (
                CreateCallCenter {
                    time_zone: "Mars".to_owned(),
                    ..create(owner, "other", &[])
                },
                "INVALID_INPUT",
                "input.timeZone",
            ),
            (
                CreateCallCenter {
                    collection_period_minutes: Some(20),
                    ..create(owner, "other", &[])
                },
                "INVALID_INPUT",
                "input.collectionPeriodMinutes",
            ),
            (
                CreateCallCenter {
                    group_id: 9_999,
                    ..create(owner, "other", &[])
                },
                "UNKNOWN_GROUP",
                "input.groupId",
            ),
        ] {
            let refused = switchboard.create_call_center(&admin(), request).await;
            assert_eq!(refusal(refused), fault(code, path));
        }
        let nothing = UpdateCallCenter {
            call_center: id(owner, "desk"),
            time_zone: None,
            queues: None,
            agents: Vec::new(),
        };
        let refused = switchboard.update_call_center(&admin(), nothing.clone()).await;
        assert_eq!(refusal(refused), fault("INVALID_INPUT", "input"));
        let agents = vec![AgentName {
            agent: String::new(),
            first_name: None,
            last_name: None,
        }];
        let refused = switchboard
            .update_call_center(
                &admin(),
                UpdateCallCenter {
                    agents,
                    ..nothing.clone()
                },
            )
            .await;
        assert_eq!(refusal(refused), fault("INVALID_INPUT", "input.agents.0"));
        let elsewhere = UpdateCallCenter {
            call_center: id(owner, "none"),
            time_zone: Some("UTC".to_owned()),
            ..nothing
        };
        let refused = switchboard.update_call_center(&admin(), elsewhere).await;
        assert_eq!(refusal(refused), fault("NOT_FOUND", "input.callCenterId"));
    })
    .await;
}

#[tokio::test]
async fn other_tenants_centers_look_absent_and_levels_hold() {
    on_both(async |db| {
        let world = World::on(db).await;
        let (owner, switchboard) = (world.tenants.sales, &world.switchboard);
        switchboard
            .create_call_center(&admin(), create(owner, "desk", &["q"]))
            .await
            .unwrap();
        let stranger = manager_of(world.tenants.cora);
        let seen = switchboard
            .call_centers_by_ids(&stranger, &[id(owner, "desk")])
            .await
            .unwrap();
        assert_eq!(seen.len(), 0);
        let update = UpdateCallCenter {
            call_center: id(owner, "desk"),
            time_zone: Some("UTC".to_owned()),
            queues: None,
            agents: Vec::new(),
        };
        assert_eq!(
            refusal(switchboard.update_call_center(&stranger, update).await),
            fault("NOT_FOUND", "input.callCenterId")
        );
        let created = switchboard
            .create_call_center(&stranger, create(owner, "mine", &[]))
            .await;
        assert_eq!(refusal(created), fault("UNKNOWN_GROUP", "input.groupId"));
        let viewer = key(AccessLevel::Viewer, customer_scope(owner));
        let created = switchboard
            .create_call_center(&viewer, create(owner, "mine", &[]))
            .await;
        assert!(matches!(created, Err(ServiceError::AccessDenied)));
        let import = QueueImport {
            group_id: owner.group_id,
            time_zone: "UTC".to_owned(),
            call_center: None,
        };
        let imported = switchboard
            .import_queue_events(&manager_of(owner), &import, day())
            .await;
        assert!(matches!(imported, Err(ServiceError::AccessDenied)));
        let reader = key(AccessLevel::Kpi, Scope::Platform);
        let read = switchboard
            .queue_figures(&reader, &center(&world, owner, "desk").await, &range(0, 60))
            .await;
        assert!(matches!(read, Err(ServiceError::AccessDenied)));
    })
    .await;
}

#[tokio::test]
async fn settings_are_kept_and_decide_when_the_next_report_is_due() {
    on_both(async |db| {
        let world = World::on(db).await;
        let (owner, switchboard) = (world.tenants.sales, &world.switchboard);
        let own = switchboard
            .create_call_center(&admin(), create(owner, "desk", &["q"]))
            .await
            .unwrap();
        let usual = switchboard.call_center_reporting(&admin(), &own).await.unwrap();
        assert_eq!(
            (usual.generate_daily_report, usual.collection_period_minutes),
            (false, 30)
        );
        let change = async |update| {
            let request = UpdateCallCenterReporting {
                client_reference: reference(),
                call_center: own.id(),
                update,
            };
            let answer = switchboard
                .update_call_center_reporting(&admin(), request)
                .await
                .unwrap();
            assert_eq!(answer.operation.state, OperationState::Succeeded);
            let record = centers::call_center(db.reader(), Scope::Platform, owner.group_id, "desk").await;
            record.unwrap().unwrap()
        };
        let address = |text: &str| Some(AddressChange::Set(text.to_owned()));
        let on = ReportingUpdate {
            generate_daily_report: Some(true),
            collection_period_minutes: Some(60),
            ..ReportingUpdate::default()
        };
        assert_eq!(change(on).await.report_due_at, None, "nobody to send it to");
        let set = ReportingUpdate {
            reporting_email_address_1: address("a@example.com"),
            reporting_email_address_2: address("b@example.com"),
            ..ReportingUpdate::default()
        };
        let due = change(set).await.report_due_at.unwrap();
        let local = due.to_zoned(jiff::tz::TimeZone::get("Europe/Brussels").unwrap());
        assert_eq!(local.time(), jiff::civil::Time::midnight());
        assert!(due > Timestamp::now());
        let settings = switchboard.call_center_reporting(&admin(), &own).await.unwrap();
        assert_eq!(
            settings.reporting_email_address_2.as_deref(),
            Some("b@example.com")
        );
        let deleted = ReportingUpdate {
            reporting_email_address_2: Some(AddressChange::Delete),
            ..ReportingUpdate::default()
        };
        assert_eq!(change(deleted).await.reporting.reporting_email_address_2, None);
        let off = ReportingUpdate {
            generate_daily_report: Some(false),
            ..ReportingUpdate::default()
        };
        assert_eq!(change(off).await.report_due_at, None);
    })
    .await;
}
