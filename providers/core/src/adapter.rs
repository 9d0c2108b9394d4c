//! What makes providers of one kind.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use toml::{Table, Value};

use crate::config::{ConfigFault, read_section};
use crate::domain::ProviderId;
use crate::provider::{Provider, ProviderInfo};

/// Makes providers of one kind from their configuration. Implemented by each adapter, on a type without
/// values.
pub trait Adapter: 'static {
    /// The kind, as it stands in the configuration: lower-case letters, digits and `-`.
    const KIND: &'static str;

    /// The kind's name for people.
    const TITLE: &'static str;

    /// The settings. Unknown keys are refused whether or not the type does it; secrets are
    /// [`Secret`](crate::config::Secret)s.
    type Config: DeserializeOwned;

    /// Makes a provider. Reaches for no upstream: a provider can be made while its upstream is down.
    ///
    /// # Errors
    /// All faults at once, with keys from `config` down: `config.base_url`.
    fn build(info: ProviderInfo, config: Self::Config) -> Result<Arc<dyn Provider>, Vec<ConfigFault>>;
}

/// Makes a provider of an adapter from the `config` table of its `[[provider]]`.
///
/// # Errors
/// All faults that can be told at once, with keys from `config` down.
pub fn make<A: Adapter>(id: ProviderId, config: Table) -> Result<Arc<dyn Provider>, Vec<ConfigFault>> {
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
