use async_graphql::SimpleObject;

use crate::graphql::{
    node::{NodeId, NodeKind},
    scalars::DateTime,
};

/// An address that is called with alerts: a POST of JSON, signed as Standard Webhooks
/// (<https://www.standardwebhooks.com>) says, with the headers `webhook-id`, `webhook-timestamp` and
/// `webhook-signature`. An answer other than 2xx is tried again for about three days, with the same `webhook-id`; 410
/// ends it.
#[derive(SimpleObject)]
pub(crate) struct Webhook {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// Name, for people.
    name: String,
    /// Where it leads.
    url: String,
    /// When it was made.
    created_at: DateTime,
}

impl From<service::Webhook> for Webhook {
    fn from(record: service::Webhook) -> Self {
        Self {
            id: NodeId::new(NodeKind::Webhook, record.id),
            name: record.name,
            url: record.url,
            created_at: record.created_at.into(),
        }
    }
}
