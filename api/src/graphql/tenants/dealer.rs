use async_graphql::{ComplexObject, Context, SimpleObject};
use service::CustomerFilter;

use super::{Customer, query};
use crate::graphql::{
    error::Result,
    node::{NodeId, NodeKind},
    pagination::{PageArguments, Paged},
};

/// A partner of a reseller that brings customers.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Dealer {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// Short name for programs, unique in this installation.
    code: String,
    /// Name.
    name: String,
    #[graphql(skip)]
    row: i64,
}

impl From<service::Dealer> for Dealer {
    fn from(record: service::Dealer) -> Self {
        Self {
            id: NodeId::new(NodeKind::Dealer, record.id),
            code: record.code,
            name: record.name,
            row: record.id,
        }
    }
}

#[ComplexObject]
impl Dealer {
    /// The customers that it brought, the oldest first. Null with an error when an argument can't be used.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<Customer>>> {
        let filter = CustomerFilter {
            dealer_id: Some(self.row),
            ..CustomerFilter::default()
        };
        Some(
            query::customers(
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
