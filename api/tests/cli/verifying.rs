//! Checking the database, on both databases.

use store::{StoreError, sql::Sql, testing::on_both};

use super::{
    calls::{prepare, run},
    program::Folder,
};

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

#[tokio::test(flavor = "multi_thread")]
async fn packed_calls_that_are_wrong_are_named_and_made_anew_on_demand() {
    on_both(async |database| {
        let folder = Folder::new();
        prepare(&folder, database);
        folder.write(
            "calls.jsonl",
            r#"{"callId":"a","start":"2026-03-02T09:00:00Z","talkSeconds":91,"disposition":"ANSWERED","caller":"+441174960100","dialed":"+441174960001","callee":"201"}"#,
        );
        let imported = run(
            &folder,
            database,
            &["import", "calls", "--format", "jsonl", "--customer", "ACME", "calls.jsonl"],
        );
        assert_eq!(imported.code, 0, "{imported:?}");
        let verify = |more: &[&str]| run(&folder, database, &[&["verify", "calls"], more].concat());
        let sound = verify(&[]);
        assert_eq!((sound.code, sound.err.as_str()), (0, ""), "{sound:?}");

        let lost = "DELETE FROM call_days WHERE kind = 'EMPLOYEE'";
        let deleted = database.write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { Sql::new(lost).execute(tx.connection()).await })
        });
        assert_eq!(deleted.await.unwrap(), 1);
        for more in [&[][..], &["--repair"]] {
            let wrong = verify(more);
            assert_eq!(wrong.code, 1, "{wrong:?}");
            assert!(wrong.out.contains("at extension 1, 2026-03-02: 1 calls are not packed"), "{wrong:?}");
            assert!(wrong.err.contains("1 difference"), "{wrong:?}");
        }
        assert_eq!(verify(&[]).code, 0);
    })
    .await;
}
