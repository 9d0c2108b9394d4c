//! Pages, and what they cost.

use provider_core::domain::NumberStatus;
use service::{NumberFilter, NumberOrderBy, NumberRelations, PageRequest};
use store::testing::on_both;

use crate::world::{World, admin, assign, british_area, exact, pool};

const ALL: NumberRelations = NumberRelations {
    locality: true,
    tags: true,
    group: true,
    customer: true,
    dealer: true,
    pool: true,
};

#[tokio::test]
async fn a_page_of_numbers_with_all_its_relations_is_one_statement() {
    on_both(async |db| {
        let world = World::on(db).await;
        world
            .stock(&["+14043411266", "+14043411267", "+442477180193", "+442477180194"])
            .await;
        for number in ["+14043411266", "+14043411267"] {
            let mut request = assign(world.tenants.sales, number, exact(number));
            request.tags = vec!["web".to_owned(), "print".to_owned()];
            world.switchboard.assign_number(&admin(), request).await.unwrap();
        }
        let request = pool(world.tenants.bolt, "Pool", british_area("024"), 2);
        world
            .switchboard
            .create_number_pool(&admin(), request)
            .await
            .unwrap();
        let before = db.statements();
        let page = world
            .switchboard
            .numbers(
                &admin(),
                &NumberFilter::default(),
                (NumberOrderBy::E164, false),
                &PageRequest::first(50),
                ALL,
            )
            .await
            .unwrap();
        assert_eq!(db.statements() - before, 1);
        assert_eq!(page.items.len(), 4);
        for (_, number) in &page.items {
            assert_eq!(
                number.group.as_ref().map(|group| group.id),
                number.owner.map(|owner| owner.group_id)
            );
            assert_eq!(
                number.customer.as_ref().map(|customer| customer.id),
                number.owner.map(|owner| owner.customer_id)
            );
            assert_eq!(number.dealer.as_ref().map(|dealer| dealer.id), number.dealer_id);
            assert_eq!(number.pool.as_ref().map(|pool| pool.id), number.pool_id);
            assert_eq!(number.tags.len(), if number.pool_id.is_some() { 0 } else { 2 });
        }
        assert!(page.items[3].1.locality.is_some() && page.items[3].1.pool.is_some());
        let before = db.statements();
        world
            .switchboard
            .count_numbers(&admin(), &NumberFilter::default())
            .await
            .unwrap();
        let by = service::NumberBy::Id(page.items[0].1.id);
        world.switchboard.number(&admin(), &by, ALL).await.unwrap();
        let history = PageRequest::first(10);
        world
            .switchboard
            .number_history(&admin(), page.items[0].1.id, true, &history)
            .await
            .unwrap();
        assert_eq!(db.statements() - before, 3, "one each");
    })
    .await;
}

#[tokio::test]
async fn numbers_are_paged_both_ways_without_gap_or_repetition() {
    on_both(async |db| {
        let world = World::on(db).await;
        let numbers: Vec<String> = (0..7).map(|n| format!("+1404341126{n}")).collect();
        world
            .stock(&numbers.iter().rev().map(String::as_str).collect::<Vec<_>>())
            .await;
        world.give(&numbers[3], "Changed last").await;
        for by in [
            NumberOrderBy::Created,
            NumberOrderBy::E164,
            NumberOrderBy::Updated,
        ] {
            for descending in [false, true] {
                let read = async |page: PageRequest| {
                    let (who, filter, order) = (admin(), NumberFilter::default(), (by, descending));
                    let relations = NumberRelations::default();
                    world
                        .switchboard
                        .numbers(&who, &filter, order, &page, relations)
                        .await
                        .unwrap()
                };
                let all: Vec<i64> = read(PageRequest::first(50))
                    .await
                    .items
                    .iter()
                    .map(|(at, _)| at.id)
                    .collect();
                assert_eq!(all.len(), numbers.len());
                let (mut forward, mut after) = (Vec::new(), None);
                loop {
                    let page = read(PageRequest {
                        after,
                        ..PageRequest::first(3)
                    })
                    .await;
                    forward.extend(page.items.iter().map(|(at, _)| at.id));
                    after = page.items.last().map(|(at, _)| at.clone());
                    if !page.has_next {
                        break;
                    }
                }
                assert_eq!(forward, all, "{by:?} {descending}");
                let (mut backward, mut before) = (Vec::new(), None);
                loop {
                    let page = read(PageRequest {
                        before,
                        backward: true,
                        ..PageRequest::first(3)
                    })
                    .await;
                    backward.splice(0..0, page.items.iter().map(|(at, _)| at.id));
                    before = page.items.first().map(|(at, _)| at.clone());
                    if !page.has_previous {
                        break;
                    }
                }
                assert_eq!(backward, all, "{by:?} {descending} backward");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn numbers_are_filtered_by_what_they_are_and_whose_they_are() {
    on_both(async |db| {
        let world = World::on(db).await;
        world
            .stock(&["+14043411266", "+14043411267", "+442477180193"])
            .await;
        world.give("+14043411266", "100% Tires").await;
        let cases = [
            (
                NumberFilter {
                    statuses: Some(vec![NumberStatus::Active]),
                    ..NumberFilter::default()
                },
                1,
            ),
            (
                NumberFilter {
                    statuses: Some(Vec::new()),
                    ..NumberFilter::default()
                },
                0,
            ),
            (
                NumberFilter {
                    e164_prefix: Some("+1404341".to_owned()),
                    ..NumberFilter::default()
                },
                2,
            ),
            (
                NumberFilter {
                    area_code: Some("404".to_owned()),
                    ..NumberFilter::default()
                },
                2,
            ),
            (
                NumberFilter {
                    name_contains: Some("0% TI".to_owned()),
                    ..NumberFilter::default()
                },
                1,
            ),
            (
                NumberFilter {
                    name_contains: Some("0_".to_owned()),
                    ..NumberFilter::default()
                },
                0,
            ),
            (
                NumberFilter {
                    group_id: Some(world.tenants.sales.group_id),
                    ..NumberFilter::default()
                },
                1,
            ),
            (
                NumberFilter {
                    dealer_id: Some(None),
                    ..NumberFilter::default()
                },
                2,
            ),
            (
                NumberFilter {
                    dealer_id: Some(Some(world.tenants.dealer)),
                    ..NumberFilter::default()
                },
                1,
            ),
            (
                NumberFilter {
                    pool_id: Some(None),
                    ..NumberFilter::default()
                },
                3,
            ),
            (
                NumberFilter {
                    tag: Some("none".to_owned()),
                    ..NumberFilter::default()
                },
                0,
            ),
        ];
        for (filter, expected) in cases {
            let page = PageRequest::first(50);
            let relations = NumberRelations::default();
            let found = world
                .switchboard
                .numbers(&admin(), &filter, Default::default(), &page, relations)
                .await
                .unwrap();
            assert_eq!(found.items.len(), expected, "{filter:?}");
            assert_eq!(
                world.switchboard.count_numbers(&admin(), &filter).await.unwrap(),
                expected as i64
            );
        }
    })
    .await;
}
