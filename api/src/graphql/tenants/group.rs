use async_graphql::{ComplexObject, Context, SimpleObject};
use service::{EmployeeFilter, NumberFilter, PoolFilter};

use super::{Customer, Employee, query};
use crate::graphql::{
    error::Result,
    loaders,
    node::{NodeId, NodeKind},
    numbers::{self, Number},
    pagination::{PageArguments, Paged},
    pools::{self, NumberPool},
    scalars::DateTime,
};

/// A part of a customer that has numbers and pools.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Group {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// Name, unique in its customer.
    name: String,
    /// What providers call it; null when nobody has told.
    external_id: Option<String>,
    /// When it was entered.
    created_at: DateTime,
    #[graphql(skip)]
    row: i64,
    #[graphql(skip)]
    customer_row: i64,
}

impl From<service::Group> for Group {
    fn from(record: service::Group) -> Self {
        Self {
            id: NodeId::new(NodeKind::Group, record.id),
            name: record.name,
            external_id: record.external_id,
            created_at: record.created_at.into(),
            row: record.id,
            customer_row: record.customer_id,
        }
    }
}

#[ComplexObject]
impl Group {
    /// The customer that it is a part of. Null with an error when it can't be read.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<Customer>> {
        let customer = loaders::customer(ctx, self.customer_row).await;
        customer.transpose().map(|customer| customer.map(Customer::from))
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
            group_id: Some(self.row),
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
            group_id: Some(self.row),
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
            group_id: Some(self.row),
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
