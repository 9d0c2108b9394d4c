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
