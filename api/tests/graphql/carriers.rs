//! Changes that a carrier has to make, as clients see them.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use provider_core::{
    call::CallContext,
    config::PolicySettings,
    domain::{
        CallRoute, E164, NumberReceipt, NumberRef, NumberStatus, Page, PageRequest, ReleaseReceipt, SmsRoute,
    },
    error::{ErrorKind, ProviderError, Result},
    outcome::Outcome,
    port::{InventoryChange, InventoryTerms, NumberInventory},
    provider::{Health, HealthState, Instance, Ports, Provider, ProviderInfo},
};
use serde_json::{Value, json};
use service::ImportRow;

use crate::world::{World, user_errors, with_providers};

/// A carrier that suspends numbers and can't do anything else with them.
#[derive(Debug)]
struct Carrier {
    info: ProviderInfo,
    terms: InventoryTerms,
    answers: Mutex<VecDeque<Answer>>,
}

#[derive(Debug, Clone, Copy)]
enum Answer {
    Done,
    Unclear,
    Limited,
}

impl Carrier {
    fn answering(answers: impl IntoIterator<Item = Answer>) -> Instance {
        let carrier = Self {
            info: ProviderInfo {
                id: "carrier".parse().expect("an id"),
                kind: "carrier",
                title: "Carrier",
            },
            terms: InventoryTerms {
                largest_page: 10,
                changes: [InventoryChange::Suspend].into(),
            },
            answers: Mutex::new(answers.into_iter().collect()),
        };
        Instance::new(Arc::new(carrier), &PolicySettings::local(), &BTreeSet::new())
    }
}

#[async_trait]
impl Provider for Carrier {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            inventory: Some(self),
            ..Ports::default()
        }
    }

    async fn health(&self, _: &CallContext) -> Result<Health> {
        Ok(Health {
            state: HealthState::Up,
            latency: None,
            checked_at: jiff::Timestamp::now(),
            last_error: None,
        })
    }
}

#[async_trait]
impl NumberInventory for Carrier {
    fn terms(&self) -> &InventoryTerms {
        &self.terms
    }

    async fn list(&self, _: &CallContext, _: &PageRequest) -> Result<Page<NumberReceipt>> {
        panic!("nobody lists")
    }

    async fn get(&self, _: &CallContext, _: &E164) -> Result<Option<NumberReceipt>> {
        panic!("nobody asks")
    }

    async fn set_route(
        &self,
        _: &CallContext,
        _: &NumberRef,
        _: &CallRoute,
    ) -> Result<Outcome<NumberReceipt>> {
        panic!("outside the terms")
    }

    async fn suspend(&self, _: &CallContext, number: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        let answer = self.answers.lock().expect("the answers").pop_front();
        match answer.expect("an answer for each call") {
            Answer::Done => Ok(Outcome::Done(NumberReceipt {
                number: number.number.clone(),
                external_id: number.external_id.clone().expect("the id of the import"),
                name: Some("Line 4".to_owned()),
                group: None,
                status: NumberStatus::Suspended,
                route: None,
                route_ref: None,
                sms_route: Some(SmsRoute::None),
                created_at: None,
                matched: None,
            })),
            Answer::Unclear => Ok(Outcome::Unknown { reference: None }),
            Answer::Limited => {
                Err(
                    ProviderError::new(ErrorKind::RateLimited, "inventory.suspend", "slow down")
                        .with_retry_after(Duration::from_millis(6_500)),
                )
            }
        }
    }

    async fn resume(&self, _: &CallContext, _: &NumberRef) -> Result<Outcome<NumberReceipt>> {
        panic!("outside the terms")
    }

    async fn release(&self, _: &CallContext, _: &NumberRef) -> Result<Outcome<ReleaseReceipt>> {
        panic!("outside the terms")
    }
}

/// The global id of a number that came from the carrier.
async fn number(world: &World) -> Value {
    let text = |text: &str| Some(text.to_owned());
    world
        .import(vec![ImportRow {
            line: 1,
            number: "+14043411266".to_owned(),
            provider: text("carrier"),
            external_id: text("8660467"),
            customer: text("C0"),
            group: text("Sales"),
            name: text("Line"),
            termination_number: text("+14165551234"),
            ..ImportRow::default()
        }])
        .await;
    let data = world
        .data("{ number(by: { e164: \"+14043411266\" }) { id } }", Value::Null)
        .await;
    data["number"]["id"].clone()
}

const SUSPEND: &str = "mutation ($id: ID!) { suspendNumber(input: {numberId: $id}) {
    number { status name externalName smsRoute provider { name } externalId }
    operation { kind state provider { name } number { status } problem { code retryAfter } }
    userErrors { code message path retryAfter }
} }";

#[tokio::test]
async fn a_carriers_number_is_changed_by_an_operation() {
    with_providers(vec![Carrier::answering([Answer::Done])], async |world| {
        let data = world.data(SUSPEND, json!({ "id": number(world).await })).await;
        let expected = json!({
            "number": {
                "status": "SUSPENDED", "name": "Line", "externalName": "Line 4", "smsRoute": "NONE",
                "provider": { "name": "carrier" }, "externalId": "8660467",
            },
            "operation": {
                "kind": "SUSPEND_NUMBER", "state": "SUCCEEDED", "provider": { "name": "carrier" },
                "number": { "status": "SUSPENDED" }, "problem": null,
            },
            "userErrors": [],
        });
        assert_eq!(data["suspendNumber"], expected);
    })
    .await;
}

#[tokio::test]
async fn a_change_that_goes_on_has_its_operation_and_no_number_yet() {
    with_providers(vec![Carrier::answering([Answer::Unclear])], async |world| {
        let data = world.data(SUSPEND, json!({ "id": number(world).await })).await;
        let answer = &data["suspendNumber"];
        assert_eq!(
            (&answer["number"], &answer["userErrors"]),
            (&Value::Null, &json!([]))
        );
        assert_eq!(answer["operation"]["state"], "UNCONFIRMED");
        assert_eq!(
            answer["operation"]["number"]["status"], "ACTIVE",
            "nothing is changed before it is known"
        );
    })
    .await;
}

#[tokio::test]
async fn a_carrier_that_wants_a_pause_says_how_long() {
    with_providers(vec![Carrier::answering([Answer::Limited])], async |world| {
        let data = world.data(SUSPEND, json!({ "id": number(world).await })).await;
        let answer = &data["suspendNumber"];
        let error = &answer["userErrors"][0];
        assert_eq!(
            (&error["code"], &error["retryAfter"]),
            (&json!("PROVIDER_UNAVAILABLE"), &json!(7))
        );
        assert_eq!(error["path"], json!(["input", "numberId"]));
        assert_eq!(answer["operation"]["state"], "REFUSED");
        assert_eq!(answer["operation"]["problem"]["retryAfter"], 7);
        assert_eq!(answer["number"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn what_a_carrier_can_not_do_is_refused_and_its_end_can_be_recorded_only_here() {
    with_providers(vec![Carrier::answering([])], async |world| {
        let id = number(world).await;
        let release = "mutation ($id: ID!, $here: Boolean!, $reference: String) {
            releaseNumber(input: {numberId: $id, onlyHere: $here, clientReference: $reference}) {
                number { status quarantineUntil } operation { state clientReference } userErrors { code message path }
            } }";
        let answer = world.ask(release, json!({ "id": id, "here": false })).await;
        let expected = ("PROVIDER_UNSUPPORTED".to_owned(), "input.numberId".to_owned());
        assert_eq!(user_errors(&answer), [expected]);
        let payload = &answer["data"]["releaseNumber"];
        assert!(payload["userErrors"][0]["message"].as_str().expect("a message").contains("onlyHere: true"));
        assert_eq!((&payload["number"], &payload["operation"]), (&Value::Null, &Value::Null));
        let route = "mutation ($id: ID!) { updateNumber(input: {numberId: $id,
            callRoute: { basic: { terminationNumber: \"+14165559999\" } }}) { userErrors { code path } } }";
        let answer = world.ask(route, json!({ "id": id })).await;
        assert_eq!(user_errors(&answer)[0].0, "PROVIDER_UNSUPPORTED");
        let reference = "release-0123456789abcdef";
        let variables = json!({ "id": id, "here": true, "reference": reference });
        let data = world.data(release, variables.clone()).await;
        let released = &data["releaseNumber"];
        assert_eq!(released["number"]["status"], "DROPPED", "{released}");
        assert_eq!(released["operation"], json!({ "state": "SUCCEEDED", "clientReference": reference }));
        assert_eq!(world.data(release, variables).await, data, "the same answer again");
    })
    .await;
}
