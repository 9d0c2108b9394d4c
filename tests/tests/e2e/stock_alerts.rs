//! Counts of numbers, their past, and who is told when the stock runs short.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::{
    client::Client,
    database::Database,
    queries::{any_toll_free, assignment},
    server::{DEADLINE, eventually},
    stock::Stock,
    world::{Assigned, World, assign, text},
};

crate::on_both! {
    counts_and_their_history_follow_an_assignment_and_a_short_stock_is_told_to_a_webhook,
}

const KPIS: &str = "query Kpis($from: DateTime!, $to: DateTime!) {
  numberKpis(filter: { numberType: TOLL_FREE }) {
    summary { numberCount customerCount }
    byStatus { status numberCount }
    utilization stock { available }
    history(from: $from, to: $to) { numberCount assignedCount assigned }
  }
}";

async fn kpis(client: &Client) -> Value {
    let (now, day) = (Timestamp::now(), SignedDuration::from_hours(24));
    let time = json!({ "from": (now - day).to_string(), "to": (now + day).to_string() });
    client.data(KPIS, time).await["numberKpis"].take()
}

/// How many numbers have a status.
fn status(kpis: &Value, status: &str) -> i64 {
    let rows = kpis["byStatus"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["status"] == status);
    row.and_then(|row| row["numberCount"].as_i64()).unwrap_or(0)
}

/// The header lines and the body of the next call of a webhook, which is answered well.
async fn next_call(listener: &TcpListener) -> (Vec<String>, Value) {
    let call = async {
        let (stream, _) = listener.accept().await.expect("a connection");
        read(stream).await
    };
    tokio::time::timeout(DEADLINE, call)
        .await
        .expect("the webhook is called")
}

async fn read(stream: TcpStream) -> (Vec<String>, Value) {
    let mut stream = BufReader::new(stream);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("a line");
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        headers.push(line);
    }
    let length = headers
        .iter()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.and_then(|length| length.parse().ok()).expect("a length");
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.expect("the body");
    let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    stream.get_mut().write_all(answer).await.expect("an answer");
    (headers, serde_json::from_slice(&body).expect("JSON"))
}

async fn counts_and_their_history_follow_an_assignment_and_a_short_stock_is_told_to_a_webhook(
    database: Database,
) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let file = directory.path().join("switchboard.toml");
    std::fs::write(&file, "[webhooks]\nallow_private_addresses = true\n").expect("the file can be written");
    let stock = Stock::default()
        .toll_free(3)
        .owned("+18332029999", "ACME", "Marketing", "Main line");
    let world = World::configured(database, stock, &file).await;
    let admin = &world.admin;

    let before = kpis(admin).await;
    assert_eq!(before["summary"], json!({ "numberCount": 4, "customerCount": 1 }));
    assert_eq!((status(&before, "AVAILABLE"), status(&before, "ACTIVE")), (3, 1));
    assert_eq!(
        (&before["utilization"], &before["stock"]["available"]),
        (&json!(0.25), &json!(3))
    );

    rule(admin, port).await;
    let group = world.group("Marketing").await;
    let given = assign(
        admin,
        assignment("stock-alert", &group, "Hotline", any_toll_free()),
    )
    .await;
    assert!(matches!(given, Assigned::Number(_)), "{given:?}");

    let (headers, body) = next_call(&listener).await;
    assert_eq!(body["type"], "alert.fired", "{body}");
    let data = &body["data"];
    assert_eq!(
        (&data["rule"], &data["value"], &data["threshold"]),
        (&json!("Short"), &json!(2.0), &json!(3.0))
    );
    for header in ["webhook-id: ", "webhook-timestamp: ", "webhook-signature: v1,"] {
        assert!(
            headers.iter().any(|line| line.starts_with(header)),
            "{header} in {headers:?}"
        );
    }

    let after = kpis(admin).await;
    assert_eq!((status(&after, "AVAILABLE"), status(&after, "ACTIVE")), (2, 2));
    assert_eq!(
        (&after["utilization"], &after["stock"]["available"]),
        (&json!(0.5), &json!(2))
    );
    let history = after["history"].as_array().expect("points");
    let today = history
        .iter()
        .find(|point| point["assignedCount"] == 2)
        .expect("today");
    assert_eq!(today["numberCount"], 4, "{history:?}");
    let verified = crate::server::run_well(&world.database, &["verify", "kpis"]).await;
    assert!(verified.contains("right"), "{verified}");
    told_once(admin).await;
}

/// A rule that fires when fewer than three toll-free numbers are left.
async fn rule(admin: &Client, port: u16) {
    let hook = "mutation ($input: CreateWebhookInput!) {
      createWebhook(input: $input) { webhook { id } secret userErrors { code message path } }
    }";
    let input = json!({ "name": "Pager", "url": format!("http://127.0.0.1:{port}/hook") });
    let data = admin.data(hook, json!({ "input": input })).await;
    let made = &data["createWebhook"];
    assert_eq!(made["userErrors"], json!([]));
    assert!(text(&made["secret"]).starts_with("whsec_"));
    let create = "mutation ($input: CreateAlertRuleInput!) {
      createAlertRule(input: $input) { alertRule { id } userErrors { code message path } }
    }";
    let rule = json!({
        "name": "Short", "metric": "AVAILABLE_NUMBERS", "comparison": "BELOW", "threshold": 3.0,
        "numberType": "TOLL_FREE", "webhookId": made["webhook"]["id"],
    });
    let data = admin.data(create, json!({ "input": { "rule": rule } })).await;
    assert_eq!(data["createAlertRule"]["userErrors"], json!([]));
    let alerts = admin.data("{ alerts { totalCount } }", json!({})).await;
    assert_eq!(alerts["alerts"]["totalCount"], 0, "three are enough");
}

async fn told_once(admin: &Client) {
    let query = "{ alerts(filter: { open: true }) { totalCount nodes {
      firedValue clearedAt deliveries { event channel state attempts }
    } } }";
    eventually("the delivery is noted", async || {
        let data = admin.data(query, json!({})).await;
        let alerts = &data["alerts"];
        assert_eq!(alerts["totalCount"], 1);
        let expected = json!([{
            "event": "FIRED", "channel": "WEBHOOK", "state": "DELIVERED", "attempts": 1,
        }]);
        (alerts["nodes"][0]["deliveries"] == expected).then_some(())
    })
    .await;
}
