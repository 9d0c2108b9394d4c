use store::{
    CustomerFilter, NewCustomer, NewDealer, NewGroup, NewReseller, Owner, count_customers, ensure_customers,
    ensure_dealers, ensure_groups, ensure_resellers, insert_customer, insert_group, testing::on_both,
};

use crate::fixtures::{plant, write};

#[tokio::test]
async fn ensuring_inserts_what_is_missing_and_leaves_what_is_there() {
    on_both(async |db| {
        let tree = plant(db).await;
        let (resellers, dealers, customers, groups) = write(db, move |tx| {
            Box::pin(async move {
                let resellers: Vec<NewReseller> = ["NORTH", "EAST"]
                    .map(|code| NewReseller {
                        code: code.to_owned(),
                        name: "Other".to_owned(),
                    })
                    .to_vec();
                let dealers: Vec<NewDealer> = ["D-NORTH", "D-NEW"]
                    .map(|code| NewDealer {
                        reseller_id: tree.south,
                        code: code.to_owned(),
                        name: "Other".to_owned(),
                    })
                    .to_vec();
                // More than one INSERT takes, and each of them twice.
                let customers: Vec<NewCustomer> = (0..1_400)
                    .map(|n| NewCustomer {
                        reseller_id: tree.south,
                        dealer_id: None,
                        code: if n % 700 == 0 {
                            "ACME".to_owned()
                        } else {
                            format!("C{}", n % 700)
                        },
                        name: "Other".to_owned(),
                    })
                    .collect();
                let groups: Vec<NewGroup> = ["Sales", "Night"]
                    .map(|name| NewGroup {
                        reseller_id: tree.north,
                        customer_id: tree.acme,
                        name: name.to_owned(),
                        external_id: Some("42".to_owned()),
                    })
                    .to_vec();
                Ok((
                    ensure_resellers(tx, &resellers).await?,
                    ensure_dealers(tx, &dealers).await?,
                    ensure_customers(tx, &customers).await?,
                    ensure_groups(tx, &groups).await?,
                ))
            })
        })
        .await;
        assert_eq!(
            (resellers["NORTH"].id, resellers["NORTH"].name.as_str()),
            (tree.north, "NORTH Limited")
        );
        assert_eq!(resellers["EAST"].name, "Other");
        assert_eq!(
            (dealers["D-NORTH"].id, dealers["D-NORTH"].reseller_id),
            (tree.north_dealer, tree.north)
        );
        assert_eq!(dealers["D-NEW"].reseller_id, tree.south);
        assert_eq!(
            (customers["ACME"].id, customers["ACME"].reseller_id),
            (tree.acme, tree.north)
        );
        assert_eq!(customers.len(), 700);
        let of_south = count_customers(db.reader(), tree.south_scope(), &CustomerFilter::default()).await;
        assert_eq!(of_south.unwrap(), 700, "699 new ones and the one before");
        assert_eq!(groups[&(tree.acme, "Sales".to_owned())].owner(), tree.acme_sales);
        assert_eq!(groups[&(tree.acme, "Sales".to_owned())].external_id, None);
        assert_eq!(
            groups[&(tree.acme, "Night".to_owned())].external_id.as_deref(),
            Some("42")
        );
        assert_eq!(
            groups.len(),
            2,
            "the group of the same name at another customer is not meant"
        );
    })
    .await;
}

#[tokio::test]
async fn a_code_or_name_that_is_taken_is_a_duplicate() {
    on_both(async |db| {
        let tree = plant(db).await;
        let taken = db
            .write(move |tx| {
                Box::pin(async move {
                    let (code, name) = ("ACME".to_owned(), "Another".to_owned());
                    let new = NewCustomer {
                        reseller_id: tree.south,
                        dealer_id: None,
                        code,
                        name,
                    };
                    insert_customer(tx, &new).await
                })
            })
            .await;
        assert!(
            taken
                .unwrap_err()
                .is_duplicate_of("customers_code_key", "customers.code")
        );
        let taken = db
            .write(move |tx| {
                Box::pin(async move {
                    let Owner {
                        reseller_id,
                        customer_id,
                        ..
                    } = tree.acme_sales;
                    let name = "Sales".to_owned();
                    insert_group(
                        tx,
                        &NewGroup {
                            reseller_id,
                            customer_id,
                            name,
                            external_id: None,
                        },
                    )
                    .await
                })
            })
            .await;
        let error = taken.unwrap_err();
        assert!(error.is_duplicate_of("groups_customer_id_name_key", "groups.customer_id, groups.name"));
    })
    .await;
}
