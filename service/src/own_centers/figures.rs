use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::SignedDuration;
use provider_core::domain::{AgentStatistics, CallCenterStatistics, Period};
use queues::{PresenceKind, QueueFigures, QueueTally};
use store::{
    Database,
    call_centers::{self as centers, AgentName, CallCenterRecord},
};

/// All figures of a call center over a range.
pub(crate) async fn figures(
    database: &Database,
    center: &CallCenterRecord,
    range: Period,
) -> store::Result<QueueFigures> {
    let mut all = figures_of(database, center, &[range]).await?;
    match all.pop() {
        Some(figures) => Ok(figures),
        None => Err(store::StoreError::Aborted),
    }
}

/// The figures of several ranges, which are read as one: from the first's start to the last's end.
pub(crate) async fn figures_of(
    database: &Database,
    center: &CallCenterRecord,
    ranges: &[Period],
) -> store::Result<Vec<QueueFigures>> {
    let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
        return Ok(Vec::new());
    };
    let Ok(whole) = Period::new(first.start(), last.end()) else {
        return Ok(Vec::new());
    };
    let reader = database.reader();
    let (group, queues) = (center.owner.group_id, &center.queues);
    let known_until = centers::known_until(reader, group)
        .await?
        .unwrap_or(whole.start());
    let presence = centers::presence_is_known(reader, group, queues, whole.end()).await?;
    let members = centers::members(reader, group, queues).await?;
    let tally = |range: &Period| QueueTally::new(*range, known_until, queues.iter().cloned(), presence);
    let mut tallies: Vec<QueueTally> = ranges.iter().map(tally).collect();
    let mut after = 0;
    loop {
        let (calls, next) = centers::touching_calls(reader, group, queues, &whole, after).await?;
        for tally in &mut tallies {
            calls.iter().for_each(|call| tally.call(call));
        }
        match next {
            Some(next) => after = next,
            None => break,
        }
    }
    let sessions = centers::touching_sessions(reader, group, queues, &whole).await?;
    for tally in &mut tallies {
        sessions.iter().for_each(|session| tally.presence(session));
        members.iter().for_each(|agent| tally.member(agent));
        let range = tally.range();
        for (agent, calls) in centers::unanswered_rings(reader, group, queues, &members, &range).await? {
            tally.unanswered(&agent, calls);
        }
    }
    Ok(tallies.into_iter().map(QueueTally::finish).collect())
}

/// What people call the agents of a call center, and which of them take calls now.
pub(crate) struct Agents {
    names: HashMap<String, AgentName>,
    /// Absent where nobody knows when agents work.
    available: Option<HashSet<String>>,
}

impl Agents {
    pub(crate) async fn of(database: &Database, center: &CallCenterRecord) -> store::Result<Self> {
        let reader = database.reader();
        let (group, queues) = (center.owner.group_id, &center.queues);
        let names = centers::agent_names(reader, group).await?;
        let working = centers::working_agents(reader, group, queues).await?;
        let now = jiff::Timestamp::MAX;
        let known = centers::presence_is_known(reader, group, queues, now).await?;
        let available = known.then(|| {
            let open = |kind: PresenceKind, agent: &str, queue: &String| {
                working.iter().any(|presence| {
                    presence.kind == kind
                        && presence.agent == agent
                        && presence.queue.as_ref().is_none_or(|of| of == queue)
                })
            };
            let takes_calls = |agent: &str| {
                queues.iter().any(|queue| {
                    open(PresenceKind::Staffed, agent, queue) && !open(PresenceKind::Paused, agent, queue)
                })
            };
            let agents = working.iter().map(|presence| presence.agent.as_str());
            agents
                .filter(|agent| takes_calls(agent))
                .map(str::to_owned)
                .collect()
        });
        Ok(Self {
            names: names.into_iter().map(|name| (name.agent.clone(), name)).collect(),
            available,
        })
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
