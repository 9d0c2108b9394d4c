//! Own call centers: what they are, what telephone systems logged about their queues, and their reports.

mod calls;
mod centers;
mod events;
mod members;
mod reports;
mod sessions;

pub use calls::{
    QueueCallPage, last_answers, queue_calls_of, replace_queue_calls, touching_calls, unanswered_rings,
};
pub use centers::{
    CallCenterRecord, NewCallCenter, call_center, call_center_by_id, call_centers, call_centers_named,
    due_centers, insert_call_center, lock_call_center, queues_with_center, save_call_center, set_queues,
};
pub use events::{
    call_events, insert_queue_events, known_until, lock_queue_log, presence_events, set_known_until,
};
pub use members::{AgentName, Membership, memberships, remember_members, save_agent_names};
pub use reports::{
    ReportRecord, ReportState, begin_report, claim_report, due_reports, finish_report, insert_reports,
    lost_reports, reports,
};
pub use sessions::{SessionPage, replace_sessions, sessions_from, touching_sessions, working_agents};
