//! Our own calls: counted, nested, and listed one by one.

use jiff::Timestamp;
use serde_json::{Value, json};
use service::{AccessLevel, CallImportRequest, CallLine, CallSettings, CallSource, EmployeeRow, Scope};

use crate::{
    exports::{follow, issue, post, server},
    world::{World, admin, code, in_both_worlds, key},
};

/// Calls of customer C1: from outside to its number (every fifth to all three telephones, the others to one), one an
/// hour, every second one answered for as many seconds as its place says.
const CALLS: usize = 60;
/// A number of C1 that is in no pool, and one that is in a pool.
const NUMBERS: [&str; 2] = ["+19056371010", "+19056371001"];

async fn with_calls(world: &World) {
    let people = [("Anna", "99"), ("Bo", "200"), ("Åse", "1000")].map(|(name, extension)| EmployeeRow {
        customer: "C1".to_owned(),
        name: name.to_owned(),
        extension: Some(extension.to_owned()),
        extension_since: Some(Timestamp::UNIX_EPOCH),
        ..EmployeeRow::default()
    });
    let imported = world
        .switchboard
        .import_employees(&admin(), people.to_vec())
        .await;
    imported.expect("people are imported");
    let request = CallImportRequest {
        customer: service::CallCustomer::Code("C1".to_owned()),
        source: CallSource::Upload,
        file: None,
        format: "jsonl".to_owned(),
        country: None,
    };
    let mut importer = world
        .switchboard
        .begin_call_import(&admin(), request)
        .await
        .expect("an import");
    let rows = (1..)
        .zip((0..CALLS).flat_map(legs))
        .map(|(line, leg)| leg.read(line, &CallSettings::default()).expect("a good line"));
    importer
        .add(rows.collect(), Vec::new())
        .await
        .expect("calls are imported");
}

fn legs(index: usize) -> Vec<CallLine> {
    let extensions: Vec<&str> = match index % 5 {
        0 => vec!["99", "200", "1000"],
        1 => vec!["200"],
        _ => vec!["99"],
    };
    let leg = |(place, extension): (usize, &str)| CallLine {
        call_id: format!("call-{index}"),
        start: format!("2021-03-{:02}T{:02}:30:00Z", 1 + index / 24, index % 24),
        talk_seconds: (place == 0 && index.is_multiple_of(2)).then(|| u32::try_from(index).expect("small")),
        ring_seconds: Some(5),
        disposition: Some(
            if place == 0 && index.is_multiple_of(2) {
                "ANSWERED"
            } else {
                "BUSY"
            }
            .to_owned(),
        ),
        caller: Some("+14165550000".to_owned()),
        callee: Some(extension.to_owned()),
        dialed: Some(NUMBERS[index % 2].to_owned()),
        ..CallLine::default()
    };
    extensions.into_iter().enumerate().map(leg).collect()
}

const MARCH: &str = r#"from: "2021-03-01T00:00:00Z", to: "2021-03-31T23:59:59Z""#;

/// Each count of the document, the calls that it counts, and the ring groups'.
const FIGURES: [(&str, &str); 9] = [
    ("outboundCalls", "direction: OUT"),
    ("outboundAnswered", "direction: OUT, answered: true"),
    ("outboundUnanswered", "direction: OUT, answered: false"),
    ("outboundFailed", "direction: OUT, dispositions: [FAILED]"),
    ("inboundCalls", "direction: IN"),
    ("inboundAnswered", "direction: IN, answered: true"),
    ("inboundUnanswered", "direction: IN, answered: false"),
    ("inboundBusy", "direction: IN, dispositions: [BUSY]"),
    (
        "inboundRungElsewhere",
        "direction: IN, dispositions: [RUNG_ELSEWHERE], answered: false",
    ),
];

#[tokio::test]
async fn every_figure_can_be_drilled_down_to_its_calls() {
    in_both_worlds(async |world| {
        with_calls(world).await;
        let customer = world.customer("C1").await;
        let rules = "ignoreBelow: 10, ignoreUnansweredBelow: 3, ignoreLocal: true";
        let names = FIGURES.map(|(name, _)| name).join(" ");
        let query = format!(
            "{{ callStatistics(filter: {{customerId: \"{customer}\", {MARCH}, interval: MONTH, {rules}}},
                               orderBy: EXTENSION_NUMBER) {{
                total {{ {names} }}
                nodes {{ id employeeId extensionId employee {{ id name extension }} total {{ {names} }} }}
            }} }}"
        );
        let report = world.data(&query, Value::Null).await["callStatistics"].take();
        let rows = report["nodes"].as_array().expect("rows").clone();
        let people: Vec<_> = rows.iter().map(|row| row["employee"]["name"].clone()).collect();
        assert_eq!(people, ["Anna", "Bo", "Åse"]);
        let count = async |filter: String| {
            let query =
                format!("{{ calls(filter: {{{filter}}}, first: 0) {{ totalCount statisticsCount }} }}");
            world.data(&query, Value::Null).await["calls"].take()
        };
        let common = format!("customerId: \"{customer}\", {MARCH}, {rules}");
        for (name, filter) in FIGURES {
            let all = count(format!("{common}, {filter}")).await;
            assert_eq!(all["statisticsCount"], report["total"][name], "{name}");
            for row in &rows {
                assert_eq!(row["employeeId"], row["employee"]["id"]);
                let of = format!(
                    "employeeIds: [{}], extensionId: {}",
                    row["employeeId"], row["extensionId"]
                );
                let counted = count(format!("{common}, {filter}, {of}")).await;
                assert_eq!(counted["totalCount"], row["total"][name], "{name}");
                assert_eq!(counted["statisticsCount"], row["total"][name], "{name}");
            }
        }
        let again = world.data(
            "query ($id: ID!) { node(id: $id) { ... on EmployeeCallStatistics { total { inboundCalls } } } }",
            json!({ "id": rows[1]["id"] }),
        );
        assert_eq!(
            again.await["node"]["total"]["inboundCalls"],
            rows[1]["total"]["inboundCalls"]
        );
    })
    .await;
}

#[tokio::test]
async fn calls_come_latest_first_with_who_took_part_and_can_be_read_again() {
    in_both_worlds(async |world| {
        with_calls(world).await;
        let query = "query ($first: Int, $after: String, $last: Int) {
            calls(first: $first, after: $after, last: $last) {
                totalCount pageInfo { hasNextPage endCursor }
                nodes {
                    id callId startedAt disposition direction local talkSeconds caller callee
                    number { e164 } pool { name } group { name } customer { code }
                    parties { extension side disposition seconds employee { name } }
                }
            }
        }";
        let first = world.data(query, json!({ "first": 5 })).await["calls"].take();
        assert_eq!(first["totalCount"], CALLS);
        let ids = |page: &Value| -> Vec<Value> {
            let nodes = page["nodes"].as_array().expect("calls").clone();
            nodes.iter().map(|call| call["callId"].clone()).collect()
        };
        assert_eq!(
            ids(&first),
            ["call-59", "call-58", "call-57", "call-56", "call-55"]
        );
        let after = first["pageInfo"]["endCursor"].clone();
        let second = world.data(query, json!({ "first": 1, "after": after })).await["calls"].take();
        assert_eq!(ids(&second), ["call-54"]);
        let last = world.data(query, json!({ "last": 1 })).await["calls"].take();
        let mut call = last["nodes"][0].clone();
        let id = call["id"].take();
        let party = |extension: &str, name: &str, disposition: &str, seconds: u32| {
            json!({
                "extension": extension, "side": "IN", "disposition": disposition, "seconds": seconds,
                "employee": { "name": name },
            })
        };
        let expected = json!({
            "id": null, "callId": "call-0", "startedAt": "2021-03-01T00:30:00Z", "disposition": "ANSWERED",
            "direction": "INBOUND", "local": false, "talkSeconds": 0,
            "caller": "+14165550000", "callee": "+19056371010",
            "number": { "e164": "+19056371010" }, "pool": null,
            "group": { "name": "Sales" }, "customer": { "code": "C1" },
            "parties": [
                party("1000", "Åse", "RUNG_ELSEWHERE", 5),
                party("200", "Bo", "RUNG_ELSEWHERE", 5),
                party("99", "Anna", "ANSWERED", 0),
            ],
        });
        assert_eq!(call, expected);
        let node = "query ($id: ID!) { node(id: $id) { id ... on Call { callId } } }";
        let again = world.data(node, json!({ "id": id })).await["node"].take();
        assert_eq!(again, json!({ "id": id, "callId": "call-0" }));
        let other = key(AccessLevel::Owner, world.customer_scope("C0").await);
        let hidden = world.ask_as(other.clone(), node, json!({ "id": id })).await;
        assert_eq!(hidden["data"]["node"], Value::Null);
        assert_eq!(hidden.get("errors"), None, "what is another's looks absent");
        let hidden = world.ask_as(other, query, Value::Null).await;
        assert_eq!(hidden["data"]["calls"]["totalCount"], 0);
    })
    .await;
}

#[tokio::test]
async fn numbers_pools_and_employees_have_their_own_counts_in_one_statement_each() {
    in_both_worlds(async |world| {
        with_calls(world).await;
        let counted = format!(
            "callStatistics(filter: {{{MARCH}, interval: MONTH, timeZone: \"Europe/Copenhagen\"}}) {{
                timeZone interval total {{ inboundCalls inboundAnswered inboundSeconds }}
                intervals {{ key start counts {{ inboundCalls }} }}
            }}"
        );
        let query = format!(
            "{{ numbers(first: SIZE) {{ nodes {{ e164 {counted} }} }}
               pools(first: SIZE) {{ nodes {{ name customer {{ code }} {counted} }} }}
               employees(first: SIZE) {{ nodes {{ name {counted} }} }} }}"
        );
        let statements = async |size: &str| {
            let before = world.switchboard.database().statements();
            world.data(&query.replace("SIZE", size), Value::Null).await;
            world.switchboard.database().statements() - before
        };
        statements("2").await;
        assert_eq!(statements("30").await, statements("2").await);
        let data = world.data(&query.replace("SIZE", "40"), Value::Null).await;
        let sum = |list: &str| -> u64 {
            let nodes = data[list]["nodes"].as_array().expect("a list");
            let calls = nodes.iter().map(|node| &node["callStatistics"]["total"]["inboundCalls"]);
            calls.map(|calls| calls.as_u64().expect("a count")).sum()
        };
        assert_eq!(sum("numbers"), 60);
        assert_eq!(sum("pools"), 30, "every second call was to a number of a pool");
        // A fifth of the calls rang at three employees.
        assert_eq!(sum("employees"), 60 + 2 * 12);
        let number = data["numbers"]["nodes"].as_array().expect("numbers").iter();
        let number = number.clone().find(|number| number["e164"] == NUMBERS[0]).expect("the number");
        let expected = json!({
            "timeZone": "Europe/Copenhagen", "interval": "MONTH",
            "total": { "inboundCalls": 30, "inboundAnswered": 30, "inboundSeconds": (0..60).step_by(2).sum::<u32>() },
            "intervals": [{ "key": "3", "start": "2021-02-28T23:00:00Z", "counts": { "inboundCalls": 30 } }],
        });
        assert_eq!(number["callStatistics"], expected);
    })
    .await;
}

#[tokio::test]
async fn a_prepared_list_answers_whatever_was_selected_of_it() {
    in_both_worlds(async |world| {
        with_calls(world).await;
        let query = format!(
            "query ($no: Boolean!) {{ callStatistics(filter: {{{MARCH}, interval: WEEK}}, orderBy: EMPLOYEE_NAME, first: 1) {{
                nodes {{ intervals {{
                    __typename week: key isoYear
                    counts {{ calls: inboundCalls __typename }}
                    ...More
                    ... on CallStatisticsInterval {{ counts {{ inboundSeconds }} end @skip(if: $no) }}
                    start @include(if: $no)
                }} }}
            }} }}
            fragment More on CallStatisticsInterval {{ counts {{ ...Busy }} }}
            fragment Busy on CallCounts {{ inboundBusy inboundRungElsewhere }}"
        );
        let data = world.data(&query, json!({ "no": true })).await;
        let first = data["callStatistics"]["nodes"][0]["intervals"][0].clone();
        let answered = (0..60).step_by(2).filter(|index| index % 5 != 1);
        let expected = json!({
            "__typename": "CallStatisticsInterval", "week": "9", "isoYear": 2021,
            "counts": {
                "calls": 48, "__typename": "CallCounts", "inboundBusy": 24, "inboundRungElsewhere": 0,
                "inboundSeconds": answered.sum::<u32>(),
            },
            "start": "2021-03-01T00:00:00Z",
        });
        assert_eq!(first, expected);
        assert_eq!(first.to_string(), expected.to_string(), "in the order of the selection");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_asked_of_calls_is_named() {
    in_both_worlds(async |world| {
        let number = "{ numbers(first: 1) { nodes { callStatistics(filter: FILTER) { from } } } }";
        for (query, filter, argument) in [
            (
                "{ calls(filter: FILTER) { totalCount } }",
                r#"{customerId: "x"}"#,
                "filter.customerId",
            ),
            (
                "{ calls(filter: FILTER) { totalCount } }",
                r#"{employeeIds: ["x"]}"#,
                "filter.employeeIds",
            ),
            (
                "{ calls(filter: FILTER) { totalCount } }",
                r#"{numberId: "x"}"#,
                "filter.numberId",
            ),
            (
                "{ calls(filter: FILTER) { totalCount } }",
                r#"{poolId: "x"}"#,
                "filter.poolId",
            ),
            (
                "{ calls(filter: FILTER) { totalCount } }",
                r#"{extensionId: "x"}"#,
                "filter.extensionId",
            ),
            (
                "{ calls(filter: FILTER) { totalCount } }",
                r#"{from: "x"}"#,
                "filter.from",
            ),
            (
                "{ calls(filter: FILTER) { totalCount } }",
                "{ignoreBelow: -1}",
                "filter.ignoreBelow",
            ),
            (number, r#"{to: "x"}"#, "filter.to"),
            (number, r#"{timeZone: "x"}"#, "filter.timeZone"),
            (
                number,
                r#"{from: "2021-03-02T00:00:00Z", to: "2021-03-01T00:00:00Z"}"#,
                "filter.to",
            ),
            (
                number,
                "{ignoreUnansweredBelow: -1}",
                "filter.ignoreUnansweredBelow",
            ),
        ] {
            let answer = world.ask(&query.replace("FILTER", filter), Value::Null).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
            assert_eq!(answer["errors"][0]["extensions"]["argument"], argument);
        }
        let group = key(AccessLevel::Owner, world.group_scope("Sales").await);
        let query = number.replace("FILTER", "{}");
        let answer = world.ask_as(group, &query, Value::Null).await;
        assert_eq!(
            code(&answer),
            "FORBIDDEN",
            "a customer's calls are not a group's to see"
        );
    })
    .await;
}

#[tokio::test]
async fn our_own_calls_are_exported_in_every_format_with_the_figures_of_the_report() {
    in_both_worlds(async |world| {
        with_calls(world).await;
        let (server, key) = (
            server(world).await,
            issue(world, AccessLevel::Viewer, Scope::Platform).await,
        );
        let filter = format!("{{customerId: \"{}\", {MARCH}, interval: MONTH}}", world.customer("C1").await);
        let report = format!(
            "{{ callStatistics(filter: {filter}, orderBy: EXTENSION_NUMBER) {{
                nodes {{ employeeName extensionNumber total {{ inboundCalls inboundSeconds }} }}
            }} }}"
        );
        let report = world.data(&report, Value::Null).await["callStatistics"]["nodes"].take();
        let figures: Vec<(String, u64, u64)> = report
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| {
                let figure = |name: &str| row["total"][name].as_u64().expect("a figure");
                let name = row["employeeName"].as_str().expect("a name").to_owned();
                (name, figure("inboundCalls"), figure("inboundSeconds"))
            })
            .collect();
        assert_eq!(figures.len(), 3);
        let file = async |format: &str| {
            let export = format!(
                "mutation {{ exportCallStatistics(input: {{filter: {filter}, orderBy: EXTENSION_NUMBER, format: {format}}})
                    {{ url userErrors {{ code message path }} }} }}"
            );
            let answer = post(&server, &key, &export, Value::Null).await;
            let url = answer["data"]["exportCallStatistics"]["url"].as_str();
            let (status, _, bytes) = follow(&server, url.expect("a link")).await;
            assert_eq!(status, 200, "{format}");
            bytes
        };

        let rows: Value = serde_json::from_slice(&file("JSON").await).expect("JSON");
        let in_json = rows.as_array().expect("employees").iter().map(|row| {
            let march = &row["data"]["3"];
            let figure = |name: &str| march[name].as_u64().expect("a figure");
            let name = row["employeeName"].as_str().expect("a name").to_owned();
            (name, figure("inboundCalls"), figure("inboundSeconds"))
        });
        assert_eq!(in_json.collect::<Vec<_>>(), figures);
        employees_of_a_file_can_be_asked_for(world, &rows).await;

        let bytes = file("CSV").await;
        let mut rows = csv::Reader::from_reader(bytes.as_slice());
        let columns = rows.headers().expect("columns").clone();
        let place = |name: &str| columns.iter().position(|column| column == name).expect("a column");
        let in_csv = rows.records().map(|row| {
            let row = row.expect("a row");
            let figure = |name: &str| row[place(name)].parse().expect("a figure");
            (
                row[place("employeeName")].to_owned(),
                figure("inboundCalls"),
                figure("inboundSeconds"),
            )
        });
        assert_eq!(in_csv.collect::<Vec<_>>(), figures);

        let bytes = file("EXCEL").await;
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("a workbook");
        let sheet = calamine::Reader::worksheet_range_at(&mut book, 0).expect("a sheet").expect("rows");
        assert_eq!(sheet.height(), 1 + figures.len() + 1, "the columns, the rows and their totals");
    })
    .await;
}

/// The ids of a file are those of the API.
async fn employees_of_a_file_can_be_asked_for(world: &World, rows: &Value) {
    let query = format!(
        "query ($id: ID!, $customer: ID!) {{
            node(id: $id) {{ ... on Employee {{ name }} }}
            callStatistics(filter: {{customerId: $customer, employeeIds: [$id], {MARCH}, interval: MONTH}}) {{
                nodes {{ employeeName total {{ inboundCalls }} }}
            }}
        }}"
    );
    let customer = world.customer("C1").await;
    for row in rows.as_array().expect("employees") {
        let variables = json!({ "id": row["employeeId"], "customer": customer });
        let data = world.data(&query, variables).await;
        assert_eq!(data["node"]["name"], row["employeeName"]);
        let expected = json!([{
            "employeeName": row["employeeName"],
            "total": { "inboundCalls": row["data"]["3"]["inboundCalls"] },
        }]);
        assert_eq!(data["callStatistics"]["nodes"], expected);
    }
}
