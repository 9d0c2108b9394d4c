//! What the simulated Telmetrics sells, remembers and refuses.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

mod documents;
mod rules;
mod stock;

use provider_core::domain::E164;
use provider_telmetrics_twin::TelmetricsTwin;
use provider_testkit::twin::{Twin, TwinReply, TwinRequest, Unexpected};
use serde_json::{Value, json};

const NUMBERS: &str = "/groups/11623282/numbers";
const POOLS: &str = "/groups/12462615/numberpools";

fn post(twin: &TelmetricsTwin, target: &str, body: &Value) -> Result<TwinReply, Unexpected> {
    let request = TwinRequest::new("POST", target).expect("a target");
    twin.answer(&request.with_json(body))
}

/// What a sale answers.
fn sold(twin: &TelmetricsTwin, target: &str, body: &Value) -> Value {
    let reply = post(twin, target, body).expect("a request that the document describes");
    let answer = reply.json_body().expect("JSON");
    assert_eq!(reply.status(), 201, "{answer}");
    answer
}

/// The status and the code of a refusal.
fn refused(twin: &TelmetricsTwin, target: &str, body: &Value) -> (u16, Value) {
    let reply = post(twin, target, body).expect("a request that the document describes");
    let answer = reply.json_body().expect("JSON");
    (reply.status(), answer["code"].clone())
}

fn toll_free(filter: &str) -> Value {
    number(json!({ "match_type": "tollfree", "number_match_filter": filter }))
}

fn in_city(city: &str, state: &str) -> Value {
    number(json!({ "match_type": "localtocity", "city": city, "state": state }))
}

fn near(number_there: &str) -> Value {
    number(json!({ "match_type": "localtonumber", "local_to_number": number_there }))
}

fn number(wish: Value) -> Value {
    json!({
        "name": "Shop",
        "phone_number_request": wish,
        "call_routes": { "route_type": "Basic", "route": { "termination_number": "4165551234" } },
    })
}

fn pool(quantity: u32, wish: Value) -> Value {
    let mut wish = wish;
    wish["number_type"] = json!("international");
    json!({
        "name": "Shop",
        "match_period": 30,
        "quantity": quantity,
        "phone_number_request": wish,
        "replacement_configuration": {
            "replace_all_numbers": true,
            "tracking_sources": [{ "referrer_domain": "Any" }],
        },
        "call_routes": { "route_type": "Basic", "route": { "termination_number": "+441274792823" } },
    })
}

fn e164(text: &str) -> E164 {
    text.parse().expect("a number")
}
