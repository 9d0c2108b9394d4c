//! Everything wrong gets a clear error that names the field, and tells nothing about the inside.

use reqwest::{
    Method, StatusCode,
    header::{ALLOW, CONTENT_TYPE},
};
use serde_json::{Value, json};

use crate::{
    client::{Answer, Client},
    database::Database,
    queries::{ASSIGN, COUNT, CREATE_POOL, RENAME, any_toll_free, assignment, pool},
    stock::Stock,
    world::{World, count, text},
};

crate::on_both! {
    a_bad_assignment_is_refused_with_the_field,
    a_bad_pool_is_refused_with_the_field,
    a_bad_query_names_the_argument,
    a_bad_document_names_what_is_wrong_in_it,
    a_bad_request_has_the_status_of_its_fault,
}

/// What must not reach a client: the inside of the program, its files, its database.
const INSIDE: &[&str] = &[
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "sqlx",
    "sea_orm",
    "SQLITE",
    "constraint",
    "panicked",
    ".rs",
    "/tmp",
    "/home",
    "postgres",
    "sqlite",
    "stack backtrace",
    "RUST_BACKTRACE",
];

fn tells_nothing(answer: &Answer) {
    let text = answer.text();
    for inside in INSIDE {
        assert!(!text.contains(inside), "{inside} in {text}");
    }
    assert!(answer.status.as_u16() < 500, "{}: {text}", answer.status);
}

async fn world(database: Database) -> (World, String) {
    let stock = Stock::default()
        .toll_free(5)
        .owned("+18332029999", "ACME", "Marketing", "Main line");
    let world = World::with(database, stock).await;
    let group = world.group("Marketing").await;
    (world, group)
}

/// The one refusal in the payload of a mutation.
async fn refusal(client: &Client, mutation: &str, variables: Value) -> (String, String) {
    let answer = client.ask(mutation, variables.clone()).await;
    tells_nothing(&answer);
    let body = answer.json();
    let payloads = body["data"]
        .as_object()
        .unwrap_or_else(|| panic!("{variables}: {}", answer.text()));
    let payload = payloads.values().next().expect("a payload");
    let errors = payload["userErrors"]
        .as_array()
        .unwrap_or_else(|| panic!("{variables}: {}", answer.text()));
    assert_eq!(errors.len(), 1, "{variables}: {errors:?}");
    assert!(!text(&errors[0]["message"]).is_empty());
    let path = errors[0]["path"]
        .as_array()
        .unwrap_or_else(|| panic!("{variables}: {errors:?}"));
    let path: Vec<String> = path.iter().map(text).collect();
    (text(&errors[0]["code"]), path.join("."))
}

fn changed(mut input: Value, pointer: &str, value: Value) -> Value {
    *input.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    input
}

async fn a_bad_assignment_is_refused_with_the_field(database: Database) {
    let (world, group) = world(database).await;
    let good = assignment("bad", &group, "Bad", any_toll_free());
    let near =
        |number: &str, prefix: &str| json!({ "localToNumber": { "number": number, "prefix": prefix } });
    let city = |city: &str| json!({ "localToCity": { "city": city, "region": "GA" } });
    let place = |place: Value| json!({ "geographic": place });
    let rows = [
        (
            "/input/match",
            near("905637", "289"),
            "INVALID_NUMBER",
            "input.match.localToNumber.number",
        ),
        (
            "/input/match",
            near("call me", "289"),
            "INVALID_NUMBER",
            "input.match.localToNumber.number",
        ),
        (
            "/input/match",
            near("+19056372046", "12"),
            "BAD_FILTER",
            "input.match.localToNumber.prefix",
        ),
        (
            "/input/match",
            near("+19056372046", "28a"),
            "BAD_FILTER",
            "input.match.localToNumber.prefix",
        ),
        (
            "/input/match",
            json!({ "tollFree": { "prefix": "12" } }),
            "BAD_FILTER",
            "input.match.tollFree.prefix",
        ),
        (
            "/input/match",
            city("Nowhereville"),
            "UNKNOWN_CITY",
            "input.match.localToCity.city",
        ),
        (
            "/input/match",
            json!({ "localToCity": { "city": "Springfield" } }),
            "AMBIGUOUS_CITY",
            "input.match.localToCity.region",
        ),
        (
            "/input/match",
            place(json!({ "country": "GB", "areaCode": "099" })),
            "UNKNOWN_AREA_CODE",
            "input.match.geographic.areaCode",
        ),
        (
            "/input/match",
            place(json!({ "country": "GB" })),
            "INVALID_INPUT",
            "input.match.geographic.city",
        ),
        (
            "/input/match",
            place(json!({ "country": "Britain", "areaCode": "024" })),
            "INVALID_INPUT",
            "input.match.geographic.country",
        ),
        (
            "/input/match",
            json!({ "exact": "12" }),
            "INVALID_NUMBER",
            "input.match.exact",
        ),
        (
            "/input/groupId",
            json!("nonsense"),
            "UNKNOWN_GROUP",
            "input.groupId",
        ),
        ("/input/groupId", json!(""), "UNKNOWN_GROUP", "input.groupId"),
        (
            "/input/groupId",
            json!(unknown("Group")),
            "UNKNOWN_GROUP",
            "input.groupId",
        ),
        (
            "/input/groupId",
            json!(unknown("Number")),
            "UNKNOWN_GROUP",
            "input.groupId",
        ),
        ("/input/name", json!(""), "INVALID_INPUT", "input.name"),
        (
            "/input/name",
            json!("x".repeat(201)),
            "INVALID_INPUT",
            "input.name",
        ),
        ("/input/name", json!("Main line"), "NAME_TAKEN", "input.name"),
        (
            "/input/clientReference",
            json!("short"),
            "INVALID_INPUT",
            "input.clientReference",
        ),
        (
            "/input/callRoute/basic/terminationNumber",
            json!("nobody"),
            "INVALID_NUMBER",
            "input.callRoute.basic.terminationNumber",
        ),
    ];
    for (pointer, value, code, path) in rows {
        let wrong = changed(good.clone(), pointer, value.clone());
        let refused = refusal(&world.admin, ASSIGN, wrong).await;
        assert_eq!(refused, (code.to_owned(), path.to_owned()), "{value}");
    }
    assert_eq!(
        count(&world.admin, &["AVAILABLE"]).await,
        5,
        "nothing was claimed"
    );
}

async fn a_bad_pool_is_refused_with_the_field(database: Database) {
    let (world, group) = world(database).await;
    let good = pool("bad", &group, "Bad", json!({ "tollFree": {} }));
    let replacement = |numbers: Value, all: bool, sources: Value| json!({ "numbersToReplace": numbers, "replaceAllNumbers": all, "trackingSources": sources });
    let any = json!([{ "referrerDomain": "Any" }]);
    let rows = [
        ("/input/quantity", json!(0), "input.quantity"),
        ("/input/quantity", json!(-3), "input.quantity"),
        ("/input/matchPeriodMinutes", json!(0), "input.matchPeriodMinutes"),
        ("/input/name", json!(" "), "input.name"),
        (
            "/input/replacement",
            replacement(json!(["4045553434"]), true, any.clone()),
            "input.replacement",
        ),
        (
            "/input/replacement",
            replacement(json!([]), false, any.clone()),
            "input.replacement",
        ),
        (
            "/input/replacement",
            replacement(json!(["1"]), false, any.clone()),
            "input.replacement.numbersToReplace.0",
        ),
        (
            "/input/replacement",
            replacement(json!([]), true, json!([])),
            "input.replacement.trackingSources",
        ),
    ];
    for (pointer, value, path) in rows {
        let wrong = changed(good.clone(), pointer, value.clone());
        let (code, at) = refusal(&world.admin, CREATE_POOL, wrong).await;
        assert_eq!(code, "INVALID_INPUT", "{value}");
        assert!(at.starts_with(path), "{value}: {at}, not {path}");
    }
    let wrong = changed(
        good.clone(),
        "/input/match",
        json!({ "geographic": { "country": "GB", "city": "Atlantis" } }),
    );
    let refused = refusal(&world.admin, CREATE_POOL, wrong).await;
    assert_eq!(
        refused,
        (
            "UNKNOWN_CITY".to_owned(),
            "input.match.geographic.city".to_owned()
        )
    );
    let wrong = changed(good, "/input/groupId", json!(unknown("Group")));
    let refused = refusal(&world.admin, CREATE_POOL, wrong).await;
    assert_eq!(refused, ("UNKNOWN_GROUP".to_owned(), "input.groupId".to_owned()));
    assert_eq!(
        count(&world.admin, &["AVAILABLE"]).await,
        5,
        "nothing was claimed"
    );
}

/// The id of something of this kind that does not exist.
fn unknown(kind: &str) -> String {
    crate::tenants::id_of(kind, 999_999)
}

async fn a_bad_query_names_the_argument(database: Database) {
    let (world, _) = world(database).await;
    let rows = [
        ("{ number(by: { e164: \"nonsense\" }) { id } }", "by.e164"),
        ("{ number(by: { id: \"nonsense\" }) { id } }", "by.id"),
        ("{ pool(id: \"nonsense\") { id } }", "id"),
        ("{ operation(id: \"nonsense\") { id } }", "id"),
        ("{ node(id: \"nonsense\") { id } }", "id"),
        ("{ numbers(first: 101) { nodes { id } } }", "first"),
        ("{ numbers(first: -1) { nodes { id } } }", "first"),
        (
            "{ numbers(first: 1, after: \"nonsense\") { nodes { id } } }",
            "after",
        ),
        (
            "{ numbers(filter: { country: \"XX\" }) { nodes { id } } }",
            "filter.country",
        ),
        (
            "{ numbers(filter: { groupId: \"nonsense\" }) { nodes { id } } }",
            "filter.groupId",
        ),
        (
            "{ numbers(filter: { e164Prefix: \"12\" }) { nodes { id } } }",
            "filter.e164Prefix",
        ),
        (
            "{ availableNumbers(match: { tollFree: { prefix: \"12\" } }) { numbers { e164 } } }",
            "match.tollFree.prefix",
        ),
    ];
    for (query, argument) in rows {
        let answer = world.admin.ask(query, json!({})).await;
        tells_nothing(&answer);
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{query}: {}", answer.text());
        assert_eq!(
            answer.json()["errors"][0]["extensions"]["argument"],
            argument,
            "{query}: {}",
            answer.text()
        );
    }
}

async fn a_bad_document_names_what_is_wrong_in_it(database: Database) {
    let (world, group) = world(database).await;
    let rows = [
        ("{ nothing }", json!({}), "GRAPHQL_VALIDATION_FAILED", "nothing"),
        (
            "{ viewer { shoeSize } }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
            "shoeSize",
        ),
        (
            "{ numbers(size: 3) { nodes { id } } }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
            "size",
        ),
        ("{ viewer { name ", json!({}), "GRAPHQL_PARSE_FAILED", ""),
        (
            "{ number(by: { id: \"a\", e164: \"b\" }) { id } }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
            "NumberBy",
        ),
        (RENAME, json!({}), "BAD_USER_INPUT", "input"),
        (
            RENAME,
            json!({ "input": { "numberId": 1.5 } }),
            "BAD_USER_INPUT",
            "numberId",
        ),
        (COUNT, json!({ "status": ["LOST"] }), "BAD_USER_INPUT", "status"),
        (
            ASSIGN,
            changed(
                assignment("two", &group, "Two", any_toll_free()),
                "/input/match",
                json!({ "tollFree": {}, "exact": "+18332010000" }),
            ),
            "BAD_USER_INPUT",
            "NumberMatch",
        ),
    ];
    for (query, variables, code, named) in rows {
        let answer = world.admin.ask(query, variables).await;
        tells_nothing(&answer);
        assert_eq!(answer.code(), code, "{query}: {}", answer.text());
        let body = answer.json();
        let mut errors = body["errors"].as_array().expect("errors").iter();
        assert!(
            errors.any(|error| text(&error["message"]).contains(named)),
            "{query}: {}",
            answer.text()
        );
    }
}

async fn a_bad_request_has_the_status_of_its_fault(database: Database) {
    let (world, _) = world(database).await;
    let admin = &world.admin;
    let post = || admin.request(Method::POST, "/graphql");

    let long = json!({ "query": "{ viewer { name } }", "extensions": { "padding": "x".repeat(65 * 1024) } });
    refused_as(
        post().json(&long),
        StatusCode::PAYLOAD_TOO_LARGE,
        "PAYLOAD_TOO_LARGE",
    )
    .await;

    let mutation = "mutation { releaseNumber(input: { numberId: \"x\" }) { userErrors { code } } }";
    let get = admin.get(mutation);
    let answer = refused_as(get, StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED").await;
    assert_eq!(answer.headers[ALLOW], "POST");
    let put = admin
        .request(Method::PUT, "/graphql")
        .json(&json!({ "query": "{ viewer { name } }" }));
    refused_as(put, StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED").await;

    let plain = post()
        .header(CONTENT_TYPE, "text/plain")
        .body("{\"query\":\"{ viewer { name } }\"}");
    refused_as(
        plain,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UNSUPPORTED_MEDIA_TYPE",
    )
    .await;
    let form = post()
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body("query=%7Bviewer%7Bname%7D%7D");
    refused_as(form, StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE").await;

    let batch = json!([{ "query": "{ viewer { name } }" }, { "query": "{ viewer { level } }" }]);
    refused_as(post().json(&batch), StatusCode::BAD_REQUEST, "BAD_REQUEST").await;
    let broken = post()
        .header(CONTENT_TYPE, "application/json")
        .body("{\"query\":");
    refused_as(broken, StatusCode::BAD_REQUEST, "BAD_REQUEST").await;
    refused_as(
        post().json(&json!({ "variables": {} })),
        StatusCode::BAD_REQUEST,
        "BAD_REQUEST",
    )
    .await;

    let nobody = Client::new(&world.server, Some("sb_live_unknown"));
    let request = nobody
        .request(Method::POST, "/graphql")
        .json(&json!({ "query": "{ viewer { name } }" }));
    refused_as(request, StatusCode::UNAUTHORIZED, "UNAUTHENTICATED").await;
    refused_as(
        admin.request(Method::GET, "/nowhere"),
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
    )
    .await;
}

async fn refused_as(request: reqwest::RequestBuilder, status: StatusCode, code: &str) -> Answer {
    let answer = Client::send(request).await;
    tells_nothing(&answer);
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.code(), code, "{}", answer.text());
    assert!(!text(&answer.json()["errors"][0]["message"]).is_empty());
    answer
}
