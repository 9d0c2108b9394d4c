use std::collections::BTreeSet;

use store::{
    CustomerFilter, Database, DealerFilter, Group, GroupFilter, Key, Keyset, NewCustomer, PageRequest, Scope,
    count_customers, count_dealers, count_groups, customer, customer_by_code, customers, customers_by_ids,
    dealer, dealer_by_code, dealers, dealers_by_ids, group, group_by_name, groups, groups_by_ids,
    insert_customer, reseller, resellers_by_ids, testing::on_both,
};

use crate::fixtures::{Tree, group_scope, ids, plant, set, write};

const BY_NAME: Keyset = Keyset {
    column: "name",
    unique: false,
    descending: false,
};
const ALL: u32 = 100;

#[tokio::test]
async fn a_scope_sees_its_own_branch_of_the_tree_and_nothing_beside_it() {
    on_both(async |db| {
        let tree = plant(db).await;
        let all_groups = [
            tree.acme_sales,
            tree.acme_support,
            tree.bolt_sales,
            tree.cora_sales,
        ];
        let all_groups = all_groups.map(|owner| owner.group_id);
        let expected: [(Scope, [&[i64]; 3]); 6] = [
            (
                Scope::Platform,
                [
                    &[tree.north_dealer, tree.south_dealer],
                    &[tree.acme, tree.bolt, tree.cora],
                    &all_groups,
                ],
            ),
            (
                tree.north_scope(),
                [&[tree.north_dealer], &[tree.acme, tree.bolt], &all_groups[..3]],
            ),
            (
                tree.south_scope(),
                [&[tree.south_dealer], &[tree.cora], &all_groups[3..]],
            ),
            (
                tree.acme_scope(),
                [&[tree.north_dealer], &[tree.acme], &all_groups[..2]],
            ),
            (tree.bolt_scope(), [&[], &[tree.bolt], &all_groups[2..3]]),
            (
                group_scope(tree.acme_support),
                [&[tree.north_dealer], &[tree.acme], &all_groups[1..2]],
            ),
        ];
        for (scope, seen) in expected {
            assert_eq!(visible(db, &tree, scope).await, seen.map(set), "{scope:?}");
        }
    })
    .await;
}

/// Ids of the dealers, customers and groups that each way of reading shows, which must agree.
async fn visible(db: &Database, tree: &Tree, scope: Scope) -> [BTreeSet<i64>; 3] {
    let (reader, all) = (db.reader(), PageRequest::first(ALL));
    let dealer_page = dealers(reader, scope, &DealerFilter::default(), Keyset::BY_ID, &all)
        .await
        .unwrap();
    let customer_page = customers(reader, scope, &CustomerFilter::default(), BY_NAME, &all)
        .await
        .unwrap();
    let group_page = groups(reader, scope, &GroupFilter::default(), Keyset::BY_ID, &all)
        .await
        .unwrap();
    let seen = [ids(&dealer_page), ids(&customer_page), ids(&group_page)];

    let every_dealer = [tree.north_dealer, tree.south_dealer];
    let every_customer = [tree.acme, tree.bolt, tree.cora];
    let every_group = [
        tree.acme_sales,
        tree.acme_support,
        tree.bolt_sales,
        tree.cora_sales,
    ];
    let every_group = every_group.map(|owner| owner.group_id);
    let loaded = [
        dealers_by_ids(reader, scope, &every_dealer)
            .await
            .unwrap()
            .into_keys()
            .collect(),
        customers_by_ids(reader, scope, &every_customer)
            .await
            .unwrap()
            .into_keys()
            .collect(),
        groups_by_ids(reader, scope, &every_group)
            .await
            .unwrap()
            .into_keys()
            .collect(),
    ];
    assert_eq!(seen, loaded, "{scope:?}");
    for id in every_dealer {
        assert_eq!(
            dealer(reader, scope, id).await.unwrap().is_some(),
            seen[0].contains(&id)
        );
    }
    for id in every_customer {
        assert_eq!(
            customer(reader, scope, id).await.unwrap().is_some(),
            seen[1].contains(&id)
        );
    }
    for id in every_group {
        assert_eq!(
            group(reader, scope, id).await.unwrap().is_some(),
            seen[2].contains(&id)
        );
    }
    let counts = [
        count_dealers(reader, scope, &DealerFilter::default())
            .await
            .unwrap(),
        count_customers(reader, scope, &CustomerFilter::default())
            .await
            .unwrap(),
        count_groups(reader, scope, &GroupFilter::default())
            .await
            .unwrap(),
    ];
    assert_eq!(
        counts.map(|count| count as usize),
        seen.each_ref().map(BTreeSet::len),
        "{scope:?}"
    );
    seen
}

#[tokio::test]
async fn names_and_codes_of_another_tenant_lead_nowhere() {
    on_both(async |db| {
        let tree = plant(db).await;
        let reader = db.reader();
        assert!(
            dealer_by_code(reader, tree.north_scope(), "D-NORTH")
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            dealer_by_code(reader, tree.south_scope(), "D-NORTH")
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            customer_by_code(reader, tree.acme_scope(), "ACME")
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            customer_by_code(reader, tree.bolt_scope(), "ACME")
                .await
                .unwrap()
                .is_none()
        );
        let sales = async |scope, customer_id| {
            let found: Option<Group> = group_by_name(reader, scope, customer_id, "Sales").await.unwrap();
            found.map(|group| group.owner())
        };
        assert_eq!(sales(Scope::Platform, tree.acme).await, Some(tree.acme_sales));
        assert_eq!(sales(Scope::Platform, tree.bolt).await, Some(tree.bolt_sales));
        assert_eq!(sales(tree.bolt_scope(), tree.acme).await, None);
        let resellers = resellers_by_ids(reader, tree.acme_scope(), &[tree.north, tree.south])
            .await
            .unwrap();
        assert_eq!(resellers.into_keys().collect::<Vec<_>>(), [tree.north]);
        assert!(
            reseller(reader, tree.acme_scope(), tree.south)
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn pages_by_name_go_forward_and_backward_through_equal_names() {
    on_both(async |db| {
        let tree = plant(db).await;
        let names = ["Delta", "Alpha", "Alpha", "Beta", "Alpha"];
        write(db, move |tx| {
            Box::pin(async move {
                for (at, name) in names.iter().enumerate() {
                    let (code, name) = (format!("N{at}"), (*name).to_owned());
                    let new = NewCustomer {
                        reseller_id: tree.south,
                        dealer_id: None,
                        code,
                        name,
                    };
                    insert_customer(tx, &new).await?;
                }
                Ok(())
            })
        })
        .await;
        let expected = ["N1", "N2", "N4", "N3", "CORA", "N0"];
        assert_eq!(walk(db, tree.south_scope(), false).await, expected);
        let mut backward = walk(db, tree.south_scope(), true).await;
        backward.reverse();
        assert_eq!(backward, expected);
    })
    .await;
}

/// Codes of all customers, two a page.
async fn walk(db: &Database, scope: Scope, backward: bool) -> Vec<String> {
    let mut codes = Vec::new();
    let mut request = PageRequest {
        backward,
        ..PageRequest::first(2)
    };
    loop {
        let page = customers(db.reader(), scope, &CustomerFilter::default(), BY_NAME, &request)
            .await
            .unwrap();
        let mut items = page.items;
        if backward {
            items.reverse();
        }
        let last = items.last().expect("a page has rows").0.clone();
        assert!(matches!(last.key, Key::Text(_)));
        codes.extend(items.into_iter().map(|(_, customer)| customer.code));
        if backward {
            assert_eq!(page.has_next, request.before.is_some());
            request.before = Some(last);
        } else {
            assert_eq!(page.has_previous, request.after.is_some());
            request.after = Some(last);
        }
        if !(if backward {
            page.has_previous
        } else {
            page.has_next
        }) {
            return codes;
        }
    }
}

#[tokio::test]
async fn a_search_takes_any_case_and_no_character_for_a_wildcard() {
    on_both(async |db| {
        let tree = plant(db).await;
        write(db, move |tx| {
            Box::pin(async move {
                for (code, name) in [
                    ("P", "100% Österreich"),
                    ("U", "a_b"),
                    ("S", "a\\b"),
                    ("X", "axb"),
                ] {
                    let (code, name) = (code.to_owned(), name.to_owned());
                    let new = NewCustomer {
                        reseller_id: tree.south,
                        dealer_id: None,
                        code,
                        name,
                    };
                    insert_customer(tx, &new).await?;
                }
                Ok(())
            })
        })
        .await;
        let found = async |text: &str| {
            let filter = CustomerFilter {
                search: Some(text.to_owned()),
                ..Default::default()
            };
            let all = PageRequest::first(ALL);
            let page = customers(db.reader(), Scope::Platform, &filter, Keyset::BY_ID, &all)
                .await
                .unwrap();
            let count = count_customers(db.reader(), Scope::Platform, &filter)
                .await
                .unwrap();
            assert_eq!(count as usize, page.items.len());
            page.items
                .into_iter()
                .map(|(_, customer)| customer.code)
                .collect::<Vec<_>>()
        };
        assert_eq!(found("cor").await, ["CORA"], "code");
        assert_eq!(found("aCmE liM").await, ["ACME"], "name");
        assert_eq!(found("a_b").await, ["U"]);
        assert_eq!(found("A\\B").await, ["S"]);
        assert_eq!(found("%").await, ["P"]);
        assert_eq!(
            found("0% Österr").await,
            ["P"],
            "letters beyond ASCII as they are written"
        );
        assert_eq!(found("' OR 1 = 1 --").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn filters_narrow_a_list() {
    on_both(async |db| {
        let tree = plant(db).await;
        let (reader, all) = (db.reader(), PageRequest::first(ALL));
        let brought = CustomerFilter {
            dealer_id: Some(tree.north_dealer),
            ..Default::default()
        };
        let page = customers(reader, Scope::Platform, &brought, Keyset::BY_ID, &all)
            .await
            .unwrap();
        assert_eq!(ids(&page), set(&[tree.acme]));
        let of_acme = GroupFilter {
            customer_id: Some(tree.acme),
            search: Some("SUPP".to_owned()),
        };
        let page = groups(reader, Scope::Platform, &of_acme, BY_NAME, &all)
            .await
            .unwrap();
        assert_eq!(ids(&page), set(&[tree.acme_support.group_id]));
        let page = groups(reader, tree.south_scope(), &of_acme, BY_NAME, &all)
            .await
            .unwrap();
        assert!(page.items.is_empty(), "a filter does not widen the scope");
    })
    .await;
}
