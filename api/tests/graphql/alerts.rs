//! Alert rules over GraphQL.

use async_graphql::Request;
use futures_util::StreamExt;
use serde_json::{Value, json};
use service::{AccessLevel, Scope};

use crate::world::{World, admin, code, in_both_worlds, key, user_errors};

const CREATE: &str = "mutation ($rule: AlertRuleInput!) { createAlertRule(input: { rule: $rule }) {
    alertRule { id name metric comparison threshold clearThreshold breakdown country areaCode enabled webhook { name } }
    userErrors { code path message }
} }";

const ALERTS: &str = "query ($filter: AlertFilter) { alerts(filter: $filter, first: 10) {
    totalCount
    nodes { id firedValue threshold clearedAt areaCode rule { name } deliveries { channel state attempts } }
} }";

/// A rule that fires at once: there are no numbers in this area code.
fn rule() -> Value {
    json!({
        "name": "Nowhere",
        "metric": "AVAILABLE_NUMBERS",
        "comparison": "BELOW",
        "threshold": 2.5,
        "clearThreshold": 4,
        "country": "US",
        "areaCode": "999",
    })
}

async fn create(world: &World, rule: Value) -> Value {
    world.ask(CREATE, json!({ "rule": rule })).await
}

#[tokio::test]
async fn a_rule_is_made_changed_fired_and_deleted() {
    in_both_worlds(async |world| {
        let made = create(world, rule()).await;
        let rule_made = &made["data"]["createAlertRule"]["alertRule"];
        assert_eq!(rule_made["threshold"], 2.5, "{made}");
        assert_eq!(rule_made["clearThreshold"], 4.0);
        assert_eq!(rule_made["breakdown"], "TOTAL");
        assert_eq!(rule_made["webhook"], Value::Null);
        world.switchboard.look_after_alerts().await.expect("a round");
        let alerts = world.ask(ALERTS, json!({ "filter": { "open": true } })).await;
        let alert = &alerts["data"]["alerts"]["nodes"][0];
        assert_eq!(alerts["data"]["alerts"]["totalCount"], 1, "{alerts}");
        assert_eq!(alert["firedValue"], 0.0);
        assert_eq!(alert["rule"]["name"], "Nowhere");
        assert_eq!(alert["deliveries"], json!([]));
        let node = "query ($id: ID!) { node(id: $id) { ... on Alert { areaCode } } }";
        let node = world.ask(node, json!({ "id": alert["id"] })).await;
        assert_eq!(node["data"]["node"]["areaCode"], "999", "{node}");
        let update = "mutation ($input: UpdateAlertRuleInput!) { updateAlertRule(input: $input) {
            alertRule { name enabled } userErrors { code path message } } }";
        let mut renamed = rule();
        renamed["name"] = json!("Renamed");
        let input = json!({ "input": { "alertRuleId": rule_made["id"], "rule": renamed } });
        let updated = world.ask(update, input).await;
        assert_eq!(
            updated["data"]["updateAlertRule"]["alertRule"]["name"], "Renamed",
            "{updated}"
        );
        let delete = "mutation ($id: ID!) { deleteAlertRule(input: { alertRuleId: $id }) {
            deletedId userErrors { code path message } } }";
        let deleted = world.ask(delete, json!({ "id": rule_made["id"] })).await;
        assert_eq!(
            deleted["data"]["deleteAlertRule"]["deletedId"], rule_made["id"],
            "{deleted}"
        );
        let again = world.ask(delete, json!({ "id": rule_made["id"] })).await;
        assert_eq!(
            user_errors(&again),
            [("NOT_FOUND".to_owned(), "input.alertRuleId".to_owned())]
        );
        let closed = world.ask(ALERTS, json!({ "filter": { "open": false } })).await;
        assert_eq!(
            closed["data"]["alerts"]["nodes"][0]["id"], alert["id"],
            "it stays on record"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_rule_is_told_at_its_fields() {
    in_both_worlds(async |world| {
        for (field, value, code, path) in [
            ("threshold", json!(-1), "INVALID_INPUT", "input.rule.threshold"),
            (
                "clearThreshold",
                json!(1),
                "INVALID_INPUT",
                "input.rule.clearThreshold",
            ),
            ("country", json!("XX"), "INVALID_INPUT", "input.rule.country"),
            ("areaCode", json!("4o4"), "INVALID_INPUT", "input.rule.areaCode"),
            ("webhookId", json!("x"), "NOT_FOUND", "input.rule.webhookId"),
            (
                "emails",
                json!(["ops@example.com"]),
                "INVALID_INPUT",
                "input.rule.emails",
            ),
        ] {
            let mut wrong = rule();
            wrong[field] = value;
            let answer = create(world, wrong).await;
            let told = [(code.to_owned(), path.to_owned())];
            assert_eq!(user_errors(&answer), told, "{field}: {answer}");
            assert_eq!(answer["data"]["createAlertRule"]["alertRule"], Value::Null);
        }
    })
    .await;
}

#[tokio::test]
async fn a_webhook_shows_its_secret_once() {
    in_both_worlds(async |world| {
        let create = "mutation ($url: String!) { createWebhook(input: { name: \"Hook\", url: $url }) {
            webhook { id name url } secret userErrors { code path message } } }";
        let made = world
            .ask(create, json!({ "url": "https://example.com/hook" }))
            .await;
        let payload = &made["data"]["createWebhook"];
        assert!(
            payload["secret"]
                .as_str()
                .expect("a secret")
                .starts_with("whsec_"),
            "{made}"
        );
        let refused = world
            .ask(create, json!({ "url": "https://127.0.0.1/hook" }))
            .await;
        assert_eq!(
            user_errors(&refused),
            [("INVALID_INPUT".to_owned(), "input.url".to_owned())]
        );
        let listed = world.ask("{ webhooks { id url } }", Value::Null).await;
        let expected = json!([{ "id": payload["webhook"]["id"], "url": "https://example.com/hook" }]);
        assert_eq!(listed["data"]["webhooks"], expected, "{listed}");
        let mut called = rule();
        called["webhookId"] = payload["webhook"]["id"].clone();
        let rule = self::create(world, called).await;
        assert_eq!(
            rule["data"]["createAlertRule"]["alertRule"]["webhook"]["name"], "Hook",
            "{rule}"
        );
    })
    .await;
}

#[tokio::test]
async fn rules_are_not_for_customers_whatever_their_level() {
    in_both_worlds(async |world| {
        let customer = world.customer_scope("C1").await;
        for (level, scope) in [
            (AccessLevel::Owner, Scope::Platform),
            (AccessLevel::Reseller, customer),
            (AccessLevel::Admin, customer),
        ] {
            for document in [
                "{ alertRules { totalCount } }",
                "{ alerts { totalCount } }",
                "{ webhooks { id } }",
            ] {
                let answer = world.ask_as(key(level, scope), document, Value::Null).await;
                assert_eq!(code(&answer), "FORBIDDEN", "{level} {document}: {answer}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_answers_with_what_would_have_fired() {
    in_both_worlds(async |world| {
        let query = "query ($input: DryRunAlertRuleInput!) { dryRunAlertRule(input: $input) {
            cut fired { areaCode firedAt firedValue clearedAt } userErrors { code path message } } }";
        let input = |from: &str, to: &str| json!({ "input": { "rule": rule(), "from": from, "to": to } });
        let answer = world.ask(query, input("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")).await;
        assert_eq!(
            answer["data"]["dryRunAlertRule"]["fired"],
            json!([{ "areaCode": "999", "firedAt": "2026-01-01T00:00:00Z", "firedValue": 0.0, "clearedAt": null }]),
            "{answer}"
        );
        let refused = world.ask(query, input("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z")).await;
        assert_eq!(user_errors(&refused), [("INVALID_INPUT".to_owned(), "input.to".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn subscribers_are_told_of_what_fires() {
    in_both_worlds(async |world| {
        let document = "subscription { alertEvents { kind alert { areaCode rule { name } } } }";
        let request = api::graphql::authenticated(admin())(Request::new(document));
        let mut stream = world.schema.execute_stream(request);
        // A subscription begins at some moment after it is asked for its first event: rules fire until it has one.
        let fire = async {
            loop {
                create(world, rule()).await;
                world.switchboard.look_after_alerts().await.expect("a round");
            }
        };
        let told = tokio::select! {
            told = stream.next() => told.expect("an event"),
            () = fire => panic!("it never ends"),
        };
        let told = serde_json::to_value(told).expect("JSON");
        let event = &told["data"]["alertEvents"];
        assert_eq!(event["kind"], "FIRED", "{told}");
        assert_eq!(event["alert"]["rule"]["name"], "Nowhere");
    })
    .await;
}
