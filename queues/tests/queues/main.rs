//! Queues of call centers: formats, calls, agents' times, figures.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "only tests are here"
)]

mod calls;
mod erlang;
mod figures;
mod formats;
mod presence;
mod reference;

use jiff::Timestamp;
use queues::{EventKind, QueueEvent};

/// So many seconds after some time or other.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).expect("a time")
}

/// An event of the call `c` in the queue `q`.
pub(crate) fn event(seconds: i64, kind: EventKind, agent: Option<&str>) -> QueueEvent {
    QueueEvent {
        at: at(seconds),
        kind,
        queue: Some("q".to_owned()),
        call: kind.is_of_a_call().then(|| "c".to_owned()),
        agent: agent.map(str::to_owned),
        wait_ms: None,
        lasted_ms: None,
        detail: None,
    }
}
