//! What has happened to a call so far.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// What has happened to a call so far: every policy around the call sees the same.
///
/// An error tells what the upstream did; this tells what was our own doing, so that a policy further out does not
/// take one for the other.
#[derive(Debug, Default)]
pub struct Course {
    attempts: AtomicU32,
    cut_short: AtomicBool,
    hurried: AtomicBool,
}

impl Course {
    /// How often the call has reached the provider. Unchanged by what a policy refused.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// Whether the call ended because of its own deadline: another call of the same kind, with more time, might
    /// have succeeded.
    #[must_use]
    pub fn was_cut_short(&self) -> bool {
        self.cut_short.load(Ordering::Relaxed)
    }

    /// Whether the deadline left the last attempt less than half of its usual time: that such an attempt got no
    /// answer says little about the upstream.
    #[must_use]
    pub fn was_hurried(&self) -> bool {
        self.hurried.load(Ordering::Relaxed)
    }

    pub(super) fn begin_attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn cut_short(&self) {
        self.cut_short.store(true, Ordering::Relaxed);
    }

    pub(super) fn hurry(&self, hurried: bool) {
        self.hurried.store(hurried, Ordering::Relaxed);
    }
}
