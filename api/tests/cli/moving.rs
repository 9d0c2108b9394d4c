//! Importing and exporting, on both databases.

use store::testing::{TestDatabase, databases, on_both, sqlite};

use super::program::{Finished, Folder};

const GOOD: &str = "\
number,country,status,reseller,reseller_name,dealer,dealer_name,customer,customer_name,group,name,termination_number,tags,monthly_cost,currency,quarantine_until
+12893370100,,,,,,,,,,,,stock;cheap,1.15,USD,
0117 496 0001,GB,,,,,,,,,,,,,,
+12893370101,,,NORTH,North Numbers,N-1,North Desk,ACME,Acme Tires,Marketing,Spring campaign,+12125550100,,,,
(905) 297-0100,CA,SUSPENDED,NORTH,,,,ACME,,Marketing,=Formula,416-555-0100,web,100,JPY,
+441174960002,,DROPPED,,,,,BRAM,Bram Bakery,Head office,Main line,+441632960100,,,,2099-01-31T00:00:00Z
+441174960003,,,,,,,BRAM,,Head office,Main line,+441632960100,,,,
";

const POOL: &str = r#"number,customer,group,name,termination_number,pool,pool_settings
+441174960010,ACME,Web shop,,+441632960100,Paid search,"{""matchPeriodMinutes"":30,""quantity"":2,""match"":{""geographic"":{""city"":{""country"":""GB"",""city"":""Bristol""}}},""replacement"":{""replaceAllNumbers"":true,""trackingSources"":[{""referrerDomain"":""Google"",""urlTriggers"":[""gclid=*""]}]},""terminationNumber"":""+441632960100""}"
+441174960011,ACME,Web shop,,+441632960100,paid  search,
"#;

fn import(folder: &Folder, database: &TestDatabase, file: &str, more: &[&str]) -> Finished {
    folder.run(&[&["import", "numbers", file, "--database", database.url()], more].concat())
}

fn export(folder: &Folder, database: &TestDatabase) -> String {
    let exported = folder.run(&["export", "numbers", "--database", database.url()]);
    assert_eq!(exported.code, 0, "{exported:?}");
    exported.out
}

#[tokio::test(flavor = "multi_thread")]
async fn good_rows_are_imported_and_importing_them_again_changes_nothing() {
    on_both(async |database| {
        let folder = Folder::new();
        folder.write("numbers.csv", GOOD);
        let first = import(&folder, database, "numbers.csv", &[]);
        assert_eq!((first.code, first.err.as_str()), (0, ""), "{first:?}");
        assert!(
            first.out.contains("6 numbers added, 0 unchanged, 0 bad rows"),
            "{}",
            first.out
        );
        let exported = export(&folder, database);
        let again = import(&folder, database, "numbers.csv", &[]);
        assert_eq!(again.code, 0);
        assert!(
            again.out.contains("0 numbers added, 6 unchanged, 0 bad rows"),
            "{}",
            again.out
        );
        assert_eq!(export(&folder, database), exported);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_makes_the_same_inventory_of_an_empty_database() {
    for (from, to) in databases()
        .await
        .into_iter()
        .zip(databases().await.into_iter().rev())
    {
        let folder = Folder::new();
        folder.write("numbers.csv", GOOD);
        folder.write("pool.csv", POOL);
        for file in ["numbers.csv", "pool.csv"] {
            let imported = import(&folder, &from, file, &[]);
            assert_eq!(
                (imported.code, imported.err.as_str()),
                (0, ""),
                "{file}: {imported:?}"
            );
        }
        let exported = folder.run(&[
            "export",
            "numbers",
            "--output",
            "all.csv",
            "--database",
            from.url(),
        ]);
        assert_eq!(exported.code, 0, "{exported:?}");
        let imported = import(&folder, &to, "all.csv", &[]);
        assert_eq!((imported.code, imported.err.as_str()), (0, ""), "{imported:?}");
        assert_eq!(export(&folder, &to), folder.read("all.csv"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_every_fact_and_guards_formulas() {
    let database = sqlite().await;
    let folder = Folder::new();
    folder.write("numbers.csv", GOOD);
    folder.write("pool.csv", POOL);
    import(&folder, &database, "numbers.csv", &[]);
    import(&folder, &database, "pool.csv", &[]);
    let exported = export(&folder, &database);
    let mut reader = csv::Reader::from_reader(exported.as_bytes());
    let headers = reader.headers().unwrap().clone();
    assert_eq!(headers, service::ImportRow::COLUMNS.to_vec());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cell = |number: &str, column: &str| {
        let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
        let row = rows.iter().find(|row| &row[at("number")] == number).unwrap();
        row[at(column)].to_owned()
    };
    for (number, column, value) in [
        ("+12893370100", "status", "AVAILABLE"),
        ("+12893370100", "tags", "cheap;stock"),
        ("+12893370100", "monthly_cost", "1.15"),
        ("+12893370100", "currency", "USD"),
        ("+12893370100", "provider", "inventory"),
        ("+441174960001", "country", "GB"),
        ("+12893370101", "status", "ACTIVE"),
        ("+12893370101", "reseller", "NORTH"),
        ("+12893370101", "reseller_name", "North Numbers"),
        ("+12893370101", "dealer_name", "North Desk"),
        ("+12893370101", "customer_name", "Acme Tires"),
        ("+12893370101", "group", "Marketing"),
        ("+12893370101", "termination_number", "+12125550100"),
        ("+19052970100", "name", "'=Formula"),
        ("+19052970100", "status", "SUSPENDED"),
        ("+19052970100", "monthly_cost", "100"),
        ("+19052970100", "termination_number", "+14165550100"),
        ("+441174960002", "status", "DROPPED"),
        ("+441174960002", "quarantine_until", "2099-01-31T00:00:00Z"),
        ("+441174960003", "name", "Main line"),
        ("+441174960011", "pool", "Paid search"),
    ] {
        assert_eq!(cell(number, column), value, "{number} {column}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_are_told_with_line_and_column_and_the_others_imported() {
    on_both(async |database| {
        let folder = Folder::new();
        folder.write(
            "numbers.csv",
            "number,country,status,customer,group,name,termination_number,monthly_cost,currency,pool,tags\n\
             +12893370100,,,,,,,,,,\n\
             12,CA,,,,,,,,,\n\
             0117 496 0001,,,,,,,,,,\n\
             +12893370102,UK,,,,,,,,,\n\
             +12893370103,,LOST,,,,,,,,\n\
             +12893370104,,ACTIVE,,,,,,,,\n\
             +12893370105,,,ACME,Sales,,+12125550100,,,,\n\
             +12893370106,,,ACME,Sales,Main line,,,,,\n\
             +12893370107,,,,Sales,Main line,+12125550100,,,,\n\
             +12893370108,,,,,,,1.155,USD,,\n\
             +12893370109,,,,,,,1,XXQ,,\n\
             +12893370110,,,ACME,Sales,Main line,+12125550100,,,,\n\
             +12893370111,,,ACME,Sales,main LINE,+12125550100,,,,\n\
             +12893370112,,,ACME,Sales,Other line,+12125550100,,,No such pool,\n\
             +12893370100,,,,,,,,,,\n\
             too,few\n\
             +12893370199,,,ACME,Sales,Last line,+12125550100,,,,\n",
        );
        let imported = import(&folder, database, "numbers.csv", &["--faults", "faults.csv"]);
        assert_eq!(imported.code, 2, "{imported:?}");
        assert!(
            imported.out.contains("3 numbers added, 0 unchanged, 14 bad rows"),
            "{}",
            imported.out
        );
        let mut told: Vec<(u64, String)> = csv::Reader::from_reader(folder.read("faults.csv").as_bytes())
            .deserialize::<(u64, String, String)>()
            .map(|fault| fault.unwrap())
            .map(|(line, column, reason)| {
                assert!(imported.err.contains(&format!("line {line}: ")), "{line}");
                assert!(imported.err.contains(&reason), "{reason}");
                (line, column)
            })
            .collect();
        told.sort();
        let expected = [
            (3, "number"),
            (4, "number"),
            (5, "country"),
            (6, "status"),
            (7, "group"),
            (8, "name"),
            (9, "termination_number"),
            (10, "customer"),
            (11, "monthly_cost"),
            (12, "currency"),
            (14, "name"),
            (15, "pool"),
            (16, "number"),
            (17, ""),
        ];
        assert_eq!(told, expected.map(|(line, column)| (line, column.to_owned())));
        let inventory = export(&folder, database);
        for number in ["+12893370100", "+12893370110", "+12893370199"] {
            assert!(inventory.contains(number), "{number}");
        }
        assert_eq!(inventory.lines().count(), 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_stands_twice_in_a_file_is_told_however_far_apart() {
    let database = sqlite().await;
    let folder = Folder::new();
    let rows: String = (0..1_200).map(|last| format!("+1289337{last:04}\n")).collect();
    folder.write("numbers.csv", &format!("number\n{rows}+12893370007\n"));
    for added in [
        "1,200 numbers added, 0 unchanged",
        "0 numbers added, 1,200 unchanged",
    ] {
        let imported = import(&folder, &database, "numbers.csv", &[]);
        assert_eq!(imported.code, 2);
        assert!(imported.out.contains(added), "{}", imported.out);
        assert!(
            imported.err.contains("line 1202: number: ") && imported.err.contains("line 9"),
            "{}",
            imported.err
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_country_reads_national_numbers() {
    let database = sqlite().await;
    let folder = Folder::new();
    folder.write("numbers.csv", "\u{feff}Number\n0117 496 0001\n");
    assert_eq!(import(&folder, &database, "numbers.csv", &[]).code, 2);
    assert_eq!(
        import(&folder, &database, "numbers.csv", &["--country", "GB"]).code,
        0
    );
    assert!(export(&folder, &database).contains("+441174960001"));
    assert_eq!(
        import(&folder, &database, "numbers.csv", &["--country", "UK"]).code,
        64
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_wrong_columns_is_refused_whole() {
    let database = sqlite().await;
    let folder = Folder::new();
    for (header, named) in [
        ("number,colour,size", "colour, size"),
        ("name", "number"),
        ("number,number", "number"),
    ] {
        folder.write("numbers.csv", &format!("{header}\n"));
        let refused = import(&folder, &database, "numbers.csv", &[]);
        assert_eq!(refused.code, 1, "{header}");
        assert!(refused.err.contains(named), "{header}: {}", refused.err);
    }
    assert_eq!(import(&folder, &database, "missing.csv", &[]).code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_stays_with_its_reseller() {
    let database = sqlite().await;
    let folder = Folder::new();
    let header = "number,reseller,customer,group,name,termination_number";
    folder.write(
        "numbers.csv",
        &format!(
            "{header}\n+12893370100,NORTH,ACME,Sales,One,+12125550100\n+12893370101,SOUTH,ACME,Sales,Two,+12125550100\n"
        ),
    );
    let imported = import(&folder, &database, "numbers.csv", &[]);
    assert_eq!(imported.code, 2);
    assert!(imported.err.contains("line 3: reseller: "), "{}", imported.err);
    assert!(!export(&folder, &database).contains("SOUTH"));
}

#[test]
fn an_export_leaves_a_database_that_must_be_migrated_alone() {
    let folder = Folder::new();
    let refused = folder.run(&["export", "numbers"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("switchboard migrate"), "{}", refused.err);
    assert_eq!(folder.run(&["migrate", "--check"]).code, 1);
    assert_eq!(folder.run(&["migrate"]).code, 0);
    assert_eq!(folder.run(&["migrate", "--check"]).code, 0);
    assert_eq!(folder.run(&["export", "numbers"]).out.lines().count(), 1);
}
