use store::{
    EmployeeFilter, Keyset, NewEmployee, Owner, PageRequest, Scope, assign_extension, count_employees,
    employee, employees, employees_by_ids, ensure_extension, insert_employee, release_extension,
    testing::on_both,
};

use crate::fixtures::{group_scope, ids, plant, set, write};

const BY_NAME: Keyset = Keyset {
    column: "name",
    unique: false,
    descending: false,
};
const ALL: u32 = 100;

#[tokio::test]
async fn an_employee_has_the_extension_assigned_last_and_not_released() {
    on_both(async |db| {
        let tree = plant(db).await;
        let (anna, ben) = write(db, move |tx| {
            Box::pin(async move {
                let anna = insert_employee(tx, &new_employee(tree.acme_sales, true, "Anna")).await?;
                let ben = insert_employee(tx, &new_employee(tree.acme_sales, false, "Ben")).await?;
                insert_employee(tx, &new_employee(tree.cora_sales, true, "Chris")).await?;
                let first = ensure_extension(tx, tree.acme, "101").await?;
                let second = ensure_extension(tx, tree.acme, "102").await?;
                assert_eq!(ensure_extension(tx, tree.acme, "101").await?, first);
                assert_ne!(ensure_extension(tx, tree.cora, "101").await?, first);
                for (extension, employee) in [(first, anna), (second, anna)] {
                    assign_extension(tx, extension, employee).await?;
                }
                Ok((anna, ben))
            })
        })
        .await;
        let extension = async |id| {
            employee(db.reader(), tree.acme_scope(), id)
                .await
                .unwrap()
                .expect("an employee")
                .extension
        };
        assert_eq!(extension(anna).await.as_deref(), Some("102"));
        assert_eq!(extension(ben).await, None);

        let taken = db
            .write(move |tx| {
                Box::pin(async move {
                    let second = ensure_extension(tx, tree.acme, "102").await?;
                    assign_extension(tx, second, ben).await
                })
            })
            .await;
        let columns = "extension_assignments.extension_id";
        assert!(
            taken
                .unwrap_err()
                .is_duplicate_of("extension_assignments_active", columns)
        );

        write(db, move |tx| {
            Box::pin(async move {
                let second = ensure_extension(tx, tree.acme, "102").await?;
                assert!(release_extension(tx, second).await?);
                assert!(!release_extension(tx, second).await?);
                assign_extension(tx, second, ben).await
            })
        })
        .await;
        assert_eq!(extension(anna).await.as_deref(), Some("101"));
        assert_eq!(extension(ben).await.as_deref(), Some("102"));
    })
    .await;
}

fn new_employee(owner: Owner, in_group: bool, name: &str) -> NewEmployee {
    NewEmployee {
        reseller_id: owner.reseller_id,
        customer_id: owner.customer_id,
        group_id: in_group.then_some(owner.group_id),
        name: name.to_owned(),
        email: Some(format!("{}@example.com", name.to_lowercase())),
    }
}

#[tokio::test]
async fn employees_are_listed_by_scope_and_filter_in_one_statement() {
    on_both(async |db| {
        let tree = plant(db).await;
        let ids_of = write(db, move |tx| {
            Box::pin(async move {
                let mut ids = Vec::new();
                let places = [
                    (tree.acme_sales, true),
                    (tree.acme_sales, false),
                    (tree.cora_sales, true),
                ];
                for ((owner, in_group), name) in places.into_iter().zip(["Anna", "Ben", "Chris"]) {
                    ids.push(insert_employee(tx, &new_employee(owner, in_group, name)).await?);
                }
                Ok(ids)
            })
        })
        .await;
        let [anna, ben, chris] = ids_of[..] else {
            panic!("three employees")
        };
        let seen = async |scope, filter: EmployeeFilter| {
            let before = db.statements();
            let all = PageRequest::first(ALL);
            let page = employees(db.reader(), scope, &filter, BY_NAME, &all)
                .await
                .unwrap();
            assert_eq!(db.statements() - before, 1);
            assert_eq!(
                count_employees(db.reader(), scope, &filter).await.unwrap() as usize,
                page.items.len()
            );
            ids(&page)
        };
        let any = EmployeeFilter::default;
        assert_eq!(seen(Scope::Platform, any()).await, set(&[anna, ben, chris]));
        assert_eq!(seen(tree.north_scope(), any()).await, set(&[anna, ben]));
        assert_eq!(seen(group_scope(tree.acme_sales), any()).await, set(&[anna]));
        let group_id = Some(tree.acme_sales.group_id);
        assert_eq!(
            seen(Scope::Platform, EmployeeFilter { group_id, ..any() }).await,
            set(&[anna])
        );
        let customer_id = Some(tree.acme);
        assert_eq!(
            seen(Scope::Platform, EmployeeFilter { customer_id, ..any() }).await,
            set(&[anna, ben])
        );
        let search = Some("CHRIS@".to_owned());
        assert_eq!(
            seen(Scope::Platform, EmployeeFilter { search, ..any() }).await,
            set(&[chris])
        );
        let loaded = employees_by_ids(db.reader(), tree.south_scope(), &[anna, chris])
            .await
            .unwrap();
        assert_eq!(loaded.into_keys().collect::<Vec<_>>(), [chris]);
    })
    .await;
}
