//! What telephone systems log about their queues.

use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// Longest call id, queue, agent or detail, in characters.
pub const LONGEST_TEXT: usize = 255;

/// What happened, in the words of Asterisk's `queue_log` (its documentation "Queue Logs").
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, EnumIter, IntoStaticStr,
)]
#[strum(serialize_all = "UPPERCASE")]
pub enum EventKind {
    /// The number that the caller dialed.
    Did,
    /// A caller entered the queue.
    EnterQueue,
    /// A caller was refused because the queue was full. Asterisk does not log it by itself: a dialplan does, with
    /// `QueueLog(queue,id,NONE,FULL)` where `QUEUESTATUS` is `FULL`.
    Full,
    /// The call rang at an agent, who did not answer.
    RingNoAnswer,
    /// The call rang at an agent until it ended otherwise.
    RingCanceled,
    /// An agent answered.
    Connect,
    /// The caller ended the call with the agent.
    CompleteCaller,
    /// The agent ended the call.
    CompleteAgent,
    /// The call was transferred; logged so by Asterisk before version 12.
    Transfer,
    /// The call was transferred blindly.
    BlindTransfer,
    /// The call was transferred after the agent had talked to whoever has it now.
    AttendedTransfer,
    /// The caller left while waiting or ringing.
    Abandon,
    /// The call was removed after the longest wait.
    ExitWithTimeout,
    /// The caller left the queue by pressing a key, for what the dialplan has there.
    ExitWithKey,
    /// The call left the queue because nobody worked in it.
    ExitEmpty,
    /// An agent began to work in a queue. The detail is `PAUSED` for one who takes a pause first.
    AddMember,
    /// An agent stopped working in a queue.
    RemoveMember,
    /// An agent logged in, for all queues.
    AgentLogin,
    /// An agent logged off, from all queues.
    AgentLogoff,
    /// An agent takes a pause from a queue.
    Pause,
    /// An agent's pause from a queue ended.
    Unpause,
    /// An agent takes a pause from all queues.
    PauseAll,
    /// An agent's pause from all queues ended.
    UnpauseAll,
}

impl EventKind {
    /// Whether it is about a call in a queue, which it then names.
    #[must_use]
    pub fn is_of_a_call(self) -> bool {
        self <= Self::ExitEmpty
    }

    /// Whether it names an agent.
    #[must_use]
    pub fn needs_agent(self) -> bool {
        self >= Self::AddMember || matches!(self, Self::Connect | Self::RingNoAnswer | Self::RingCanceled)
    }

    /// Whether it names a queue.
    #[must_use]
    pub fn needs_queue(self) -> bool {
        self.is_of_a_call()
            || matches!(
                self,
                Self::AddMember | Self::RemoveMember | Self::Pause | Self::Unpause
            )
    }

    /// Whether an agent's phone rang in vain.
    #[must_use]
    pub fn is_unanswered_ring(self) -> bool {
        matches!(self, Self::RingNoAnswer | Self::RingCanceled)
    }
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct QueueEvent {
    /// When, to the millisecond.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// The queue, where it is about one.
    pub queue: Option<String>,
    /// The call, where it is about one: an id that no other call of the telephone system has.
    pub call: Option<String>,
    /// The agent, where it is about one.
    pub agent: Option<String>,
    /// How long the caller had waited, in milliseconds, where the log says.
    pub wait_ms: Option<i64>,
    /// How long it had lasted, in milliseconds, where the log says: the talk of a call that ended, the ringing at an
    /// agent, the session of an agent who logged off.
    pub lasted_ms: Option<i64>,
    /// The caller's number (ENTERQUEUE), the dialed number (DID), where a call was transferred to, why an agent
    /// paused.
    pub detail: Option<String>,
}

impl QueueEvent {
    /// What tells it apart from all others of its telephone system: events with the same identity are the same event,
    /// read twice. 32 hexadecimal digits over all that it says.
    #[must_use]
    pub fn identity(&self) -> String {
        let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let parts = [
            self.at.as_millisecond().to_string(),
            self.kind.to_string(),
            text(&self.queue),
            text(&self.call),
            text(&self.agent),
            number(self.wait_ms),
            number(self.lasted_ms),
            text(&self.detail),
        ];
        // No part has a control character.
        let digest = Sha256::digest(parts.join("\n").as_bytes());
        digest.iter().take(16).fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// What is wrong with it, if something is.
    pub(crate) fn check(self) -> Result<Self, String> {
        let missing = |what: &str| Err(format!("{} needs {what}", self.kind));
        if self.kind.is_of_a_call() && self.call.is_none() {
            return missing("a call id");
        }
        if self.kind.needs_queue() && self.queue.is_none() {
            return missing("a queue");
        }
        if self.kind.needs_agent() && self.agent.is_none() {
            return missing("an agent");
        }
        let texts = [
            ("queue", &self.queue),
            ("call id", &self.call),
            ("agent", &self.agent),
            ("detail", &self.detail),
        ];
        for (what, text) in texts {
            let Some(text) = text else { continue };
            if text.chars().count() > LONGEST_TEXT {
                return Err(format!("the {what} is longer than {LONGEST_TEXT} characters"));
            }
            if text.chars().any(char::is_control) {
                return Err(format!("the {what} has a control character"));
            }
        }
        Ok(self)
    }
}

/// Seconds that a log says, as whole milliseconds.
pub(crate) fn milliseconds(seconds: f64) -> Option<i64> {
    /// Longer than any call or session; keeps arithmetic far from its limits.
    const LONGEST: f64 = 366.0 * 86_400.0;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be below a year")]
    (seconds.is_finite() && (0.0..=LONGEST).contains(&seconds)).then(|| (seconds * 1000.0).round() as i64)
}

/// An instant of seconds since the Unix epoch, to the millisecond, from 1990 on: nothing older is a log.
pub(crate) fn instant(seconds: f64) -> Option<Timestamp> {
    const FIRST: f64 = 631_152_000.0;
    const LAST: f64 = 7_258_118_400.0;
    if !(FIRST..LAST).contains(&seconds) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be before the year 2200"
    )]
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}
