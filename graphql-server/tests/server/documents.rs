//! Documents and variables: what is valid is executed as it should be, what is not is refused with its code.

use std::sync::Arc;

use graphql_server::{GraphqlServer, Limits};
use serde_json::json;

use crate::support::{Doorkeeper, ask, ask_of, ask_with, routes, server};

#[tokio::test]
async fn a_syntax_error_has_its_code_and_place() {
    for document in [
        "",
        "{",
        "{ greeting",
        "}",
        "{ greeting(name: \"x) }",
        "query { ...on }",
        "{ a: }",
    ] {
        let reply = ask(document).await;
        assert!(
            reply.codes().iter().all(|code| code == "GRAPHQL_PARSE_FAILED"),
            "{document}: {reply:?}"
        );
        assert!(reply.json().get("data").is_none());
        assert!(
            reply.json()["errors"][0]["locations"][0]["line"].is_u64(),
            "{reply:?}"
        );
    }
}

#[tokio::test]
async fn what_does_not_fit_the_schema_is_refused() {
    for document in [
        "{ nope }",
        "{ greeting { x } }",
        "{ books }",
        "{ greeting(name: 1) }",
        "{ shelf { id } }",
        "query($v: Int) { text(length: $v) }",
        "query($v: Int!) { __typename }",
        "fragment F on Query { greeting }",
        "{ ...F } fragment F on Query { ...F }",
        "{ a: greeting a: __typename }",
        "subscription { a: ticks b: silence }",
        "{ __type(name: \"Book\") { nope } }",
        "{ books(filter: {genre: NOVEL, genre: NOVEL}) { nodes { id } } }",
        "{ shelf(by: {}) { id } }",
        "{ shelf(by: {id: null}) { id } }",
        "{ shelf(by: {id: 1, label: \"A\"}) { id } }",
        "query($v: ID) { shelf(by: {id: $v}) { id } }",
        "query($v: ShelfBy! = {}) { shelf(by: $v) { id } }",
    ] {
        let reply = ask(document).await;
        assert!(!reply.codes().is_empty(), "{document}");
        assert!(
            reply
                .codes()
                .iter()
                .all(|code| code == "GRAPHQL_VALIDATION_FAILED"),
            "{document}: {reply:?}"
        );
        assert!(reply.json().get("data").is_none(), "{document}");
    }
}

#[tokio::test]
async fn every_operation_of_a_document_must_be_valid() {
    let router = routes(&server(Limits::default()));
    for invalid in [
        "{ nope }",
        "{ books(filter: {genre: NOVEL, genre: NOVEL}) { nodes { id } } }",
    ] {
        let query = format!("query A {{ __typename }} query B {invalid}");
        let reply = ask_of(&router, json!({"query": query, "operationName": "A"})).await;
        assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "{query}");
    }
}

#[tokio::test]
async fn errors_about_a_document_are_limited_in_number() {
    let reply = ask(&format!(
        "{{ {} }}",
        (0..15).map(|n| format!("nope{n} nah{n} ")).collect::<String>()
    ))
    .await;
    assert_eq!(
        reply.codes(),
        ["QUERY_TOO_COMPLEX"],
        "the root has a limit of its own"
    );
    let reply = ask(&format!(
        "{{ topShelf {{ {} }} }}",
        (0..40).map(|n| format!("nope{n} ")).collect::<String>()
    ))
    .await;
    assert_eq!(reply.codes().len(), Limits::default().reported_errors);
}

#[tokio::test]
async fn variables_that_do_not_fit_their_types_are_refused() {
    for (document, variables) in [
        ("query($v: Int!) { text(length: $v) }", json!({})),
        ("query($v: Int!) { text(length: $v) }", json!({"v": null})),
        ("query($v: Int!) { text(length: $v) }", json!({"v": "1"})),
        ("query($v: Int!) { text(length: $v) }", json!({"v": 1.5})),
        (
            "query($v: Int!) { text(length: $v) }",
            json!({"v": 2_147_483_648_u64}),
        ),
        (
            "query($v: BookFilter) { books(filter: $v) { nodes { id } } }",
            json!({"v": {"nope": 1}}),
        ),
        (
            "query($v: BookFilter) { books(filter: $v) { nodes { id } } }",
            json!({"v": {"genre": "POEM"}}),
        ),
        ("query($v: ShelfBy!) { shelf(by: $v) { id } }", json!({"v": {}})),
        (
            "query($v: ShelfBy!) { shelf(by: $v) { id } }",
            json!({"v": {"id": null}}),
        ),
        (
            "query($v: ShelfBy!) { shelf(by: $v) { id } }",
            json!({"v": {"id": "1", "label": "A"}}),
        ),
    ] {
        let reply = ask_with(document, variables.clone()).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{document} {variables}");
        assert!(reply.json().get("data").is_none());
    }
}

#[tokio::test]
async fn variables_reach_the_executor_coerced() {
    let document = "query($v: BookFilter, $l: [Isbn!]) {
        books(first: 3, filter: $v) { nodes { title } }
        more: books(first: 3, filter: {isbns: $l}) { nodes { title } }
    }";
    let isbn = "9780000000002";
    let reply = ask_with(document, json!({"v": {"isbns": isbn}, "l": isbn})).await;
    let expected = json!({"nodes": [{"title": "Volume 2"}]});
    assert_eq!(reply.data(), json!({"books": expected, "more": expected}));
}

#[tokio::test]
async fn one_of_inputs_and_interfaces_work() {
    let document = "query($by: ShelfBy!) {
        a: shelf(by: $by) { label } b: shelf(by: {label: \"B\"}) { label }
        node(id: \"book:3\") { __typename id ... on Book { isbn } ... on Shelf { label } }
    }";
    let reply = ask_with(document, json!({"by": {"id": "shelf:A"}})).await;
    let node = json!({"__typename": "Book", "id": "book:3", "isbn": "9780000000003"});
    assert_eq!(
        reply.data(),
        json!({"a": {"label": "A"}, "b": {"label": "B"}, "node": node})
    );
}

#[tokio::test]
async fn the_operation_is_chosen_by_name() {
    let router = routes(&server(Limits::default()));
    let query = "query A { a: __typename } query B { b: __typename }";
    let ask = |name| ask_of(&router, json!({"query": query, "operationName": name}));
    assert_eq!(ask("B").await.data(), json!({"b": "Query"}));
    for name in ["C", ""] {
        assert_eq!(ask(name).await.code(), "OPERATION_RESOLUTION_FAILURE", "{name}");
    }
}

#[tokio::test]
async fn every_escape_of_the_specification_is_understood() {
    let cases = [
        (r#""\u{1F600}""#, "Hello 😀"),
        (r#""\uD83D\uDE00""#, "Hello 😀"),
        (r#""\u00e9\t\"[{""#, "Hello é\t\"[{"),
        (
            r#""""block \""" "quoted" \u0041""""#,
            r#"Hello block """ "quoted" \u0041"#,
        ),
    ];
    for (literal, greeting) in cases {
        let reply = ask(&format!("\u{FEFF}{{ greeting(name: {literal}) }}")).await;
        assert_eq!(reply.data(), json!({ "greeting": greeting }), "{literal}");
    }
    let reply = ask(r#"{ greeting(name: "\u{1F600}") reserved }"#).await;
    assert!(
        reply.json()["errors"][0].get("locations").is_none(),
        "positions of another text are of no use"
    );
}

#[tokio::test]
async fn conditions_hold_on_every_kind_of_selection() {
    let document = "query($yes: Boolean = true) {
        a: __typename @include(if: $yes) b: greeting @skip(if: $yes)
        ... @include(if: $yes) { c: __typename } ...F @skip(if: $yes)
    } fragment F on Query { d: __typename }";
    assert_eq!(ask(document).await.data(), json!({"a": "Query", "c": "Query"}));
}

#[tokio::test]
async fn introspection_in_full_passes_the_limits() {
    let reply = ask(INTROSPECTION).await;
    let data = reply.data();
    let types = data["__schema"]["types"].as_array().expect("types");
    let one_of: Vec<&str> = types
        .iter()
        .filter(|ty| ty["isOneOf"] == true)
        .filter_map(|ty| ty["name"].as_str())
        .collect();
    assert_eq!(one_of, ["ShelfBy"]);
}

#[tokio::test]
async fn introspection_that_multiplies_is_refused() {
    let deep = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }";
    assert_eq!(ask(deep).await.code(), "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn a_definition_that_is_not_valid_is_an_error_at_the_start() {
    for sdl in ["type Query {", "type Query { a: Nope }", ""] {
        let catalog = crate::schema::catalog();
        assert!(
            GraphqlServer::new(catalog, sdl, Arc::<Doorkeeper>::default(), Limits::default()).is_err(),
            "{sdl}"
        );
    }
}

/// What graphql-js asks with every option on.
const INTROSPECTION: &str = "query IntrospectionQuery {
  __schema {
    description
    queryType { name kind } mutationType { name kind } subscriptionType { name kind }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) {
    name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue {
  name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
}
fragment TypeRef on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
}";
