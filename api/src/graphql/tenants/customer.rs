use async_graphql::{ComplexObject, Context, SimpleObject};
use service::{EmployeeFilter, GroupFilter, NumberFilter, PoolFilter};

use super::{Dealer, Employee, Group, query};
use crate::graphql::{
    error::Result,
    loaders,
    node::{NodeId, NodeKind},
    numbers::{self, Number},
    pagination::{PageArguments, Paged},
    pools::{self, NumberPool},
    scalars::DateTime,
};

/// A company that uses numbers.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Customer {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// Short name for programs, unique in this installation.
    code: String,
    /// Name.
    name: String,
    /// When it was entered.
    created_at: DateTime,
    #[graphql(skip)]
    row: i64,
    #[graphql(skip)]
    dealer_row: Option<i64>,
}

impl From<service::Customer> for Customer {
    fn from(record: service::Customer) -> Self {
        Self {
            id: NodeId::new(NodeKind::Customer, record.id),
            code: record.code,
            name: record.name,
            created_at: record.created_at.into(),
            row: record.id,
            dealer_row: record.dealer_id,
        }
    }
}

#[ComplexObject]
impl Customer {
    /// The dealer that brought it. Null when none did.
    async fn dealer(&self, ctx: &Context<'_>) -> Option<Result<Dealer>> {
        loaders::dealer(ctx, self.dealer_row?)
            .await
            .transpose()
            .map(|dealer| dealer.map(Dealer::from))
    }

    /// Its groups, the oldest first. Null with an error when an argument can't be used.
    async fn groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<Group>>> {
        let filter = GroupFilter {
            customer_id: Some(self.row),
            ..GroupFilter::default()
        };
        Some(
            query::groups(
                ctx,
                filter,
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
            customer_id: Some(self.row),
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

    /// Its number pools, the oldest first. Null with an error when an argument can't be used.
    async fn pools(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<NumberPool>>> {
        let filter = PoolFilter {
            customer_id: Some(self.row),
            ..PoolFilter::default()
        };
        Some(
            pools::page(
                ctx,
                filter,
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

    /// Its people, the ones entered first before the others. Null with an error when an argument can't be used.
    async fn employees(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<Employee>>> {
        let filter = EmployeeFilter {
            customer_id: Some(self.row),
            ..EmployeeFilter::default()
        };
        Some(
            query::employees(
                ctx,
                filter,
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
