//! What changes and what they answer.

use serde_json::{Value, json};

use crate::world::{World, in_both_worlds, user_errors};

const ASSIGN: &str = "mutation ($input: AssignNumberInput!) {
    assignNumber(input: $input) {
        number { id e164 name status tags group { name } callRoute { ... on BasicCallRoute { terminationNumber } } }
        match { tier city distanceKm reason }
        operation { id state clientReference kind attempts problem { code } provider { name } number { e164 } }
        userErrors { code message path }
    }
}";

async fn assignment(world: &World, reference: &str, name: &str) -> Value {
    json!({
        "clientReference": reference,
        "groupId": world.group("Sales").await,
        "name": name,
        "match": { "localToNumber": { "number": "+19056372046", "prefix": "289" } },
        "callRoute": { "basic": { "terminationNumber": "+14165551234" } },
        "tags": ["b", "a"],
    })
}

async fn assigned(world: &World) -> Value {
    let input = assignment(world, "assign-0123456789abcdef", "ABC Company").await;
    let mut data = world.data(ASSIGN, json!({ "input": input })).await;
    data["assignNumber"].take()
}

#[tokio::test]
async fn a_preview_tells_what_an_assignment_then_gives() {
    in_both_worlds(async |world| {
        let query = "query ($group: ID!) {
            assignmentPreview(groupId: $group, match: {localToNumber: {number: \"+19056372046\", prefix: \"289\"}}) {
                number { e164 provider { name } match { tier city distanceKm reason } } userErrors { code }
            }
        }";
        let preview = world.data(query, json!({ "group": world.group("Sales").await })).await;
        let preview = &preview["assignmentPreview"];
        assert_eq!(preview["userErrors"], json!([]));
        assert!(preview["number"]["match"]["tier"].is_string(), "{preview}");
        assert!(preview["number"]["match"]["reason"].is_string(), "{preview}");

        let assigned = assigned(world).await;
        assert_eq!(assigned["userErrors"], json!([]), "{assigned}");
        assert_eq!(assigned["number"]["e164"], preview["number"]["e164"]);
        assert_eq!(assigned["match"], preview["number"]["match"], "the answer says why, as the preview did");
        assert!(assigned["number"]["e164"].as_str().expect("a number").starts_with("+1289"));
        assert_eq!(assigned["number"]["status"], "ACTIVE");
        assert_eq!(assigned["number"]["tags"], json!(["a", "b"]));
        assert_eq!(assigned["number"]["group"]["name"], "Sales");
        assert_eq!(assigned["number"]["callRoute"], json!({ "terminationNumber": "+14165551234" }));
        let operation = &assigned["operation"];
        assert_eq!((&operation["state"], &operation["kind"]), (&json!("SUCCEEDED"), &json!("ASSIGN_NUMBER")));
        assert_eq!(operation["number"]["e164"], assigned["number"]["e164"]);
    })
    .await;
}

#[tokio::test]
async fn a_preview_refuses_as_the_assignment_would() {
    in_both_worlds(async |world| {
        let query = "query ($group: ID!) {
            assignmentPreview(groupId: $group, match: {tollFree: {prefix: \"833\"}}) {
                number { e164 } userErrors { code path }
            }
        }";
        let answer = world
            .ask(query, json!({ "group": world.group("Sales").await }))
            .await;
        assert_eq!(
            user_errors(&answer),
            [("NO_STOCK".to_owned(), "match.tollFree".to_owned())]
        );
        let answer = world.ask(query, json!({ "group": "nope" })).await;
        assert_eq!(
            user_errors(&answer),
            [("UNKNOWN_GROUP".to_owned(), "groupId".to_owned())]
        );
    })
    .await;
}

#[tokio::test]
async fn the_same_reference_gives_the_same_number_and_other_input_a_conflict() {
    in_both_worlds(async |world| {
        let first = assigned(world).await;
        let again = assigned(world).await;
        assert_eq!(first["number"]["id"], again["number"]["id"]);
        assert_eq!(first["operation"]["id"], again["operation"]["id"]);
        let input = assignment(world, "assign-0123456789abcdef", "Another name").await;
        let answer = world.ask(ASSIGN, json!({ "input": input })).await;
        let conflict = (
            "IDEMPOTENCY_CONFLICT".to_owned(),
            "input.clientReference".to_owned(),
        );
        assert_eq!(user_errors(&answer), [conflict]);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_finds_no_stock_is_refused_with_its_operation() {
    in_both_worlds(async |world| {
        let mut input = assignment(world, "nostock-0123456789abcdef", "ABC Company").await;
        input["match"] = json!({ "tollFree": { "prefix": "833" } });
        let answer = world.ask(ASSIGN, json!({ "input": input })).await;
        assert_eq!(
            user_errors(&answer)
                .into_iter()
                .map(|(code, _)| code)
                .collect::<Vec<_>>(),
            ["NO_STOCK"]
        );
        let operation = &answer["data"]["assignNumber"]["operation"];
        assert_eq!(
            (&operation["state"], &operation["problem"]["code"]),
            (&json!("REFUSED"), &json!("NO_STOCK"))
        );
    })
    .await;
}

#[tokio::test]
async fn stock_is_searched_with_reasons() {
    in_both_worlds(async |world| {
        let query =
            "{ availableNumbers(match: {geographic: {country: \"CA\", areaCode: \"289\"}}, first: 3) {
            numbers { e164 nationalFormat provider { kind } match { tier } monthlyCost { amount } }
            failures { code }
        } }";
        let data = world.data(query, Value::Null).await;
        let numbers = data["availableNumbers"]["numbers"].as_array().expect("numbers");
        assert_eq!(numbers.len(), 3);
        assert!(
            numbers
                .iter()
                .all(|number| number["match"]["tier"] == "REQUESTED"),
            "{numbers:?}"
        );
        assert_eq!(data["availableNumbers"]["failures"], json!([]));
        let query = "{ availableNumbers(match: {tollFree: {}}, first: 0) { numbers { e164 } } }";
        assert_eq!(
            world.data(query, Value::Null).await["availableNumbers"]["numbers"],
            json!([])
        );
    })
    .await;
}

#[tokio::test]
async fn a_number_lives_through_its_statuses_and_keeps_its_history() {
    in_both_worlds(async |world| {
        let id = assigned(world).await["number"]["id"].clone();
        for (mutation, status, next) in [
            (
                "suspendNumber",
                "SUSPENDED",
                json!(["ACTIVE", "DROPPED", "PORTING_OUT"]),
            ),
            (
                "resumeNumber",
                "ACTIVE",
                json!(["SUSPENDED", "DROPPED", "PORTING_OUT"]),
            ),
            (
                "releaseNumber",
                "DROPPED",
                json!(["AVAILABLE", "ACTIVE", "SUSPENDED", "PORTING_IN"]),
            ),
            (
                "restoreNumber",
                "ACTIVE",
                json!(["SUSPENDED", "DROPPED", "PORTING_OUT"]),
            ),
        ] {
            let query = format!(
                "mutation ($id: ID!) {{ {mutation}(input: {{numberId: $id}}) {{
                    number {{ status nextStatuses }} userErrors {{ code message }} }} }}"
            );
            let data = world.data(&query, json!({ "id": id })).await;
            let number = &data[mutation]["number"];
            assert_eq!(
                (&number["status"], &number["nextStatuses"]),
                (&json!(status), &next),
                "{mutation}: {data}"
            );
        }
        let query =
            "mutation ($id: ID!) { resumeNumber(input: {numberId: $id}) { userErrors { code path } } }";
        let answer = world.ask(query, json!({ "id": id })).await;
        assert_eq!(user_errors(&answer)[0].0, "INVALID_TRANSITION");

        let query = "query ($id: ID!) { node(id: $id) { ... on Number {
            history(first: 4) { nodes { kind } totalCount pageInfo { hasNextPage } }
            oldest: history(first: 1, newestFirst: false) { nodes { kind } }
            now: ownerAt(at: \"2999-01-01T00:00:00Z\") { name group { name } releasedAt }
            before: ownerAt(at: \"2001-01-01T00:00:00Z\") { name }
        } } }";
        let data = world.data(query, json!({ "id": id })).await;
        let kinds: Vec<_> = data["node"]["history"]["nodes"]
            .as_array()
            .expect("events")
            .iter()
            .collect();
        let kinds: Vec<_> = kinds
            .iter()
            .map(|event| event["kind"].as_str().expect("a kind"))
            .collect();
        assert_eq!(kinds, ["RESTORED", "RELEASED", "RESUMED", "SUSPENDED"]);
        assert_eq!(data["node"]["history"]["pageInfo"]["hasNextPage"], true);
        assert_eq!(data["node"]["oldest"]["nodes"], json!([{ "kind": "ADDED" }]));
        assert_eq!(
            data["node"]["now"],
            json!({ "name": "ABC Company", "group": { "name": "Sales" }, "releasedAt": null })
        );
        assert_eq!(data["node"]["before"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn what_an_update_leaves_out_stays_and_a_null_dealer_is_no_dealer() {
    in_both_worlds(async |world| {
        let query = "{ numbers(filter: {withoutPool: true, tag: \"blue\"}, first: 1) { nodes { id dealer { id } } } }";
        let data = world.data(query, Value::Null).await;
        let number = &data["numbers"]["nodes"][0];
        assert!(number["dealer"]["id"].is_string());
        let query = "mutation ($input: UpdateNumberInput!) { updateNumber(input: $input) {
            number { name dealer { id } tags callRoute { ... on BasicCallRoute { terminationNumber } } }
            userErrors { code message path }
        } }";
        let change = json!({ "numberId": number["id"], "name": "New name" });
        let data = world.data(query, json!({ "input": change })).await;
        let after = &data["updateNumber"]["number"];
        assert_eq!(after["name"], "New name");
        assert_eq!(after["dealer"], number["dealer"]);
        assert_eq!(after["tags"], json!(["blue", "green"]));
        let change = json!({ "numberId": number["id"], "dealerId": null, "tags": [],
            "callRoute": { "basic": { "terminationNumber": "+14165559999" } } });
        let data = world.data(query, json!({ "input": change })).await;
        let after = &data["updateNumber"]["number"];
        assert_eq!((&after["dealer"], &after["tags"]), (&Value::Null, &json!([])));
        assert_eq!(after["callRoute"]["terminationNumber"], "+14165559999");
    })
    .await;
}

#[tokio::test]
async fn a_hold_is_given_back_and_the_number_is_stock_again() {
    in_both_worlds(async |world| {
        let hold = "mutation ($group: ID!) { holdNumber(input: {
            clientReference: \"hold-0123456789abcdef\", groupId: $group, number: \"+12898122000\", minutes: 5
        }) { hold { id endedAt number { e164 } group { name } } number { status heldUntil } userErrors { message } } }";
        let data = world.data(hold, json!({ "group": world.group("Sales").await })).await;
        let held = &data["holdNumber"];
        assert_eq!(held["number"]["status"], "HELD", "{held}");
        assert!(held["number"]["heldUntil"].is_string());
        assert_eq!(held["hold"]["number"]["e164"], "+12898122000");
        let release = "mutation ($id: ID!) { releaseHold(input: {holdId: $id}) {
            hold { endReason } number { status } userErrors { message } } }";
        let data = world.data(release, json!({ "id": held["hold"]["id"] })).await;
        assert_eq!(data["releaseHold"]["hold"]["endReason"], "RELEASED", "{data}");
        assert_eq!(data["releaseHold"]["number"]["status"], "AVAILABLE");
    })
    .await;
}

#[tokio::test]
async fn a_pool_is_created_changed_resized_and_retired() {
    in_both_worlds(async |world| {
        let create = "mutation ($input: CreateNumberPoolInput!) { createNumberPool(input: $input) {
            pool {
                id name status quantity matchPeriodMinutes
                match { kind country areaCode city }
                replacement { replaceAllNumbers numbersToReplace trackingSources { referrerDomain urlTriggers trackOrganic } }
                callRoute { ... on BasicCallRoute { terminationNumber } }
                group { name } provider { name } numbers { totalCount nodes { e164 pool { name } } }
            }
            operation { state } userErrors { code message path }
        } }";
        let input = json!({
            "clientReference": "pool-0123456789abcdef",
            "groupId": world.group("Sales").await,
            "name": "ABC Company 123",
            "matchPeriodMinutes": 30,
            "quantity": 3,
            "match": { "geographic": { "country": "CA", "areaCode": "289" } },
            "replacement": {
                "numbersToReplace": ["01011231234", "905219CARS"],
                "trackingSources": [{ "referrerDomain": "Any", "urlTriggers": ["gclid=*"] }],
            },
            "callRoute": { "basic": { "terminationNumber": "+441274792823" } },
        });
        let data = world.data(create, json!({ "input": input })).await;
        let created = &data["createNumberPool"];
        assert_eq!(created["userErrors"], json!([]), "{created}");
        let pool = &created["pool"];
        assert_eq!((&pool["status"], &pool["numbers"]["totalCount"]), (&json!("ACTIVE"), &json!(3)));
        let matched = json!({ "kind": "AREA_CODE", "country": "CA", "areaCode": "289", "city": null });
        assert_eq!(pool["match"], matched);
        assert_eq!(
            pool["replacement"],
            json!({
                "replaceAllNumbers": false,
                "numbersToReplace": ["01011231234", "905219CARS"],
                "trackingSources": [
                    { "referrerDomain": "Any", "urlTriggers": ["gclid=*"], "trackOrganic": false }
                ],
            })
        );
        let id = &pool["id"];

        let update = "mutation ($input: UpdateNumberPoolInput!) { updateNumberPool(input: $input) {
            pool { name matchPeriodMinutes replacement { replaceAllNumbers } } userErrors { message } } }";
        let input = json!({ "poolId": id, "matchPeriodMinutes": 15,
            "replacement": { "replaceAllNumbers": true, "trackingSources": [{ "referrerDomain": "Bing" }] } });
        let data = world.data(update, json!({ "input": input })).await;
        let expected = json!({ "name": "ABC Company 123", "matchPeriodMinutes": 15,
            "replacement": { "replaceAllNumbers": true } });
        assert_eq!(data["updateNumberPool"]["pool"], expected);

        let resize = "mutation ($input: ResizeNumberPoolInput!) { resizeNumberPool(input: $input) {
            pool { quantity numbers { totalCount } } userErrors { message } } }";
        let input = json!({ "clientReference": "size-0123456789abcdef", "poolId": id, "quantity": 1 });
        let data = world.data(resize, json!({ "input": input })).await;
        let expected = json!({ "quantity": 1, "numbers": { "totalCount": 1 } });
        assert_eq!(data["resizeNumberPool"]["pool"], expected, "{data}");

        let retire = "mutation ($input: RetireNumberPoolInput!) { retireNumberPool(input: $input) {
            pool { status retiredAt } userErrors { message } } }";
        let data = world.data(retire, json!({ "input": { "poolId": id } })).await;
        assert_eq!(data["retireNumberPool"]["pool"]["status"], "RETIRED", "{data}");
    })
    .await;
}
