//! Bringing in calls: a few by a mutation, files by an upload.

use api::{AppOptions, app};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use futures_util::stream;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use service::{AccessLevel, IssuedKey, KeyRequest, Scope};
use tower::ServiceExt;

use crate::world::{World, admin, code, in_both_worlds, key, user_errors};

const MASTER: &str = include_str!("../../../calls/tests/fixtures/asterisk_master.csv");

const INGEST: &str = "mutation ($input: IngestCallsInput!) {
    ingestCalls(input: $input) { newCalls changedCalls unchangedCalls userErrors { code message path } }
}";

fn leg(call: &str, leg: &str) -> Value {
    json!({
        "callId": call,
        "legId": leg,
        "start": "2026-03-02T09:00:00Z",
        "ringSeconds": 5,
        "talkSeconds": 60,
        "disposition": "ANSWERED",
        "caller": "+441174960100",
        "callee": "201",
    })
}

fn counts(answer: &Value) -> [u64; 3] {
    let payload = &answer["data"]["ingestCalls"];
    ["newCalls", "changedCalls", "unchangedCalls"].map(|field| payload[field].as_u64().expect("a count"))
}

#[tokio::test]
async fn the_same_records_again_change_nothing_and_late_legs_are_put_to_their_calls() {
    in_both_worlds(async |world| {
        let customer = world.customer("C0").await;
        let ingest = async |calls: Value| {
            let input = json!({ "input": { "customerId": customer, "calls": calls, "country": "GB" } });
            world.ask(INGEST, input).await
        };
        let answer = ingest(json!([leg("c1", "a"), leg("c2", "a")])).await;
        assert_eq!(user_errors(&answer), []);
        assert_eq!(counts(&answer), [2, 0, 0]);
        assert_eq!(
            counts(&ingest(json!([leg("c1", "a"), leg("c2", "a")])).await),
            [0, 0, 2]
        );
        assert_eq!(
            counts(&ingest(json!([leg("c1", "b"), leg("c3", "a")])).await),
            [1, 1, 0]
        );
    })
    .await;
}

#[tokio::test]
async fn with_a_leg_that_can_not_be_used_nothing_is_changed_and_the_path_says_which() {
    in_both_worlds(async |world| {
        let customer = world.customer("C0").await;
        let ingest = async |calls: Vec<Value>| {
            let input = json!({ "input": { "customerId": customer, "calls": calls } });
            world.ask(INGEST, input).await
        };
        let with = |field: &str, value: Value| {
            let mut leg = leg("c1", "a");
            leg[field] = value;
            leg
        };
        let good = leg("c0", "a");
        for (wrong, path) in [
            (with("start", json!("yesterday")), "input.calls.1.start"),
            (with("disposition", json!("BUSY")), "input.calls.1"),
            (with("callId", json!("")), "input.calls.1"),
        ] {
            let answer = ingest(vec![good.clone(), wrong]).await;
            assert_eq!(
                user_errors(&answer),
                [("INVALID_INPUT".to_owned(), path.to_owned())]
            );
        }
        assert_eq!(user_errors(&ingest(Vec::new()).await).len(), 1);
        let many = (0..501).map(|index| leg("many", &index.to_string())).collect();
        assert_eq!(user_errors(&ingest(many).await).len(), 1);
        // A call that would have too many legs keeps none of the request, the others neither.
        let first = (0..490).map(|index| leg("long", &index.to_string())).collect();
        assert_eq!(counts(&ingest(first).await), [1, 0, 0]);
        let mut more: Vec<Value> = (490..510).map(|index| leg("long", &index.to_string())).collect();
        more.push(good.clone());
        assert_eq!(user_errors(&ingest(more).await).len(), 20);
        assert_eq!(counts(&ingest(vec![good]).await), [1, 0, 0]);
    })
    .await;
}

#[tokio::test]
async fn calls_come_in_for_visible_customers_only_and_by_keys_of_whole_customers() {
    in_both_worlds(async |world| {
        let customer = world.customer("C0").await;
        let input = json!({ "input": { "customerId": customer, "calls": [leg("c1", "a")] } });
        let own = world.customer_scope("C0").await;
        let other = world.customer_scope("C1").await;
        let manager = |scope| key(AccessLevel::Manage, scope);
        assert_eq!(
            counts(&world.ask_as(manager(own), INGEST, input.clone()).await),
            [1, 0, 0]
        );
        let stranger = world.ask_as(manager(other), INGEST, input.clone()).await;
        assert_eq!(
            user_errors(&stranger),
            [("NOT_FOUND".to_owned(), "input.customerId".to_owned())]
        );
        let viewer = world
            .ask_as(key(AccessLevel::Viewer, own), INGEST, input.clone())
            .await;
        assert_eq!(code(&viewer), "FORBIDDEN");
        let group = world.group_scope("Sales").await;
        assert_eq!(
            code(&world.ask_as(manager(group), INGEST, input).await),
            "FORBIDDEN"
        );
    })
    .await;
}

async fn issue(world: &World, level: AccessLevel, scope: Scope) -> IssuedKey {
    let request = KeyRequest {
        name: "uploads".to_owned(),
        level,
        scope,
        expires_at: None,
    };
    world
        .switchboard
        .issue_key(&admin(), request)
        .await
        .expect("a key")
}

/// Sends a file in pieces; status and answer.
async fn upload(server: &Router, key: Option<&IssuedKey>, query: &str, file: &str) -> (StatusCode, Value) {
    let pieces: Vec<_> = file
        .as_bytes()
        .chunks(700)
        .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()))
        .collect();
    let mut request = Request::post(format!("/imports/calls?{query}"));
    if let Some(key) = key {
        let bearer = format!("Bearer {}", key.key.expose_secret());
        request = request.header(header::AUTHORIZATION, bearer);
    }
    let body = Body::from_stream(stream::iter(pieces));
    let request = request.body(body).expect("a request");
    let response = server.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, serde_json::from_slice(&bytes).expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uploaded_file_is_read_as_it_comes_and_reported() {
    in_both_worlds(async |world| {
        let server = app(world.switchboard.clone(), AppOptions::default())
            .await
            .expect("a server");
        let key = issue(world, AccessLevel::Manage, world.customer_scope("C0").await).await;
        let query = "format=asterisk-csv&customer=C0&timeZone=Europe/London&country=GB&file=Master.csv";
        let file = format!("{MASTER}nonsense\n");
        let (status, report) = upload(&server, Some(&key), query, &file).await;
        assert_eq!(status, StatusCode::OK, "{report}");
        assert_eq!(
            report,
            json!({
                "rows": 15,
                "badRows": 1,
                "newCalls": 7,
                "changedCalls": 0,
                "unchangedCalls": 0,
                "faults": [{ "line": 15, "reason": report["faults"][0]["reason"], "content": "nonsense" }],
            })
        );
        let (_, again) = upload(&server, Some(&key), query, &file).await;
        assert_eq!(
            (&again["newCalls"], &again["unchangedCalls"]),
            (&json!(0), &json!(7))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_refused_says_why() {
    in_both_worlds(async |world| {
        let options = AppOptions {
            upload_bytes: Some(2_000),
            ..AppOptions::default()
        };
        let server = app(world.switchboard.clone(), options).await.expect("a server");
        let own = world.customer_scope("C0").await;
        let manager = issue(world, AccessLevel::Manage, own).await;
        let viewer = issue(world, AccessLevel::Viewer, own).await;
        let good = "format=asterisk-csv&customer=C0";
        let answer = async |key, query, file| {
            let (status, answer) = upload(&server, key, query, file).await;
            let code = answer["errors"][0]["extensions"]["code"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            (status.as_u16(), code)
        };
        let is = |status: u16, code: &str| (status, code.to_owned());
        assert_eq!(answer(None, good, "").await, is(401, "UNAUTHENTICATED"));
        assert_eq!(answer(Some(&viewer), good, "").await, is(403, "FORBIDDEN"));
        let manager = Some(&manager);
        for query in [
            "customer=C0",
            "format=abacus&customer=C0",
            "format=jsonl&customer=C0&timeZone=Mars/Olympus",
            "format=jsonl&customer=C0&country=ZZ",
            "format=jsonl&customer=C0&colour=red",
        ] {
            assert_eq!(
                answer(manager, query, "").await,
                is(400, "BAD_USER_INPUT"),
                "{query}"
            );
        }
        assert_eq!(
            answer(manager, "format=csv&customer=C0", "callId,surprise\n").await,
            is(400, "BAD_USER_INPUT")
        );
        assert_eq!(answer(manager, "format=jsonl&customer=C1", "").await.0, 404);
        assert_eq!(answer(manager, good, MASTER).await, is(413, "BAD_USER_INPUT"));
        assert_eq!(
            answer(manager, good, "").await.0,
            200,
            "an upload that was refused leaves its place"
        );
    })
    .await;
}

const IMPORTS: &str = "query ($filter: CallImportFilter, $first: Int, $after: String) {
    callImports(filter: $filter) {
        totalCount
        nodes {
            id actor source file format startedAt finishedAt customer { code }
            rows acceptedRows quarantinedRows newCalls changedCalls unchangedCalls
            quarantine(first: $first, after: $after) {
                totalCount pageInfo { hasNextPage endCursor } nodes { id line reason content }
            }
        }
    }
}";

/// A file with two bad rows, sent twice, and a leg by the mutation.
async fn three_imports(world: &World) -> IssuedKey {
    let server = app(world.switchboard.clone(), AppOptions::default())
        .await
        .expect("a server");
    let key = issue(world, AccessLevel::Manage, world.customer_scope("C0").await).await;
    let query = "format=asterisk-csv&customer=C0&timeZone=Europe/London&country=GB&file=Master.csv";
    let file = format!("{MASTER}nonsense\nmore nonsense\n");
    for _ in 0..2 {
        let (status, report) = upload(&server, Some(&key), query, &file).await;
        assert_eq!(status, StatusCode::OK, "{report}");
    }
    let input = json!({ "customerId": world.customer("C0").await, "calls": [leg("c1", "a")] });
    let answer = world.ask(INGEST, json!({ "input": input })).await;
    assert_eq!(counts(&answer), [1, 0, 0]);
    key
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_are_told_the_newest_first_with_what_became_of_their_rows() {
    in_both_worlds(async |world| {
        let key = three_imports(world).await;
        let imports = world.data(IMPORTS, json!({ "first": 1 })).await["callImports"].take();
        assert_eq!(imports["totalCount"], 3);
        let facts = |import: &Value| {
            let mut facts = import.clone();
            let facts = facts.as_object_mut().expect("an import");
            for field in ["id", "quarantine"] {
                facts.remove(field);
            }
            let (started, finished) = (facts.remove("startedAt"), facts.remove("finishedAt"));
            assert!(started.is_some_and(|at| at.is_string()) && finished.is_some_and(|at| at.is_string()));
            Value::from(facts.clone())
        };
        let uploader = format!("key:{}", key.id);
        let expected = |actor: &str, source: &str, file: Value, format: &str, counts: [u64; 6]| {
            let [rows, accepted, quarantined, new, changed, unchanged] = counts;
            json!({
                "actor": actor, "source": source, "file": file, "format": format, "customer": { "code": "C0" },
                "rows": rows, "acceptedRows": accepted, "quarantinedRows": quarantined,
                "newCalls": new, "changedCalls": changed, "unchangedCalls": unchanged,
            })
        };
        let nodes = imports["nodes"].as_array().expect("imports");
        let master = |counts| expected(&uploader, "UPLOAD", json!("Master.csv"), "asterisk-csv", counts);
        assert_eq!(
            nodes.iter().map(facts).collect::<Vec<_>>(),
            [
                expected("key:0", "GRAPHQL", Value::Null, "graphql", [1, 1, 0, 1, 0, 0]),
                master([16, 14, 2, 0, 0, 7]),
                master([16, 14, 2, 7, 0, 0]),
            ]
        );
        assert_eq!(nodes[0]["quarantine"]["totalCount"], 0);
        assert_eq!(nodes[2]["quarantine"]["totalCount"], 2);

        let only = json!({ "filter": { "quarantined": false } });
        let clean = world.data(IMPORTS, only).await["callImports"].take();
        assert_eq!((&clean["totalCount"], &clean["nodes"][0]["source"]), (&json!(1), &json!("GRAPHQL")));
        let stranger = json!({ "filter": { "customerId": world.customer("C1").await } });
        assert_eq!(world.data(IMPORTS, stranger).await["callImports"]["totalCount"], 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_in_quarantine_come_in_pages_with_their_reasons_and_can_be_read_again() {
    in_both_worlds(async |world| {
        three_imports(world).await;
        let page = async |after: Value| {
            let mut data = world.data(IMPORTS, json!({ "first": 1, "after": after })).await;
            data["callImports"]["nodes"][1]["quarantine"].take()
        };
        let first = page(Value::Null).await;
        let row = &first["nodes"][0];
        assert_eq!((&row["line"], &row["content"]), (&json!(15), &json!("nonsense")));
        assert!(!row["reason"].as_str().expect("a reason").is_empty());
        assert_eq!(first["pageInfo"]["hasNextPage"], true);
        // The cursor is of this import's rows: asked of the others it is refused.
        let query = "query ($id: ID!, $after: String) { node(id: $id) { ... on CallImport {
            quarantine(after: $after) { pageInfo { hasNextPage } nodes { id line content } }
        } } }";
        let imports = world.data(IMPORTS, Value::Null).await["callImports"]["nodes"].take();
        let after = &first["pageInfo"]["endCursor"];
        let second = world
            .data(query, json!({ "id": imports[1]["id"], "after": after }))
            .await;
        let second = &second["node"]["quarantine"];
        assert_eq!(second["nodes"][0]["content"], "more nonsense");
        assert_eq!(second["nodes"].as_array().map(Vec::len), Some(1));
        assert_eq!(second["pageInfo"]["hasNextPage"], false);
        let other = world
            .ask(query, json!({ "id": imports[2]["id"], "after": after }))
            .await;
        assert_eq!(code(&other), "BAD_USER_INPUT");
        let query = "query ($id: ID!) { node(id: $id) { id ... on QuarantinedCallRow { line content } } }";
        let again = world.data(query, json!({ "id": row["id"] })).await;
        assert_eq!(
            again["node"],
            json!({ "id": row["id"], "line": 15, "content": "nonsense" })
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_of_others_look_absent_and_a_groups_key_sees_none() {
    in_both_worlds(async |world| {
        three_imports(world).await;
        let imports = world.data(IMPORTS, json!({ "first": 1 })).await["callImports"]["nodes"].take();
        let ids = [
            imports[1]["id"].clone(),
            imports[1]["quarantine"]["nodes"][0]["id"].clone(),
        ];
        let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let seen = async |who| {
            let answer = world.ask_as(who, nodes, json!({ "ids": ids })).await;
            assert_eq!(answer.get("errors"), None, "{answer}");
            let nodes = answer["data"]["nodes"].as_array().expect("nodes").clone();
            nodes.iter().filter(|node| node.is_object()).count()
        };
        let viewer = |scope| key(AccessLevel::Viewer, scope);
        let (own, other) = (world.customer_scope("C0").await, world.customer_scope("C1").await);
        let group = world.group_scope("Sales").await;
        for (scope, listed, read) in [(own, json!(3), 2), (other, json!(0), 0)] {
            let answer = world.ask_as(viewer(scope), IMPORTS, Value::Null).await;
            assert_eq!(answer["data"]["callImports"]["totalCount"], listed, "{answer}");
            assert_eq!(seen(viewer(scope)).await, read);
        }
        assert_eq!(seen(viewer(group)).await, 0);
        let answer = world.ask_as(viewer(group), IMPORTS, Value::Null).await;
        assert_eq!(code(&answer), "FORBIDDEN");
        let answer = world
            .ask_as(key(AccessLevel::Kpi, own), IMPORTS, Value::Null)
            .await;
        assert_eq!(code(&answer), "FORBIDDEN");
    })
    .await;
}
