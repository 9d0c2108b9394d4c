//! Configuration of providers: `[[provider]]` tables, their faults, and secrets.
//!
//! ```toml
//! [[provider]]
//! id = "telmetrics-uk"
//! kind = "telmetrics"
//! deny = ["pools"]
//! policy = { timeout_seconds = 5 }
//! config = { base_url = "https://api.example.com", auth = { bearer = "${TELMETRICS_KEY}" } }
//! ```

mod expected;
mod fault;
mod names;
mod policy;
mod secret;
mod section;

use std::collections::BTreeSet;
use std::fmt;

use toml::{Table, Value};

pub(crate) use expected::expected;
pub use fault::ConfigFault;
pub use names::{CustomerNames, GroupNames, GroupTable};
pub use policy::PolicySettings;
pub use secret::Secret;
pub use section::read_section;

use crate::domain::ProviderId;
use crate::provider::Capability;

/// A `[[provider]]` table. Several of one kind are normal.
#[derive(Clone, PartialEq)]
pub struct ProviderEntry {
    /// The name of the instance, unique in the installation.
    pub id: ProviderId,
    /// Which adapter it is an instance of.
    pub kind: String,
    /// The adapter's own settings.
    pub config: Table,
    /// How its calls are surrounded.
    pub policy: PolicySettings,
    /// The ports that are not used.
    pub deny: BTreeSet<Capability>,
}

impl fmt::Debug for ProviderEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values of the adapter's settings are not shown: somebody may have written a secret there.
        f.debug_struct("ProviderEntry")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("config", &self.config.keys().collect::<Vec<_>>())
            .field("policy", &self.policy)
            .field("deny", &self.deny)
            .finish()
    }
}

impl ProviderEntry {
    /// Reads a `[[provider]]` table. `position` counts from 1 and names the table while it has no valid id.
    ///
    /// # Errors
    /// All faults of the table at once; those of `config` come with the adapter that reads it.
    pub fn read(mut table: Table, position: usize) -> Result<Self, Vec<ConfigFault>> {
        let mut faults = Vec::new();
        let id = required(&mut table, "id", &mut faults)
            .and_then(|text: String| keep(ProviderId::parse(text), "id", &mut faults));
        let kind = required(&mut table, "kind", &mut faults);
        let config = settings(&mut table, &mut faults);
        let policy = optional(&mut table, "policy", &mut faults);
        let deny = optional(&mut table, "deny", &mut faults);
        let unknown = table.keys().map(|key| {
            ConfigFault::new(
                key,
                "unknown key; a provider has id, kind, config, policy and deny",
            )
        });
        faults.extend(unknown);
        let instance = id
            .as_ref()
            .map_or_else(|| format!("#{position}"), ProviderId::to_string);
        match (id, kind, config, policy, deny) {
            (Some(id), Some(kind), Some(config), Some(policy), Some(deny)) if faults.is_empty() => Ok(Self {
                id,
                kind,
                config,
                policy,
                deny,
            }),
            _ => Err(faults.into_iter().map(|fault| fault.of(&instance)).collect()),
        }
    }
}

/// The adapter's own settings, which nobody but the adapter reads.
fn settings(table: &mut Table, faults: &mut Vec<ConfigFault>) -> Option<Table> {
    match table.remove("config") {
        None => Some(Table::new()),
        Some(Value::Table(settings)) => Some(settings),
        Some(_) => {
            faults.push(ConfigFault::new("config", "must be a table"));
            None
        }
    }
}

fn required<T: serde::de::DeserializeOwned>(
    table: &mut Table,
    key: &str,
    faults: &mut Vec<ConfigFault>,
) -> Option<T> {
    let Some(value) = table.remove(key) else {
        faults.push(ConfigFault::new(key, "is missing"));
        return None;
    };
    section(value, key, faults)
}

fn optional<T: serde::de::DeserializeOwned + Default>(
    table: &mut Table,
    key: &str,
    faults: &mut Vec<ConfigFault>,
) -> Option<T> {
    table
        .remove(key)
        .map_or_else(|| Some(T::default()), |value| section(value, key, faults))
}

fn section<T: serde::de::DeserializeOwned>(
    value: Value,
    key: &str,
    faults: &mut Vec<ConfigFault>,
) -> Option<T> {
    match read_section(value, key) {
        Ok(read) => Some(read),
        Err(more) => {
            faults.extend(more);
            None
        }
    }
}

fn keep<T, E: fmt::Display>(result: Result<T, E>, key: &str, faults: &mut Vec<ConfigFault>) -> Option<T> {
    result
        .map_err(|error| faults.push(ConfigFault::new(key, error.to_string())))
        .ok()
}
