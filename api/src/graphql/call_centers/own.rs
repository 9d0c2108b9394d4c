use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use service::{AgentName, CallCenter as Record, ServiceResult};

use super::CallCenter;
use crate::graphql::{
    access,
    error::{Result, UserError, user_errors},
    input::{Faults, Parsed},
    node::NodeKind,
    payload::expected,
    switchboard,
};

/// A call center on own data: on what a group's telephone system logs about its queues.
#[derive(InputObject)]
struct CreateCallCenterInput {
    /// Global id of the group.
    group_id: ID,
    /// Its name, 1 to 255 characters, unique in its group.
    name: String,
    /// IANA name of the zone whose days its reports are of: `Europe/Brussels`.
    time_zone: String,
    /// How long each row of its reports covers, in minutes: 15, 30 (when absent) or 60.
    collection_period_minutes: Option<i32>,
    /// Names of its queues, as the telephone system logs them. A queue has one call center.
    queues: Vec<String>,
}

impl CreateCallCenterInput {
    fn read(self) -> Parsed<service::CreateCallCenter> {
        let mut faults = Faults::default();
        let group = faults.row(&self.group_id, NodeKind::Group, "input.groupId");
        let minutes = self.collection_period_minutes;
        let minutes = minutes.and_then(|minutes| faults.count(minutes, "input.collectionPeriodMinutes"));
        let request = group.map(|group_id| service::CreateCallCenter {
            group_id,
            name: self.name,
            time_zone: self.time_zone,
            collection_period_minutes: minutes,
            queues: self.queues,
        });
        faults.give(request)
    }
}

/// An agent and what people call them.
#[derive(InputObject)]
struct CallCenterAgentInput {
    /// What the telephone system calls the agent: `SIP/100`.
    agent_user_id: String,
    /// First name.
    first_name: Option<String>,
    /// Last name.
    last_name: Option<String>,
}

/// Changes a call center on own data. What is absent or null stays as it is.
#[derive(InputObject)]
struct UpdateCallCenterInput {
    /// Global id of the call center.
    call_center_id: ID,
    /// IANA name of the zone whose days its reports are of.
    time_zone: Option<String>,
    /// All of its queues. One that is no longer among them gets a call center of its own name at the next import.
    queues: Option<Vec<String>>,
    /// Agents that work in its queues, with what people call them; others stay as they are.
    agents: Option<Vec<CallCenterAgentInput>>,
}

impl UpdateCallCenterInput {
    fn read(self) -> Parsed<service::UpdateCallCenter> {
        let mut faults = Faults::default();
        let call_center = faults.call_center(&self.call_center_id, "input.callCenterId");
        let agents = self.agents.unwrap_or_default().into_iter();
        let agents = agents.map(|agent| AgentName {
            agent: agent.agent_user_id,
            first_name: agent.first_name,
            last_name: agent.last_name,
        });
        let request = call_center.map(|call_center| service::UpdateCallCenter {
            call_center,
            time_zone: self.time_zone,
            queues: self.queues,
            agents: agents.collect(),
        });
        faults.give(request)
    }
}

/// What became of a `createCallCenter`.
#[derive(SimpleObject, Default)]
struct CreateCallCenterPayload {
    /// The new call center. Null when it was refused.
    call_center: Option<CallCenter>,
    /// Why there is none.
    user_errors: Vec<UserError>,
}

/// What became of an `updateCallCenter`.
#[derive(SimpleObject, Default)]
struct UpdateCallCenterPayload {
    /// The call center after the change. Null when it was refused.
    call_center: Option<CallCenter>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct OwnCallCenterMutations;

#[Object]
impl OwnCallCenterMutations {
    /// Makes a call center on own data. A name that the group has is refused, so that repeating it makes no second one.
    async fn create_call_center(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is.")] input: CreateCallCenterInput,
    ) -> Option<Result<CreateCallCenterPayload>> {
        Some(create(ctx, input).await)
    }

    /// Changes the zone, queues or agents of a call center on own data.
    async fn update_call_center(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what changes.")] input: UpdateCallCenterInput,
    ) -> Option<Result<UpdateCallCenterPayload>> {
        Some(update(ctx, input).await)
    }
}

async fn create(ctx: &Context<'_>, input: CreateCallCenterInput) -> Result<CreateCallCenterPayload> {
    let who = access::principal(ctx)?;
    let made = match input.read() {
        Ok(request) => shown(ctx, switchboard(ctx)?.create_call_center(&who, request).await)?,
        Err(refusals) => Err(user_errors(refusals)),
    };
    Ok(match made {
        Ok(center) => CreateCallCenterPayload {
            call_center: Some(center),
            ..CreateCallCenterPayload::default()
        },
        Err(user_errors) => CreateCallCenterPayload {
            user_errors,
            ..CreateCallCenterPayload::default()
        },
    })
}

async fn update(ctx: &Context<'_>, input: UpdateCallCenterInput) -> Result<UpdateCallCenterPayload> {
    let who = access::principal(ctx)?;
    let made = match input.read() {
        Ok(request) => shown(ctx, switchboard(ctx)?.update_call_center(&who, request).await)?,
        Err(refusals) => Err(user_errors(refusals)),
    };
    Ok(match made {
        Ok(center) => UpdateCallCenterPayload {
            call_center: Some(center),
            ..UpdateCallCenterPayload::default()
        },
        Err(user_errors) => UpdateCallCenterPayload {
            user_errors,
            ..UpdateCallCenterPayload::default()
        },
    })
}

fn shown(
    ctx: &Context<'_>,
    answer: ServiceResult<Record>,
) -> Result<std::result::Result<CallCenter, Vec<UserError>>> {
    Ok(match expected(answer)? {
        Ok(record) => Ok(CallCenter::of(ctx, record)?),
        Err(refusals) => Err(user_errors(refusals)),
    })
}
