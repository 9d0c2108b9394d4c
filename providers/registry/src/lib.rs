//! The adapters of this program, and the providers that a configuration makes of them.

mod adapters;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use provider_core::adapter::Adapter;
use provider_core::config::{ConfigFault, ProviderEntry, read_section};
use provider_core::domain::ProviderId;
use provider_core::provider::{Instance, Provider, ProviderInfo};
use toml::{Table, Value};

pub use adapters::all;

type Factory = fn(ProviderId, Table) -> Result<Arc<dyn Provider>, Vec<ConfigFault>>;

/// The known kinds of provider, each with what makes one.
#[derive(Debug, Clone, Default)]
pub struct Adapters {
    factories: BTreeMap<&'static str, Factory>,
}

impl Adapters {
    /// Adds an adapter. One of the same kind is replaced.
    #[must_use]
    pub fn with<A: Adapter>(mut self) -> Self {
        self.factories.insert(A::KIND, make::<A>);
        self
    }

    /// The known kinds, in alphabetical order.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.factories.keys().copied()
    }

    /// Makes a provider of every `[[provider]]` table, in their order. No upstream is asked anything.
    ///
    /// # Errors
    /// The faults of all tables together, each with its instance and key.
    pub fn build_all(&self, tables: Vec<Table>) -> Result<Vec<Instance>, Vec<ConfigFault>> {
        let mut instances = Vec::with_capacity(tables.len());
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for (at, table) in tables.into_iter().enumerate() {
            let entry = match ProviderEntry::read(table, at + 1) {
                Ok(entry) => entry,
                Err(more) => {
                    faults.extend(more);
                    continue;
                }
            };
            if !seen.insert(entry.id.clone()) {
                let fault = ConfigFault::new("id", "another provider has this id already");
                faults.push(fault.of(entry.id.as_str()));
            }
            match self.build(&entry) {
                Ok(instance) => instances.push(instance),
                Err(more) => faults.extend(more),
            }
        }
        if faults.is_empty() {
            Ok(instances)
        } else {
            Err(faults)
        }
    }

    /// Makes one provider.
    ///
    /// # Errors
    /// All faults of its entry.
    pub fn build(&self, entry: &ProviderEntry) -> Result<Instance, Vec<ConfigFault>> {
        let made = match self.factories.get(entry.kind.as_str()) {
            Some(factory) => factory(entry.id.clone(), entry.config.clone()),
            None => Err(vec![self.unknown_kind(&entry.kind)]),
        };
        match made {
            Ok(provider) => Ok(Instance::new(provider, &entry.policy, &entry.deny)),
            Err(faults) => Err(faults
                .into_iter()
                .map(|fault| fault.of(entry.id.as_str()))
                .collect()),
        }
    }

    fn unknown_kind(&self, kind: &str) -> ConfigFault {
        let known: Vec<&str> = self.kinds().collect();
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        };
        ConfigFault::new("kind", format!("there is no adapter {kind:?}; known: {known}"))
    }
}

fn make<A: Adapter>(id: ProviderId, config: Table) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
    let config = read_section(Value::Table(config), "config")?;
    A::build(
        ProviderInfo {
            id,
            kind: A::KIND,
            title: A::TITLE,
        },
        config,
    )
}
