use async_graphql::{ComplexObject, Context, SimpleObject};

use super::{Customer, Group};
use crate::graphql::{
    error::Result,
    loaders,
    node::{NodeId, NodeKind},
};

/// A person of a customer.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Employee {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// Name.
    name: String,
    /// E-mail address; null when it isn't known.
    email: Option<String>,
    /// Number inside the customer's telephone system that the person has now, the newest where there are several;
    /// null when there is none.
    extension: Option<String>,
    #[graphql(skip)]
    customer_row: i64,
    #[graphql(skip)]
    group_row: Option<i64>,
}

impl From<service::Employee> for Employee {
    fn from(record: service::Employee) -> Self {
        Self {
            id: NodeId::new(NodeKind::Employee, record.id),
            name: record.name,
            email: record.email,
            extension: record.extension,
            customer_row: record.customer_id,
            group_row: record.group_id,
        }
    }
}

#[ComplexObject]
impl Employee {
    /// The customer that the person works for. Null with an error when it can't be read.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<Customer>> {
        let customer = loaders::customer(ctx, self.customer_row).await;
        customer.transpose().map(|customer| customer.map(Customer::from))
    }

    /// The group that the person belongs to. Null when there is none.
    async fn group(&self, ctx: &Context<'_>) -> Option<Result<Group>> {
        loaders::group(ctx, self.group_row?)
            .await
            .transpose()
            .map(|group| group.map(Group::from))
    }
}
