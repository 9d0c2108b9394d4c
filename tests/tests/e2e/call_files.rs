//! Figures of calls as files, behind links.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::{
    client::{Answer, Client},
    database::Database,
    own_calls::{CALLS, counted, filter, import, lines, world},
    server::{Server, eventually},
    world::text,
};

crate::on_both! {
    files_come_by_links_of_one_caller_for_a_while,
}

pub(crate) const EXPORT: &str = "mutation Export($input: ExportCallStatisticsInput!) {
  exportCallStatistics(input: $input) { url fileName expiresAt userErrors { code message path } }
}";

/// A link to a month by the day.
async fn link(client: &Client, format: &str) -> String {
    let input = json!({ "filter": filter("MONTH"), "orderBy": "EMPLOYEE_NAME", "format": format });
    let data = client.data(EXPORT, json!({ "input": input })).await;
    let payload = &data["exportCallStatistics"];
    assert_eq!(payload["userErrors"], json!([]));
    text(&payload["url"])
}

async fn follow(client: &Client, link: &str) -> Answer {
    Client::send(client.request(Method::GET, link)).await
}

async fn files_come_by_links_of_one_caller_for_a_while(database: Database) {
    let world = world(database).await;
    assert_eq!(import(&world, &lines(0..CALLS)).await.0, Some(0));
    let browser = Client::new(&world.server, None);
    let manager = world.client("manage", Some("ACME")).await;

    let json = link(&manager, "JSON").await;
    let file = follow(&browser, &json).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text());
    let (march, april) = ("2026-03-31T23:00:00Z", "2026-05-01");
    let rows = file.json();
    for (row, name) in rows
        .as_array()
        .expect("rows")
        .iter()
        .zip(["Ann Archer", "Ben Baker"])
    {
        assert_eq!(row["employeeName"], name);
        for (key, from, to) in [("3", "2026-03-01", march), ("4", march, april)] {
            let expected = counted(name, from, to);
            for field in ["inboundCalls", "inboundAnswered", "inboundBusy", "inboundSeconds"] {
                assert_eq!(row["data"][key][field], expected[field], "{name}, {key}: {field}");
            }
        }
    }
    let node = "query ($id: ID!) { node(id: $id) { ... on Employee { name } } }";
    let data = manager.data(node, json!({ "id": rows[0]["employeeId"] })).await;
    assert_eq!(data["node"]["name"], "Ann Archer");

    let csv = follow(&browser, &link(&manager, "CSV").await).await.text();
    let mut csv_rows = csv.lines();
    assert!(
        csv_rows
            .next()
            .is_some_and(|columns| columns.starts_with("employeeId,employeeName"))
    );
    assert_eq!(csv_rows.count(), 4, "two people in two months: {csv}");
    let book = follow(&browser, &link(&manager, "EXCEL").await).await;
    assert!(book.bytes.starts_with(b"PK"), "a workbook is a ZIP archive");

    // Its maker may show who it is; nobody else gets it by showing that.
    assert_eq!(follow(&manager, &json).await.status, StatusCode::OK);
    let other = world.client("manage", Some("GLOBEX")).await;
    let refused = follow(&other, &json).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::NOT_FOUND, "NOT_FOUND")
    );
    assert_eq!(
        follow(&browser, &format!("{json}x")).await.status,
        StatusCode::NOT_FOUND
    );

    // The same database, served with links that end soon.
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let configuration = directory.path().join("switchboard.toml");
    std::fs::write(&configuration, "[limits]\nlink_seconds = 1\n").expect("the file can be written");
    let hasty = Server::start_configured(&world.database, &configuration).await;
    let short = link(&Client::new(&hasty, Some(manager.key())), "CSV").await;
    eventually("the link has ended", async || {
        (follow(&browser, &short).await.status == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
    assert_eq!(
        follow(&browser, &json).await.status,
        StatusCode::OK,
        "this one lasts"
    );
}
