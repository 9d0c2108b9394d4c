//! What goes wrong between an adapter and its upstream, on purpose.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Body;

/// Something that goes wrong with a request. A request without a valid key is answered with 401 and uses up no
/// fault.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The twin does not act; this is answered.
    Status {
        /// The status.
        status: u16,
        /// Headers beside those of the body.
        headers: Vec<(String, String)>,
        /// The body.
        body: Body,
    },
    /// The twin acts; this is answered.
    StatusAfter {
        /// The status.
        status: u16,
        /// Headers beside those of the body.
        headers: Vec<(String, String)>,
        /// The body.
        body: Body,
    },
    /// The twin acts, and answers with 200 and this body instead of its own.
    Body(Body),
    /// The twin acts, and its own answer is rewritten on the way.
    Rewrite(Rewrite),
    /// The twin acts, and so many KiB of spaces come before its own answer, without a `Content-Length`: JSON with
    /// spaces before it is valid, as long as somebody reads on.
    Padded(usize),
    /// The twin acts and answers, after this time.
    Delay(Duration),
    /// The twin acts, and never answers.
    Hang,
    /// The twin does not act; the connection is reset without an answer.
    ResetBefore,
    /// The twin acts; the connection is reset without an answer.
    ResetAfter,
    /// The twin acts; its answer ends half way, with a `Content-Length` of the whole.
    CutBody,
    /// The twin acts; its answer stops half way, and the connection stays.
    Stall,
    /// The twin does not act, and answers 307 with this `Location`.
    Redirect(String),
}

/// Turns the body of an answer into another one of the same status and media type.
#[derive(Clone)]
pub struct Rewrite(Arc<RewriteBody>);

type RewriteBody = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

impl Rewrite {
    /// Rewrites by a function.
    pub fn new(rewrite: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self(Arc::new(rewrite))
    }

    pub(super) fn apply(&self, body: &[u8]) -> Vec<u8> {
        (self.0)(body)
    }
}

impl fmt::Debug for Rewrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rewrite")
    }
}

impl Fault {
    /// A bare status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            headers: Vec::new(),
            body: Body::empty(),
        }
    }

    /// A bare status after the twin has acted.
    #[must_use]
    pub fn status_after(status: u16) -> Self {
        Self::StatusAfter {
            status,
            headers: Vec::new(),
            body: Body::empty(),
        }
    }

    /// Whether the twin acts on a request with this fault.
    #[must_use]
    pub const fn acts(&self) -> bool {
        !matches!(self, Self::Status { .. } | Self::ResetBefore | Self::Redirect(_))
    }
}

/// The faults of a running twin: those of the next requests in order, then the one of all.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Plan>);

#[derive(Debug, Default)]
struct Plan {
    next: VecDeque<Fault>,
    next_change: VecDeque<Fault>,
    always: Option<Fault>,
}

impl Faults {
    /// The next request that has none yet gets this fault.
    pub fn next(&self, fault: Fault) {
        self.plan().next.push_back(fault);
    }

    /// The next `n` requests that have none yet get this fault.
    pub fn next_n(&self, n: usize, fault: Fault) {
        self.plan().next.extend(std::iter::repeat_n(fault, n));
    }

    /// The next request that has none yet and may change something, by its method, gets this fault: an adapter may
    /// have to read before it can write.
    pub fn next_change(&self, fault: Fault) {
        self.plan().next_change.push_back(fault);
    }

    /// Every request after those of the others gets this fault, until [`clear`](Self::clear).
    pub fn always(&self, fault: Fault) {
        self.plan().always = Some(fault);
    }

    /// No more faults.
    pub fn clear(&self) {
        *self.plan() = Plan::default();
    }

    /// How many faults of the next requests have not happened.
    #[must_use]
    pub fn left(&self) -> usize {
        let plan = self.plan();
        plan.next.len() + plan.next_change.len()
    }

    pub(super) fn take(&self, method: &str) -> Option<Fault> {
        let mut plan = self.plan();
        if !is_read(method)
            && let Some(fault) = plan.next_change.pop_front()
        {
            return Some(fault);
        }
        plan.next.pop_front().or_else(|| plan.always.clone())
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a method only reads, by RFC 9110 section 9.2.1.
pub(super) fn is_read(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}
