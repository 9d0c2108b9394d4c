//! Files of our own data: made while they are sent.

use std::io::Cursor;

use axum::http::{StatusCode, header};
use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use service::{AccessLevel, ImportRow, IssuedKey, Scope};

use crate::{
    exports::{follow, issue, post, server},
    world::{OWNED, STOCK, World, admin, in_both_worlds, user_errors, with_providers},
};

const NUMBERS: &str = "mutation ($input: ExportNumbersInput!) { exportNumbers(input: $input) {
    url export { id fileName state rows totalRows } userErrors { code message path }
} }";
const KPIS: &str = "mutation ($input: ExportNumberKpisInput!) { exportNumberKpis(input: $input) {
    url export { id state } userErrors { code message path }
} }";
const PROGRESS: &str = "query ($id: ID!) { export(id: $id) { state rows totalRows finishedAt } }";

/// The payload of an export that was not refused.
async fn ask(server: &axum::Router, key: &IssuedKey, document: &str, input: Value) -> Value {
    let mut answer = post(server, key, document, json!({ "input": input })).await;
    assert_eq!(user_errors(&answer), [], "{answer}");
    let data = answer["data"]
        .as_object_mut()
        .and_then(|data| data.values_mut().next());
    data.expect("a payload").take()
}

async fn file(server: &axum::Router, payload: &Value) -> Vec<u8> {
    let (status, headers, bytes) = follow(server, payload["url"].as_str().expect("a link")).await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&bytes));
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    bytes
}

/// What becomes of an export in the end: its last state is noted after the last byte.
async fn finished(server: &axum::Router, key: &IssuedKey, payload: &Value) -> Value {
    loop {
        let answer = post(server, key, PROGRESS, json!({ "id": payload["export"]["id"] })).await;
        let export = &answer["data"]["export"];
        if export["finishedAt"] != Value::Null {
            return export.clone();
        }
        assert!(
            ["READY", "RUNNING"].iter().any(|state| export["state"] == *state),
            "{answer}"
        );
    }
}

fn csv_rows(bytes: &[u8]) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.records().map(|row| row.expect("a row")).collect()
}

#[tokio::test]
async fn numbers_are_a_file_of_what_the_key_sees_and_its_progress_is_told() {
    in_both_worlds(async |world| {
        let server = server(world).await;
        let everything = issue(world, AccessLevel::Viewer, Scope::Platform).await;
        let payload = ask(&server, &everything, NUMBERS, json!({ "format": "CSV" })).await;
        assert_eq!(payload["export"]["state"], "READY");
        assert_eq!(payload["export"]["totalRows"], (OWNED + STOCK) as u64);
        let bytes = file(&server, &payload).await;
        let rows = csv_rows(&bytes);
        assert_eq!(rows.len(), OWNED + STOCK);
        assert_eq!(&rows[0][0], "+19056371000", "E.164 is not guarded");
        assert_eq!(
            (&rows[0][1], &rows[0][2], &rows[0][11]),
            ("GEOGRAPHIC", "ACTIVE", "C0")
        );
        let done = finished(&server, &everything, &payload).await;
        assert_eq!(
            (&done["state"], &done["rows"]),
            (&json!("DONE"), &json!(OWNED + STOCK))
        );
        let customer = issue(world, AccessLevel::Viewer, world.customer_scope("C1").await).await;
        let unseen = post(
            &server,
            &customer,
            PROGRESS,
            json!({ "id": payload["export"]["id"] }),
        )
        .await;
        assert_eq!(unseen["data"]["export"], Value::Null, "it is another key's");
        let own = ask(&server, &customer, NUMBERS, json!({ "format": "CSV" })).await;
        let rows = csv_rows(&file(&server, &own).await);
        assert_eq!(rows.len(), OWNED / 3);
        assert!(rows.iter().all(|row| &row[11] == "C1"));
        let filter = json!({ "format": "CSV", "filter": { "status": ["AVAILABLE"] } });
        let stock = ask(&server, &everything, NUMBERS, filter).await;
        assert_eq!(csv_rows(&file(&server, &stock).await).len(), STOCK);
    })
    .await;
}

#[tokio::test]
async fn numbers_are_a_workbook_with_real_dates_or_a_list_in_json() {
    in_both_worlds(async |world| {
        let server = server(world).await;
        let key = issue(world, AccessLevel::Viewer, Scope::Platform).await;
        let input = json!({ "format": "EXCEL", "timeZone": "Europe/Copenhagen" });
        let payload = ask(&server, &key, NUMBERS, input).await;
        let name = payload["export"]["fileName"].as_str().expect("a name");
        assert!(name.starts_with("numbers-") && name.ends_with(".xlsx"), "{name}");
        let bytes = file(&server, &payload).await;
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).expect("a workbook");
        let sheet = book.worksheet_range("Numbers").expect("the sheet");
        assert_eq!(sheet.height(), OWNED + STOCK + 1);
        assert_eq!(sheet[(1, 0)], Data::String("+19056371000".to_owned()));
        assert_eq!(
            sheet[(0, 19)],
            Data::String("addedAt (Europe/Copenhagen)".to_owned())
        );
        assert!(
            matches!(sheet[(1, 19)], Data::DateTime(_)),
            "{:?}",
            sheet[(1, 19)]
        );
        let payload = ask(&server, &key, NUMBERS, json!({ "format": "JSON" })).await;
        let list: Value = serde_json::from_slice(&file(&server, &payload).await).expect("JSON");
        assert_eq!(list.as_array().map(Vec::len), Some(OWNED + STOCK));
        assert_eq!(list[0]["number"], "+19056371000");
        assert_eq!(list[0]["customerCode"], "C0");
        assert_eq!(list[OWNED]["customerCode"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn a_file_of_many_pages_has_every_number_once() {
    with_providers(Vec::new(), async |world| {
        let more = 2_500;
        let row = |index: usize| ImportRow {
            number: format!("+1212555{index:04}"),
            ..ImportRow::default()
        };
        world.import((0..more).map(row).collect()).await;
        let server = server(world).await;
        let key = issue(world, AccessLevel::Viewer, Scope::Platform).await;
        for format in ["CSV", "JSON", "EXCEL"] {
            let payload = ask(&server, &key, NUMBERS, json!({ "format": format })).await;
            let bytes = file(&server, &payload).await;
            let done = finished(&server, &key, &payload).await;
            assert_eq!(done["rows"], (OWNED + STOCK + more) as u64, "{format}");
            if format == "CSV" {
                let rows = csv_rows(&bytes);
                let numbers: std::collections::BTreeSet<&str> = rows.iter().map(|row| &row[0]).collect();
                assert_eq!(
                    (numbers.len(), rows.len()),
                    (OWNED + STOCK + more, OWNED + STOCK + more)
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn counts_of_numbers_are_what_the_documents_requests_answer() {
    in_both_worlds(async |world| {
        let server = server(world).await;
        let key = issue(world, AccessLevel::Kpi, Scope::Platform).await;
        let refused = post(
            &server,
            &key,
            KPIS,
            json!({ "input": { "by": "SUMMARY", "format": "JSON" } }),
        )
        .await;
        assert_eq!(
            refused["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "a KPI key reads fields alone"
        );
        let key = issue(world, AccessLevel::Viewer, Scope::Platform).await;
        let json_of = async |input: Value| -> Value {
            let payload = ask(&server, &key, KPIS, input).await;
            serde_json::from_slice(&file(&server, &payload).await).expect("JSON")
        };
        let active = json!({ "by": "SUMMARY", "format": "JSON", "filter": { "dealerCode": "D1" } });
        assert_eq!(
            json_of(active).await,
            json!([{ "number_customer_count": 3, "number_count": OWNED / 2 }])
        );
        let by_status = json_of(json!({ "by": "STATUS", "format": "JSON" })).await;
        assert_eq!(
            by_status,
            json!([
                { "number_status": "Available", "number_customer_count": 0, "number_count": STOCK },
                { "number_status": "Active", "number_customer_count": 3, "number_count": OWNED },
            ])
        );
        let payload = ask(&server, &key, KPIS, json!({ "by": "TYPE", "format": "CSV" })).await;
        let text = String::from_utf8(file(&server, &payload).await).expect("text");
        assert_eq!(
            text,
            format!(
                "number_type,number_customer_count,number_count\nGeographic,3,{}\n",
                OWNED + STOCK
            )
        );
    })
    .await;
}

#[tokio::test]
async fn a_link_to_a_table_ends_with_its_key_and_no_other_text_is_one() {
    with_providers(Vec::new(), async |world: &World| {
        let server = server(world).await;
        let key = issue(world, AccessLevel::Viewer, Scope::Platform).await;
        let payload = ask(&server, &key, NUMBERS, json!({ "format": "CSV" })).await;
        let url = payload["url"].as_str().expect("a link");
        let (text, signature) = url.split_once('.').expect("a signature");
        for forged in [
            format!("{text}A.{signature}"),
            format!("{text}."),
            text.to_owned(),
        ] {
            assert_eq!(
                follow(&server, &forged).await.0,
                StatusCode::NOT_FOUND,
                "{forged}"
            );
        }
        assert_eq!(follow(&server, url).await.0, StatusCode::OK);
        world
            .switchboard
            .revoke_key(&admin(), key.id)
            .await
            .expect("revoked");
        assert_eq!(follow(&server, url).await.0, StatusCode::NOT_FOUND);
    })
    .await;
}
