use async_graphql::{ComplexObject, Context, SimpleObject};

use service::SubjectKind;

use super::{Customer, Group};
use crate::graphql::{
    call_stats::{CallIntervalsFilter, SubjectCallStatistics, calls_of},
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
    row: i64,
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
            row: record.id,
            customer_row: record.customer_id,
            group_row: record.group_id,
        }
    }
}

#[ComplexObject]
impl Employee {
    /// Its calls, counted from the records that were imported: at all
    /// extensions together. Null with an error when
    /// an argument can't be used, and for keys of a group: the calls are their whole customer's to see.
    async fn call_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When, and which calls.")] filter: CallIntervalsFilter,
    ) -> Option<Result<SubjectCallStatistics>> {
        Some(calls_of(ctx, SubjectKind::Employee, self.row, filter).await)
    }

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
