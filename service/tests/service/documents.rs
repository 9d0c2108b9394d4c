//! The examples of the documents, each answered from stock with a number of the right kind.

use numbering::{GeographicMatch, NumberMatch, NumberType, Tier};
use provider_core::domain::{CountryCode, NumberStatus, PoolMatch};
use service::{EventKind, NumberBy, OperationState, OrderAnswer, PageRequest, Position};
use store::testing::on_both;

use crate::{
    invariants,
    world::{TERMINATION, World, admin, assign, british_area, count, e164, in_city, near, pool, toll_free},
};

/// One number that answers each example, and one beside it that does not.
const STOCK: &[&str] = &[
    "+12898122093",
    "+19056372047",
    "+14043411266",
    "+16782345678",
    "+18332018273",
    "+18882018273",
    "+441174090162",
    "+441174090163",
    "+441174090164",
    "+442477180193",
    "+442477180194",
    "+442477180195",
    "+448000885644",
    "+448000885645",
    "+448000885646",
    "+443308180609",
    "+443308180610",
    "+443308180611",
];

#[tokio::test]
async fn local_to_a_number_with_a_filter_gives_a_number_of_that_area_code_nearby() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let answer = world
            .assign("ABC Company", near("+19056372046", Some("289")))
            .await
            .unwrap();
        given(&world, &answer, "ABC Company", NumberType::Geographic).await;
        assert_eq!(answer.number.as_ref().unwrap().e164, e164("+12898122093"));
        let matched = answer.matched.unwrap();
        assert!(matched.tier <= Tier::T5SameAreaCode, "{matched:?}");
        assert!(!matched.reason.is_empty());
    })
    .await;
}

#[tokio::test]
async fn local_to_a_city_with_a_filter_gives_a_number_of_the_city() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let wanted = in_city("Atlanta", Some("GA"), Some("404"));
        let answer = world.assign("ABC Company", wanted).await.unwrap();
        given(&world, &answer, "ABC Company", NumberType::Geographic).await;
        assert_eq!(answer.number.as_ref().unwrap().e164, e164("+14043411266"));
        let matched = answer.matched.unwrap();
        assert_eq!(matched.tier, Tier::T3CoveringAreaCode, "404 serves Atlanta");
        assert!(matched.reason.contains("Atlanta"), "{matched:?}");
    })
    .await;
}

#[tokio::test]
async fn toll_free_with_a_filter_gives_a_number_of_that_code() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let wanted = toll_free(CountryCode::US, Some("833"));
        let answer = world.assign("ABC Company", wanted).await.unwrap();
        given(&world, &answer, "ABC Company", NumberType::TollFree).await;
        assert_eq!(answer.number.as_ref().unwrap().e164, e164("+18332018273"));
        assert_eq!(answer.matched.unwrap().tier, Tier::Requested);
    })
    .await;
}

#[tokio::test]
async fn each_kind_of_pool_is_filled_with_three_numbers_of_its_kind() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(STOCK).await;
        let country = CountryCode::GB;
        let bristol = GeographicMatch::City {
            country,
            city: "Bristol".to_owned(),
            region: None,
        };
        for (name, matching, number_type, start) in [
            (
                "Bristol",
                PoolMatch::Geographic(bristol),
                NumberType::Geographic,
                "+44117",
            ),
            ("Coventry", british_area("024"), NumberType::Geographic, "+4424"),
            (
                "Free",
                PoolMatch::TollFree { country },
                NumberType::TollFree,
                "+4480",
            ),
            (
                "National",
                PoolMatch::National { country },
                NumberType::National,
                "+443",
            ),
        ] {
            let request = pool(world.tenants.sales, name, matching.clone(), 3);
            let answer = world
                .switchboard
                .create_number_pool(&admin(), request)
                .await
                .unwrap();
            assert_eq!(
                answer.operation.state,
                OperationState::Succeeded,
                "{name}: {:?}",
                answer.operation
            );
            let made = answer.pool.unwrap();
            assert_eq!(
                (made.name.as_str(), made.quantity, &made.matching),
                (name, 3, &matching)
            );
            let ids = store::members(db.reader(), made.id).await.unwrap();
            assert_eq!(ids.len(), 3);
            let members = world
                .switchboard
                .numbers_by_ids(&admin(), &ids, service::NumberRelations::OWN)
                .await
                .unwrap();
            for member in members.values() {
                assert!(member.e164.as_str().starts_with(start), "{name}: {}", member.e164);
                assert_eq!(
                    (member.number_type, member.status),
                    (number_type, NumberStatus::Active)
                );
                assert_eq!(
                    (member.pool_id, member.owner),
                    (Some(made.id), Some(world.tenants.sales))
                );
                assert_eq!(member.termination_number, Some(e164(TERMINATION)));
            }
            let matching = NumberMatch::from(matching);
            assert!(
                members
                    .values()
                    .all(|member| world
                        .switchboard
                        .places()
                        .satisfies(&matching, false, &member.e164))
            );
        }
        invariants::hold(db).await;
    })
    .await;
}

/// Everything that must be true of a number after it was assigned.
async fn given(world: &World, answer: &OrderAnswer, name: &str, number_type: NumberType) {
    assert_eq!(
        answer.operation.state,
        OperationState::Succeeded,
        "{:?}",
        answer.operation
    );
    let number = answer.number.as_ref().unwrap();
    assert_eq!(answer.operation.number_id, Some(number.id));
    assert_eq!(
        (number.status, number.number_type),
        (NumberStatus::Active, number_type)
    );
    assert_eq!(
        number.status.next(),
        [
            NumberStatus::Suspended,
            NumberStatus::Dropped,
            NumberStatus::PortingOut
        ]
    );
    assert_eq!(number.name.as_deref(), Some(name));
    assert_eq!(number.owner, Some(world.tenants.sales));
    assert_eq!(
        number.dealer_id,
        Some(world.tenants.dealer),
        "the customer's dealer"
    );
    assert_eq!(number.dealer.as_ref().unwrap().code, "D-NORTH");
    assert_eq!(number.customer.as_ref().unwrap().code, "ACME");
    assert_eq!(number.group.as_ref().unwrap().name, "Sales");
    assert_eq!(number.termination_number, Some(e164(TERMINATION)));
    assert_eq!((number.order_token.as_ref(), number.pool_id), (None, None));
    assert!(number.assigned_at.is_some());

    let history = world.history(number.e164.as_str()).await;
    assert_eq!(
        history,
        [EventKind::Added, EventKind::Claimed, EventKind::Assigned]
    );
    let assigned = last_event(world, number.id).await;
    assert_eq!(
        (assigned.actor.as_str(), assigned.operation_id),
        ("key:7", Some(answer.operation.id))
    );
    assert_eq!(assigned.before["status"], "PENDING");
    assert_eq!(
        (&assigned.after["status"], &assigned.after["name"]),
        (&"ACTIVE".into(), &name.into())
    );

    let by = NumberBy::Id(number.id);
    let relations = service::NumberRelations::default();
    let read = world
        .switchboard
        .number(&admin(), &by, relations)
        .await
        .unwrap()
        .unwrap();
    let owner = world
        .switchboard
        .owner_at(&admin(), number.id, read.assigned_at.unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (owner.owner, owner.name.as_str(), owner.released_at),
        (world.tenants.sales, name, None)
    );
    let statement = format!(
        "SELECT COUNT(*) FROM assignments WHERE operation_id = {}",
        answer.operation.id
    );
    assert_eq!(count(world.db(), &statement).await, 1);
    invariants::hold(world.db()).await;
}

async fn last_event(world: &World, number_id: i64) -> service::EventRecord {
    let page = PageRequest::first(1);
    let page = world
        .switchboard
        .number_history(&admin(), number_id, true, &page)
        .await
        .unwrap();
    let [(Position { .. }, event)] = page.items.as_slice() else {
        panic!("no history")
    };
    event.clone()
}

#[tokio::test]
async fn the_name_and_labels_of_an_order_are_kept_clean() {
    on_both(async |db| {
        let world = World::on(db).await;
        world.stock(&["+14043411266"]).await;
        let mut request = assign(
            world.tenants.sales,
            "  Spring  Sale ",
            in_city("Atlanta", Some("GA"), None),
        );
        request.tags = vec![" print".to_owned(), "north".to_owned(), "print".to_owned()];
        let answer = world.switchboard.assign_number(&admin(), request).await.unwrap();
        let number = answer.number.unwrap();
        assert_eq!(number.name.as_deref(), Some("Spring  Sale"));
        assert_eq!(number.tags, ["north", "print"]);
    })
    .await;
}
