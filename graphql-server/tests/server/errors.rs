//! Errors from resolvers and from the executor: what a client reads of them.

use serde_json::json;

use crate::support::{Reply, ask, ask_with};

/// The one error of a reply, which must be about the given field and give nothing away.
fn error_at(reply: &Reply, path: serde_json::Value) -> String {
    let json = reply.json();
    assert_eq!(json["errors"][0]["path"], path, "{reply:?}");
    for secret in ["src/", "SELECT", "panicked", "/var/", "catalog"] {
        assert!(!reply.text.contains(secret), "{reply:?}");
    }
    reply.code()
}

#[tokio::test]
async fn a_coded_error_is_passed_on() {
    let reply = ask("{ greeting reserved }").await;
    assert_eq!(error_at(&reply, json!(["reserved"])), "FORBIDDEN");
    assert_eq!(reply.json()["errors"][0]["message"], "This book is reserved.");
    assert_eq!(
        reply.json()["data"],
        json!({"greeting": "Hello reader", "reserved": null})
    );
}

#[tokio::test]
async fn a_fault_is_hidden_and_its_siblings_answer() {
    for field in ["misplaced", "damaged", "damaged(isbn: \"9780000000001\")"] {
        let reply = ask(&format!(
            "{{ greeting x: {field} ...F }} fragment F on Query {{ top: topShelf {{ id }} }}"
        ))
        .await;
        assert_eq!(error_at(&reply, json!(["x"])), "INTERNAL_SERVER_ERROR", "{field}");
        assert_eq!(
            reply.json()["data"],
            json!({"greeting": "Hello reader", "x": null, "top": {"id": "shelf:top"}})
        );
    }
}

#[tokio::test]
async fn a_fault_in_a_fragment_is_a_fault_too() {
    let reply = ask("{ ...F } fragment F on Query { ... on Query { misplaced } }").await;
    assert_eq!(error_at(&reply, json!(["misplaced"])), "INTERNAL_SERVER_ERROR");
}

#[tokio::test]
async fn a_fault_where_nothing_can_be_null_takes_all_data() {
    let reply = ask("{ greeting lost }").await;
    assert_eq!(error_at(&reply, json!(["lost"])), "INTERNAL_SERVER_ERROR");
    assert_eq!(reply.json()["data"], json!(null));
    assert!(
        reply.json().as_object().expect("a map").contains_key("data"),
        "it was executed"
    );
}

#[tokio::test]
async fn an_argument_its_type_refuses_is_bad_input() {
    let isbn = json!({"i": "978", "f": {"isbns": ["9780000000001", "978"]}});
    for (document, path) in [
        ("{ title(isbn: \"978\") }", "title"),
        ("{ title(isbn: 978) }", "title"),
        ("query($i: Isbn!) { title(isbn: $i) }", "title"),
        ("query($i: Isbn! = \"978\") { t: title(isbn: $i) }", "t"),
        (
            "query($i: Isbn!) { ...F } fragment F on Query { title(isbn: $i) }",
            "title",
        ),
        (
            "query($f: BookFilter) { books(filter: $f) { nodes { id } } }",
            "books",
        ),
        ("{ books(filter: {isbns: [\"978\"]}) { nodes { id } } }", "books"),
        ("{ copies(atLeast: 11) }", "copies"),
    ] {
        let reply = ask_with(document, isbn.clone()).await;
        assert_eq!(error_at(&reply, json!([path])), "BAD_USER_INPUT", "{document}");
    }
}

#[tokio::test]
async fn a_panic_becomes_an_internal_error() {
    let reply = ask("{ greeting crash }").await;
    assert_eq!(reply.code(), "INTERNAL_SERVER_ERROR");
    assert_eq!(reply.status, 500);
    assert!(!reply.text.contains("index out of bounds"), "{reply:?}");
}
