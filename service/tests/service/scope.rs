//! What a key sees and may do.

use provider_core::domain::NumberQuery;
use service::{
    AccessLevel, CreateNumberPool, HoldNumber, NumberBy, NumberFilter, NumberRelations, OperationFilter,
    PageRequest, PoolFilter, Principal, ResizeNumberPool, RetireNumberPool, Scope, ServiceError,
    ServiceResult, UpdateNumber, UpdateNumberPool,
};
use store::testing::on_both;

use crate::world::{
    AtOnce, World, admin, assign, british_area, customer_scope, e164, exact, fault, in_city, key, manager_of,
    pool, reference, refusal,
};

const NUMBER: &str = "+14043411266";
const HELD: &str = "+14043411267";
const POOLED: &str = "+442477180193";

/// What belongs to the sales group.
struct Property {
    number: i64,
    pool: i64,
    hold: i64,
    operation: i64,
    event: i64,
    since: jiff::Timestamp,
}

async fn property(world: &World) -> Property {
    world.stock(&[NUMBER, HELD, POOLED]).await;
    let owner = world.tenants.sales;
    let given = world.give(NUMBER, "Secret name").await;
    let made = world
        .switchboard
        .create_number_pool(&admin(), pool(owner, "Secret pool", british_area("024"), 1))
        .await
        .unwrap();
    let request = HoldNumber {
        client_reference: reference(),
        group_id: owner.group_id,
        number: e164(HELD),
        minutes: 15,
    };
    let held = world.switchboard.hold_number(&admin(), request).await.unwrap();
    let page = PageRequest::first(1);
    let history = world
        .switchboard
        .number_history(&admin(), given.id, true, &page)
        .await
        .unwrap();
    Property {
        number: given.id,
        pool: made.pool.unwrap().id,
        hold: held.hold.id,
        operation: made.operation.id,
        event: history.items[0].1.id,
        since: given.assigned_at.unwrap(),
    }
}

/// How many of the group's things a key can read, by each way there is to read them.
async fn seen(world: &World, who: &Principal, property: &Property) -> Vec<(&'static str, i64)> {
    let switchboard = &world.switchboard;
    let one = |found: bool| i64::from(found);
    let by = NumberBy::Id(property.number);
    let relations = NumberRelations::default();
    let (filter, order, page) = (
        NumberFilter::default(),
        Default::default(),
        PageRequest::first(50),
    );
    let numbers = switchboard
        .numbers(who, &filter, order, &page, relations)
        .await
        .unwrap();
    let pools = switchboard
        .pools(who, &PoolFilter::default(), &page)
        .await
        .unwrap();
    let operations = switchboard
        .operations(who, &OperationFilter::default(), &page)
        .await
        .unwrap();
    let history = switchboard
        .number_history(who, property.number, false, &page)
        .await
        .unwrap();
    vec![
        (
            "number",
            one(switchboard.number(who, &by, relations).await.unwrap().is_some()),
        ),
        (
            "by E.164",
            one(switchboard
                .number(who, &NumberBy::E164(e164(NUMBER)), relations)
                .await
                .unwrap()
                .is_some()),
        ),
        (
            "by ids",
            switchboard
                .numbers_by_ids(who, &[property.number], relations)
                .await
                .unwrap()
                .len() as i64,
        ),
        ("page", numbers.items.len() as i64),
        ("count", switchboard.count_numbers(who, &filter).await.unwrap()),
        ("history", one(!history.items.is_empty())),
        (
            "history count",
            one(switchboard
                .count_number_history(who, property.number)
                .await
                .unwrap()
                > 0),
        ),
        (
            "event",
            one(switchboard.event(who, property.event).await.unwrap().is_some()),
        ),
        (
            "owner",
            one(switchboard
                .owner_at(who, property.number, property.since)
                .await
                .unwrap()
                .is_some()),
        ),
        (
            "pool",
            one(switchboard.pool(who, property.pool).await.unwrap().is_some()),
        ),
        ("pools", pools.items.len() as i64),
        (
            "pools by ids",
            switchboard
                .pools_by_ids(who, &[property.pool])
                .await
                .unwrap()
                .len() as i64,
        ),
        (
            "pool count",
            switchboard
                .count_pools(who, &PoolFilter::default())
                .await
                .unwrap(),
        ),
        (
            "replacement",
            switchboard
                .replacements(who, &[property.pool])
                .await
                .unwrap()
                .len() as i64,
        ),
        (
            "hold",
            one(switchboard.hold(who, property.hold).await.unwrap().is_some()),
        ),
        (
            "operation",
            one(switchboard
                .operation(who, property.operation)
                .await
                .unwrap()
                .is_some()),
        ),
        ("operations", operations.items.len() as i64),
        (
            "operation count",
            switchboard
                .count_operations(who, &OperationFilter::default())
                .await
                .unwrap(),
        ),
        (
            "group",
            one(switchboard
                .group(who, world.tenants.sales.group_id)
                .await
                .unwrap()
                .is_some()),
        ),
    ]
}

#[tokio::test]
async fn a_key_of_another_customer_sees_none_of_it_and_its_owners_see_all_of_it() {
    on_both(async |db| {
        let world = World::on(db).await;
        let property = property(&world).await;
        let sales = world.tenants.sales;
        let group = Scope::Group {
            reseller_id: sales.reseller_id,
            customer_id: sales.customer_id,
            group_id: sales.group_id,
        };
        let reseller = Scope::Reseller {
            reseller_id: sales.reseller_id,
        };
        for scope in [group, customer_scope(sales), reseller, Scope::Platform] {
            for (way, count) in seen(&world, &key(AccessLevel::Viewer, scope), &property).await {
                assert!(count > 0, "{scope:?}: {way}");
            }
        }
        let cora = world.tenants.cora;
        let other_group = Scope::Group {
            group_id: world.tenants.support.group_id,
            reseller_id: sales.reseller_id,
            customer_id: sales.customer_id,
        };
        let other_reseller = Scope::Reseller {
            reseller_id: cora.reseller_id,
        };
        for scope in [
            customer_scope(world.tenants.bolt),
            customer_scope(cora),
            other_group,
            other_reseller,
        ] {
            for (way, count) in seen(&world, &key(AccessLevel::Viewer, scope), &property).await {
                assert_eq!(count, 0, "{scope:?}: {way}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_stranger_changes_nothing_and_is_told_that_there_is_nothing() {
    on_both(async |db| {
        let world = World::on(db).await;
        let property = property(&world).await;
        let (who, switchboard) = (manager_of(world.tenants.bolt), &world.switchboard);
        let (id, pool_id) = (property.number, property.pool);
        let before = world.footprint().await;
        let absent = fault("NOT_FOUND", "input.numberId");
        assert_eq!(refusal(switchboard.suspend_now(&who, id, None).await), absent);
        assert_eq!(refusal(switchboard.resume_now(&who, id).await), absent);
        assert_eq!(refusal(switchboard.release_now(&who, id, None).await), absent);
        assert_eq!(refusal(switchboard.restore_number(&who, id).await), absent);
        let update = UpdateNumber {
            number_id: id,
            tags: Some(Vec::new()),
            ..UpdateNumber::default()
        };
        assert_eq!(refusal(switchboard.update_now(&who, update).await), absent);
        let absent = fault("NOT_FOUND", "input.poolId");
        let update = UpdateNumberPool {
            pool_id,
            ..UpdateNumberPool::default()
        };
        assert_eq!(refusal(switchboard.update_pool_now(&who, update).await), absent);
        let retire = RetireNumberPool {
            pool_id,
            keep_numbers: false,
            ..RetireNumberPool::default()
        };
        assert_eq!(refusal(switchboard.retire_pool_now(&who, retire).await), absent);
        assert_eq!(
            refusal(switchboard.resize_number_pool(&who, resize(pool_id)).await),
            absent
        );
        let hold = switchboard.release_hold(&who, property.hold).await;
        assert_eq!(refusal(hold), fault("NOT_FOUND", "input.holdId"));
        let update = UpdateNumber {
            number_id: id,
            group_id: Some(world.tenants.bolt.group_id),
            ..UpdateNumber::default()
        };
        let theft = switchboard.update_now(&who, update).await;
        assert_eq!(refusal(theft), fault("NOT_FOUND", "input.numberId"));
        let gift = UpdateNumber {
            number_id: id,
            group_id: Some(world.tenants.bolt.group_id),
            ..UpdateNumber::default()
        };
        let gift = switchboard
            .update_now(&manager_of(world.tenants.sales), gift)
            .await;
        assert_eq!(refusal(gift), fault("UNKNOWN_GROUP", "input.groupId"));
        assert_eq!(world.footprint().await, before);
    })
    .await;
}

fn resize(pool_id: i64) -> ResizeNumberPool {
    ResizeNumberPool {
        client_reference: reference(),
        pool_id,
        quantity: 2,
        allow_partial: false,
        keep_numbers: false,
    }
}

fn denied<T: std::fmt::Debug>(result: ServiceResult<T>) {
    assert!(matches!(result, Err(ServiceError::AccessDenied)), "{result:?}");
}

#[tokio::test]
async fn a_viewer_changes_nothing_and_a_kpi_key_sees_nothing_either() {
    on_both(async |db| {
        let world = World::on(db).await;
        let property = property(&world).await;
        let (owner, switchboard) = (world.tenants.sales, &world.switchboard);
        let (id, pool_id) = (property.number, property.pool);
        let before = world.footprint().await;
        for level in [AccessLevel::Viewer, AccessLevel::Kpi] {
            let who = key(level, customer_scope(owner));
            denied(
                switchboard
                    .assign_number(&who, assign(owner, "Name", exact(NUMBER)))
                    .await,
            );
            let order: CreateNumberPool = pool(owner, "Pool", british_area("024"), 1);
            denied(switchboard.create_number_pool(&who, order).await);
            denied(switchboard.resize_number_pool(&who, resize(pool_id)).await);
            let update = UpdateNumberPool {
                pool_id,
                ..UpdateNumberPool::default()
            };
            denied(switchboard.update_pool_now(&who, update).await);
            let retire = RetireNumberPool {
                pool_id,
                keep_numbers: true,
                ..RetireNumberPool::default()
            };
            denied(switchboard.retire_pool_now(&who, retire).await);
            let hold = HoldNumber {
                client_reference: reference(),
                group_id: owner.group_id,
                number: e164(NUMBER),
                minutes: 5,
            };
            denied(switchboard.hold_number(&who, hold).await);
            denied(switchboard.release_hold(&who, property.hold).await);
            denied(switchboard.suspend_now(&who, id, None).await);
            denied(switchboard.resume_now(&who, id).await);
            denied(switchboard.release_now(&who, id, None).await);
            denied(switchboard.restore_number(&who, id).await);
            let update = UpdateNumber {
                number_id: id,
                ..UpdateNumber::default()
            };
            denied(switchboard.update_now(&who, update).await);
        }
        let who = key(AccessLevel::Kpi, Scope::Platform);
        let (page, relations, filter) = (
            PageRequest::first(1),
            NumberRelations::default(),
            NumberFilter::default(),
        );
        denied(switchboard.number(&who, &NumberBy::Id(id), relations).await);
        denied(
            switchboard
                .numbers(&who, &filter, Default::default(), &page, relations)
                .await,
        );
        denied(switchboard.count_numbers(&who, &filter).await);
        denied(switchboard.number_history(&who, id, false, &page).await);
        denied(switchboard.owner_at(&who, id, property.since).await);
        denied(switchboard.pool(&who, pool_id).await);
        denied(switchboard.pools(&who, &PoolFilter::default(), &page).await);
        denied(switchboard.hold(&who, property.hold).await);
        denied(switchboard.operation(&who, property.operation).await);
        denied(switchboard.group(&who, owner.group_id).await);
        let query = NumberQuery {
            matching: in_city("Atlanta", Some("GA"), None),
            widen: false,
            limit: 1,
        };
        denied(switchboard.available_numbers(&who, &query, None).await);
        denied(
            switchboard
                .preview_assignment(&who, owner.group_id, &query.matching, false, None)
                .await,
        );
        assert_eq!(world.footprint().await, before);
    })
    .await;
}
