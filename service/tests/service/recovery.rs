//! What a crash leaves behind is finished by whoever sweeps next, once.

use std::sync::Arc;

use provider_core::{domain::NumberStatus, outcome::RefusalCode};
use service::{AssignNumber, EventKind, OperationKind, OperationState, ServiceError};
use store::{
    Lease, NewOperation, OperationRecord, Seen, StoreError,
    testing::{TestDatabase, on_both},
};

use crate::{
    carrier::{Carrier, Reply},
    invariants,
    world::{World, admin, assign, exact, in_city, places, replica, run, write},
};

const NUMBER: &str = "+14043411266";

/// How far an order got before its process died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Died {
    /// The operation is written down.
    Written,
    /// The own inventory is about to be asked.
    Asking,
    /// The own inventory has claimed a number.
    Claimed,
}

/// What a process that died left in the database.
pub(crate) async fn left_behind(world: &World, request: &AssignNumber, died: Died) -> OperationRecord {
    let new = NewOperation {
        client_reference: request.client_reference.clone(),
        kind: OperationKind::AssignNumber,
        input_hash: "of a process that died".to_owned(),
        input: serde_json::to_string(request).unwrap(),
        token: format!("token-{}", request.client_reference),
        owner: world.tenants.sales,
        number_id: None,
        pool_id: None,
        actor: "key:7".to_owned(),
        request_id: None,
        lease: lease(0),
    };
    let plan = places().plan(&request.matching, request.widen).unwrap();
    let cell = plan.steps[0].cell.clone();
    write(world.db(), move |tx| {
        Box::pin(async move {
            let operation = store::insert_operation(tx, &new).await?.unwrap();
            if died != Died::Written {
                let begun =
                    store::begin_attempt(tx, seen(&operation), service::INVENTORY_ID, &lease(0)).await?;
                assert_eq!(begun, Some(1));
            }
            if died == Died::Claimed {
                let claimed = store::claim_stock(tx, service::INVENTORY_ID, &cell, &new.token, 1).await?;
                let status = |word: &str| serde_json::json!({ "status": word });
                let event = store::NewEvent {
                    kind: EventKind::Claimed,
                    actor: "key:7",
                    cause: None,
                    operation_id: None,
                };
                let (before, after) = (status("AVAILABLE"), status("PENDING"));
                store::record_event(tx, claimed[0].0, None, event, &before, &after).await?;
            }
            Ok(operation)
        })
    })
    .await
}

fn lease(milliseconds: i64) -> Lease {
    Lease {
        owner: "died".to_owned(),
        milliseconds,
    }
}

fn seen(operation: &OperationRecord) -> Seen {
    Seen {
        id: operation.id,
        state: operation.state,
        attempts: operation.attempts,
    }
}

async fn read(world: &World, id: i64) -> OperationRecord {
    world.switchboard.operation(&admin(), id).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_order_is_finished_after_a_restart_wherever_its_process_died() {
    on_both(async |db| {
        let world = World::on(db).await;
        for (number, died) in [
            (NUMBER, Died::Written),
            ("+14043411267", Died::Asking),
            ("+14043411268", Died::Claimed),
        ] {
            world.stock(&[number]).await;
            let request = assign(world.tenants.sales, number, exact(number));
            let left = left_behind(&world, &request, died).await;
            let restarted = world.replica("restarted", Vec::new());
            restarted.switchboard.sweep().await.unwrap();
            restarted.switchboard.sweep().await.unwrap();
            let operation = read(&world, left.id).await;
            assert_eq!(
                operation.state,
                OperationState::Succeeded,
                "{died:?}: {operation:?}"
            );
            let given = world.number(number).await;
            assert_eq!(
                (given.status, given.owner),
                (NumberStatus::Active, Some(world.tenants.sales))
            );
            assert_eq!(operation.number_id, Some(given.id));
            let history = world.history(number).await;
            assert_eq!(
                history,
                [EventKind::Added, EventKind::Claimed, EventKind::Assigned],
                "{died:?}"
            );
            invariants::hold(db).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_that_lost_its_name_to_another_gives_its_claim_back() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER, "+14043411267"]).await;
        let request = assign(world.tenants.sales, "Name", exact(NUMBER));
        let left = left_behind(&world, &request, Died::Claimed).await;
        world.give("+14043411267", "NAME").await;
        world.switchboard.sweep().await.unwrap();
        let operation = read(&world, left.id).await;
        assert_eq!(
            (operation.state, operation.problem.unwrap().code.as_str()),
            (OperationState::Refused, "NAME_TAKEN")
        );
        assert_eq!(world.status(NUMBER).await, NumberStatus::Available);
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn recovery_goes_on_to_the_next_provider_as_the_order_itself_would_have() {
    on_both(async |db| {
        let carrier = Carrier::new("carrier");
        carrier.on_place([Reply::Sold(NUMBER)]);
        let world = World::with(db, vec![carrier.instance()]).await;
        let request = assign(world.tenants.sales, "Name", in_city("Atlanta", Some("GA"), None));
        let left = left_behind(&world, &request, Died::Asking).await;
        world.switchboard.sweep().await.unwrap();
        let operation = read(&world, left.id).await;
        assert_eq!(operation.state, OperationState::Succeeded, "{operation:?}");
        assert_eq!(operation.provider.as_deref(), Some("carrier"));
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn an_order_is_left_alone_while_somebody_has_its_lease() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let request = assign(world.tenants.sales, "Name", exact(NUMBER));
        let left = left_behind(&world, &request, Died::Written).await;
        run(db, "UPDATE operations SET lease_until = lease_until + 600000").await;
        world.switchboard.sweep().await.unwrap();
        assert_eq!(read(&world, left.id).await.state, OperationState::Requested);
        world.sweep().await;
        assert_eq!(read(&world, left.id).await.state, OperationState::Succeeded);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn replicas_that_sweep_at_once_share_the_orders_and_repeat_none() {
    for db in store::testing::databases().await {
        const ORDERS: usize = 20;
        let carrier = Carrier::new("carrier");
        carrier.on_place(vec![Reply::Taken; ORDERS]);
        carrier.on_get(vec![Reply::Refused(RefusalCode::NoStock); ORDERS]);
        let world = World::with(&db, vec![carrier.instance()]).await;
        for n in 0..ORDERS {
            let request = AssignNumber {
                provider: Some("carrier".parse().unwrap()),
                ..assign(
                    world.tenants.sales,
                    &format!("Name {n}"),
                    in_city("Atlanta", Some("GA"), None),
                )
            };
            world.switchboard.assign_number(&admin(), request).await.unwrap();
        }
        run(&db, "UPDATE operations SET lease_until = 0").await;
        let sweeps = (0..4).map(|n| {
            let replica = replica(&db, &format!("replica {n}"), vec![carrier.instance()]);
            tokio::spawn(async move { replica.sweep().await })
        });
        for sweep in futures_util::future::join_all(sweeps).await {
            sweep.unwrap().unwrap();
        }
        assert_eq!(
            carrier.asked().len(),
            2 * ORDERS,
            "each was placed once and asked for once"
        );
        let open = "SELECT COUNT(*) FROM operations WHERE finished_at IS NULL";
        assert_eq!(crate::world::count(&db, open).await, 0);
        invariants::hold(&db).await;
    }
}

#[tokio::test]
async fn whoever_worked_on_an_order_that_another_took_up_meanwhile_may_not_call_a_provider() {
    on_both(async |db| {
        let world = World::on(db).await;
        let request = assign(world.tenants.sales, "Name", exact(NUMBER));
        let left = left_behind(&world, &request, Died::Written).await;
        let begin = async |seen: Seen| {
            write(db, move |tx| {
                Box::pin(async move { store::begin_attempt(tx, seen, "carrier", &lease(60_000)).await })
            })
            .await
        };
        let stale = seen(&left);
        assert_eq!(begin(stale).await, Some(1));
        assert_eq!(begin(stale).await, None, "it is not REQUESTED any more");
        run(db, "UPDATE operations SET state = 'UNCONFIRMED'").await;
        let unconfirmed = seen(&read(&world, left.id).await);
        assert_eq!(begin(unconfirmed).await, Some(2));
        run(db, "UPDATE operations SET state = 'UNCONFIRMED'").await;
        assert_eq!(
            begin(unconfirmed).await,
            None,
            "it is UNCONFIRMED again, and was called since"
        );
    })
    .await;
}

#[tokio::test]
async fn a_process_that_wakes_up_after_its_order_has_ended_claims_nothing() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER, "+14043411267"]).await;
        let wanted = in_city("Atlanta", Some("GA"), None);
        let answer = world.assign("Name", wanted.clone()).await.unwrap();
        let orders = world.switchboard.inventory().ports().orders.unwrap();
        let late = crate::contract::order(&answer.operation.token, wanted);
        let outcome = orders.place(&crate::contract::context(), &late).await.unwrap();
        let refused = matches!(&outcome, provider_core::outcome::Outcome::Refused(refusal) if refusal.code == RefusalCode::InvalidState);
        assert!(refused, "{outcome:?}");
        assert_eq!(world.footprint().await["in stock"], 1);
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_attempts_at_one_order_claim_one_number() {
    for db in store::testing::databases().await {
        let world = World::on(&db).await;
        let numbers: Vec<String> = (0..10).map(|n| format!("+140434112{n:02}")).collect();
        world
            .stock(&numbers.iter().map(String::as_str).collect::<Vec<_>>())
            .await;
        let wanted = in_city("Atlanta", Some("GA"), None);
        let request = assign(world.tenants.sales, "Name", wanted.clone());
        let left = left_behind(&world, &request, Died::Asking).await;
        let orders = world.switchboard.inventory().ports().orders.unwrap();
        let attempts = (0..8).map(|_| {
            let (orders, order) = (
                orders.clone(),
                crate::contract::order(&left.token, wanted.clone()),
            );
            tokio::spawn(async move { orders.place(&crate::contract::context(), &order).await })
        });
        let mut given = Vec::new();
        for attempt in futures_util::future::join_all(attempts).await {
            given.push(attempt.unwrap().unwrap().done().unwrap().number);
        }
        given.dedup();
        assert_eq!(given.len(), 1, "{given:?}");
        assert_eq!(world.footprint().await["in stock"], 9);
        world.sweep().await;
        assert_eq!(read(&world, left.id).await.state, OperationState::Succeeded);
        invariants::hold(&db).await;
    }
}

#[tokio::test]
async fn the_worker_is_ready_after_its_first_sweep_and_stops_when_told() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let request = assign(world.tenants.sales, "Name", exact(NUMBER));
        let left = left_behind(&world, &request, Died::Claimed).await;
        assert!(!world.switchboard.is_ready());
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut events = Box::pin(world.switchboard.number_events(&admin()));
        let worker = world.switchboard.start_workers(stopped);
        let first = futures_util::StreamExt::next(&mut events).await.unwrap();
        assert_eq!(first.event.kind, EventKind::Assigned);
        assert_eq!(read(&world, left.id).await.state, OperationState::Succeeded);
        stop.send(true).unwrap();
        worker.await.unwrap();
        assert!(world.switchboard.is_ready());
    })
    .await;
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_an_error_and_never_an_empty_stock() {
    on_both(async |db: &TestDatabase| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let switchboard = Arc::new(world.switchboard.clone());
        db.database().close().await.unwrap();
        let answer = switchboard
            .assign_number(&admin(), assign(world.tenants.sales, "Name", exact(NUMBER)))
            .await;
        assert!(
            matches!(answer, Err(ServiceError::Internal(_) | ServiceError::Busy(_))),
            "{answer:?}"
        );
        let _: StoreError = switchboard.database().now_ms().await.unwrap_err();
        let query = provider_core::domain::NumberQuery {
            matching: exact(NUMBER),
            widen: false,
            limit: 1,
        };
        let found = switchboard
            .available_numbers(&admin(), &query, None)
            .await
            .unwrap();
        assert_eq!((found.numbers.len(), found.failures.len()), (0, 1));
    })
    .await;
}
