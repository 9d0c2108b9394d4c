use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use service::{NumberFilter, PoolRecord, SubjectKind};

use super::{matching::NumberPoolMatchView, replacement::ReplacementConfiguration};
use crate::graphql::{
    call_stats::{CallIntervalsFilter, SubjectCallStatistics, calls_of},
    error::Result,
    loaders,
    node::{NodeId, NodeKind},
    numbers::{self, CallRoute, Number, SmsRoute},
    pagination::{PageArguments, Paged},
    providers::{self, Provider},
    scalars::DateTime,
    tenants::{Customer, Group},
};

/// Where a pool is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "provider_core::domain::PoolStatus")]
pub(super) enum PoolStatus {
    /// Ordered, and not yet in service.
    Pending,
    /// In service.
    Active,
    /// Out of service for good.
    Retired,
}

/// Numbers that stand in for those on a web page, one visitor each, so that calls can be told apart.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct NumberPool {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// Name for reporting, unique among the group's pools that aren't retired: the one that was asked for, whatever
    /// its provider made of it (`externalName`).
    name: String,
    /// Where it is in its life.
    status: PoolStatus,
    /// What the provider calls it. Null where it has no name for it.
    external_id: Option<String>,
    /// What it was ordered by.
    #[graphql(name = "match")]
    matching: NumberPoolMatchView,
    /// How long a session is held open to wait for a call, in minutes.
    match_period_minutes: u32,
    /// How many numbers it should have.
    quantity: u32,
    /// Where its calls go.
    call_route: CallRoute,
    /// When it was created.
    created_at: DateTime,
    /// Last change.
    updated_at: DateTime,
    /// When it was retired. Null while it isn't.
    retired_at: Option<DateTime>,
    #[graphql(skip)]
    record: PoolRecord,
}

impl From<PoolRecord> for NumberPool {
    fn from(record: PoolRecord) -> Self {
        Self {
            id: NodeId::new(NodeKind::NumberPool, record.id),
            name: record.name.clone(),
            status: record.status.into(),
            external_id: record.external_id.clone(),
            matching: (&record.matching).into(),
            match_period_minutes: record.match_period_minutes,
            quantity: record.quantity,
            call_route: CallRoute::basic(record.termination_number.clone()),
            created_at: record.created_at.into(),
            updated_at: record.updated_at.into(),
            retired_at: record.retired_at.map(DateTime::from),
            record,
        }
    }
}

#[ComplexObject]
impl NumberPool {
    /// Its calls, counted from the records that were imported: those of its numbers
    /// while they worked in it. Null with an error when
    /// an argument can't be used, and for keys of a group: the calls are their whole customer's to see.
    async fn call_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When, and which calls.")] filter: CallIntervalsFilter,
    ) -> Option<Result<SubjectCallStatistics>> {
        Some(calls_of(ctx, SubjectKind::Pool, self.record.id, filter).await)
    }

    /// The group that has it. Null with an error when it can't be read.
    async fn group(&self, ctx: &Context<'_>) -> Option<Result<Group>> {
        loaders::group(ctx, self.record.owner.group_id)
            .await
            .transpose()
            .map(|group| group.map(Group::from))
    }

    /// The group's customer. Null with an error when it can't be read.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<Customer>> {
        let customer = loaders::customer(ctx, self.record.owner.customer_id).await;
        customer.transpose().map(|customer| customer.map(Customer::from))
    }

    /// The provider that its numbers come from. Null when it is no longer configured.
    async fn provider(&self, ctx: &Context<'_>) -> Option<Result<Arc<Provider>>> {
        providers::find(ctx, &self.record.provider).transpose()
    }

    /// What its provider calls it, in the provider's own reports: it may have changed the name that was asked for,
    /// or carry the mark of our order in it. Null where the provider told none.
    async fn external_name(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        let facts = loaders::pool_upstream_facts(ctx, self.record.id).await;
        facts.map(|facts| facts.and_then(|facts| facts.name)).transpose()
    }

    /// Where its provider sends messages to its numbers. Null where the provider did not say.
    async fn sms_route(&self, ctx: &Context<'_>) -> Option<Result<SmsRoute>> {
        let facts = loaders::pool_upstream_facts(ctx, self.record.id).await;
        facts
            .map(|facts| facts.and_then(|facts| facts.sms_route).map(SmsRoute::from))
            .transpose()
    }

    /// Which numbers of a page it replaces, and for which visitors. Null with an error when it can't be read.
    async fn replacement(&self, ctx: &Context<'_>) -> Option<Result<ReplacementConfiguration>> {
        let replacement = loaders::replacement(ctx, self.record.id).await;
        replacement
            .transpose()
            .map(|replacement| replacement.map(ReplacementConfiguration::from))
    }

    /// Its numbers. Null with an error when an argument can't be used.
    async fn numbers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In what order.", default)] order_by: numbers::NumberOrder,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<Number>>> {
        let filter = NumberFilter {
            pool_id: Some(Some(self.record.id)),
            ..NumberFilter::default()
        };
        Some(
            numbers::page(
                ctx,
                filter,
                order_by,
                PageArguments {
                    first,
                    after,
                    last,
                    before,
                },
            )
            .await,
        )
    }
}
