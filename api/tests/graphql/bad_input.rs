//! Every bad input gets an error that names its field.

use serde_json::{Value, json};

use crate::world::{World, code, in_both_worlds, user_errors};

const ASSIGN: &str = "mutation ($input: AssignNumberInput!) {
    assignNumber(input: $input) { number { e164 } userErrors { code message path } }
}";
const POOL: &str = "mutation ($input: CreateNumberPoolInput!) {
    createNumberPool(input: $input) { pool { id } userErrors { code message path } }
}";

/// `base` with `change` laid over it.
fn with(mut base: Value, change: Value) -> Value {
    let fields = base.as_object_mut().expect("an object");
    fields.extend(change.as_object().expect("an object").clone());
    base
}

async fn number_input(world: &World) -> Value {
    json!({
        "clientReference": "bad-input-0123456789",
        "groupId": world.group("Sales").await,
        "name": "ABC Company",
        "match": { "localToNumber": { "number": "+19056372046", "prefix": "289" } },
        "callRoute": { "basic": { "terminationNumber": "+14165551234" } },
    })
}

async fn pool_input(world: &World) -> Value {
    json!({
        "clientReference": "bad-input-0123456789",
        "groupId": world.group("Sales").await,
        "name": "ABC Company 123",
        "matchPeriodMinutes": 30,
        "quantity": 3,
        "match": { "geographic": { "country": "CA", "areaCode": "289" } },
        "replacement": {
            "numbersToReplace": ["905219CARS"],
            "trackingSources": [{ "referrerDomain": "Any", "urlTriggers": ["gclid=*"] }],
        },
        "callRoute": { "basic": { "terminationNumber": "+14165551234" } },
    })
}

#[tokio::test]
async fn a_bad_field_of_an_assignment_is_named() {
    in_both_worlds(async |world| {
        for (change, code, path) in [
            (
                json!({ "match": { "localToNumber": { "number": "9056372046" } } }),
                "INVALID_NUMBER",
                "input.match.localToNumber.number",
            ),
            (
                json!({ "match": { "localToNumber": { "number": "+19056372046", "prefix": "12" } } }),
                "BAD_FILTER",
                "input.match.localToNumber.prefix",
            ),
            (
                json!({ "match": { "localToCity": { "city": "Atlantis", "region": "GA" } } }),
                "UNKNOWN_CITY",
                "input.match.localToCity.city",
            ),
            (
                json!({ "match": { "localToCity": { "city": "Springfield" } } }),
                "AMBIGUOUS_CITY",
                "input.match.localToCity.region",
            ),
            (
                json!({ "match": { "localToCity": { "city": "Atlanta", "country": "UK" } } }),
                "INVALID_INPUT",
                "input.match.localToCity.country",
            ),
            (json!({ "match": { "tollFree": { "prefix": "83" } } }), "BAD_FILTER", "input.match.tollFree.prefix"),
            (
                json!({ "match": { "geographic": { "country": "US", "areaCode": "000" } } }),
                "UNKNOWN_AREA_CODE",
                "input.match.geographic.areaCode",
            ),
            (
                json!({ "match": { "geographic": { "country": "US" } } }),
                "INVALID_INPUT",
                "input.match.geographic.city",
            ),
            (
                json!({ "match": { "geographic": { "country": "US", "areaCode": "404", "city": "Atlanta" } } }),
                "INVALID_INPUT",
                "input.match.geographic.areaCode",
            ),
            (json!({ "match": { "exact": "+1" } }), "INVALID_NUMBER", "input.match.exact"),
            (json!({ "groupId": "nope" }), "UNKNOWN_GROUP", "input.groupId"),
            (json!({ "groupId": "MTpHcm91cDo5OTk5OTk" }), "UNKNOWN_GROUP", "input.groupId"),
            (json!({ "provider": "nope" }), "UNKNOWN_PROVIDER", "input.provider"),
            (json!({ "name": "" }), "INVALID_INPUT", "input.name"),
            (json!({ "name": "a\u{0}b" }), "INVALID_INPUT", "input.name"),
            (json!({ "clientReference": "short" }), "INVALID_INPUT", "input.clientReference"),
            (json!({ "tags": [""] }), "INVALID_INPUT", "input.tags"),
            (
                json!({ "callRoute": { "basic": { "terminationNumber": "4165551234" } } }),
                "INVALID_NUMBER",
                "input.callRoute.basic.terminationNumber",
            ),
        ] {
            let input = with(number_input(world).await, change.clone());
            let answer = world.ask(ASSIGN, json!({ "input": input })).await;
            assert_eq!(user_errors(&answer), [(code.to_owned(), path.to_owned())], "{change}: {answer}");
        }
        let data = world.data("{ operations { totalCount } }", Value::Null).await;
        assert_eq!(data["operations"]["totalCount"], 0, "what is refused by its input leaves no operation");
    })
    .await;
}

#[tokio::test]
async fn several_faults_are_told_at_once() {
    in_both_worlds(async |world| {
        let change = json!({
            "groupId": "nope",
            "match": { "localToNumber": { "number": "12", "prefix": "12" } },
            "callRoute": { "basic": { "terminationNumber": "12" } },
        });
        let input = with(number_input(world).await, change);
        let answer = world.ask(ASSIGN, json!({ "input": input })).await;
        let paths: Vec<_> = user_errors(&answer).into_iter().map(|(_, path)| path).collect();
        assert_eq!(
            paths,
            [
                "input.groupId",
                "input.match.localToNumber.number",
                "input.match.localToNumber.prefix",
                "input.callRoute.basic.terminationNumber"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_bad_field_of_a_pool_is_named() {
    in_both_worlds(async |world| {
        let sources = json!([{ "referrerDomain": "Any" }]);
        for (change, code, path) in [
            (json!({ "quantity": 0 }), "INVALID_INPUT", "input.quantity"),
            (json!({ "quantity": -1 }), "INVALID_INPUT", "input.quantity"),
            (
                json!({ "matchPeriodMinutes": 0 }),
                "INVALID_INPUT",
                "input.matchPeriodMinutes",
            ),
            (
                json!({ "replacement": {
                    "replaceAllNumbers": true, "numbersToReplace": ["905219CARS"], "trackingSources": sources
                } }),
                "INVALID_INPUT",
                "input.replacement.numbersToReplace",
            ),
            (
                json!({ "replacement": { "numbersToReplace": ["call us"], "trackingSources": sources } }),
                "INVALID_INPUT",
                "input.replacement.numbersToReplace.0",
            ),
            (
                json!({ "replacement": { "replaceAllNumbers": true, "trackingSources": [] } }),
                "INVALID_INPUT",
                "input.replacement.trackingSources",
            ),
            (
                json!({ "match": { "tollFree": { "country": "ZZ" } } }),
                "INVALID_INPUT",
                "input.match.tollFree.country",
            ),
            (
                json!({ "match": { "geographic": { "country": "GB", "city": "Atlantis" } } }),
                "UNKNOWN_CITY",
                "input.match.geographic.city",
            ),
            (json!({ "groupId": "nope" }), "UNKNOWN_GROUP", "input.groupId"),
        ] {
            let input = with(pool_input(world).await, change.clone());
            let answer = world.ask(POOL, json!({ "input": input })).await;
            assert_eq!(
                user_errors(&answer),
                [(code.to_owned(), path.to_owned())],
                "{change}: {answer}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_bad_argument_of_a_query_is_named() {
    in_both_worlds(async |world| {
        for (field, argument, reason) in [
            (
                "number(by: {e164: \"9056372046\"}) { id }",
                "by.e164",
                Value::Null,
            ),
            ("number(by: {id: \"nope\"}) { id }", "by.id", Value::Null),
            (
                "numbers(filter: {country: \"UK\"}) { __typename }",
                "filter.country",
                Value::Null,
            ),
            (
                "numbers(filter: {groupId: \"nope\"}) { __typename }",
                "filter.groupId",
                Value::Null,
            ),
            (
                "numbers(filter: {e164Prefix: \"1289\"}) { __typename }",
                "filter.e164Prefix",
                Value::Null,
            ),
            (
                "numbers(filter: {nameContains: \"a\\u0000\"}) { __typename }",
                "filter.nameContains",
                Value::Null,
            ),
            ("dealer(code: \"\\u0000\") { id }", "code", Value::Null),
            ("provider(id: \"nope\") { id }", "id", Value::Null),
            (
                "availableNumbers(match: {localToNumber: {number: \"12\"}}) { __typename }",
                "match.localToNumber.number",
                json!("INVALID_NUMBER"),
            ),
            (
                "availableNumbers(match: {localToCity: {city: \"Nowhereville\"}}) { __typename }",
                "match.localToCity.city",
                json!("UNKNOWN_CITY"),
            ),
            (
                "availableNumbers(match: {tollFree: {}}, first: 101) { __typename }",
                "first",
                Value::Null,
            ),
            (
                "availableNumbers(match: {tollFree: {}}, providers: [\"nope\"]) { __typename }",
                "providers",
                Value::Null,
            ),
        ] {
            let answer = world.ask(&format!("{{ {field} }}"), Value::Null).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{field}");
            let extensions = &answer["errors"][0]["extensions"];
            assert_eq!(extensions["argument"], argument, "{field}");
            assert_eq!(extensions["reason"], reason, "{field}");
        }
        let query = "{ number(by: {e164: \"+19056371000\"}) { ownerAt(at: \"yesterday\") { name } e164 } }";
        let answer = world.ask(query, Value::Null).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT");
        assert_eq!(
            answer["data"]["number"],
            json!({ "ownerAt": null, "e164": "+19056371000" })
        );
    })
    .await;
}
