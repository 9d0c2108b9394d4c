//! A wrapper around each port: terms before, policies around, check of the answer after.

mod calls;
mod numbers;
mod pools;

use std::fmt;
use std::sync::Arc;

use super::Stack;
use crate::provider::Ports;

/// A port inside its stack.
struct Guarded<P: ?Sized> {
    stack: Stack,
    port: Arc<P>,
}

impl<P: ?Sized + fmt::Debug> fmt::Debug for Guarded<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guarded({:?})", &self.port)
    }
}

/// The fingerprint of a request whose answer may be shared.
fn fingerprint(request: &impl serde::Serialize) -> Option<String> {
    // What can't be written down is simply not shared.
    serde_json::to_string(request).ok()
}

impl Ports {
    /// The same ports inside a stack: nothing reaches a provider, and nothing comes back from it, unchecked.
    #[must_use]
    pub fn guarded(self, stack: &Stack) -> Self {
        macro_rules! guard {
            ($($port:ident),+) => {
                // Names every field, so that a new port can't be forgotten here.
                Ports { $($port: self.$port.map(|port| {
                    Arc::new(Guarded { stack: stack.clone(), port }) as _
                })),+ }
            };
        }
        guard!(
            search,
            holds,
            orders,
            inventory,
            pools,
            tracking,
            kpis,
            call_stats,
            call_centers
        )
    }
}
