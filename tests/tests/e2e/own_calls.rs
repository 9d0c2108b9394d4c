//! Calls of a customer's own telephones: brought in, counted, listed, taken away as files.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    client::{Answer, Client},
    database::Database,
    server,
    stock::Stock,
    world::{World, text},
};

crate::on_both! {
    calls_come_in_by_command_and_by_upload_and_are_counted_at_once,
    statistics_by_every_grouping_add_up_and_every_figure_is_a_list_of_calls,
    another_customers_calls_look_absent,
}

const NUMBER: &str = "+441174960001";
const PEOPLE: &str = "customer,name,extension,extension_since
ACME,Ann Archer,201,2020-01-01T00:00:00Z
ACME,Ben Baker,202,2020-01-01T00:00:00Z
GLOBEX,Cora Cole,201,2020-01-01T00:00:00Z
";
/// One an hour, over the change of clocks of 2026-03-29 and the end of the month.
pub(crate) const CALLS: usize = 150;

/// When a call began.
fn start(call: usize) -> String {
    let day = 27 + call / 24;
    let (month, day) = if day > 31 { (4, day - 31) } else { (3, day) };
    format!("2026-{month:02}-{day:02}T{:02}:30:00Z", call % 24)
}

/// Calls to the number: of three, one rings at Ben and the others at Ann; every second one is answered.
pub(crate) fn lines(calls: std::ops::Range<usize>) -> String {
    let line = |call: usize| {
        let (callee, ring) = (if call.is_multiple_of(3) { "202" } else { "201" }, 5);
        let leg = if call.is_multiple_of(2) {
            json!({ "disposition": "ANSWERED", "talkSeconds": call })
        } else {
            json!({ "disposition": "BUSY" })
        };
        let mut leg = leg;
        leg["callId"] = json!(format!("call-{call}"));
        leg["start"] = json!(start(call));
        leg["ringSeconds"] = json!(ring);
        leg["caller"] = json!("+441174960100");
        leg["dialed"] = json!(NUMBER);
        leg["callee"] = json!(callee);
        format!("{leg}\n")
    };
    calls.map(line).collect()
}

/// Two customers with a number each and their people, served.
pub(crate) async fn world(database: Database) -> World {
    let stock = Stock::default()
        .owned(NUMBER, "ACME", "Sales", "Reception")
        .owned("+441174960002", "GLOBEX", "Office", "Reception");
    let world = World::with(database, stock).await;
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let file = directory.path().join("people.csv");
    std::fs::write(&file, PEOPLE).expect("the file can be written");
    let file = file.to_str().expect("UTF-8");
    server::run_well(&world.database, &["import", "employees", file]).await;
    world
}

/// Imports lines as an operator does; what the command says, and how it ends.
pub(crate) async fn import(world: &World, lines: &str) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let file = directory.path().join("calls.jsonl");
    std::fs::write(&file, lines).expect("the file can be written");
    let file = file.to_str().expect("UTF-8");
    let arguments = ["import", "calls", "--format", "jsonl", "--customer", "ACME", file];
    let ended = server::run(&world.database, &arguments).await;
    let said = [ended.stdout, ended.stderr].concat();
    (ended.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// Sends lines as a telephone system does.
async fn upload(client: &Client, lines: String) -> Answer {
    let path = "/imports/calls?format=jsonl&customer=ACME&file=upload.jsonl";
    Client::send(client.request(Method::POST, path).body(lines)).await
}

pub(crate) const STATISTICS: &str = "query Statistics($filter: CallStatisticsFilter!) {
  callStatistics(filter: $filter, orderBy: EMPLOYEE_NAME) {
    totalCount
    total { inboundCalls inboundAnswered inboundBusy inboundSeconds }
    nodes {
      employeeId employeeName
      intervals { key start end counts { inboundCalls inboundAnswered inboundBusy inboundSeconds } }
    }
  }
}";

pub(crate) fn filter(interval: &str) -> Value {
    json!({
        "from": "2026-03-01T00:00:00Z", "to": "2026-04-30T23:59:59Z", "timeZone": "Europe/London",
        "interval": interval,
    })
}

async fn inbound(client: &Client) -> Value {
    let data = client
        .data(STATISTICS, json!({ "filter": filter("MONTH") }))
        .await;
    data["callStatistics"]["total"]["inboundCalls"].clone()
}

const IMPORTS: &str = "{ callImports { totalCount nodes {
  source file rows acceptedRows quarantinedRows newCalls unchangedCalls finishedAt
  quarantine { totalCount nodes { line reason content } }
} } }";

async fn calls_come_in_by_command_and_by_upload_and_are_counted_at_once(database: Database) {
    let world = world(database).await;
    assert_eq!(inbound(&world.admin).await, 0);
    let (code, said) = import(&world, &format!("{}nonsense\n", lines(0..100))).await;
    assert_eq!(code, Some(2), "{said}");
    assert_eq!(inbound(&world.admin).await, 100, "another process wrote them");

    let manager = world.client("manage", Some("ACME")).await;
    let answer = upload(&manager, lines(0..CALLS)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.json()["newCalls"], 50);
    assert_eq!(inbound(&world.admin).await, CALLS);

    let mut imports = manager.data(IMPORTS, json!({})).await["callImports"].take();
    let first = imports["nodes"][1]["quarantine"]["nodes"][0].clone();
    assert_eq!(
        (&first["line"], &first["content"]),
        (&json!(101), &json!("nonsense"))
    );
    assert!(text(&first["reason"]).contains("JSON"), "{first}");
    for import in imports["nodes"].as_array_mut().expect("imports") {
        assert!(import["finishedAt"].is_string(), "{import}");
        import.as_object_mut().expect("an import").remove("finishedAt");
        import["quarantine"] = import["quarantine"]["totalCount"].take();
    }
    let import = |source: &str, file: &str, rows: [usize; 5]| {
        let [read, accepted, quarantined, new, unchanged] = rows;
        json!({
            "source": source, "file": file, "rows": read, "acceptedRows": accepted,
            "quarantinedRows": quarantined, "newCalls": new, "unchangedCalls": unchanged,
            "quarantine": quarantined,
        })
    };
    let expected = json!({ "totalCount": 2, "nodes": [
        import("UPLOAD", "upload.jsonl", [CALLS, CALLS, 0, 50, 100]),
        import("COMMAND_LINE", "calls.jsonl", [101, 100, 1, 100, 0]),
    ] });
    assert_eq!(imports, expected);
    let verified = server::run_well(&world.database, &["verify", "calls"]).await;
    assert!(verified.contains("right"), "{verified}");
}

/// Counted by hand: calls, answered ones, busy ones, seconds of talk.
pub(crate) fn counted(people: &str, from: &str, to: &str) -> Value {
    let calls: Vec<usize> = (0..CALLS)
        .filter(|call| {
            let begins = start(*call);
            begins.as_str() >= from && begins.as_str() < to
        })
        .filter(|call| match people {
            "Ann Archer" => !call.is_multiple_of(3),
            _ => call.is_multiple_of(3),
        })
        .collect();
    let answered: Vec<&usize> = calls.iter().filter(|call| call.is_multiple_of(2)).collect();
    json!({
        "inboundCalls": calls.len(), "inboundAnswered": answered.len(),
        "inboundBusy": calls.len() - answered.len(), "inboundSeconds": answered.into_iter().sum::<usize>(),
    })
}

async fn statistics_by_every_grouping_add_up_and_every_figure_is_a_list_of_calls(database: Database) {
    let world = world(database).await;
    assert_eq!(import(&world, &lines(0..CALLS)).await.0, Some(0));
    let days = ["27", "28", "29", "30", "31", "1", "2"];
    let groupings: [(&str, Option<&[&str]>); 4] = [
        ("HOUR", None),
        ("DAY", Some(&days)),
        ("WEEK", Some(&["13", "14"])),
        ("MONTH", Some(&["3", "4"])),
    ];
    for (interval, keys) in groupings {
        let data = world
            .admin
            .data(STATISTICS, json!({ "filter": filter(interval) }))
            .await;
        let report = &data["callStatistics"];
        assert_eq!(report["total"]["inboundCalls"], CALLS, "{interval}");
        let rows = report["nodes"].as_array().expect("rows");
        assert_eq!(rows.len(), 2);
        for row in rows {
            let name = text(&row["employeeName"]);
            let intervals = row["intervals"].as_array().expect("intervals");
            if let Some(keys) = keys {
                let told: Vec<_> = intervals.iter().map(|interval| text(&interval["key"])).collect();
                assert_eq!(told, keys, "{name} by {interval}");
            }
            for interval in intervals {
                let (from, to) = (text(&interval["start"]), text(&interval["end"]));
                assert_eq!(
                    interval["counts"],
                    counted(&name, &from, &to),
                    "{name} from {from} to {to}"
                );
            }
        }
    }
    let data = world
        .admin
        .data(STATISTICS, json!({ "filter": filter("DAY") }))
        .await;
    every_day_is_a_list_of_calls(&world.admin, &data["callStatistics"]["nodes"][0]).await;
    let numbers = "query ($filter: CallIntervalsFilter!) { numbers { nodes {
      e164 callStatistics(filter: $filter) { total { inboundCalls inboundAnswered } }
    } } }";
    let data = world
        .admin
        .data(numbers, json!({ "filter": filter("MONTH") }))
        .await;
    let number = data["numbers"]["nodes"].as_array().expect("numbers").iter();
    let number = number
        .clone()
        .find(|number| number["e164"] == NUMBER)
        .expect("the number");
    let total = json!({ "inboundCalls": CALLS, "inboundAnswered": CALLS / 2 });
    assert_eq!(number["callStatistics"]["total"], total);
}

async fn every_day_is_a_list_of_calls(client: &Client, row: &Value) {
    let query = "query ($filter: CallsFilter!) {
      calls(filter: $filter, first: 100) { totalCount statisticsCount nodes { startedAt talkSeconds } }
    }";
    for day in row["intervals"].as_array().expect("days") {
        // No call begins on the first second of a day.
        let filter = json!({
            "employeeIds": [row["employeeId"]], "from": day["start"], "to": day["end"], "direction": "IN",
        });
        let data = client.data(query, json!({ "filter": filter })).await;
        let (calls, counts) = (&data["calls"], &day["counts"]);
        assert_eq!(calls["totalCount"], counts["inboundCalls"], "{day}");
        assert_eq!(calls["statisticsCount"], counts["inboundCalls"], "{day}");
        let listed = calls["nodes"].as_array().expect("calls");
        assert_eq!(json!(listed.len()), counts["inboundCalls"]);
        let talk: u64 = listed
            .iter()
            .filter_map(|call| call["talkSeconds"].as_u64())
            .sum();
        assert_eq!(json!(talk), counts["inboundSeconds"], "{day}");
    }
}

async fn another_customers_calls_look_absent(database: Database) {
    let world = world(database).await;
    assert_eq!(import(&world, &lines(0..30)).await.0, Some(0));
    let (own, other) = (
        world.client("viewer", Some("ACME")).await,
        world.client("viewer", Some("GLOBEX")).await,
    );
    let query = "query ($filter: CallStatisticsFilter!) {
      callStatistics(filter: $filter) { total { inboundCalls } }
      calls { totalCount nodes { id } } callImports { totalCount nodes { id } }
    }";
    let (mut ids, absent) = (Vec::new(), json!({ "nodes": [null, null] }));
    for (client, calls, imports) in [(&own, 30, 1), (&other, 0, 0)] {
        let data = client.data(query, json!({ "filter": filter("MONTH") })).await;
        assert_eq!(data["callStatistics"]["total"]["inboundCalls"], calls);
        assert_eq!(data["calls"]["totalCount"], calls);
        assert_eq!(data["callImports"]["totalCount"], imports);
        let first = ["calls", "callImports"].map(|list| data[list]["nodes"][0]["id"].clone());
        ids.extend(first.into_iter().filter(Value::is_string));
    }
    let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(other.data(nodes, json!({ "ids": ids })).await, absent);
    assert_ne!(own.data(nodes, json!({ "ids": ids })).await, absent);
    let answer = upload(&other, lines(30..31)).await;
    assert_eq!(answer.code(), "FORBIDDEN", "a viewer brings in nothing");
    let answer = upload(&world.client("manage", Some("GLOBEX")).await, lines(30..31)).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text());
    assert_eq!(inbound(&own).await, 30);
}
