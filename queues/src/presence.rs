//! When agents work, and when they pause.

use std::collections::BTreeMap;

use jiff::Timestamp;
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::event::{EventKind, QueueEvent};

/// What an agent is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, EnumIter, IntoStaticStr,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum PresenceKind {
    /// Logged in.
    Staffed,
    /// Logged in or not, takes no calls for now.
    Paused,
}

/// A session or a pause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Presence {
    /// Whose.
    pub agent: String,
    /// The queue; absent where it is for all.
    pub queue: Option<String>,
    /// Which of the two.
    pub kind: PresenceKind,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended, later than it began. Absent while it lasts.
    pub ended_at: Option<Timestamp>,
}

/// What tells apart the courses that each go on by themselves.
pub(crate) type Course = (String, Option<String>, PresenceKind);

/// A step of a course.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It begins.
    Open,
    /// It ends, having lasted so long, where the log says.
    Close(Option<i64>),
}

/// What an event does to which courses.
fn steps(event: &QueueEvent) -> Vec<(Course, Step)> {
    use EventKind as K;
    use PresenceKind::{Paused, Staffed};
    let Some(agent) = &event.agent else {
        return Vec::new();
    };
    let here = |kind, step| ((agent.clone(), event.queue.clone(), kind), step);
    let everywhere = |kind, step| ((agent.clone(), None, kind), step);
    let close = Step::Close(None);
    match event.kind {
        K::AddMember if event.detail.as_deref() == Some("PAUSED") => {
            vec![here(Staffed, Step::Open), here(Paused, Step::Open)]
        }
        K::AddMember => vec![here(Staffed, Step::Open)],
        K::RemoveMember => vec![here(Staffed, close), here(Paused, close)],
        K::AgentLogin => vec![everywhere(Staffed, Step::Open)],
        K::AgentLogoff => vec![
            everywhere(Staffed, Step::Close(event.lasted_ms)),
            everywhere(Paused, close),
        ],
        K::Pause => vec![here(Paused, Step::Open)],
        // Who takes calls of one queue again is no longer away from all.
        K::Unpause => vec![here(Paused, close), everywhere(Paused, close)],
        K::PauseAll => vec![everywhere(Paused, Step::Open)],
        K::UnpauseAll => vec![everywhere(Paused, close)],
        _ => Vec::new(),
    }
}

/// The sessions and pauses that events tell of, in the order of agent, queue, kind and beginning. The order of the
/// events does not matter; those that are not about agents' times are passed over. A session whose log-in is not there
/// began as long before its log-off as that says.
#[must_use]
pub fn fold_presence<'e>(events: impl IntoIterator<Item = &'e QueueEvent>) -> Vec<Presence> {
    let mut courses: BTreeMap<Course, Vec<(Timestamp, Step)>> = BTreeMap::new();
    for event in events {
        for (course, step) in steps(event) {
            courses.entry(course).or_default().push((event.at, step));
        }
    }
    courses
        .into_iter()
        .flat_map(|(course, steps)| fold_course(&course, steps))
        .collect()
}

fn fold_course((agent, queue, kind): &Course, mut steps: Vec<(Timestamp, Step)>) -> Vec<Presence> {
    steps.sort_by_key(|(at, step)| (*at, matches!(step, Step::Close(_))));
    let mut sessions = Vec::new();
    let mut since: Option<Timestamp> = None;
    let mut waiting = steps.as_slice();
    while let Some((at, _)) = waiting.first().copied() {
        let together = waiting.partition_point(|(other, _)| *other <= at);
        let (now, later) = waiting.split_at(together);
        waiting = later;
        let closing = now.iter().find_map(|(_, step)| match step {
            Step::Close(lasted) => Some(*lasted),
            Step::Open => None,
        });
        let opening = now.iter().any(|(_, step)| *step == Step::Open);
        if let Some(lasted) = closing {
            let started = match (since, lasted) {
                (Some(since), _) => Some(since),
                (None, Some(lasted)) if !opening => {
                    Timestamp::from_millisecond(at.as_millisecond().saturating_sub(lasted)).ok()
                }
                (None, _) => None,
            };
            if let Some(started_at) = started.filter(|started| *started < at) {
                sessions.push(Presence {
                    agent: agent.clone(),
                    queue: queue.clone(),
                    kind: *kind,
                    started_at,
                    ended_at: Some(at),
                });
            }
            // Both at one instant: whoever was there left and came back; whoever was not came and left.
            since = if opening && since.is_some() {
                Some(at)
            } else {
                None
            };
        } else if opening {
            since = since.or(Some(at));
        }
    }
    sessions.extend(since.map(|started_at| Presence {
        agent: agent.clone(),
        queue: queue.clone(),
        kind: *kind,
        started_at,
        ended_at: None,
    }));
    sessions
}
