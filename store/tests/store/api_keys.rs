use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use store::{
    AccessLevel, NewApiKey, Scope, StoreError, api_key_by_hash, count_api_keys, ensure_setting,
    insert_api_key, revoke_api_key, setting, sql::Sql, testing::on_both,
};
use strum::IntoEnumIterator;

use crate::fixtures::{group_scope, plant, write};

fn key(hash: &str, level: AccessLevel, scope: Scope) -> NewApiKey {
    NewApiKey {
        name: format!("a {level} key"),
        prefix: "sb_live_abc".to_owned(),
        hash: hash.to_owned(),
        level,
        scope,
        expires_at: None,
    }
}

#[tokio::test]
async fn a_key_of_every_level_and_scope_is_found_by_its_hash_as_it_was_made() {
    on_both(async |db| {
        let tree = plant(db).await;
        let scopes = [
            Scope::Platform,
            tree.north_scope(),
            tree.acme_scope(),
            group_scope(tree.acme_sales),
        ];
        for level in AccessLevel::iter() {
            for (at, scope) in scopes.into_iter().enumerate() {
                let hash = format!("{level}-{at}");
                let new = key(&hash, level, scope);
                let id = write(db, move |tx| {
                    Box::pin(async move { insert_api_key(tx, &new).await })
                })
                .await;
                let found = api_key_by_hash(db.reader(), &hash)
                    .await
                    .unwrap()
                    .expect("the key");
                assert_eq!((found.id, found.level, found.scope), (id, level, scope));
                assert_eq!(
                    (found.name, found.prefix.as_str()),
                    (format!("a {level} key"), "sb_live_abc")
                );
            }
        }
        let made = AccessLevel::iter().count() * scopes.len();
        assert_eq!(count_api_keys(db.reader()).await.unwrap() as usize, made);
        assert_eq!(api_key_by_hash(db.reader(), "VIEWER").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_good_until_it_expires_or_is_revoked() {
    on_both(async |db| {
        let end: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let new = NewApiKey {
            expires_at: Some(end),
            ..key("h", AccessLevel::Admin, Scope::Platform)
        };
        let id = write(db, move |tx| {
            Box::pin(async move { insert_api_key(tx, &new).await })
        })
        .await;
        let found = api_key_by_hash(db.reader(), "h").await.unwrap().expect("the key");
        assert_eq!((found.expires_at, found.revoked_at), (Some(end), None));
        let just_before = end - SignedDuration::from_millis(1);
        assert!(found.is_good_at(just_before));
        assert!(!found.is_good_at(end));

        let revoke = async || write(db, move |tx| Box::pin(revoke_api_key(tx, Scope::Platform, id))).await;
        assert!(revoke().await);
        assert!(!revoke().await, "a second time changes nothing");
        let found = api_key_by_hash(db.reader(), "h").await.unwrap().expect("the key");
        assert!(found.revoked_at.is_some_and(|at| at >= found.created_at));
        assert!(!found.is_good_at(just_before));
    })
    .await;
}

#[tokio::test]
async fn a_key_outside_the_scope_can_not_be_revoked() {
    on_both(async |db| {
        let tree = plant(db).await;
        let new = key("h", AccessLevel::Owner, tree.acme_scope());
        let id = write(db, move |tx| {
            Box::pin(async move { insert_api_key(tx, &new).await })
        })
        .await;
        for (scope, revoked) in [
            (tree.bolt_scope(), false),
            (tree.south_scope(), false),
            (tree.north_scope(), true),
        ] {
            assert_eq!(
                write(db, move |tx| Box::pin(revoke_api_key(tx, scope, id))).await,
                revoked
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_row_without_the_upper_levels_of_its_scope_is_refused_not_widened() {
    on_both(async |db| {
        let tree = plant(db).await;
        write(db, move |tx| {
            Box::pin(async move {
                insert_api_key(tx, &key("h", AccessLevel::Viewer, tree.acme_scope())).await?;
                let sql = Sql::new("UPDATE api_keys SET reseller_id = NULL");
                sql.execute(tx.connection()).await
            })
        })
        .await;
        let found = api_key_by_hash(db.reader(), "h").await;
        assert!(
            matches!(
                found,
                Err(StoreError::Corrupt {
                    table: "api_keys",
                    ..
                })
            ),
            "{found:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_hash_is_unique_and_never_printed() {
    on_both(async |db| {
        let new = key("5ec7e7", AccessLevel::Kpi, Scope::Platform);
        assert!(!format!("{new:?}").contains("5ec7e7"), "{new:?}");
        let twice = db
            .write(move |tx| {
                Box::pin(async move {
                    insert_api_key(tx, &new).await?;
                    insert_api_key(tx, &new).await
                })
            })
            .await;
        assert!(
            twice
                .unwrap_err()
                .is_duplicate_of("api_keys_hash_key", "api_keys.hash")
        );
        assert_eq!(
            count_api_keys(db.reader()).await.unwrap(),
            0,
            "all of the transaction was undone"
        );
    })
    .await;
}

#[tokio::test]
async fn everyone_who_sets_a_setting_at_once_gets_the_value_of_one_of_them() {
    on_both(async |db| {
        assert_eq!(setting(db.reader(), "secret").await.unwrap(), None);
        let racers = (0..16).map(|n| {
            let db = db.database();
            tokio::spawn(async move {
                let value = format!("value {n}");
                write(&db, move |tx| {
                    Box::pin(async move { ensure_setting(tx, "secret", &value).await })
                })
                .await
            })
        });
        let mut values = BTreeSet::new();
        for racer in racers.collect::<Vec<_>>() {
            values.insert(racer.await.unwrap());
        }
        assert_eq!(values.len(), 1, "{values:?}");
        assert_eq!(setting(db.reader(), "secret").await.unwrap(), values.pop_first());
    })
    .await;
}
