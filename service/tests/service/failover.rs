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
    world::{World, admin, assign, fault, in_city, problem, refusal},
};

const SOLD: &str = "+14043411266";
const OWN: &str = "+14043411267";

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
                .release_number(&admin(), number.id, None)
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
