//! Limits on what one request may ask for.

use axum::http::StatusCode;
use graphql_server::Limits;
use serde_json::json;

use crate::support::{
    GRAPHQL_RESPONSE, Reply, ask, ask_of, ask_with, post, routes, send, server, with_header,
};

fn too_complex(reply: &Reply) -> (u64, u64) {
    assert_eq!(reply.code(), "QUERY_TOO_COMPLEX", "{reply:?}");
    assert!(reply.json().get("data").is_none());
    let extensions = reply.json()["errors"][0]["extensions"].clone();
    (
        extensions["cost"].as_u64().expect("a cost"),
        extensions["maxCost"].as_u64().expect("a limit"),
    )
}

#[tokio::test]
async fn a_document_nested_beyond_any_parser_is_refused() {
    let list = format!("{{ greeting(name: {}{}) }}", "[".repeat(3_000), "]".repeat(3_000));
    assert_eq!(ask(&list).await.code(), "QUERY_TOO_COMPLEX");
    let inline = format!("{{ {}__typename{} }}", "... { ".repeat(400), " }".repeat(400));
    assert_eq!(ask(&inline).await.code(), "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn fragments_that_double_are_counted_not_expanded() {
    let doubling: String = (0..20)
        .map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }} ", n + 1))
        .collect();
    for operation in ["{ ...F0 }", "{ __typename }"] {
        let document = format!("{operation} {doubling} fragment F20 on Query {{ greeting }}");
        assert!(document.len() < 1_024);
        let (cost, limit) = too_complex(&ask(&document).await);
        assert!(cost > limit, "{cost}");
    }
}

#[tokio::test]
async fn fragments_of_fragments_may_not_be_nested_too_deep() {
    let chain: String = (0..40)
        .map(|n| format!("fragment F{n} on Query {{ ...F{} }} ", n + 1))
        .collect();
    too_complex(
        &ask(&format!(
            "{{ ...F0 }} {chain} fragment F40 on Query {{ greeting }}"
        ))
        .await,
    );
}

#[tokio::test]
async fn depth_is_limited() {
    let nested = |levels: usize| {
        format!(
            "{{ topShelf {}{{ label }}{} }}",
            "{ above ".repeat(levels),
            " }".repeat(levels)
        )
    };
    assert!(ask(&nested(13)).await.codes().is_empty());
    assert_eq!(too_complex(&ask(&nested(14)).await), (16, 15));
}

#[tokio::test]
async fn aliases_and_root_fields_are_limited() {
    let aliases = |count: usize| {
        format!(
            "{{ topShelf {{ {} }} }}",
            (0..count).map(|n| format!("a{n}: label ")).collect::<String>()
        )
    };
    assert!(ask(&aliases(30)).await.codes().is_empty());
    assert_eq!(too_complex(&ask(&aliases(31)).await), (31, 30));
    let roots = |count: usize| {
        format!(
            "{{ {} }}",
            (0..count).map(|n| format!("a{n}: greeting ")).collect::<String>()
        )
    };
    assert!(ask(&roots(20)).await.codes().is_empty());
    assert_eq!(too_complex(&ask(&roots(21)).await), (21, 20));
    let hidden = format!("{{ ...F ...F ...F }} fragment F on Query {}", roots(7));
    assert_eq!(too_complex(&ask(&hidden).await), (21, 20));
}

#[tokio::test]
async fn the_fields_of_all_operations_count() {
    let fields = "label ".repeat(700);
    let document = format!("query A {{ topShelf {{ {fields} }} }} query B {{ topShelf {{ {fields} }} }}");
    let router = routes(&server(Limits {
        expanded_fields: 1_000,
        ..Limits::default()
    }));
    too_complex(&ask_of(&router, json!({"query": document, "operationName": "A"})).await);
}

#[tokio::test]
async fn pages_multiply() {
    let nested = |outer: u32, inner: u32| {
        format!("{{ books(first: {outer}) {{ shelves {{ books(first: {inner}) {{ nodes {{ id }} }} }} }} }}")
    };
    let reply = ask(&nested(99, 100)).await;
    assert_eq!(
        reply.json()["extensions"]["cost"]["requestedNodes"],
        99 + 99 * 100
    );
    assert_eq!(too_complex(&ask(&nested(100, 100)).await), (10_100, 10_000));
    too_complex(&ask("{ books(first: 1000000) { nodes { id } } }").await);
}

#[tokio::test]
async fn page_sizes_come_from_variables_and_defaults_too() {
    let cost = |reply: &Reply| reply.json()["extensions"]["cost"]["requestedNodes"].clone();
    let document = "query($n: Int = 4) { books(first: $n) { nodes { id } } }";
    assert_eq!(cost(&ask(document).await), 4);
    assert_eq!(cost(&ask_with(document, json!({"n": 9})).await), 9);
    too_complex(&ask_with(document, json!({"n": 2_000_000})).await);
    assert_eq!(
        cost(&ask("{ newest { nodes { id } } }").await),
        5,
        "the default of the schema"
    );
    assert_eq!(
        cost(&ask("{ books { nodes { id } } }").await),
        20,
        "the default of the server"
    );
    assert_eq!(cost(&ask("{ books(first: null) { nodes { id } } }").await), 20);
    let spread = "{ ...F } fragment F on Query { a: books(first: 2) { nodes { id } } b: books(first: 3) { nodes { id } } }";
    assert_eq!(cost(&ask(spread).await), 5);
}

#[tokio::test]
async fn a_page_size_that_makes_no_sense_is_left_to_the_resolver() {
    let reply = ask("{ books(first: -1) { nodes { id } } }").await;
    assert_eq!(reply.code(), "BAD_USER_INPUT");
    assert_eq!(reply.json()["extensions"]["cost"]["requestedNodes"], 0);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_takes_too_long_is_ended() {
    let router = routes(&server(Limits::default()));
    let body = r#"{"query":"{ greeting sought }"}"#;
    let reply = send(&router, post(body)).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::OK, "DEADLINE_EXCEEDED")
    );
    let reply = send(&router, with_header(post(body), "accept", GRAPHQL_RESPONSE)).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED")
    );
}

#[tokio::test]
async fn a_response_over_the_limit_is_not_sent() {
    let router = routes(&server(Limits {
        response_bytes: 1_000,
        ..Limits::default()
    }));
    let ask = |length: u32| ask_of(&router, json!({"query": format!("{{ text(length: {length}) }}")}));
    assert!(ask(900).await.codes().is_empty());
    let reply = ask(1_001).await;
    assert_eq!(reply.code(), "RESPONSE_TOO_LARGE");
    assert!(reply.text.len() < 1_000 && reply.json().get("data").is_none());
}
