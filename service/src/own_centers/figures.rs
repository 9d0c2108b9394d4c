use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use jiff::SignedDuration;
use provider_core::domain::{AgentStatistics, CallCenterStatistics, Period};
use queues::{Presence, PresenceKind, QueueFigures};
use store::{
    StoreError, Transaction,
    call_centers::{AgentName, CallCenterRecord, Membership, call_centers_named},
};

use super::{
    id_of, own_names,
    read::{Question, ReadError, answers},
};
use crate::{CallCenter, CallCenterId, Principal, ServiceResult, Switchboard};

/// All figures of a call center on own data over a range.
#[derive(Debug, Clone, PartialEq)]
pub struct CenterFigures {
    /// Of its queues, with those of each agent.
    pub figures: QueueFigures,
    /// The same in the document's shape (`apio-call-center-statistics`), with what people call the agents.
    pub statistics: CallCenterStatistics,
}

/// The figures of centers over a range, in their order.
pub(crate) async fn figures(
    tx: &Transaction,
    centers: &[CallCenterRecord],
    range: Period,
    most: u64,
) -> Result<Vec<CenterFigures>, ReadError> {
    let question = |center| Question {
        center,
        ranges: vec![range],
        by_agent: true,
    };
    let questions: Vec<Question<'_>> = centers.iter().map(question).collect();
    let answers = answers(tx, &questions, most).await?.into_iter();
    let figures = answers.map(|mut answer| {
        // One range has one answer.
        let figures = answer.figures.pop().ok_or(StoreError::Aborted)?;
        let statistics = answer.agents.statistics(&figures);
        Ok(CenterFigures { figures, statistics })
    });
    figures.collect()
}

impl Switchboard {
    /// All figures of call centers on own data over a range in the past; those that are not there are left out. What
    /// they say holds at one moment. The number of statements does not grow with the centers of a group.
    ///
    /// # Errors
    /// A refusal at `input.range` where it has more calls than
    /// [`Settings::most_queue_rows`](crate::Settings::most_queue_rows).
    pub async fn center_figures(
        &self,
        who: &Principal,
        ids: &[CallCenterId],
        range: Period,
    ) -> ServiceResult<HashMap<CallCenterId, Arc<CenterFigures>>> {
        who.may_view()?;
        let (ids, scope) = (ids.to_vec(), who.scope);
        let most = self.settings().most_queue_rows;
        let read = self.database().snapshot::<_, ReadError, _>(move |tx| {
            Box::pin(async move {
                let centers = call_centers_named(tx.connection(), scope, &own_names(&ids)).await?;
                let figures = figures(tx, &centers, range, most).await?;
                let ids = centers.iter().map(id_of);
                Ok(ids.zip(figures.into_iter().map(Arc::new)).collect())
            })
        });
        Ok(read.await?)
    }

    /// All figures of a call center on own data over a range in the past.
    ///
    /// # Errors
    /// As [`Switchboard::center_figures`]; [`ServiceError::Provider`](crate::ServiceError::Provider): `Unsupported`
    /// for one of a carrier, whose figures are what it says; `NotFound`.
    pub async fn queue_figures(
        &self,
        who: &Principal,
        center: &CallCenter,
        range: &Period,
    ) -> ServiceResult<Arc<CenterFigures>> {
        center.must_be_own()?;
        let id = center.id();
        let mut found = self
            .center_figures(who, std::slice::from_ref(&id), *range)
            .await?;
        found.remove(&id).ok_or_else(|| center.is_gone())
    }
}

/// What people call the agents of a call center, and which of them take calls now.
pub(crate) struct Agents {
    names: HashMap<String, AgentName>,
    /// Absent where nobody knows when agents work.
    available: Option<HashSet<String>>,
}

impl Agents {
    /// Those of a center with these queues: `working` are sessions and pauses that have not ended.
    pub(super) fn new<'m>(
        queues: &[String],
        members: impl Iterator<Item = &'m Membership> + Clone,
        working: &[Presence],
    ) -> Self {
        let known = members.clone().any(|member| member.staffed_since.is_some());
        let names: HashMap<String, AgentName> = members
            .map(|member| (member.name.agent.clone(), member.name.clone()))
            .collect();
        let mut open: HashSet<(PresenceKind, &str, Option<&str>)> = HashSet::new();
        for presence in working {
            open.insert((presence.kind, &presence.agent, presence.queue.as_deref()));
        }
        let is = |kind, agent: &str, queue: &str| {
            open.contains(&(kind, agent, Some(queue))) || open.contains(&(kind, agent, None))
        };
        let takes_calls = |agent: &str| {
            queues.iter().any(|queue| {
                is(PresenceKind::Staffed, agent, queue) && !is(PresenceKind::Paused, agent, queue)
            })
        };
        let available = known.then(|| {
            let agents = names.keys().filter(|agent| takes_calls(agent));
            agents.cloned().collect()
        });
        Self { names, available }
    }

    /// First and last name of an agent, or what the telephone system says.
    pub(crate) fn display(&self, agent: &str) -> String {
        let parts = self
            .names
            .get(agent)
            .map(|name| [&name.first_name, &name.last_name]);
        let words: Vec<&str> = parts
            .into_iter()
            .flatten()
            .filter_map(|part| part.as_deref())
            .collect();
        if words.is_empty() {
            agent.to_owned()
        } else {
            words.join(" ")
        }
    }

    /// The figures in the document's shape (`apio-call-center-statistics`).
    pub(crate) fn statistics(&self, figures: &QueueFigures) -> CallCenterStatistics {
        CallCenterStatistics {
            range: figures.range,
            queue: figures.queue_statistics(),
            agents: self.agent_statistics(&figures.agents),
        }
    }

    fn agent_statistics(&self, agents: &BTreeMap<String, queues::AgentFigures>) -> Vec<AgentStatistics> {
        let statistics = agents.iter().map(|(agent, figures)| {
            let name = self.names.get(agent);
            AgentStatistics {
                agent_user_id: agent.clone(),
                last_name: name.and_then(|name| name.last_name.clone()),
                first_name: name.and_then(|name| name.first_name.clone()),
                available: self.available.as_ref().map(|all| all.contains(agent)),
                calls_handled: figures.handled,
                calls_unanswered: figures.unanswered,
                average_call_seconds: figures.average_call_seconds(),
                total_talk_seconds: whole_seconds(figures.talk_ms),
                total_staffed_seconds: whole_seconds(figures.staffed_ms),
            }
        });
        statistics.collect()
    }
}

/// Whole seconds of milliseconds, the nearest.
pub(crate) fn whole_seconds(milliseconds: i64) -> u64 {
    let rounded = SignedDuration::from_millis(milliseconds.saturating_add(500)).as_secs();
    u64::try_from(rounded).unwrap_or(0)
}
