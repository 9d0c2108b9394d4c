use async_graphql::{ComplexObject, Context, SimpleObject};
use jiff::Timestamp;
use serde::Deserialize;
use service::EventRecord;

use super::{Number, NumberStatus, words::NumberEventKind};
use crate::graphql::{
    error::Result,
    loaders,
    node::{NodeId, NodeKind},
    scalars::{DateTime, PhoneNumber},
    tenants::{Customer, Group},
};

/// An entry of a number's history. Entries are never changed or removed.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct NumberEvent {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// What happened.
    kind: NumberEventKind,
    /// When, by the database's clock.
    at: DateTime,
    /// Who did it: `key:<number>` for an API key, `worker` for the passing of time.
    actor: String,
    /// What made it happen, for people. Null when nobody said.
    cause: Option<String>,
    /// Id of the operation that it was part of. Null when there was none.
    operation_id: Option<NodeId>,
    /// The facts that changed, as they were; null below it stands for what didn't change or was absent.
    before: NumberFacts,
    /// The facts that changed, as they became; null below it stands for what didn't change or is absent.
    after: NumberFacts,
    #[graphql(skip)]
    record: EventRecord,
}

impl From<EventRecord> for NumberEvent {
    fn from(record: EventRecord) -> Self {
        Self {
            id: NodeId::new(NodeKind::NumberEvent, record.id),
            kind: record.kind.into(),
            at: record.at.into(),
            actor: record.actor.clone(),
            cause: record.cause.clone(),
            operation_id: record
                .operation_id
                .map(|row| NodeId::new(NodeKind::Operation, row)),
            before: NumberFacts::read(&record.before),
            after: NumberFacts::read(&record.after),
            record,
        }
    }
}

#[ComplexObject]
impl NumberEvent {
    /// The number as it is now. Null when it has become another tenant's, or stock.
    async fn number(&self, ctx: &Context<'_>) -> Option<Result<Number>> {
        let number = loaders::number(ctx, self.record.number_id).await;
        number.transpose().map(|number| number.map(Number::bare))
    }

    /// The group whose number it was. Null when it was stock.
    async fn group(&self, ctx: &Context<'_>) -> Option<Result<Group>> {
        loaders::group(ctx, self.record.owner?.group_id)
            .await
            .transpose()
            .map(|group| group.map(Group::from))
    }

    /// The customer whose number it was. Null when it was stock.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<Customer>> {
        let customer = loaders::customer(ctx, self.record.owner?.customer_id).await;
        customer.transpose().map(|customer| customer.map(Customer::from))
    }
}

/// Facts of a number on one side of a change. Each is null when it didn't change or was absent.
#[derive(SimpleObject, Default)]
struct NumberFacts {
    /// Where it was in its life.
    status: Option<NumberStatus>,
    /// Its name.
    name: Option<String>,
    /// Id of the customer that had it.
    customer_id: Option<NodeId>,
    /// Id of the group that had it.
    group_id: Option<NodeId>,
    /// Id of the dealer that sold it.
    dealer_id: Option<NodeId>,
    /// Id of the pool that it worked in.
    pool_id: Option<NodeId>,
    /// The number that rang.
    termination_number: Option<PhoneNumber>,
    /// When its hold would end by itself.
    held_until: Option<DateTime>,
    /// Until when it would rest.
    quarantine_until: Option<DateTime>,
    /// Its labels.
    tags: Option<Vec<String>>,
}

/// Facts as histories keep them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredFacts {
    status: Option<provider_core::domain::NumberStatus>,
    name: Option<String>,
    customer_id: Option<i64>,
    group_id: Option<i64>,
    dealer_id: Option<i64>,
    pool_id: Option<i64>,
    termination_number: Option<provider_core::domain::E164>,
    hold_until: Option<Timestamp>,
    quarantine_until: Option<Timestamp>,
    tags: Option<Vec<String>>,
}

impl NumberFacts {
    /// A history outlives versions: facts that can't be read any more are left out, not an error.
    fn read(stored: &serde_json::Value) -> Self {
        let Ok(facts) = StoredFacts::deserialize(stored) else {
            tracing::warn!("the facts of an event can't be read");
            return Self::default();
        };
        let id = |kind, row: Option<i64>| row.map(|row| NodeId::new(kind, row));
        Self {
            status: facts.status.map(NumberStatus::from),
            name: facts.name,
            customer_id: id(NodeKind::Customer, facts.customer_id),
            group_id: id(NodeKind::Group, facts.group_id),
            dealer_id: id(NodeKind::Dealer, facts.dealer_id),
            pool_id: id(NodeKind::NumberPool, facts.pool_id),
            termination_number: facts.termination_number.map(PhoneNumber::from),
            held_until: facts.hold_until.map(DateTime::from),
            quarantine_until: facts.quarantine_until.map(DateTime::from),
            tags: facts.tags,
        }
    }
}
