//! The end of quarantine.

use provider_core::domain::NumberStatus;
use service::{EventKind, Settings, Switchboard};
use store::testing::on_both;

use crate::{
    invariants,
    world::{AtOnce, World, admin, assign, exact, fault, refusal, run},
};

const NUMBER: &str = "+14043411266";

#[tokio::test]
async fn a_number_rests_until_its_quarantine_ends_and_is_stock_without_a_trace_of_its_owner_then() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let mut request = assign(world.tenants.sales, "Name", exact(NUMBER));
        request.tags = vec!["print".to_owned()];
        let given = world
            .switchboard
            .assign_number(&admin(), request)
            .await
            .unwrap()
            .number
            .unwrap();
        world
            .switchboard
            .release_now(&admin(), given.id, None)
            .await
            .unwrap();
        world.switchboard.sweep().await.unwrap();
        assert_eq!(world.status(NUMBER).await, NumberStatus::Dropped);
        let refused = world.assign("Too early", exact(NUMBER)).await.unwrap();
        assert_eq!(crate::world::problem(&refused).0, "NO_STOCK");

        run(
            db,
            "UPDATE numbers SET quarantine_until = 1 WHERE status = 'DROPPED'",
        )
        .await;
        let late = world.switchboard.restore_number(&admin(), given.id).await;
        assert_eq!(refusal(late), fault("INVALID_TRANSITION", "input.numberId"));
        world.switchboard.sweep().await.unwrap();
        let free = world.number(NUMBER).await;
        assert_eq!(free.status, NumberStatus::Available);
        assert_eq!(
            (free.owner, free.name, free.termination_number),
            (None, None, None)
        );
        assert_eq!((free.dealer_id, free.tags), (None, Vec::new()));
        assert_eq!(
            (free.quarantine_until, free.dropped_at, free.assigned_at),
            (None, None, None)
        );
        assert_eq!(
            world.history(NUMBER).await.last(),
            Some(&EventKind::QuarantineEnded)
        );
        invariants::hold(db).await;

        let request = assign(world.tenants.bolt, "Name", exact(NUMBER));
        let again = world
            .switchboard
            .assign_number(&admin(), request)
            .await
            .unwrap()
            .number
            .unwrap();
        assert_eq!(again.owner, Some(world.tenants.bolt));
        let was = world
            .switchboard
            .owner_at(&admin(), given.id, given.assigned_at.unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(was.owner, world.tenants.sales, "who had it is known for ever");
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn without_a_quarantine_a_released_number_is_stock_at_the_next_sweep() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&[NUMBER]).await;
        let id = world.give(NUMBER, "Name").await.id;
        let settings = Settings {
            quarantine_days: 0,
            ..Settings::new("given")
        };
        let switchboard = Switchboard::over(db.database(), settings).unwrap();
        switchboard.release_now(&admin(), id, None).await.unwrap();
        switchboard.sweep().await.unwrap();
        assert_eq!(world.status(NUMBER).await, NumberStatus::Available);
        invariants::hold(db).await;
    })
    .await;
}

#[tokio::test]
async fn two_workers_end_each_quarantine_once() {
    on_both(async |db| {
        let world = World::on(db).await;
        let numbers: Vec<String> = (0..30).map(|n| format!("+140434112{n:02}")).collect();
        let texts: Vec<&str> = numbers.iter().map(String::as_str).collect();
        world.stock(&texts).await;
        for number in &texts {
            let id = world.give(number, number).await.id;
            world.switchboard.release_now(&admin(), id, None).await.unwrap();
        }
        run(db, "UPDATE numbers SET quarantine_until = 1").await;
        let other = world.replica("second", Vec::new());
        let (one, two) = futures_util::join!(world.switchboard.sweep(), other.switchboard.sweep());
        one.unwrap();
        two.unwrap();
        let ended = "SELECT COUNT(*) FROM number_events WHERE kind = 'QUARANTINE_ENDED'";
        assert_eq!(crate::world::count(db, ended).await, 30);
        assert_eq!(world.footprint().await["in stock"], 30);
        invariants::hold(db).await;
    })
    .await;
}
