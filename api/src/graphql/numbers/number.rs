use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use jiff::Timestamp;
use provider_core::domain::Money as DomainMoney;
use service::{AssignmentRecord, NumberRecord, NumberRelations, SubjectKind};

use super::{
    CallRoute, NumberEvent, NumberType, SmsRoute,
    words::{NumberCategory, NumberStatus},
};
use crate::graphql::{
    access,
    call_stats::{CallIntervalsFilter, SubjectCallStatistics, calls_of},
    error::Result,
    loaders,
    node::{NodeId, NodeKind},
    pagination::{Counted, List, PageArguments, Paged, connect},
    pools::NumberPool,
    providers::{self, Provider},
    scalars::{Country, DateTime, Decimal, DecimalText, PhoneNumber},
    switchboard,
    tenants::{Customer, Dealer, Group},
};

/// A phone number of the inventory.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Number {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// The number.
    e164: PhoneNumber,
    /// Name for reporting, unique in its group: the one that was asked for, whatever its provider made of it
    /// (`externalName`). Null for stock.
    name: Option<String>,
    /// What it is for, as its numbering plan says.
    #[graphql(name = "type")]
    number_type: NumberType,
    /// The kind that number KPIs count it under.
    category: NumberCategory,
    /// Where it is in its life.
    status: NumberStatus,
    /// Its country. Null for numbers of several countries, such as North American toll-free numbers.
    country: Option<Country>,
    /// State or province (US, CA), nation (GB: ENG, SCT, WLS, NIR), by code. Null where it isn't known.
    region: Option<String>,
    /// National destination code without trunk prefix: `905`, `117`. Null for numbers that have none.
    area_code: Option<String>,
    /// The three digits behind the area code (NXX). Null outside the North American plan.
    exchange: Option<String>,
    /// Rate center. Null where no provider or import has told it.
    rate_center: Option<String>,
    /// The provider's own id of it. Null where it has none.
    external_id: Option<String>,
    /// When it got its present owner. Null for stock.
    assigned_at: Option<DateTime>,
    /// Since when it is suspended. Null while it isn't.
    suspended_at: Option<DateTime>,
    /// When it was released. Null while it isn't.
    dropped_at: Option<DateTime>,
    /// Until when it rests after its release; `restoreNumber` brings it back until then. Null while it doesn't, and
    /// for good when its provider took it back.
    quarantine_until: Option<DateTime>,
    /// When its hold ends by itself. Null while it isn't held.
    held_until: Option<DateTime>,
    /// When the inventory got it.
    created_at: DateTime,
    /// Last change.
    updated_at: DateTime,
    #[graphql(skip)]
    record: NumberRecord,
    #[graphql(skip)]
    loaded: NumberRelations,
}

impl Number {
    /// A number whose record carries the relations of `loaded`.
    pub(crate) fn new(mut record: NumberRecord, loaded: NumberRelations) -> Self {
        let instant = |at: Option<Timestamp>| at.map(DateTime::from);
        Self {
            id: NodeId::new(NodeKind::Number, record.id),
            e164: record.e164.clone().into(),
            name: record.name.take(),
            number_type: record.number_type.into(),
            category: record.number_type.category().into(),
            status: record.status.into(),
            country: record.country.map(Country::from),
            region: record.region.take(),
            area_code: record.area_code.take(),
            exchange: record.exchange.take(),
            rate_center: record.rate_center.take(),
            external_id: record.external_id.take(),
            assigned_at: instant(record.assigned_at),
            suspended_at: instant(record.suspended_at),
            dropped_at: instant(record.dropped_at),
            quarantine_until: instant(record.quarantine_until),
            held_until: instant(record.hold_until),
            created_at: record.created_at.into(),
            updated_at: record.updated_at.into(),
            record,
            loaded,
        }
    }

    /// A number whose relations are read when they are asked for.
    pub(crate) fn bare(record: NumberRecord) -> Self {
        Self::new(record, NumberRelations::default())
    }

    async fn own_facts(&self, ctx: &Context<'_>) -> Result<Option<NumberRecord>> {
        loaders::number(ctx, self.record.id).await
    }
}

#[ComplexObject]
impl Number {
    /// Its calls, counted from the records that were imported: those of the customers that the
    /// key sees, while they had it; inbound are calls to the number, outbound calls made from it. Null with an error when
    /// an argument can't be used, and for keys of a group: the calls are their whole customer's to see.
    async fn call_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When, and which calls.")] filter: CallIntervalsFilter,
    ) -> Option<Result<SubjectCallStatistics>> {
        Some(calls_of(ctx, SubjectKind::Number, self.record.id, filter).await)
    }

    /// As people inside its country write it: `(905) 637-2046`.
    async fn national_format(&self) -> String {
        self.record.e164.national_format()
    }

    /// As people outside its country write it: `+1 905-637-2046`.
    async fn international_format(&self) -> String {
        self.record.e164.international_format()
    }

    /// The statuses that may follow its status.
    async fn next_statuses(&self) -> Vec<NumberStatus> {
        self.record
            .status
            .next()
            .iter()
            .map(|next| NumberStatus::from(*next))
            .collect()
    }

    /// Name of the city or area that it is in. Null where it isn't known.
    async fn locality(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        if self.loaded.locality {
            return self.record.locality.clone().map(Ok);
        }
        let facts = self.own_facts(ctx).await.transpose()?;
        facts.map(|facts| facts.locality).transpose()
    }

    /// Its labels, sorted.
    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        if self.loaded.tags {
            return Ok(self.record.tags.clone());
        }
        Ok(self
            .own_facts(ctx)
            .await?
            .map(|facts| facts.tags)
            .unwrap_or_default())
    }

    /// The provider that it comes from. Null when it is no longer configured.
    async fn provider(&self, ctx: &Context<'_>) -> Option<Result<Arc<Provider>>> {
        providers::find(ctx, &self.record.provider).transpose()
    }

    /// What its provider calls it, in the provider's own reports: it may have changed the name that was asked for,
    /// or carry the mark of our order in it. Null where the provider told none.
    async fn external_name(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        let facts = loaders::number_upstream_facts(ctx, self.record.id).await;
        facts.map(|facts| facts.and_then(|facts| facts.name)).transpose()
    }

    /// Where its provider sends messages to it. Null where the provider did not say.
    async fn sms_route(&self, ctx: &Context<'_>) -> Option<Result<SmsRoute>> {
        let facts = loaders::number_upstream_facts(ctx, self.record.id).await;
        facts
            .map(|facts| facts.and_then(|facts| facts.sms_route).map(SmsRoute::from))
            .transpose()
    }

    /// The dealer that sold it. Null when none did, or when this key may not see that one.
    async fn dealer(&self, ctx: &Context<'_>) -> Option<Result<Dealer>> {
        if self.loaded.dealer {
            return self.record.dealer.clone().map(|dealer| Ok(dealer.into()));
        }
        loaders::dealer(ctx, self.record.dealer_id?)
            .await
            .transpose()
            .map(|dealer| dealer.map(Dealer::from))
    }

    /// The customer that has it, or had it while it rests in quarantine. Null for stock.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<Customer>> {
        if self.loaded.customer {
            return self.record.customer.clone().map(|customer| Ok(customer.into()));
        }
        let customer = loaders::customer(ctx, self.record.owner?.customer_id).await;
        customer.transpose().map(|customer| customer.map(Customer::from))
    }

    /// The group that has it, or had it while it rests in quarantine. Null for stock.
    async fn group(&self, ctx: &Context<'_>) -> Option<Result<Group>> {
        if self.loaded.group {
            return self.record.group.clone().map(|group| Ok(group.into()));
        }
        loaders::group(ctx, self.record.owner?.group_id)
            .await
            .transpose()
            .map(|group| group.map(Group::from))
    }

    /// The pool that it works in. Null when it works by itself.
    async fn pool(&self, ctx: &Context<'_>) -> Option<Result<NumberPool>> {
        if self.loaded.pool {
            return self.record.pool.clone().map(|pool| Ok(pool.into()));
        }
        loaders::pool(ctx, self.record.pool_id?)
            .await
            .transpose()
            .map(|pool| pool.map(NumberPool::from))
    }

    /// Where its calls go. Null for stock.
    async fn call_route(&self) -> Option<CallRoute> {
        self.record.termination_number.clone().map(CallRoute::basic)
    }

    /// What it costs a month. Null where that isn't known.
    async fn monthly_cost(&self) -> Option<Money> {
        let (minor, currency) = self.record.monthly_cost.as_ref()?;
        service::money(*minor, currency).map(Money::from)
    }

    /// What happened to it: who, what, why, when. What happened while it was another tenant's is left out. Null
    /// with an error when an argument can't be used.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether the newest event comes first.", default = true)] newest_first: bool,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<NumberEvent>>> {
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        Some(history(ctx, self.record.id, newest_first, arguments).await)
    }

    /// Who had it at an instant. Null when nobody had it, or a tenant that this key may not see.
    async fn owner_at(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The instant.")] at: DateTime,
    ) -> Option<Result<NumberOwnership>> {
        owner_at(ctx, self.record.id, at).await.transpose()
    }
}

async fn history(
    ctx: &Context<'_>,
    row: i64,
    newest_first: bool,
    arguments: PageArguments,
) -> Result<Paged<NumberEvent>> {
    let list = List::new("history", &(row, newest_first));
    let request = arguments.read(&list)?;
    let who = access::viewer(ctx)?;
    let page = switchboard(ctx)?
        .number_history(who, row, newest_first, &request)
        .await?;
    Ok(connect(page, &list, Counted::History(row), NumberEvent::from))
}

async fn owner_at(ctx: &Context<'_>, row: i64, at: DateTime) -> Result<Option<NumberOwnership>> {
    let at = at.argument("at")?;
    let record = switchboard(ctx)?.owner_at(access::viewer(ctx)?, row, at).await?;
    Ok(record.map(NumberOwnership::from))
}

/// A time in which one group had a number.
#[derive(SimpleObject)]
#[graphql(complex)]
struct NumberOwnership {
    /// The name that the number was assigned with.
    name: String,
    /// From when.
    assigned_at: DateTime,
    /// Until when. Null while it lasts.
    released_at: Option<DateTime>,
    #[graphql(skip)]
    record: AssignmentRecord,
}

impl From<AssignmentRecord> for NumberOwnership {
    fn from(record: AssignmentRecord) -> Self {
        Self {
            name: record.name.clone(),
            assigned_at: record.assigned_at.into(),
            released_at: record.released_at.map(DateTime::from),
            record,
        }
    }
}

#[ComplexObject]
impl NumberOwnership {
    /// The group. Null with an error when it can't be read.
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

    /// The pool that the number worked in. Null when it worked by itself.
    async fn pool(&self, ctx: &Context<'_>) -> Option<Result<NumberPool>> {
        loaders::pool(ctx, self.record.pool_id?)
            .await
            .transpose()
            .map(|pool| pool.map(NumberPool::from))
    }
}

/// An amount of money.
#[derive(SimpleObject)]
pub(crate) struct Money {
    /// The amount in the currency's main unit; carriers price below the minor unit.
    amount: Decimal,
    /// The currency, by its ISO 4217 code: `USD`.
    currency: String,
}

impl From<DomainMoney> for Money {
    fn from(money: DomainMoney) -> Self {
        Self {
            amount: DecimalText(money.amount.to_string()).into(),
            currency: money.currency.code().to_owned(),
        }
    }
}
