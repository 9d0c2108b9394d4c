//! Statistics of our own calls: imported, packed, counted, and listed again.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use provider_core::{
    call::{ActorRef, CallContext, TenantRef},
    contract::call_stats as checks,
    domain::{
        CallCounts, CallDirection, CallStatisticsQuery, CustomerRef, EmployeeSort, GroupingInterval, Period,
    },
    error::ErrorKind,
};
use service::{
    CallFilter, CallImportRequest, CallLine, CallSettings, CallStatistics, CallStatisticsRequest,
    EmployeeRow, PartyDisposition, Scope, ServiceError, Side, SubjectKind,
};
use store::{
    Database, DatabaseOptions,
    calls::CallSource,
    testing::{TestDatabase, on_both},
};

use crate::world::{World, admin, customer_scope, key};

/// When the calls begin: the day on which clocks go forward in Copenhagen.
const BEGINNING: &str = "2021-03-28T00:00:00Z";
pub(crate) const CALLS: usize = 160;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn person(customer: &str, name: &str, extension: &str) -> EmployeeRow {
    EmployeeRow {
        customer: customer.to_owned(),
        name: name.to_owned(),
        extension: Some(extension.to_owned()),
        extension_since: Some(Timestamp::UNIX_EPOCH),
        ..EmployeeRow::default()
    }
}

/// The people of acme, and one of cora; acme has the number that calls come to.
pub(crate) async fn planted(db: &TestDatabase) -> World {
    let world = World::on(db).await;
    let rows = vec![
        person("ACME", "Åse", "200"),
        person("ACME", "Bo", "99"),
        person("ACME", "anders", "100"),
        person("ACME", "Zoë", "1000"),
        person("CORA", "Cora", "99"),
    ];
    world.switchboard.import_employees(&admin(), rows).await.unwrap();
    world.stock(&["+19056371000"]).await;
    world.give("+19056371000", "Main").await;
    world
}

/// The legs of a call: one for each telephone that rang.
pub(crate) fn legs(index: usize) -> Vec<CallLine> {
    let start = at(BEGINNING) + SignedDuration::from_secs(i64::try_from(index * 3607).unwrap());
    let extensions = ["99", "100", "200", "1000"];
    let pick = |offset: usize| extensions[(index / 3 + offset) % 4].to_owned();
    let (caller, called) = match index % 5 {
        // From outside, to a ring group.
        0 | 1 => ("+14165550000".to_owned(), vec![pick(0), pick(1), pick(2)]),
        // From outside, to one.
        2 => ("+14165550001".to_owned(), vec![pick(0)]),
        // Local.
        3 => (pick(0), vec![pick(1)]),
        _ => (pick(0), vec!["+14165550002".to_owned()]),
    };
    let answers = index.is_multiple_of(3);
    let leg = |(position, callee): (usize, String)| {
        let answered = answers && position == 0;
        let disposition = match (answered, index % 4) {
            (true, _) => "ANSWERED",
            (false, 1) => "BUSY",
            (false, 2) => "FAILED",
            _ => "UNANSWERED",
        };
        CallLine {
            call_id: format!("call-{index}"),
            start: start.to_string(),
            ring_seconds: Some(u32::try_from(index % 40).unwrap()),
            talk_seconds: answered.then(|| u32::try_from(index % 25).unwrap()),
            disposition: Some(disposition.to_owned()),
            caller: Some(caller.clone()),
            callee: Some(callee.clone()),
            dialed: Some(if index % 5 < 3 {
                "+19056371000".to_owned()
            } else {
                callee
            }),
            ..CallLine::default()
        }
    };
    called.into_iter().enumerate().map(leg).collect()
}

pub(crate) async fn import(world: &World, lines: Vec<CallLine>) {
    let request = CallImportRequest {
        customer: service::CallCustomer::Code("ACME".to_owned()),
        source: CallSource::CommandLine,
        file: None,
        format: "jsonl".to_owned(),
        country: None,
    };
    let mut importer = world
        .switchboard
        .begin_call_import(&admin(), request)
        .await
        .unwrap();
    let settings = CallSettings::default();
    let rows = (1..)
        .zip(lines)
        .map(|(line, leg)| leg.read(line, &settings).unwrap());
    let bad = importer.add(rows.collect(), Vec::new()).await.unwrap();
    assert_eq!(bad, []);
    importer.finish().await.unwrap();
}

pub(crate) fn request(world: &World) -> CallStatisticsRequest {
    CallStatisticsRequest {
        customer_id: Some(world.tenants.sales.customer_id),
        from: Some(at("2021-03-27T23:00:00Z")),
        to: Some(at("2021-04-04T21:59:59Z")),
        zone: Some(TimeZone::get("Europe/Copenhagen").unwrap()),
        ..CallStatisticsRequest::default()
    }
}

pub(crate) async fn ask(world: &World, request: CallStatisticsRequest) -> CallStatistics {
    let planned = world
        .switchboard
        .plan_call_statistics(&admin(), None, request)
        .await;
    let statistics = world
        .switchboard
        .call_statistics(&admin(), &planned.unwrap())
        .await;
    statistics.unwrap()
}

fn names(statistics: &CallStatistics) -> Vec<&str> {
    let rows = statistics.rows().iter();
    rows.filter_map(|row| row.employee_name.as_deref()).collect()
}

/// A figure, and the calls that it counts.
type Drill = (
    fn(&CallCounts) -> Option<u64>,
    Option<Side>,
    Option<Vec<PartyDisposition>>,
);

fn drills() -> Vec<Drill> {
    use PartyDisposition::{Answered, Busy, Failed, RungElsewhere, Unanswered};
    let unanswered = vec![Unanswered, Busy, Failed, RungElsewhere];
    let (out, inbound) = (Some(Side::Out), Some(Side::In));
    vec![
        (|counts| counts.outbound_calls, out, None),
        (|counts| counts.outbound_answered, out, Some(vec![Answered])),
        (|counts| counts.outbound_unanswered, out, Some(unanswered.clone())),
        (|counts| counts.outbound_failed, out, Some(vec![Failed])),
        (|counts| counts.inbound_calls, inbound, None),
        (|counts| counts.inbound_answered, inbound, Some(vec![Answered])),
        (|counts| counts.inbound_unanswered, inbound, Some(unanswered)),
        (|counts| counts.inbound_busy, inbound, Some(vec![Busy])),
        (
            |counts| counts.inbound_rung_elsewhere,
            inbound,
            Some(vec![RungElsewhere]),
        ),
    ]
}

/// The calls that statistics count for a question, as far as all figures have it in common.
fn listed(request: &CallStatisticsRequest) -> CallFilter {
    CallFilter {
        customer_id: request.customer_id,
        from: request.from.map(|from| from.as_millisecond()),
        until: request.to.map(|to| to.as_millisecond() + 1000),
        ignore_below_seconds: request.ignore_below_seconds,
        ignore_unanswered_below_seconds: request.ignore_unanswered_below_seconds,
        ignore_local: request.ignore_local,
        ..CallFilter::default()
    }
}

#[tokio::test]
async fn counting_the_calls_of_a_figure_gives_the_figure() {
    on_both(async |db| {
        let world = planted(db).await;
        import(&world, (0..CALLS).flat_map(legs).collect()).await;
        let plain = request(&world);
        let strict = CallStatisticsRequest {
            ignore_below_seconds: 10,
            ignore_unanswered_below_seconds: 5,
            ignore_local: true,
            interval: Some(GroupingInterval::Week),
            ..plain.clone()
        };
        for request in [plain, strict] {
            let statistics = ask(&world, request.clone()).await;
            assert_eq!(statistics.rows().len(), 4);
            let mut counted = 0;
            for (figure, side, dispositions) in drills() {
                let filter = CallFilter {
                    side,
                    dispositions,
                    ..listed(&request)
                };
                let parts = world
                    .switchboard
                    .count_call_parts(&admin(), &filter)
                    .await
                    .unwrap();
                let total = figure(&statistics.total_of_all()).unwrap();
                assert_eq!(u64::try_from(parts).unwrap(), total, "{filter:?}");
                counted += total;
                for row in statistics.rows() {
                    let id = |text: &Option<String>| text.as_ref().unwrap().parse().unwrap();
                    let filter = CallFilter {
                        employees: vec![id(&row.employee_id)],
                        extension_id: Some(id(&row.extension_id)),
                        ..filter.clone()
                    };
                    let calls = world.switchboard.count_calls(&admin(), &filter).await.unwrap();
                    let total = figure(&statistics.total(row)).unwrap();
                    assert_eq!(u64::try_from(calls).unwrap(), total, "{filter:?}");
                    for interval in row.intervals.iter().step_by(3) {
                        let filter = CallFilter {
                            from: filter.from.max(Some(interval.start.as_millisecond())),
                            until: filter.until.min(Some(interval.end.as_millisecond())),
                            ..filter.clone()
                        };
                        let calls = world.switchboard.count_calls(&admin(), &filter).await.unwrap();
                        let figure = figure(&interval.counts).unwrap();
                        assert_eq!(u64::try_from(calls).unwrap(), figure, "{filter:?}");
                    }
                }
            }
            assert!(counted > 200, "there was something to count: {counted}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_numbers_figures_are_those_of_its_calls_and_an_employees_those_of_its_rows() {
    on_both(async |db| {
        let world = planted(db).await;
        import(&world, (0..CALLS).flat_map(legs).collect()).await;
        let number = world.number("+19056371000").await.id;
        let request = request(&world);
        let of = async |kind, ids: &[i64], who: &service::Principal| -> BTreeMap<i64, Arc<CallStatistics>> {
            let found = world
                .switchboard
                .call_statistics_of(who, kind, ids, &request)
                .await;
            found.unwrap().into_iter().collect()
        };
        let statistics = of(SubjectKind::Number, &[number, number + 1000], &admin()).await;
        let total = statistics[&number].total_of_all();
        assert!(total.inbound_calls > Some(0));
        for (figure, side, dispositions) in drills() {
            let filter = CallFilter {
                number_id: Some(number),
                side,
                dispositions,
                ..listed(&request)
            };
            let calls = world.switchboard.count_calls(&admin(), &filter).await.unwrap();
            assert_eq!(u64::try_from(calls).ok(), figure(&total), "{filter:?}");
        }
        assert_eq!(statistics[&(number + 1000)].total_of_all().inbound_calls, Some(0));
        let others = key(service::AccessLevel::Viewer, customer_scope(world.tenants.cora));
        let hidden = of(SubjectKind::Number, &[number], &others).await;
        assert_eq!(
            hidden[&number].total_of_all().inbound_calls,
            Some(0),
            "they are acme's calls"
        );

        let report = ask(&world, request.clone()).await;
        for row in report.rows() {
            let id = row.employee_id.as_ref().unwrap().parse().unwrap();
            let own = of(SubjectKind::Employee, &[id], &admin()).await;
            assert_eq!(own[&id].rows()[0].intervals, row.intervals);
        }
        let Scope::Customer {
            reseller_id,
            customer_id,
        } = customer_scope(world.tenants.sales)
        else {
            panic!("a customer's scope");
        };
        let group_id = world.tenants.sales.group_id;
        let group = Scope::Group {
            reseller_id,
            customer_id,
            group_id,
        };
        let who = key(service::AccessLevel::Owner, group);
        let refused = world
            .switchboard
            .call_statistics_of(&who, SubjectKind::Number, &[number], &request)
            .await;
        assert!(matches!(refused, Err(ServiceError::Denied(_))));
    })
    .await;
}

#[tokio::test]
async fn what_comes_in_is_counted_at_once_on_every_replica_and_what_has_not_changed_is_not_read_again() {
    on_both(async |db| {
        let world = planted(db).await;
        let replica = Database::connect(db.url(), &DatabaseOptions::default())
            .await
            .unwrap();
        let other = World {
            switchboard: service::Switchboard::over(replica, service::Settings::new(db.url())).unwrap(),
            tenants: world.tenants,
        };
        for round in 0..4 {
            let known = round * CALLS / 4..(round + 1) * CALLS / 4;
            import(&world, known.flat_map(legs).collect()).await;
            let (here, there) = (
                ask(&world, request(&world)).await,
                ask(&other, request(&world)).await,
            );
            assert_eq!(here.rows(), there.rows(), "round {round}");
            let parts = CallFilter {
                side: Some(Side::In),
                ..listed(&request(&world))
            };
            let counted = world
                .switchboard
                .count_call_parts(&admin(), &parts)
                .await
                .unwrap();
            assert_eq!(here.total_of_all().inbound_calls, u64::try_from(counted).ok());
        }
        let planned = other
            .switchboard
            .plan_call_statistics(&admin(), None, request(&world))
            .await
            .unwrap();
        let statements = async || {
            let before = other.db().statements();
            other
                .switchboard
                .call_statistics(&admin(), &planned)
                .await
                .unwrap();
            other.db().statements() - before
        };
        let warm = statements().await;
        import(
            &world,
            vec![CallLine {
                call_id: "late".to_owned(),
                ..legs(7).remove(0)
            }],
        )
        .await;
        assert_eq!(statements().await, warm + 1, "one more for the day that changed");
        assert_eq!(
            statements().await,
            warm,
            "the versions, the names, and whose customer it is"
        );
        assert_eq!(warm, 3);
    })
    .await;
}

#[tokio::test]
async fn importing_again_changes_no_figure_and_a_late_leg_moves_its_call() {
    on_both(async |db| {
        let world = planted(db).await;
        import(&world, (0..CALLS).flat_map(legs).collect()).await;
        let before = ask(&world, request(&world)).await;
        import(&world, (0..CALLS).flat_map(legs).collect()).await;
        assert_eq!(ask(&world, request(&world)).await.rows(), before.rows());
        // The first call was answered by nobody else; now a second telephone rang as well.
        let late = CallLine {
            callee: Some("1000".to_owned()),
            leg_id: Some("late".to_owned()),
            talk_seconds: None,
            disposition: Some("UNANSWERED".to_owned()),
            ..legs(2).remove(0)
        };
        import(&world, vec![late]).await;
        let (then, now) = (
            before.total_of_all(),
            ask(&world, request(&world)).await.total_of_all(),
        );
        assert_eq!(now.inbound_calls, then.inbound_calls.map(|calls| calls + 1));
    })
    .await;
}

#[tokio::test]
async fn employees_are_named_ordered_and_there_without_calls_as_asked() {
    on_both(async |db| {
        let world = planted(db).await;
        // Of the four only Bo and anders had a call.
        import(&world, legs(3).into_iter().chain(legs(4)).collect()).await;
        let base = request(&world);
        let sorted = async |sort, include_empty| {
            let request = CallStatisticsRequest {
                sort,
                include_empty,
                ..base.clone()
            };
            ask(&world, request).await
        };
        let all = sorted(Some(EmployeeSort::EmployeeName), true).await;
        assert_eq!(names(&all), ["anders", "Åse", "Bo", "Zoë"]);
        let all = sorted(Some(EmployeeSort::ExtensionNumber), true).await;
        assert_eq!(names(&all), ["Bo", "anders", "Åse", "Zoë"]);
        let some = sorted(None, false).await;
        assert_eq!(some.rows().len(), 2, "those with calls: {some:?}");
        let without = all
            .rows()
            .iter()
            .find(|row| row.intervals.is_empty())
            .unwrap()
            .clone();
        assert_eq!(all.total(&without).inbound_rung_elsewhere, Some(0));

        let named = CallStatisticsRequest {
            employees: vec![without.employee_id.clone().unwrap()],
            direction: CallDirection::In,
            ..base.clone()
        };
        assert_eq!(ask(&world, named).await.rows(), [without]);
        let inbound = CallStatisticsRequest {
            direction: CallDirection::In,
            ..base.clone()
        };
        let inbound = ask(&world, inbound).await;
        assert_eq!(inbound.rows().len(), 2, "nobody is left out for the direction");
        assert_eq!(inbound.total_of_all().outbound_calls, Some(0));

        let everybody = CallStatisticsRequest {
            customer_id: None,
            include_empty: true,
            ..base.clone()
        };
        assert_eq!(ask(&world, everybody).await.rows().len(), 5, "of all customers");
        let cora = all.rows().len();
        assert_eq!(cora, 4);
        for unknown in ["x", "0", "01", "999999"] {
            let request = CallStatisticsRequest {
                employees: vec![unknown.to_owned()],
                ..base.clone()
            };
            let planned = world
                .switchboard
                .plan_call_statistics(&admin(), None, request)
                .await
                .unwrap();
            let refused = world.switchboard.call_statistics(&admin(), &planned).await;
            let Err(ServiceError::Provider(error)) = refused else {
                panic!("{unknown} is nobody: {refused:?}");
            };
            assert!(matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::InvalidRequest
            ));
        }
    })
    .await;
}

#[tokio::test]
async fn the_own_inventory_counts_calls_as_a_provider_must() {
    on_both(async |db| {
        let world = planted(db).await;
        import(&world, (0..CALLS).flat_map(legs).collect()).await;
        let request = request(&world);
        let everybody = ask(&world, request.clone()).await;
        let (inventory, cx) = (
            world.switchboard.inventory(),
            CallContext::new(
                "request-1",
                TenantRef("t".to_owned()),
                ActorRef("test".to_owned()),
            ),
        );
        let query = CallStatisticsQuery {
            customer: Some(CustomerRef {
                id: world.tenants.sales.customer_id,
                code: "ACME".to_owned(),
            }),
            employees: everybody.rows()[..2]
                .iter()
                .filter_map(|row| row.employee_id.clone())
                .collect(),
            period: Period::new(request.from.unwrap(), request.to.unwrap()).unwrap(),
            zone: request.zone.clone().unwrap(),
            ignore_below_seconds: 0,
            ignore_unanswered_below_seconds: 0,
            ignore_local: false,
            include_empty: false,
            direction: CallDirection::Both,
            interval: GroupingInterval::Day,
            fields: Vec::new(),
            sort: None,
        };
        checks::named_employees_are_answered(&inventory, &cx, &query)
            .await
            .unwrap();
        checks::intervals_add_up_alike(&inventory, &cx, &query)
            .await
            .unwrap();
        checks::only_wanted_fields_are_given(&inventory, &cx, &query)
            .await
            .unwrap();
        checks::every_format_is_made(&inventory, &cx, &query)
            .await
            .unwrap();
        checks::undeclared_terms_are_refused(&inventory, &cx, &query)
            .await
            .unwrap();
    })
    .await;
}
