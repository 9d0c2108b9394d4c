//! The subscription.

use std::time::Duration;

use api::graphql;
use async_graphql::Request;
use futures_util::{StreamExt, stream::BoxStream};
use serde_json::{Value, json};
use service::{AccessLevel, Principal};

use crate::world::{World, admin, code, in_both_worlds, key};

fn subscribe(world: &World, who: Principal, query: &str) -> BoxStream<'static, async_graphql::Response> {
    world
        .schema
        .execute_stream(graphql::authenticated(who)(Request::new(query)))
        .boxed()
}

async fn next(stream: &mut BoxStream<'static, async_graphql::Response>) -> Value {
    let response = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
    serde_json::to_value(response.expect("an event in time").expect("an event")).expect("a response is JSON")
}

/// Suspends the owned number with this index.
async fn suspend(world: &World, number: &str) {
    let query = "query ($number: PhoneNumber!) { number(by: {e164: $number}) { id } }";
    let data = world.data(query, json!({ "number": number })).await;
    let change = "mutation ($id: ID!) {
        suspendNumber(input: {numberId: $id, reason: \"unpaid\"}) { number { status } userErrors { message } }
    }";
    let data = world.data(change, json!({ "id": data["number"]["id"] })).await;
    assert_eq!(data["suspendNumber"]["number"]["status"], "SUSPENDED", "{data}");
}

#[tokio::test]
async fn a_change_reaches_subscribers_with_who_what_and_why() {
    in_both_worlds(async |world| {
        let query = "subscription {
            numberEvents { kind actor cause number { e164 status } before { status } after { status name } }
        }";
        let mut events = subscribe(world, admin(), query);
        // The subscription begins when its stream is first asked for an event.
        let (event, ()) = tokio::join!(next(&mut events), suspend(world, "+19056371010"));
        let event = &event["data"]["numberEvents"];
        assert_eq!(event["kind"], "SUSPENDED");
        assert_eq!(event["cause"], "unpaid");
        assert_eq!(event["actor"], "key:0");
        assert_eq!(
            event["number"],
            json!({ "e164": "+19056371010", "status": "SUSPENDED" })
        );
        assert_eq!(event["before"], json!({ "status": "ACTIVE" }));
        assert_eq!(event["after"], json!({ "status": "SUSPENDED", "name": null }));
    })
    .await;
}

#[tokio::test]
async fn subscribers_get_what_their_scope_and_filter_let_through() {
    in_both_worlds(async |world| {
        let scope = world.customer_scope("C1").await;
        let query = "subscription { numberEvents(filter: {kinds: [SUSPENDED]}) { number { e164 } } }";
        let mut events = subscribe(world, key(AccessLevel::Viewer, scope), query);
        let changes = async {
            suspend(world, "+19056371012").await;
            suspend(world, "+19056371013").await;
        };
        let (event, ()) = tokio::join!(next(&mut events), changes);
        // 1012 is of C0, 1013 of C1.
        assert_eq!(event["data"]["numberEvents"]["number"]["e164"], "+19056371013");
    })
    .await;
}

#[tokio::test]
async fn a_filter_with_a_bad_id_is_refused() {
    in_both_worlds(async |world| {
        let query = "subscription { numberEvents(filter: {groupId: \"nope\"}) { id } }";
        let answer = next(&mut subscribe(world, admin(), query)).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT");
        assert_eq!(answer["errors"][0]["extensions"]["argument"], "filter.groupId");
    })
    .await;
}
