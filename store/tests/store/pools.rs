use provider_core::domain::{
    CountryCode, E164, GeographicMatch, PoolMatch, PoolStatus, ReplacementConfiguration,
};
use store::{
    Database, NewPool, PoolChange, PoolRecord, StoreError, replacements, set_pool_quantity, sql::Sql,
    testing::on_both,
};

use crate::fixtures::{plant, write};
use crate::pool_fixtures::{insert, new_pool, read, replacing, source, update};

async fn replacement(db: &Database, id: i64) -> ReplacementConfiguration {
    replacements(db.reader(), &[id])
        .await
        .unwrap()
        .remove(&id)
        .expect("a configuration")
}

#[tokio::test]
async fn a_pool_is_read_as_it_was_ordered() {
    on_both(async |db| {
        let tree = plant(db).await;
        let city = GeographicMatch::City {
            country: CountryCode::GB,
            city: "Bristol".to_owned(),
            region: None,
        };
        let new = NewPool {
            external_id: Some("31849".to_owned()),
            matching: PoolMatch::Geographic(city),
            replacement: replacing(
                &["905219CARS", "4402078395555"],
                vec![
                    source("Google", &["gclid=*", "utm_campaign=winter tires"], true),
                    source("partner.example.com", &[], false),
                    source("Any", &["a=b=c"], false),
                ],
            ),
            ..new_pool(tree.acme_sales, "ABC  Company 123")
        };
        let id = insert(db, new.clone()).await;
        let found = read(db, id).await;
        let expected = PoolRecord {
            id,
            owner: new.owner,
            name: new.name,
            status: PoolStatus::Active,
            provider: new.provider,
            external_id: new.external_id,
            matching: new.matching,
            match_period_minutes: 30,
            quantity: 3,
            replace_all_numbers: false,
            termination_number: new.termination_number,
            created_at: found.created_at,
            updated_at: found.created_at,
            retired_at: None,
        };
        assert_eq!(found, expected);
        assert_eq!(replacement(db, id).await, new.replacement);
        let digits = Sql::new("SELECT digits FROM pool_replaced_numbers ORDER BY position");
        let digits = digits.all(db.reader()).await.unwrap();
        let digits: Vec<String> = digits
            .iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect();
        assert_eq!(
            digits,
            ["9052192277", "4402078395555"],
            "vanity letters as keypad digits"
        );
    })
    .await;
}

#[tokio::test]
async fn a_long_configuration_is_kept_in_order() {
    on_both(async |db| {
        let tree = plant(db).await;
        let numbers: Vec<String> = (0..1_200).map(|n| format!("0117{n:07}")).collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let sources = (0..12).map(|n| source(&format!("site{n}.example.com"), &["b=1", "a=2"], false));
        let configuration = replacing(&numbers, sources.collect());
        let new = NewPool {
            replacement: configuration.clone(),
            ..new_pool(tree.acme_sales, "Long")
        };
        let id = insert(db, new).await;
        assert_eq!(replacement(db, id).await, configuration);
    })
    .await;
}

#[tokio::test]
async fn configurations_of_many_pools_take_three_statements() {
    on_both(async |db| {
        let tree = plant(db).await;
        let mut ids = Vec::new();
        for n in 0..20 {
            let numbers: &[&str] = if n % 2 == 0 { &[] } else { &["905219CARS"] };
            let sources = vec![
                source("Any", &[&format!("n={n}")], false),
                source("Bing", &[], true),
            ];
            let replacement = replacing(numbers, sources);
            ids.push(
                insert(
                    db,
                    NewPool {
                        replacement,
                        ..new_pool(tree.acme_sales, &format!("P{n}"))
                    },
                )
                .await,
            );
        }
        let before = db.statements();
        let found = replacements(db.reader(), &ids).await.unwrap();
        assert_eq!(db.statements() - before, 3);
        assert_eq!(found.len(), 20);
        for (n, id) in ids.iter().enumerate() {
            assert_eq!(
                found[id].sources()[0].url_triggers[0].to_string(),
                format!("n={n}")
            );
            assert_eq!(read(db, *id).await.replace_all_numbers, n % 2 == 0);
        }
        let before = db.statements();
        assert!(replacements(db.reader(), &[]).await.unwrap().is_empty());
        assert_eq!(db.statements(), before);
    })
    .await;
}

#[tokio::test]
async fn a_configuration_that_breaks_the_rules_is_reported_not_repaired() {
    on_both(async |db| {
        let tree = plant(db).await;
        let id = insert(db, new_pool(tree.acme_sales, "P")).await;
        write(db, |tx| {
            Box::pin(async move {
                Sql::new("DELETE FROM pool_tracking_sources")
                    .execute(tx.connection())
                    .await
            })
        })
        .await;
        let found = replacements(db.reader(), &[id]).await;
        assert!(
            matches!(found, Err(StoreError::Corrupt { table: "pools", .. })),
            "{found:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_replaces_the_configuration_whole() {
    on_both(async |db| {
        let tree = plant(db).await;
        let first = replacing(
            &["905219CARS", "4045553434"],
            vec![source("Google", &["gclid=*"], true)],
        );
        let new = NewPool {
            replacement: first.clone(),
            ..new_pool(tree.acme_sales, "Before")
        };
        let id = insert(db, new).await;
        let before = read(db, id).await;

        let change = PoolChange {
            name: Some("After".to_owned()),
            ..PoolChange::default()
        };
        assert!(update(db, id, change).await.unwrap());
        let renamed = read(db, id).await;
        assert!(renamed.updated_at >= before.updated_at);
        assert_eq!(
            renamed,
            PoolRecord {
                name: "After".to_owned(),
                updated_at: renamed.updated_at,
                ..before.clone()
            }
        );
        assert_eq!(replacement(db, id).await, first);

        let second = replacing(
            &[],
            vec![
                source("Any", &["utm_source=x"], false),
                source("Bing", &[], false),
            ],
        );
        let number = E164::parse_strict("+19056372046").unwrap();
        let change = PoolChange {
            match_period_minutes: Some(45),
            termination_number: Some(number.clone()),
            replacement: Some(second.clone()),
            ..PoolChange::default()
        };
        assert!(update(db, id, change).await.unwrap());
        assert!(write(db, move |tx| Box::pin(set_pool_quantity(tx, id, 7))).await);
        let changed = read(db, id).await;
        let expected = PoolRecord {
            match_period_minutes: 45,
            quantity: 7,
            termination_number: number,
            replace_all_numbers: true,
            updated_at: changed.updated_at,
            ..renamed
        };
        assert_eq!(changed, expected);
        assert_eq!(replacement(db, id).await, second);
    })
    .await;
}
