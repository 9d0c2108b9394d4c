//! Durable records of changes that a provider must make.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};
use service::{OperationFilter as Filter, OperationRecord};

use super::{
    access,
    call_centers::{self, CallCenter},
    error::{Result, UserError},
    input, loaders,
    node::{NodeId, NodeKind},
    numbers::Number,
    pagination::{Counted, List, PageArguments, Paged, connect},
    pools::NumberPool,
    providers::{self, Provider},
    scalars::DateTime,
    switchboard,
    tenants::{Customer, Group},
};

/// What an operation changes.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::OperationKind")]
enum OperationKind {
    /// Gives a group a number.
    AssignNumber,
    /// Gives a group a pool of numbers.
    CreateNumberPool,
    /// Makes a pool larger or smaller.
    ResizeNumberPool,
    /// Changes a number's route, and what else was asked for with it.
    UpdateNumber,
    /// Takes a number out of service.
    SuspendNumber,
    /// Puts a suspended number back into service.
    ResumeNumber,
    /// Gives a number back.
    ReleaseNumber,
    /// Changes what a pool is called, replaces, waits for and is routed to.
    UpdateNumberPool,
    /// Ends a pool.
    RetireNumberPool,
    /// Changes how a call center reports.
    UpdateCallCenterReporting,
}

/// Where an operation is on its way. SUCCEEDED, PARTIAL, REFUSED and NEEDS_REVIEW are its ends.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::OperationState")]
enum OperationState {
    /// Written down; no provider has been called.
    Requested,
    /// A provider is being called, or the process died while it was.
    Submitting,
    /// The provider took the order and will answer later.
    Submitted,
    /// Whether the provider acted is not known; it is being found out.
    Unconfirmed,
    /// Done.
    Succeeded,
    /// Done in part, which the caller allowed.
    Partial,
    /// Not done, and nothing was bought.
    Refused,
    /// A person must look: it could not be found out whether the provider acted.
    NeedsReview,
}

/// A durable record of a change that a provider must make, written before the provider is called.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Operation {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// The idempotency key of the mutation that asked for it.
    client_reference: String,
    /// What it changes.
    kind: OperationKind,
    /// Where it is.
    state: OperationState,
    /// How often providers have been called for it.
    attempts: i32,
    /// What the provider calls the change that it makes later, or what it gave and could not be kept here: what to
    /// look for in the provider's own console. Null where it told none.
    external_reference: Option<String>,
    /// Why it was refused, or what it waits for; null while nothing went wrong.
    problem: Option<UserError>,
    /// When it was asked for.
    created_at: DateTime,
    /// Last change.
    updated_at: DateTime,
    /// When it came to its end; null until then.
    finished_at: Option<DateTime>,
    #[graphql(skip)]
    record: OperationRecord,
}

impl From<OperationRecord> for Operation {
    fn from(record: OperationRecord) -> Self {
        Self {
            id: NodeId::new(NodeKind::Operation, record.id),
            client_reference: record.client_reference.clone(),
            kind: record.kind.into(),
            state: record.state.into(),
            attempts: record.attempts.try_into().unwrap_or(i32::MAX),
            external_reference: record.upstream_ref.clone(),
            problem: record
                .problem
                .as_ref()
                .map(|problem| service::UserError::from(problem).into()),
            created_at: record.created_at.into(),
            updated_at: record.updated_at.into(),
            finished_at: record.finished_at.map(DateTime::from),
            record,
        }
    }
}

#[ComplexObject]
impl Operation {
    /// The provider that was called last. Null before the first call, or when it is no longer configured.
    async fn provider(&self, ctx: &Context<'_>) -> Option<Result<Arc<Provider>>> {
        providers::find(ctx, self.record.provider.as_deref()?).transpose()
    }

    /// The group it is for. Null with an error when it can't be read.
    async fn group(&self, ctx: &Context<'_>) -> Option<Result<Group>> {
        loaders::group(ctx, self.record.owner.group_id)
            .await
            .transpose()
            .map(|group| group.map(Group::from))
    }

    /// The customer it is for. Null with an error when it can't be read.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<Customer>> {
        let customer = loaders::customer(ctx, self.record.owner.customer_id).await;
        customer.transpose().map(|customer| customer.map(Customer::from))
    }

    /// The number that it gave or changes. Null while there is none, or when the number has become another tenant's.
    async fn number(&self, ctx: &Context<'_>) -> Option<Result<Number>> {
        let number = loaders::number(ctx, self.record.number_id?).await;
        number.transpose().map(|number| number.map(Number::bare))
    }

    /// The call center that it changes. Null when it changes none, or its provider is no longer configured.
    async fn call_center(&self, ctx: &Context<'_>) -> Option<Result<CallCenter>> {
        let id = service::call_center_of(&self.record)?;
        call_centers::with_id(ctx, id).await.transpose()
    }

    /// The pool that it gave or changes. Null while there is none.
    async fn pool(&self, ctx: &Context<'_>) -> Option<Result<NumberPool>> {
        let pool = loaders::pool(ctx, self.record.pool_id?).await;
        pool.transpose().map(|pool| pool.map(NumberPool::from))
    }
}

/// Which operations to list. All given conditions must hold.
#[derive(InputObject, Default)]
struct OperationFilter {
    /// In one of these states.
    states: Option<Vec<OperationState>>,
    /// Of this kind.
    kind: Option<OperationKind>,
    /// Global id of the group that they are for.
    group_id: Option<ID>,
    /// With this client reference.
    client_reference: Option<String>,
}

impl OperationFilter {
    fn read(self) -> Result<Filter> {
        Ok(Filter {
            states: self
                .states
                .map(|states| states.into_iter().map(Into::into).collect()),
            kind: self.kind.map(Into::into),
            group_id: input::optional_row(self.group_id.as_ref(), NodeKind::Group, "filter.groupId")?,
            client_reference: input::text(self.client_reference, "filter.clientReference")?,
        })
    }
}

#[derive(Default)]
pub(crate) struct OperationQueries;

#[Object]
impl OperationQueries {
    /// One operation. Null when there is none with this id, or none that this key may see.
    async fn operation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of an Operation.")] id: ID,
    ) -> Option<Result<Operation>> {
        by_id(ctx, &id).await.transpose()
    }

    /// Operations, the newest first.
    async fn operations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all when absent.")] filter: Option<OperationFilter>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Operation>> {
        let who = access::principal(ctx)?;
        let filter = filter.unwrap_or_default().read()?;
        let list = List::new("operations", &filter);
        let request = PageArguments {
            first,
            after,
            last,
            before,
        }
        .read(&list)?;
        let page = switchboard(ctx)?.operations(&who, &filter, &request).await?;
        Ok(connect(page, &list, Counted::Operations(filter), Operation::from))
    }
}

async fn by_id(ctx: &Context<'_>, id: &ID) -> Result<Option<Operation>> {
    let who = access::principal(ctx)?;
    let row = input::row(id, NodeKind::Operation, "id")?;
    Ok(switchboard(ctx)?.operation(&who, row).await?.map(Operation::from))
}
