//! The adapters of this program, the providers that a configuration makes of them, and the simulated upstreams that
//! stand in for real ones.

mod adapters;
mod twin_kind;
mod twins;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use provider_core::adapter::{Adapter, make};
use provider_core::config::{ConfigFault, ProviderEntry};
use provider_core::domain::ProviderId;
use provider_core::provider::{Instance, Provider};
use toml::{Table, Value};

pub use adapters::all;
pub use twin_kind::TwinKind;
pub use twins::twins;

type Factory = fn(ProviderId, Table) -> Result<Arc<dyn Provider>, Vec<ConfigFault>>;

/// The known kinds of provider, each with what makes one.
#[derive(Debug, Clone, Default)]
pub struct Adapters {
    factories: BTreeMap<&'static str, Factory>,
}

impl Adapters {
    /// Adds an adapter. Of two of the same kind neither is used: a configuration could not say which it means.
    #[must_use]
    pub fn with<A: Adapter>(mut self) -> Self {
        let kind = self.factories.entry(A::KIND);
        kind.and_modify(|factory| *factory = ambiguous)
            .or_insert(make::<A>);
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
            let entry = match ProviderEntry::read(table.clone(), at + 1) {
                Ok(entry) => entry,
                Err(more) => {
                    faults.extend(self.config_faults(&table, &more));
                    faults.extend(more);
                    continue;
                }
            };
            let taken = match entry.id.as_str() {
                ProviderId::INVENTORY => Some("is the own inventory's id: choose another"),
                _ => (!seen.insert(entry.id.clone())).then_some("another provider has this id already"),
            };
            faults.extend(taken.map(|message| ConfigFault::new("id", message).of(entry.id.as_str())));
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
        match self.make(&entry.kind, entry.id.clone(), entry.config.clone()) {
            Ok(provider) => Ok(Instance::new(provider, &entry.policy, &entry.deny)),
            Err(faults) => Err(faults
                .into_iter()
                .map(|fault| fault.of(entry.id.as_str()))
                .collect()),
        }
    }

    /// What is wrong with the settings of a table that has other faults already.
    fn config_faults(&self, table: &Table, others: &[ConfigFault]) -> Vec<ConfigFault> {
        let kind = table.get("kind").and_then(Value::as_str);
        let config = table
            .get("config")
            .map_or(Some(Table::new()), |config| config.as_table().cloned());
        // Whatever the id is, it is not looked at for faults.
        let (Some(kind), Some(config), Ok(id)) = (kind, config, ProviderId::parse("unnamed")) else {
            return Vec::new();
        };
        let instance = others.iter().find_map(ConfigFault::instance).unwrap_or_default();
        let faults = self.make(kind, id, config).err().unwrap_or_default();
        faults.into_iter().map(|fault| fault.of(instance)).collect()
    }

    fn make(&self, kind: &str, id: ProviderId, config: Table) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
        match self.factories.get(kind) {
            Some(factory) => factory(id, config),
            None => Err(vec![self.unknown_kind(kind)]),
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

fn ambiguous(_: ProviderId, _: Table) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
    let message = "this program has two adapters of this kind, which is a fault of the program: report it";
    Err(vec![ConfigFault::new("kind", message)])
}
