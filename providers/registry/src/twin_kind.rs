//! A kind of provider whose upstream can be simulated.

use std::fmt;
use std::sync::Arc;

use provider_testkit::twin::Twin;

/// A kind of provider, with what makes a simulated upstream for it.
#[derive(Clone, Copy)]
pub struct TwinKind {
    /// The kind, as it stands in the configuration.
    pub kind: &'static str,
    /// Makes a new twin, with a state of its own.
    pub make: fn() -> Arc<dyn Twin>,
}

impl TwinKind {
    pub(crate) fn of<T: Twin + Default>(kind: &'static str) -> Self {
        Self {
            kind,
            make: || Arc::new(T::default()),
        }
    }
}

impl fmt::Debug for TwinKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TwinKind({})", self.kind)
    }
}
