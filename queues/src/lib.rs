//! Queues of call centers: the events that a telephone system logs, the calls and the working times that they tell of,
//! and the figures of a range of time. Nothing here reads a clock, a file by itself, or a database.
//!
//! - [`EventReader`] reads Asterisk's `queue_log` and JSON lines of the same events, line by line.
//! - [`fold_calls`] and [`fold_presence`] make calls and sessions of events, in whatever order they came.
//! - [`QueueTally`] counts them over a range, [`QueueSeries`] over ranges that follow each other; [`QueueFigures`] are
//!   their results.
//! - [`erlang`] says how many agents a load needs.

mod asterisk;
mod calls;
pub mod erlang;
mod event;
mod figures;
mod jsonl;
mod presence;
mod reader;
mod series;
mod spans;
mod tally;

pub use calls::{Ending, Outcome, QueueCall, fold_calls};
pub use event::{EventKind, LONGEST_TEXT, QueueEvent};
pub use figures::{AgentFigures, QueueFigures, ServiceLevelVariant, WrongPercent};
pub use jsonl::json_line;
pub use presence::{Presence, PresenceKind, fold_presence};
pub use reader::{EventReader, Format, Line, LineProblem};
pub use series::QueueSeries;
pub use tally::QueueTally;
