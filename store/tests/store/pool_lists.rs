use provider_core::domain::PoolStatus;
use store::{
    Database, Key, Keyset, NewPool, PageRequest, PoolChange, PoolFilter, Scope, add_member, count_pools,
    insert_pool, is_pool_name_taken, members, pool, pools, pools_by_ids, remove_member, retire_pool,
    set_pool_quantity, sql::Sql, testing::on_both,
};

use crate::fixtures::{group_scope, plant, write};
use crate::pool_fixtures::{insert, new_pool, read, update};

#[tokio::test]
async fn a_pool_name_is_unique_in_its_group_until_the_pool_is_retired() {
    on_both(async |db| {
        let tree = plant(db).await;
        let first = insert(db, new_pool(tree.acme_sales, "Winter Tires")).await;
        let other = insert(db, new_pool(tree.acme_sales, "Summer")).await;
        insert(db, new_pool(tree.acme_support, "Winter Tires")).await;
        let same = new_pool(tree.acme_sales, " winter   TIRES");
        let again = same.clone();
        let error = db
            .write(move |tx| Box::pin(async move { insert_pool(tx, &again).await }))
            .await;
        assert!(is_pool_name_taken(&error.unwrap_err()));
        let rename = PoolChange {
            name: Some("WINTER TIRES".to_owned()),
            ..PoolChange::default()
        };
        assert!(is_pool_name_taken(
            &update(db, other, rename.clone()).await.unwrap_err()
        ));
        assert!(
            update(db, first, rename).await.unwrap(),
            "its own name is not in its way"
        );

        let retire = async || write(db, move |tx| Box::pin(retire_pool(tx, first))).await;
        assert!(retire().await);
        assert!(!retire().await, "a second time changes nothing");
        let retired = read(db, first).await;
        assert_eq!(retired.status, PoolStatus::Retired);
        assert_eq!(retired.retired_at, Some(retired.updated_at));
        insert(db, same).await;
        assert!(
            !update(db, first, PoolChange::default()).await.unwrap(),
            "a retired pool stays as it is"
        );
        assert!(!write(db, move |tx| Box::pin(set_pool_quantity(tx, first, 9))).await);
        assert_eq!(read(db, first).await, retired);
    })
    .await;
}

#[tokio::test]
async fn an_external_id_is_another_kind_of_duplicate() {
    on_both(async |db| {
        let tree = plant(db).await;
        let external_id = Some("31849".to_owned());
        insert(
            db,
            NewPool {
                external_id: external_id.clone(),
                ..new_pool(tree.acme_sales, "A")
            },
        )
        .await;
        let same = NewPool {
            external_id,
            ..new_pool(tree.acme_sales, "B")
        };
        let error = db
            .write(move |tx| Box::pin(async move { insert_pool(tx, &same).await }))
            .await;
        let error = error.unwrap_err();
        assert!(error.is_duplicate_of("pools_external", "pools.provider, pools.external_id"));
        assert!(!is_pool_name_taken(&error));
    })
    .await;
}

#[tokio::test]
async fn lists_of_pools_obey_scope_and_filter() {
    on_both(async |db| {
        let tree = plant(db).await;
        let sales = insert(db, new_pool(tree.acme_sales, "Winter")).await;
        let support = insert(db, new_pool(tree.acme_support, "100% ÉTÉ")).await;
        let elsewhere = NewPool {
            provider: "telmetrics-uk".to_owned(),
            ..new_pool(tree.cora_sales, "Winter")
        };
        let cora = insert(db, elsewhere).await;
        write(db, move |tx| Box::pin(retire_pool(tx, support))).await;

        let listed = async |scope, filter: PoolFilter| {
            let all = PageRequest::first(10);
            let page = pools(db.reader(), scope, &filter, Keyset::BY_ID, &all)
                .await
                .unwrap();
            assert_eq!(
                count_pools(db.reader(), scope, &filter).await.unwrap() as usize,
                page.items.len()
            );
            assert!(
                page.items
                    .iter()
                    .all(|(at, pool)| at.key == Key::Int(pool.id) && at.id == pool.id)
            );
            page.items
                .into_iter()
                .map(|(_, pool)| pool.id)
                .collect::<Vec<_>>()
        };
        let any = PoolFilter::default;
        assert_eq!(listed(Scope::Platform, any()).await, [sales, support, cora]);
        assert_eq!(listed(tree.north_scope(), any()).await, [sales, support]);
        assert_eq!(listed(group_scope(tree.acme_support), any()).await, [support]);
        assert_eq!(listed(tree.bolt_scope(), any()).await, [0; 0]);
        let status = Some(PoolStatus::Retired);
        assert_eq!(
            listed(Scope::Platform, PoolFilter { status, ..any() }).await,
            [support]
        );
        let provider = Some("telmetrics-uk".to_owned());
        assert_eq!(
            listed(Scope::Platform, PoolFilter { provider, ..any() }).await,
            [cora]
        );
        let group_id = Some(tree.acme_sales.group_id);
        assert_eq!(
            listed(Scope::Platform, PoolFilter { group_id, ..any() }).await,
            [sales]
        );
        let customer_id = Some(tree.acme);
        assert_eq!(
            listed(Scope::Platform, PoolFilter { customer_id, ..any() }).await,
            [sales, support]
        );
        let search = Some("wiNT".to_owned());
        assert_eq!(
            listed(tree.north_scope(), PoolFilter { search, ..any() }).await,
            [sales]
        );
        let search = Some("% été".to_owned());
        assert_eq!(
            listed(Scope::Platform, PoolFilter { search, ..any() }).await,
            [support]
        );

        assert!(
            pool(db.reader(), tree.bolt_scope(), sales)
                .await
                .unwrap()
                .is_none()
        );
        let loaded = pools_by_ids(db.reader(), tree.south_scope(), &[sales, cora])
            .await
            .unwrap();
        assert_eq!(loaded.into_keys().collect::<Vec<_>>(), [cora]);
    })
    .await;
}

#[tokio::test]
async fn a_number_is_in_one_pool_at_a_time_and_may_come_back() {
    on_both(async |db| {
        let tree = plant(db).await;
        let a = insert(db, new_pool(tree.acme_sales, "A")).await;
        let b = insert(db, new_pool(tree.acme_sales, "B")).await;
        let (first, second) = (number(db, "+19056372046").await, number(db, "+19056372047").await);
        let add = async |pool, number| db.write(move |tx| Box::pin(add_member(tx, pool, number))).await;
        let remove =
            async |pool, number| write(db, move |tx| Box::pin(remove_member(tx, pool, number))).await;

        add(a, second).await.unwrap();
        add(a, first).await.unwrap();
        assert_eq!(members(db.reader(), a).await.unwrap(), [second, first]);
        let error = add(b, first).await.unwrap_err();
        assert!(error.is_duplicate_of("pool_members_active", "pool_members.number_id"));

        assert!(!remove(b, first).await, "it is not in that pool");
        assert!(remove(a, second).await);
        assert!(!remove(a, second).await);
        add(b, second).await.unwrap();
        assert!(remove(b, second).await);
        add(a, second).await.unwrap();
        assert_eq!(members(db.reader(), a).await.unwrap(), [first, second]);
        assert_eq!(members(db.reader(), b).await.unwrap(), [0; 0]);
    })
    .await;
}

async fn number(db: &Database, e164: &'static str) -> i64 {
    write(db, move |tx| {
        Box::pin(async move {
            let mut sql = Sql::new(
                "INSERT INTO numbers (e164, number_type, status, provider, created_at, updated_at) VALUES (",
            );
            sql.bind(e164)
                .push(", 'GEOGRAPHIC', 'ACTIVE', 'inventory', 0, 0) RETURNING id");
            sql.one_i64(tx.connection()).await
        })
    })
    .await
}
