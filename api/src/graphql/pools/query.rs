use async_graphql::{Context, ID, InputObject, Object};
use provider_core::domain::ProviderId;
use service::PoolFilter;

use super::{NumberPool, pool::PoolStatus};
use crate::graphql::{
    access,
    error::Result,
    input,
    node::NodeKind,
    pagination::{Counted, List, PageArguments, Paged, connect},
    switchboard,
};

/// Which number pools to list. All given conditions must hold.
#[derive(InputObject, Default)]
struct NumberPoolFilter {
    /// In this status.
    status: Option<PoolStatus>,
    /// Global id of the group that has them.
    group_id: Option<ID>,
    /// Global id of the customer that has them.
    customer_id: Option<ID>,
    /// Global id of the provider that their numbers come from.
    provider_id: Option<ID>,
    /// Their name contains this, in whatever case.
    search: Option<String>,
}

impl NumberPoolFilter {
    fn read(self) -> Result<PoolFilter> {
        Ok(PoolFilter {
            status: self.status.map(Into::into),
            group_id: input::optional_row(self.group_id.as_ref(), NodeKind::Group, "filter.groupId")?,
            customer_id: input::optional_row(
                self.customer_id.as_ref(),
                NodeKind::Customer,
                "filter.customerId",
            )?,
            provider: input::optional_provider(self.provider_id.as_ref(), "filter.providerId")?
                .map(ProviderId::into),
            search: input::text(self.search, "filter.search")?,
        })
    }
}

#[derive(Default)]
pub(crate) struct PoolQueries;

#[Object]
impl PoolQueries {
    /// One number pool. Null when there is none with this id, or none that this key may see.
    async fn pool(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of a NumberPool.")] id: ID,
    ) -> Option<Result<NumberPool>> {
        by_id(ctx, &id).await.transpose()
    }

    /// Number pools, the oldest first.
    async fn pools(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all when absent.")] filter: Option<NumberPoolFilter>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Paged<NumberPool>> {
        access::principal(ctx)?;
        let filter = filter.unwrap_or_default().read()?;
        page(
            ctx,
            filter,
            PageArguments {
                first,
                after,
                last,
                before,
            },
        )
        .await
    }
}

async fn by_id(ctx: &Context<'_>, id: &ID) -> Result<Option<NumberPool>> {
    let who = access::principal(ctx)?;
    let row = input::row(id, NodeKind::NumberPool, "id")?;
    Ok(switchboard(ctx)?.pool(&who, row).await?.map(NumberPool::from))
}

/// A page of pools.
pub(crate) async fn page(
    ctx: &Context<'_>,
    filter: PoolFilter,
    arguments: PageArguments,
) -> Result<Paged<NumberPool>> {
    let list = List::new("pools", &filter);
    let request = arguments.read(&list)?;
    let page = switchboard(ctx)?
        .pools(access::viewer(ctx)?, &filter, &request)
        .await?;
    Ok(connect(page, &list, Counted::Pools(filter), NumberPool::from))
}
