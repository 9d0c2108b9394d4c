//! What goes with every call of a port.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// Who a call is made for: the isolation boundary that every answer must stay inside.
///
/// The text is the API's own name of a tenant. Adapters pass it on or map it; they don't read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TenantRef(pub String);

/// On whose word a call is made, for audit trails: a key's prefix, a worker's name. Never a secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ActorRef(pub String);

/// What goes with every call: explicit, so that nothing hides in tasks or threads.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The id of the request that caused the call; sent upstream where there is a header for it.
    pub request_id: String,
    /// Who it is for.
    pub tenant: TenantRef,
    /// On whose word.
    pub actor: ActorRef,
    /// When the answer is of no more use.
    pub deadline: Option<Instant>,
}

impl CallContext {
    /// A context without a deadline.
    pub fn new(request_id: impl Into<String>, tenant: TenantRef, actor: ActorRef) -> Self {
        Self {
            request_id: request_id.into(),
            tenant,
            actor,
            deadline: None,
        }
    }

    /// The same with a deadline; the earlier one wins.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(self.deadline.map_or(deadline, |old| old.min(deadline)));
        self
    }

    /// How much time is left; absent without a deadline, zero when it has passed.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }
}

/// What making the same call twice does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Safety {
    /// It changes nothing.
    Read,
    /// Twice is the same as once.
    Idempotent,
    /// Twice may be twice: it may only be repeated when the first had no effect.
    Unsafe,
}

/// A method of a port, as policies see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation {
    /// `port.method`: the name in logs, spans and metrics.
    pub name: &'static str,
    /// What making it twice does.
    pub safety: Safety,
}

impl Operation {
    /// An operation that changes nothing.
    #[must_use]
    pub const fn read(name: &'static str) -> Self {
        Self {
            name,
            safety: Safety::Read,
        }
    }

    /// An operation that can be repeated at will.
    #[must_use]
    pub const fn idempotent(name: &'static str) -> Self {
        Self {
            name,
            safety: Safety::Idempotent,
        }
    }

    /// A change that is idempotent only if the upstream honors our token.
    #[must_use]
    pub const fn by_token(name: &'static str, honored: bool) -> Self {
        let safety = if honored {
            Safety::Idempotent
        } else {
            Safety::Unsafe
        };
        Self { name, safety }
    }
}
