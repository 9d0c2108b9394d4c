//! What is examined.

use std::fmt;
use std::sync::Arc;

use provider_core::adapter::{Adapter, make};
use provider_core::config::ConfigFault;
use provider_core::domain::ProviderId;
use provider_core::provider::Provider;
use toml::Table;

use super::Known;
use crate::twin::Twin;

pub(super) type Make = fn(ProviderId, Table) -> Result<Arc<dyn Provider>, Vec<ConfigFault>>;

/// An adapter and a fresh twin of its upstream.
#[derive(Clone)]
pub struct Subject {
    pub(super) kind: &'static str,
    pub(super) title: &'static str,
    pub(super) make: Make,
    pub(super) twin: Arc<dyn Twin>,
    pub(super) known: Known,
}

impl Subject {
    /// An adapter `A` in front of a twin, and what that knows.
    #[must_use]
    pub fn of<A: Adapter>(twin: Arc<dyn Twin>, known: Known) -> Self {
        Self {
            kind: A::KIND,
            title: A::TITLE,
            make: make::<A>,
            twin,
            known,
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({})", self.kind)
    }
}
