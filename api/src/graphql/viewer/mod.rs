//! Whose key it is.

use async_graphql::{Context, Enum, Object, SimpleObject};
use service::{Principal, Scope};

use super::{
    access,
    error::Result,
    node::{NodeId, NodeKind},
};

/// What a key may do; each level may do all that the levels before it may. A level says what, the key's scope to
/// whom.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::AccessLevel")]
enum AccessLevel {
    /// Reads number KPIs, and nothing else but `viewer`.
    Kpi,
    /// Reads everything in its scope.
    Viewer,
    /// Also changes numbers and pools: assign, hold, update, release.
    Manage,
    /// Also speaks for the customer itself.
    Owner,
    /// As OWNER, for every customer of its reseller.
    Reseller,
    /// Everything in the installation.
    Admin,
}

/// The part of the tenant tree (reseller, customer, group) that a key sees.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
enum AccessScope {
    /// Everything, stock included.
    Platform,
    /// A reseller and all its customers.
    Reseller,
    /// A customer and all its groups.
    Customer,
    /// One group.
    Group,
}

/// The API key that a request was made with.
#[derive(SimpleObject)]
struct Viewer {
    /// The key's name, given by whoever issued it.
    name: String,
    /// What it may do.
    level: AccessLevel,
    /// What it may do it to.
    scope: AccessScope,
    /// Id of the customer it is bound to; null when its scope is wider.
    customer_id: Option<NodeId>,
    /// Id of the group it is bound to; null when its scope is wider.
    group_id: Option<NodeId>,
}

impl From<Principal> for Viewer {
    fn from(who: Principal) -> Self {
        let (scope, customer, group) = match who.scope {
            Scope::Platform => (AccessScope::Platform, None, None),
            Scope::Reseller { .. } => (AccessScope::Reseller, None, None),
            Scope::Customer { customer_id, .. } => (AccessScope::Customer, Some(customer_id), None),
            Scope::Group {
                customer_id,
                group_id,
                ..
            } => (AccessScope::Group, Some(customer_id), Some(group_id)),
        };
        Self {
            name: who.name,
            level: who.level.into(),
            scope,
            customer_id: customer.map(|row| NodeId::new(NodeKind::Customer, row)),
            group_id: group.map(|row| NodeId::new(NodeKind::Group, row)),
        }
    }
}

#[derive(Default)]
pub(crate) struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Whose key this is.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        access::principal(ctx).map(Viewer::from)
    }
}
