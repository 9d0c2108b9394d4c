use std::{collections::BTreeSet, sync::Arc};

use provider_core::{
    call::{ActorRef, CallContext, TenantRef},
    config::PolicySettings,
    domain::ProviderId,
    error::ProviderError,
    provider::{Capability, Health, Instance},
};
use tokio::time::Instant;

use crate::{Principal, Switchboard, inventory::OwnInventory};

/// What may be shown of a provider without asking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderView {
    /// The instance.
    pub id: ProviderId,
    /// Which adapter.
    pub kind: &'static str,
    /// For people.
    pub title: &'static str,
    /// What it can do.
    pub capabilities: BTreeSet<Capability>,
}

/// The own inventory and the configured providers, in the order in which orders try them.
#[derive(Debug)]
pub(crate) struct Providers(Vec<Instance>);

impl Providers {
    pub(crate) fn new(inventory: Arc<OwnInventory>, configured: &[Instance]) -> Self {
        let own = Instance::new(inventory, &PolicySettings::default(), &BTreeSet::new());
        Self(std::iter::once(own).chain(configured.iter().cloned()).collect())
    }

    pub(crate) fn all(&self) -> &[Instance] {
        &self.0
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Instance> {
        self.0.iter().find(|instance| instance.info().id.as_str() == id)
    }
}

impl Switchboard {
    /// Every provider, the own inventory first.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderView> {
        self.inner
            .providers
            .all()
            .iter()
            .map(|instance| ProviderView {
                id: instance.info().id.clone(),
                kind: instance.info().kind,
                title: instance.info().title,
                capabilities: instance.ports().capabilities(),
            })
            .collect()
    }

    /// How a provider is, asked now; `None` when there is no such provider.
    pub async fn provider_health(&self, who: &Principal, id: &str) -> Option<Result<Health, ProviderError>> {
        let instance = self.inner.providers.get(id)?;
        Some(instance.health(&self.call_context(who, "health")).await)
    }

    /// What goes with a call to a provider.
    pub(crate) fn call_context(&self, who: &Principal, tenant: &str) -> CallContext {
        let request_id = who
            .request_id
            .clone()
            .unwrap_or_else(|| crate::keys::random_token(12));
        CallContext::new(request_id, TenantRef(tenant.to_owned()), ActorRef(who.actor()))
            .with_deadline(Instant::now() + self.settings().provider_deadline)
    }
}
