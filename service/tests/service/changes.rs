//! The stream of what happens to numbers.

use futures_util::{FutureExt, Stream, StreamExt};
use service::{AccessLevel, EventKind, NumberNotice, Scope};
use store::testing::on_both;

use crate::world::{
    AtOnce, World, admin, assign, british_area, customer_scope, exact, key, manager_of, pool,
};

const NUMBER: &str = "+14043411266";
const OTHER: &str = "+14043411267";

/// What the stream has ready now: changes are told before their use case answers.
fn ready(stream: &mut (impl Stream<Item = NumberNotice> + Unpin)) -> Vec<NumberNotice> {
    std::iter::from_fn(|| stream.next().now_or_never().flatten()).collect()
}

fn kinds(notices: &[NumberNotice]) -> Vec<EventKind> {
    notices.iter().map(|notice| notice.event.kind).collect()
}

#[tokio::test]
async fn changes_are_told_in_order_and_as_the_history_has_them() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let mut stream = Box::pin(world.switchboard.number_events(&admin()));
        let id = world.give(NUMBER, "Name").await.id;
        world.switchboard.suspend_now(&admin(), id, None).await.unwrap();
        world.switchboard.resume_now(&admin(), id).await.unwrap();
        world.switchboard.release_now(&admin(), id, None).await.unwrap();
        crate::world::run(db, "UPDATE numbers SET quarantine_until = 1").await;
        world.switchboard.sweep().await.unwrap();
        let told = ready(&mut stream);
        assert_eq!(
            kinds(&told),
            [
                EventKind::Claimed,
                EventKind::Assigned,
                EventKind::Suspended,
                EventKind::Resumed,
                EventKind::Released,
                EventKind::QuarantineEnded,
            ]
        );
        assert!(told.is_sorted_by_key(|notice| notice.event.id));
        for notice in &told {
            let read = world.switchboard.event(&admin(), notice.event.id).await.unwrap();
            assert_eq!(read.as_ref(), Some(&notice.event));
            assert_eq!(notice.number_id, id);
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_or_rolled_back_is_not_told() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER, "+442477180193"]).await;
        let id = world.give(NUMBER, "Name").await.id;
        let mut stream = Box::pin(world.switchboard.number_events(&admin()));
        world.switchboard.resume_now(&admin(), id).await.unwrap_err();
        world.assign("name", exact(OTHER)).await.unwrap_err();
        let too_many = pool(world.tenants.sales, "Pool", british_area("024"), 2);
        world
            .switchboard
            .create_number_pool(&admin(), too_many)
            .await
            .unwrap();
        assert_eq!(ready(&mut stream), []);
    })
    .await;
}

#[tokio::test]
async fn each_key_is_told_of_its_own_scope_alone() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER, OTHER]).await;
        let (sales, bolt) = (world.tenants.sales, world.tenants.bolt);
        let listen = |who| Box::pin(world.switchboard.number_events(&who));
        let mut owner = listen(key(AccessLevel::Viewer, customer_scope(sales)));
        let mut reseller = listen(key(
            AccessLevel::Reseller,
            Scope::Reseller {
                reseller_id: sales.reseller_id,
            },
        ));
        let mut stranger = listen(manager_of(world.tenants.cora));
        let mut neighbor = listen(manager_of(bolt));
        let mut kpis = listen(key(AccessLevel::Kpi, Scope::Platform));
        world.give(NUMBER, "Name").await;
        let request = assign(bolt, "Name", exact(OTHER));
        world.switchboard.assign_number(&admin(), request).await.unwrap();
        assert_eq!(kinds(&ready(&mut owner)), [EventKind::Assigned]);
        assert_eq!(kinds(&ready(&mut neighbor)), [EventKind::Assigned]);
        assert_eq!(
            kinds(&ready(&mut reseller)),
            [EventKind::Assigned, EventKind::Assigned]
        );
        assert_eq!(ready(&mut stranger), []);
        assert_eq!(ready(&mut kpis), []);
    })
    .await;
}
