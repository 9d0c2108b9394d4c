use std::collections::HashMap;

use jiff::tz::TimeZone;
use provider_core::domain::ReportingSettings;
use store::{
    StoreError,
    call_centers::{self as centers, AgentName, CallCenterRecord, NewCallCenter},
};

use super::{COLLECTION_PERIODS, USUAL_PERIOD, id_of, own_names, schedule};
use crate::{
    CallCenter, CallCenterId, Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode,
    call_centers::no_such_center, inventory::own_id, validate::Faults,
};

/// Most queues of a call center.
const MOST_QUEUES: usize = 100;
/// Most agents that one request names.
const MOST_AGENTS: usize = 1_000;

/// Asks for a call center on own data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateCallCenter {
    /// Row of the group.
    pub group_id: i64,
    /// Name, unique in its group.
    pub name: String,
    /// IANA name of the zone whose days its reports are of: `Europe/Brussels`.
    pub time_zone: String,
    /// How long each row of a report covers, in minutes.
    pub collection_period_minutes: Option<u32>,
    /// Names of its queues, as the telephone system logs them. Those that have another call center can't be had.
    pub queues: Vec<String>,
}

/// Changes a call center on own data. Absent fields stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateCallCenter {
    /// Which one.
    pub call_center: CallCenterId,
    /// IANA name of the zone whose days its reports are of.
    pub time_zone: Option<String>,
    /// All of its queues.
    pub queues: Option<Vec<String>>,
    /// Agents that work in its queues, with what people call them; others stay as they are.
    pub agents: Vec<AgentName>,
}

/// What only a call center on own data has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCallCenter {
    /// IANA name of the zone whose days its reports are of.
    pub time_zone: String,
    /// Names of its queues, in order.
    pub queues: Vec<String>,
    /// How it reports.
    pub reporting: ReportingSettings,
}

impl Switchboard {
    /// Makes a call center on own data.
    ///
    /// # Errors
    /// Refusals at the fields of `input`; [`ServiceError::AccessDenied`].
    pub async fn create_call_center(
        &self,
        who: &Principal,
        request: CreateCallCenter,
    ) -> ServiceResult<CallCenter> {
        who.may_manage()?;
        let mut faults = Faults::default();
        let name = faults.name(&request.name);
        let time_zone = time_zone(&mut faults, &request.time_zone);
        let queues = queues(&mut faults, request.queues);
        let minutes = request.collection_period_minutes.unwrap_or(USUAL_PERIOD);
        if !COLLECTION_PERIODS.contains(&minutes) {
            let message = "a collection period is 15, 30 or 60 minutes";
            faults.add(
                UserErrorCode::InvalidInput,
                "input.collectionPeriodMinutes",
                message,
            );
        }
        faults.into_result()?;
        let group = self.group_for(who, request.group_id).await?;
        let new = NewCallCenter {
            owner: group.owner(),
            name: name.clone(),
            time_zone,
            collection_period_minutes: minutes,
        };
        let made = self.database().write(move |tx| {
            Box::pin(async move {
                let inserted = centers::insert_call_center(tx, &new).await?;
                let id = inserted.ok_or_else(name_taken)?;
                centers::set_queues(tx, (new.owner.group_id, id), &queues, false)
                    .await
                    .map_err(queue_taken)
            })
        });
        made.await?;
        let id = CallCenterId {
            provider: own_id(),
            group_id: request.group_id,
            name,
        };
        self.own_call_center_of(who, &id).await
    }

    /// Changes a call center on own data.
    ///
    /// # Errors
    /// Refusals at the fields of `input`; [`ServiceError::AccessDenied`].
    pub async fn update_call_center(
        &self,
        who: &Principal,
        request: UpdateCallCenter,
    ) -> ServiceResult<CallCenter> {
        who.may_manage()?;
        let mut faults = Faults::default();
        let time_zone = request
            .time_zone
            .as_deref()
            .map(|name| time_zone(&mut faults, name));
        let queues = request.queues.map(|names| queues(&mut faults, names));
        let agents = agents(&mut faults, request.agents);
        if time_zone.is_none() && queues.is_none() && agents.is_empty() {
            let message = "give at least one thing to change";
            faults.add(UserErrorCode::InvalidInput, "input", message);
        }
        faults.into_result()?;
        // What the caller doesn't see, or what another provider has, isn't there.
        let center = self.own_call_center_of(who, &request.call_center).await?;
        let (scope, id) = (who.scope, request.call_center);
        let changed = self.database().write(move |tx| {
            Box::pin(async move {
                let found = centers::lock_call_center(tx, scope, id.group_id, &id.name).await?;
                let mut center = found.ok_or_else(no_such_center)?;
                if let Some(time_zone) = time_zone.filter(|zone| *zone != center.time_zone) {
                    center.time_zone = time_zone;
                    schedule(&mut center, tx.now());
                    centers::save_call_center(tx, &center).await?;
                }
                if let Some(queues) = queues {
                    let key = (id.group_id, center.id);
                    let written = centers::set_queues(tx, key, &queues, false).await;
                    written.map_err(queue_taken)?;
                    center.queues = queues;
                }
                add_agents(tx, &center, &agents).await
            })
        });
        changed.await?;
        Ok(center)
    }

    /// What only call centers on own data have, with how they report: those of carriers, and those that are not there,
    /// are left out. Two statements, however many there are.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`].
    pub async fn own_call_centers(
        &self,
        who: &Principal,
        ids: &[CallCenterId],
    ) -> ServiceResult<HashMap<CallCenterId, OwnCallCenter>> {
        who.may_view()?;
        let records =
            centers::call_centers_named(self.database().reader(), who.scope, &own_names(ids)).await?;
        let facts = records.into_iter().map(|record| {
            let facts = OwnCallCenter {
                time_zone: record.time_zone.clone(),
                queues: record.queues.clone(),
                reporting: record.reporting.clone(),
            };
            (id_of(&record), facts)
        });
        Ok(facts.collect())
    }

    async fn own_record(
        &self,
        who: &Principal,
        id: &CallCenterId,
    ) -> ServiceResult<Option<CallCenterRecord>> {
        let ids = std::slice::from_ref(id);
        Ok(
            centers::call_centers_named(self.database().reader(), who.scope, &own_names(ids))
                .await?
                .pop(),
        )
    }

    /// The call center with an id, if it is one on own data that the caller sees.
    async fn own_call_center_of(&self, who: &Principal, id: &CallCenterId) -> ServiceResult<CallCenter> {
        self.own_record(who, id).await?.ok_or_else(no_such_center)?;
        let mut found = self.call_centers_by_ids(who, std::slice::from_ref(id)).await?;
        found.remove(id).ok_or_else(no_such_center)
    }
}

/// Agents work in every queue of their center, as nobody says which.
async fn add_agents(
    tx: &store::Transaction,
    center: &CallCenterRecord,
    agents: &[AgentName],
) -> ServiceResult<()> {
    let pairs = center.queues.iter().flat_map(|queue| {
        let pair = move |name: &AgentName| (queue.clone(), name.agent.clone());
        agents.iter().map(pair)
    });
    let group_id = center.owner.group_id;
    centers::remember_members(tx, group_id, &pairs.collect::<Vec<_>>()).await?;
    Ok(centers::save_agent_names(tx, group_id, agents).await?)
}

fn name_taken() -> ServiceError {
    let message = "the group has a call center of this name";
    ServiceError::refused(UserErrorCode::NameTaken, "input.name", message)
}

fn queue_taken(error: StoreError) -> ServiceError {
    match error {
        StoreError::Duplicate { .. } => {
            let message = "one of the queues has another call center";
            ServiceError::refused(UserErrorCode::NameTaken, "input.queues", message)
        }
        other => other.into(),
    }
}

pub(super) fn time_zone(faults: &mut Faults, name: &str) -> String {
    let name = name.trim();
    match TimeZone::get(name) {
        // As its table spells it.
        Ok(zone) => zone.iana_name().unwrap_or(name).to_owned(),
        Err(_) => {
            let message = "timeZone must be the IANA name of a time zone, such as Europe/Brussels";
            faults.add(UserErrorCode::InvalidInput, "input.timeZone", message);
            name.to_owned()
        }
    }
}

fn is_text(text: &str) -> bool {
    (1..=queues::LONGEST_TEXT).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn queues(faults: &mut Faults, names: Vec<String>) -> Vec<String> {
    let mut clean: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
    clean.sort();
    clean.dedup();
    if clean.len() > MOST_QUEUES || !clean.iter().all(|name| is_text(name)) {
        let message = format!(
            "queues are at most {MOST_QUEUES} names of 1 to 255 characters without control characters"
        );
        faults.add(UserErrorCode::InvalidInput, "input.queues", message);
    }
    clean
}

fn agents(faults: &mut Faults, agents: Vec<AgentName>) -> Vec<AgentName> {
    if agents.len() > MOST_AGENTS {
        let message = format!("name at most {MOST_AGENTS} agents at once");
        faults.add(UserErrorCode::InvalidInput, "input.agents", message);
        return Vec::new();
    }
    let clean = |text: Option<String>| {
        let text = text.map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty())
    };
    let mut known = std::collections::HashSet::new();
    let mut names = Vec::with_capacity(agents.len());
    for (index, agent) in agents.into_iter().enumerate() {
        let name = AgentName {
            agent: agent.agent.trim().to_owned(),
            first_name: clean(agent.first_name),
            last_name: clean(agent.last_name),
        };
        let parts = [&name.first_name, &name.last_name];
        let sound = is_text(&name.agent) && parts.into_iter().flatten().all(|part| is_text(part));
        if !sound || !known.insert(name.agent.clone()) {
            let path = format!("input.agents.{index}");
            let message =
                "an agent has an id of 1 to 255 characters without control characters, and stands here once";
            faults.add(UserErrorCode::InvalidInput, &path, message);
        }
        names.push(name);
    }
    names
}
