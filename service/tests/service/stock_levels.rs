//! How full the stock is, after numbers went their ways.

use numbering::{CountryCode, NumberType};
use service::{HoldNumber, UpdateNumber};
use store::{
    Scope,
    kpis::{StockKey, StockLevel, stock_levels},
    testing::on_both,
};

use crate::world::{AtOnce, World, admin, customer_scope, e164, manager_of, reference, run};

const ATLANTA: [&str; 6] = [
    "+14043411261",
    "+14043411262",
    "+14043411263",
    "+14043411264",
    "+14043411265",
    "+14043411266",
];

fn level(number_type: NumberType, country: CountryCode, area_code: Option<&str>) -> StockLevel {
    StockLevel {
        key: StockKey {
            number_type,
            country: Some(country),
            area_code: area_code.map(str::to_owned),
        },
        inventory: 0,
        available: 0,
        assigned: 0,
        reserved: 0,
        aging: 0,
        assigned_last_90_days: 0,
    }
}

/// Four of Atlanta's numbers given, one of them moved, one released and one restored; one held.
async fn used(world: &World) {
    let switchboard = &world.switchboard;
    world.stock(&ATLANTA).await;
    world.stock(&["+442079460123"]).await;
    let mut given = Vec::new();
    for number in &ATLANTA[..4] {
        given.push(world.give(number, number).await.id);
    }
    let moved = UpdateNumber {
        number_id: given[0],
        group_id: Some(world.tenants.support.group_id),
        ..UpdateNumber::default()
    };
    switchboard.update_now(&admin(), moved).await.unwrap();
    for id in &given[1..3] {
        switchboard.release_now(&admin(), *id, None).await.unwrap();
    }
    switchboard.restore_number(&admin(), given[2]).await.unwrap();
    let hold = HoldNumber {
        client_reference: reference(),
        group_id: world.tenants.sales.group_id,
        number: e164(ATLANTA[4]),
        minutes: 15,
    };
    let who = manager_of(world.tenants.sales);
    switchboard.hold_number(&who, hold).await.unwrap();
}

#[tokio::test]
async fn a_level_says_what_became_of_the_numbers_and_what_was_taken_from_stock() {
    on_both(async |db| {
        let world = World::on(db).await;
        used(&world).await;
        let atlanta = level(NumberType::Geographic, CountryCode::US, Some("404"));
        let london = level(NumberType::Geographic, CountryCode::GB, Some("20"));
        let expected = [
            StockLevel {
                inventory: 1,
                available: 1,
                ..london
            },
            StockLevel {
                inventory: 6,
                available: 1,
                assigned: 3,
                reserved: 1,
                aging: 1,
                assigned_last_90_days: 4,
                ..atlanta.clone()
            },
        ];
        let levels = stock_levels(db, Scope::Platform).await.unwrap();
        assert_eq!(levels, expected);

        let acme = customer_scope(world.tenants.sales);
        let theirs = StockLevel {
            inventory: 5,
            assigned: 3,
            reserved: 1,
            aging: 1,
            assigned_last_90_days: 4,
            ..atlanta
        };
        assert_eq!(stock_levels(db, acme).await.unwrap(), [theirs]);
        let cora = customer_scope(world.tenants.cora);
        assert_eq!(stock_levels(db, cora).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn an_assignment_of_more_than_90_days_ago_is_no_longer_counted() {
    on_both(async |db| {
        let world = World::on(db).await;
        used(&world).await;
        let days = |days: i64| days * 24 * 60 * 60 * 1000;
        for (age, counted) in [(days(89), 4), (days(2), 0)] {
            let older = format!("UPDATE assignments SET assigned_at = assigned_at - {age}");
            run(db, &older).await;
            let levels = stock_levels(db, Scope::Platform).await.unwrap();
            let taken: u64 = levels.iter().map(|level| level.assigned_last_90_days).sum();
            // The one that moved was given to its second group by no order.
            assert_eq!(taken, counted);
        }
    })
    .await;
}
