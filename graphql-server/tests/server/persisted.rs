//! Documents named by hash.

use graphql_server::{Limits, TrustedDocuments};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{ask_of, get, routes, send, server};

fn hash(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn by_hash(text: &str) -> Value {
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash(text)}})
}

const QUERY: &str = "query($n: String!) { greeting(name: $n) }";

#[tokio::test]
async fn a_document_sent_once_is_known_by_its_hash() {
    let router = routes(&server(Limits::default()));
    let variables = json!({"n": "Ada"});
    let hashed = json!({"extensions": by_hash(QUERY), "variables": variables});
    let reply = ask_of(&router, hashed.clone()).await;
    assert_eq!(reply.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(
        reply.json()["errors"][0]["message"],
        "PersistedQueryNotFound",
        "clients look for it"
    );

    let full = json!({"query": QUERY, "extensions": by_hash(QUERY), "variables": variables});
    let greeting = json!({"greeting": "Hello Ada"});
    assert_eq!(ask_of(&router, full).await.data(), greeting);
    assert_eq!(ask_of(&router, hashed).await.data(), greeting);

    let uri: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("extensions", &by_hash(QUERY).to_string())
        .append_pair("variables", &variables.to_string())
        .finish();
    assert_eq!(send(&router, get(&uri)).await.data(), greeting);
}

#[tokio::test]
async fn a_wrong_hash_is_refused() {
    let router = routes(&server(Limits::default()));
    let reply = ask_of(
        &router,
        json!({"query": "{ __typename }", "extensions": by_hash("{ other }")}),
    )
    .await;
    assert_eq!(
        (reply.status.as_u16(), reply.code().as_str()),
        (400, "BAD_REQUEST")
    );
}

#[tokio::test]
async fn a_document_that_is_not_valid_is_not_kept() {
    let router = routes(&server(Limits::default()));
    let document = "{ nope }";
    let reply = ask_of(
        &router,
        json!({"query": document, "extensions": by_hash(document)}),
    )
    .await;
    assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED");
    let reply = ask_of(&router, json!({"extensions": by_hash(document)})).await;
    assert_eq!(reply.code(), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn switched_off_they_are_not_supported() {
    let router = routes(&server(Limits {
        persisted_queries: 0,
        ..Limits::default()
    }));
    let reply = ask_of(&router, json!({"extensions": by_hash(QUERY)})).await;
    assert_eq!(reply.code(), "PERSISTED_QUERY_NOT_SUPPORTED");
}

#[tokio::test]
async fn trusted_documents_may_be_the_only_ones() {
    let trusted = || TrustedDocuments::new([QUERY]);
    let hashed = json!({"extensions": by_hash(QUERY), "variables": {"n": "Ada"}});
    let open = routes(&server(Limits::default()).with_trusted_documents(trusted()));
    let closed = routes(&server(Limits::default()).with_trusted_documents(trusted().only_trusted()));
    for router in [&open, &closed] {
        assert_eq!(
            ask_of(router, hashed.clone()).await.data(),
            json!({"greeting": "Hello Ada"})
        );
    }
    let other = json!({"query": "{ __typename }", "extensions": by_hash("{ __typename }")});
    assert_eq!(
        ask_of(&open, other.clone()).await.data(),
        json!({"__typename": "Query"})
    );
    assert_eq!(ask_of(&closed, other).await.code(), "DOCUMENT_NOT_TRUSTED");
    assert_eq!(
        ask_of(&closed, json!({"query": "{ __typename }"})).await.code(),
        "DOCUMENT_NOT_TRUSTED"
    );
}
