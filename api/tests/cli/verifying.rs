//! Checking the database, on both databases.

use store::{StoreError, sql::Sql, testing::on_both};

use super::program::Folder;

#[tokio::test(flavor = "multi_thread")]
async fn counters_that_are_wrong_are_told_with_each_difference_and_repaired_on_demand() {
    on_both(async |database| {
        let folder = Folder::new();
        folder.write(
            "numbers.csv",
            "number,country\n+12893370100,\n+12893370101,\n0117 496 0001,GB\n",
        );
        let imported = folder.run(&["import", "numbers", "numbers.csv", "--database", database.url()]);
        assert_eq!(imported.code, 0, "{imported:?}");
        let verify =
            |more: &[&str]| folder.run(&[&["verify", "kpis", "--database", database.url()], more].concat());
        let sound = verify(&[]);
        assert_eq!((sound.code, sound.err.as_str()), (0, ""), "{sound:?}");

        let planted = "INSERT INTO kpi_cells VALUES (0, 'COUNTRY', '', -1, 'DK', 7, 0, 0)";
        database
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move { Sql::new(planted).execute(tx.connection()).await })
            })
            .await
            .unwrap();
        for more in [&[][..], &["--repair"]] {
            let wrong = verify(more);
            assert_eq!(wrong.code, 1, "{wrong:?}");
            assert!(wrong.out.contains("COUNTRY DK"), "{wrong:?}");
            assert!(wrong.err.contains("1 difference"), "{wrong:?}");
        }
        assert_eq!(verify(&[]).code, 0);
    })
    .await;
}
