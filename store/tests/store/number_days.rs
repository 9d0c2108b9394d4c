//! Figures of days where changes come late.

use provider_core::domain::KpiFilter;
use store::{
    Database, Owner,
    kpis::{CountBy, CountQuery, fold, history, verify},
    testing::on_both,
};

use crate::fixtures::{Tree, plant, run};

/// Gives a number to Acme at an instant, by a statement of whoever.
async fn given_at(db: &Database, tree: &Tree, number: &str, instant: i64) {
    let owner = tree.acme_sales;
    let Owner {
        reseller_id,
        customer_id,
        group_id,
    } = owner;
    let given = format!(
        "UPDATE numbers SET status = 'ACTIVE', reseller_id = {reseller_id}, customer_id = {customer_id}, \
         group_id = {group_id}, updated_at = {instant} WHERE e164 = '{number}'"
    );
    run(db, &given).await;
}

#[tokio::test]
async fn a_change_that_is_folded_after_later_ones_lies_on_its_own_day_and_its_customer_on_theirs() {
    on_both(async |db| {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let tree = plant(db).await;
        let (early, late) = ("+14045550001", "+14045550002");
        for number in [early, late] {
            let stock = format!(
                "INSERT INTO numbers (e164, number_type, status, provider, created_at, updated_at) \
                 VALUES ('{number}', 'GEOGRAPHIC', 'AVAILABLE', 'inventory', 0, 0)"
            );
            run(db, &stock).await;
        }
        let today = db.now_ms().await.unwrap().div_euclid(DAY);
        given_at(db, &tree, late, (today - 1) * DAY + 7).await;
        fold(db).await.unwrap();
        given_at(db, &tree, early, (today - 1) * DAY - 7).await;
        let instants: Vec<i64> = (-2..=1).map(|days| (today + days) * DAY).collect();
        let query = CountQuery::new(CountBy::Nothing, KpiFilter::default());
        for _ in 0..2 {
            let points = history(db, tree.north_scope(), &query, &instants).await.unwrap();
            let told: Vec<_> = points
                .iter()
                .map(|point| {
                    (
                        point.number_count,
                        point.customer_count,
                        point.assigned,
                        point.assigned_after,
                    )
                })
                .collect();
            assert_eq!(told, [(1, 0, 1, 1), (2, 1, 1, 2), (2, 1, 0, 2)]);
            fold(db).await.unwrap();
        }
        assert_eq!(verify(db).await.unwrap(), []);
    })
    .await;
}
