//! Callers that go away in the middle of a call.

use std::time::Duration;

use service::OperationState;

use crate::{
    invariants,
    world::{AtOnce, World, admin, assign, count, e164, exact, in_city, run, stock},
};

/// Polls a future a number of times, with a pause in which what it started goes on, then drops it.
async fn give_up_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        if let std::task::Poll::Ready(output) = futures_util::poll!(&mut future) {
            return Some(output);
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_caller_that_goes_away_at_any_point_loses_nothing_and_blocks_nobody() {
    const NUMBERS: usize = 60;
    for db in store::testing::databases().await {
        let world = World::on(&db).await;
        let numbers: Vec<_> = (0..NUMBERS).map(|n| e164(&format!("+1404341{n:04}"))).collect();
        stock(&db, numbers).await;
        let mut answered = Vec::new();
        for polls in 0..NUMBERS {
            let name = format!("Name {polls}");
            let request = assign(world.tenants.sales, &name, in_city("Atlanta", Some("GA"), None));
            let (who, again) = (admin(), request.clone());
            let order = world.switchboard.assign_number(&who, request);
            if let Some(answer) = give_up_after(polls, order).await {
                answered.push(answer.unwrap());
            } else if polls % 3 == 0 {
                // Whoever gives up asks again, and gets the answer to the first call.
                answered.push(world.switchboard.assign_number(&who, again).await.unwrap());
            }
        }
        finish(&world).await;
        for answer in &answered {
            let number = answer.number.as_ref().unwrap();
            assert_eq!(answer.operation.state, OperationState::Succeeded);
            let kept = world.number(number.e164.as_str()).await;
            assert_eq!(
                (kept.owner, &kept.name),
                (number.owner, &number.name),
                "an acknowledged order lasts"
            );
        }
        invariants::hold(&db).await;
        let orders = count(&db, "SELECT COUNT(*) FROM operations").await;
        let given = "SELECT COUNT(*) FROM numbers WHERE status = 'ACTIVE'";
        assert_eq!(
            count(&db, given).await,
            orders,
            "every order that was written down was carried out"
        );
        assert!(orders >= answered.len() as i64);
    }
}

/// Lets what runs in the background come to its end: it is over when no operation is open.
async fn finish(world: &World) {
    let open = "SELECT COUNT(*) FROM operations WHERE finished_at IS NULL";
    for _ in 0..200 {
        if count(world.db(), open).await == 0 {
            return;
        }
        world.sweep().await;
    }
    panic!("operations stay open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_whose_callers_went_away_are_whole_and_the_next_ones_are_durable() {
    for db in store::testing::databases().await {
        let world = World::on(&db).await;
        world.stock(&["+14043411266"]).await;
        let id = world.give("+14043411266", "Name").await.id;
        for polls in 0..60 {
            let who = admin();
            let suspend = world.switchboard.suspend_now(&who, id, None);
            give_up_after(polls % 12, suspend).await;
            // The next caller's write goes over the connection that the one before may have left behind.
            let tags = service::UpdateNumber {
                number_id: id,
                tags: Some(vec![format!("round {polls}")]),
                ..Default::default()
            };
            world.switchboard.update_now(&who, tags).await.unwrap();
            let other = store::Database::connect(db.url(), &Default::default())
                .await
                .unwrap();
            let by = service::NumberBy::Id(id);
            let seen = store::number(
                other.reader(),
                service::Scope::Platform,
                &by,
                store::NumberRelations::OWN,
            );
            assert_eq!(seen.await.unwrap().unwrap().tags, [format!("round {polls}")]);
            other.close().await.unwrap();
            let _ = world.switchboard.resume_now(&who, id).await;
        }
        run(&db, "UPDATE operations SET lease_until = 0").await;
        assert!(
            world
                .assign("Other", exact("+14043411266"))
                .await
                .unwrap()
                .number
                .is_none()
        );
        invariants::hold(&db).await;
    }
}
