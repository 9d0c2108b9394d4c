//! Which provider is asked next: only when the one before certainly bought nothing.

use std::sync::Arc;

use provider_core::{
    error::{Effect, ErrorKind},
    outcome::RefusalCode,
};
use service::{AssignNumber, OperationState, OrderAnswer, ServiceError};
use store::testing::on_both;

use crate::{
    carrier::{Carrier, Reply},
    invariants,
    upstream::{Twist, Upstream},
    world::{World, admin, assign, british_area, fault, in_city, only_here, pool, problem, refusal},
};

const SOLD: &str = "+14043411266";
const OWN: &str = "+14043411267";
const POOLED: &[&str] = &["+441174090162", "+441174090163"];

fn two() -> (Arc<Carrier>, Arc<Carrier>) {
    (Carrier::new("first"), Carrier::new("second"))
}

async fn order(world: &World, provider: Option<&str>) -> OrderAnswer {
    let request = AssignNumber {
        provider: provider.map(|id| id.parse().unwrap()),
        ..assign(world.tenants.sales, "Name", in_city("Atlanta", Some("GA"), None))
    };
    world.switchboard.assign_number(&admin(), request).await.unwrap()
}

#[tokio::test]
async fn own_stock_is_given_before_any_carrier_is_asked() {
    on_both(async |db| {
        let (first, second) = two();
        let world = World::with(db, vec![first.instance(), second.instance()]).await;
        world.stock(&[OWN]).await;
        let answer = order(&world, None).await;
        assert_eq!(answer.operation.provider.as_deref(), Some(service::INVENTORY_ID));
        assert!(first.asked().is_empty() && second.asked().is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_next_provider_is_asked_after_a_certain_failure_with_the_same_token() {
    on_both(async |db| {
        let world = World::on(db).await;
        for reply in [
            Reply::Refused(RefusalCode::NoStock),
            Reply::Failed(ErrorKind::Unavailable, Effect::None),
            Reply::Failed(ErrorKind::RateLimited, Effect::None),
            Reply::Failed(ErrorKind::Unauthenticated, Effect::None),
        ] {
            let (first, second) = two();
            first.on_place([reply.clone()]);
            second.on_place([Reply::Sold(SOLD)]);
            let world = world.replica("with carriers", vec![first.instance(), second.instance()]);
            let answer = order(&world, None).await;
            assert_eq!(answer.operation.state, OperationState::Succeeded, "{reply:?}");
            assert_eq!(answer.operation.provider.as_deref(), Some("second"));
            assert_eq!(answer.operation.attempts, 3, "inventory, first, second");
            assert_eq!(first.placed(), second.placed(), "the same token");
            let number = answer.number.unwrap();
            world
                .switchboard
                .release_number(&admin(), only_here(number.id))
                .await
                .unwrap();
            invariants::hold(db).await;
        }
    })
    .await;
}

#[tokio::test]
async fn no_other_provider_is_asked_after_an_unknown_outcome_or_another_refusal() {
    on_both(async |db| {
        let world = World::on(db).await;
        for (reply, state) in [
            (Reply::Unclear, OperationState::Unconfirmed),
            (Reply::Taken, OperationState::Submitted),
            (Reply::Silence, OperationState::Unconfirmed),
            (
                Reply::Failed(ErrorKind::Unavailable, Effect::Unknown),
                OperationState::Unconfirmed,
            ),
            (
                Reply::Refused(RefusalCode::QuotaExceeded),
                OperationState::Refused,
            ),
            (Reply::Refused(RefusalCode::UnknownGroup), OperationState::Refused),
            // Our own tables know the city: what a carrier does not know of it is told, and the caller decides.
            (Reply::Refused(RefusalCode::UnknownCity), OperationState::Refused),
        ] {
            let (first, second) = two();
            first.on_place([reply.clone()]);
            let world = world.replica("with carriers", vec![first.instance(), second.instance()]);
            assert_eq!(order(&world, None).await.operation.state, state, "{reply:?}");
            assert!(second.asked().is_empty(), "{reply:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_pool_is_asked_of_the_next_provider_after_a_certain_failure_and_of_no_other_after_an_unclear_one() {
    for (twist, provider, state) in [
        (
            Twist::Refused(RefusalCode::NoStock),
            "second",
            OperationState::Succeeded,
        ),
        (Twist::Unreached, "second", OperationState::Succeeded),
        (Twist::Unheard, "first", OperationState::Unconfirmed),
        (
            Twist::Refused(RefusalCode::QuotaExceeded),
            "first",
            OperationState::Refused,
        ),
    ] {
        on_both(async |db| {
            let (first, second) = (Upstream::new("first", POOLED), Upstream::new("second", POOLED));
            first.twist([twist]);
            let world = World::with(db, vec![first.instance(), second.instance()]).await;
            let request = pool(world.tenants.sales, "Pool", british_area("0117"), 2);
            let answer = world
                .switchboard
                .create_number_pool(&admin(), request)
                .await
                .unwrap();
            assert_eq!(answer.operation.state, state, "{twist:?}");
            assert_eq!(answer.operation.provider.as_deref(), Some(provider), "{twist:?}");
            assert!(first.pools().is_empty(), "{twist:?}");
            assert_eq!(
                second.pools().len(),
                usize::from(provider == "second"),
                "{twist:?}"
            );
            invariants::hold(db).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_provider_that_was_named_is_the_only_one() {
    on_both(async |db| {
        let (first, second) = two();
        first.on_place([
            Reply::Refused(RefusalCode::NoStock),
            Reply::Failed(ErrorKind::Unavailable, Effect::None),
        ]);
        let world = World::with(db, vec![first.instance(), second.instance()]).await;
        world.stock(&[OWN]).await;
        let answer = order(&world, Some("first")).await;
        assert_eq!(problem(&answer), fault("NO_STOCK", "input.match.localToCity"));
        let answer = order(&world, Some("first")).await;
        assert_eq!(problem(&answer).0, "PROVIDER_UNAVAILABLE");
        assert!(second.asked().is_empty());
        assert_eq!(world.footprint().await["in stock"], 1);
    })
    .await;
}

#[tokio::test]
async fn an_empty_stock_says_more_than_the_failure_of_a_further_provider() {
    on_both(async |db| {
        let (first, second) = two();
        first.on_place([Reply::Failed(ErrorKind::Unavailable, Effect::None)]);
        second.on_place([Reply::Failed(ErrorKind::Unsupported, Effect::None)]);
        let world = World::with(db, vec![first.instance(), second.instance()]).await;
        assert_eq!(problem(&order(&world, None).await).0, "NO_STOCK");
    })
    .await;
}

#[tokio::test]
async fn what_may_pass_by_itself_is_told_beside_an_empty_stock() {
    on_both(async |db| {
        let (first, second) = two();
        first.on_place([Reply::Limited(7)]);
        second.on_place([Reply::Refused(RefusalCode::NoStock)]);
        let world = World::with(db, vec![first.instance(), second.instance()]).await;
        let answer = order(&world, None).await;
        let problem = answer.operation.problem.clone().unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.retry_after),
            ("NO_STOCK", Some(7))
        );
        assert!(
            problem.message.contains("first: slow down; try again in 7 s"),
            "{}",
            problem.message
        );
        first.on_place([Reply::Limited(7)]);
        let answer = order(&world, Some("first")).await;
        let problem = answer.operation.problem.unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.retry_after),
            ("PROVIDER_UNAVAILABLE", Some(7))
        );
    })
    .await;
}

#[tokio::test]
async fn a_provider_whose_terms_leave_the_match_out_is_passed_over_unless_it_is_named() {
    on_both(async |db| {
        let (first, second) = two();
        first.on_place([
            Reply::Failed(ErrorKind::Unsupported, Effect::None),
            Reply::Failed(ErrorKind::Unsupported, Effect::None),
        ]);
        second.on_place([Reply::Sold(SOLD)]);
        let world = World::with(db, vec![first.instance(), second.instance()]).await;
        let named = order(&world, Some("first")).await;
        assert_eq!(problem(&named).0, "PROVIDER_UNSUPPORTED");
        let answer = order(&world, None).await;
        assert_eq!(answer.operation.provider.as_deref(), Some("second"));
    })
    .await;
}

#[tokio::test]
async fn a_preview_looks_at_own_stock_first_and_says_when_a_provider_could_not_be_asked() {
    on_both(async |db| {
        let (first, _) = two();
        let world = World::with(db, vec![first.instance()]).await;
        let group = world.tenants.sales.group_id;
        let wanted = in_city("Atlanta", Some("GA"), None);
        let (who, switchboard) = (admin(), &world.switchboard);
        let unsure = switchboard
            .preview_assignment(&who, group, &wanted, false, None)
            .await;
        assert!(
            matches!(unsure, Err(ServiceError::Provider(error)) if error.kind() == ErrorKind::Unavailable)
        );
        world.stock(&[OWN]).await;
        let (provider, stock) = switchboard
            .preview_assignment(&who, group, &wanted, false, None)
            .await
            .unwrap();
        assert_eq!(
            (provider.as_str(), stock.number.as_str()),
            (service::INVENTORY_ID, OWN)
        );
        let nobody = "nobody".parse().unwrap();
        let unknown = switchboard
            .preview_assignment(&who, group, &wanted, false, Some(&nobody))
            .await;
        assert_eq!(refusal(unknown), fault("UNKNOWN_PROVIDER", "input.provider"));
        assert!(first.asked().is_empty(), "nothing was ordered");
    })
    .await;
}

#[tokio::test]
async fn a_search_names_the_provider_that_failed_beside_the_numbers_of_the_others() {
    on_both(async |db| {
        let (first, _) = two();
        let world = World::with(db, vec![first.instance()]).await;
        world.stock(&[OWN]).await;
        let query = provider_core::domain::NumberQuery {
            matching: in_city("Atlanta", Some("GA"), None),
            widen: false,
            limit: 5,
        };
        let found = world
            .switchboard
            .available_numbers(&admin(), &query, None)
            .await
            .unwrap();
        assert_eq!(found.numbers.len(), 1);
        let failed: Vec<_> = found
            .failures
            .iter()
            .map(|(id, error)| (id.as_str(), error.kind()))
            .collect();
        assert_eq!(failed, [("first", ErrorKind::Unavailable)]);
    })
    .await;
}

#[tokio::test]
async fn providers_are_searched_at_once_and_each_has_its_own_time() {
    on_both(async |db| {
        let names = ["quick", "silent", "mute", "limited", "late"];
        let carriers = names.map(Carrier::new);
        let [quick, silent, mute, limited, late] = &carriers;
        quick.on_search([Reply::Sold(SOLD)]);
        silent.on_search([Reply::Silence]);
        mute.on_search([Reply::Silence]);
        limited.on_search([Reply::Limited(7)]);
        late.on_search([Reply::Sold("+14043411268")]);
        let world = World::with(db, carriers.iter().map(Carrier::instance).collect()).await;
        world.stock(&[OWN]).await;
        let query = provider_core::domain::NumberQuery {
            matching: in_city("Atlanta", Some("GA"), None),
            widen: false,
            limit: 5,
        };
        let begun = std::time::Instant::now();
        let found = world
            .switchboard
            .available_numbers(&admin(), &query, None)
            .await
            .unwrap();
        let took = begun.elapsed();
        let from: Vec<_> = found.numbers.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(from, [service::INVENTORY_ID, "quick", "late"]);
        let failed: Vec<_> = found
            .failures
            .iter()
            .map(|(id, error)| {
                (
                    id.as_str(),
                    error.kind(),
                    error.retry_after().map(|wait| wait.as_secs()),
                )
            })
            .collect();
        assert_eq!(
            failed,
            [
                ("silent", ErrorKind::Timeout, None),
                ("mute", ErrorKind::Timeout, None),
                ("limited", ErrorKind::RateLimited, Some(7)),
            ]
        );
        // Each is waited for one second: one after another, the two that say nothing would take two.
        assert!(took < std::time::Duration::from_secs(2), "{took:?}");
    })
    .await;
}
