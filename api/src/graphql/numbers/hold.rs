use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use service::HoldRecord;
use strum::EnumString;

use super::Number;
use crate::graphql::{
    error::Result,
    loaders,
    node::{NodeId, NodeKind},
    scalars::DateTime,
    tenants::Group,
};

/// Why a hold ended.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
enum HoldEndReason {
    /// It was given back.
    Released,
    /// Its time was over.
    Expired,
    /// The number was assigned to the group.
    Assigned,
}

/// A short exclusive claim of a group on a number: nobody else is offered it meanwhile.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Hold {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// The idempotency key of the mutation that made it.
    client_reference: String,
    /// Who made it: `key:<number>`.
    actor: String,
    /// When it ends, or would have ended, by itself.
    held_until: DateTime,
    /// When it was made.
    created_at: DateTime,
    /// When it ended. Null while it lasts.
    ended_at: Option<DateTime>,
    /// Why it ended. Null while it lasts.
    end_reason: Option<HoldEndReason>,
    #[graphql(skip)]
    record: HoldRecord,
}

impl From<HoldRecord> for Hold {
    fn from(record: HoldRecord) -> Self {
        Self {
            id: NodeId::new(NodeKind::Hold, record.id),
            client_reference: record.client_reference.clone(),
            actor: record.actor.clone(),
            held_until: record.held_until.into(),
            created_at: record.created_at.into(),
            ended_at: record.ended_at.map(DateTime::from),
            end_reason: record
                .end_reason
                .as_deref()
                .and_then(|reason| reason.parse().ok()),
            record,
        }
    }
}

#[ComplexObject]
impl Hold {
    /// The number. Null when it has become another tenant's, or stock that this key may not see.
    async fn number(&self, ctx: &Context<'_>) -> Option<Result<Number>> {
        let number = loaders::number(ctx, self.record.number_id).await;
        number.transpose().map(|number| number.map(Number::bare))
    }

    /// The group that it is for. Null with an error when it can't be read.
    async fn group(&self, ctx: &Context<'_>) -> Option<Result<Group>> {
        loaders::group(ctx, self.record.owner.group_id)
            .await
            .transpose()
            .map(|group| group.map(Group::from))
    }
}
