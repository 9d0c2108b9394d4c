use std::{collections::BTreeSet, sync::Arc};

use provider_core::{
    call::{ActorRef, CallContext, TenantRef},
    config::PolicySettings,
    domain::ProviderId,
    error::{ErrorKind, ProviderError},
    provider::{Capability, Health, Instance, Ports},
};
use tokio::time::Instant;

use crate::{
    Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode,
    inventory::{INVENTORY_ID, OwnInventory},
};

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
        let own = Instance::new(inventory, &PolicySettings::local(), &BTreeSet::new());
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
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`] for keys that read KPIs alone; [`ServiceError::Provider`] when the health
    /// can't be told.
    pub async fn provider_health(&self, who: &Principal, id: &str) -> ServiceResult<Option<Health>> {
        who.may_view()?;
        let Some(instance) = self.inner.providers.get(id) else {
            return Ok(None);
        };
        let health = instance.health(&self.call_context(who, "health")).await;
        Ok(Some(health?))
    }

    /// The provider that answers a question of one kind: the wanted one, or the own inventory where none is wanted.
    ///
    /// `path` names the field that says which one is wanted, `does` what such a provider does: `counts calls`.
    ///
    /// # Errors
    /// A refusal at `path` when there is no such provider; `Unsupported`, naming those that can, when it can't.
    pub(crate) fn source_of<P: ?Sized>(
        &self,
        wanted: Option<&ProviderId>,
        path: &str,
        (operation, does): (&'static str, &str),
        port: fn(&Ports) -> Option<&Arc<P>>,
    ) -> ServiceResult<(&ProviderId, &Arc<P>)> {
        let wanted = wanted.map_or(INVENTORY_ID, ProviderId::as_str);
        let Some(instance) = self.inner.providers.get(wanted) else {
            return Err(unknown_provider(path));
        };
        let id = &instance.info().id;
        if let Some(port) = port(instance.ports()) {
            return Ok((id, port));
        }
        let all = self.inner.providers.all().iter();
        let able = all.filter(|instance| port(instance.ports()).is_some());
        let names: Vec<&str> = able.map(|instance| instance.info().id.as_str()).collect();
        let others = if names.is_empty() {
            String::new()
        } else {
            format!("; this can be asked: {}", names.join(", "))
        };
        let message = format!("{wanted} is no provider that {does}{others}");
        let error = ProviderError::new(ErrorKind::Unsupported, operation, message);
        Err(error.with_provider(id.clone()).into())
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

/// No provider of this id is configured.
pub(crate) fn unknown_provider(path: &str) -> ServiceError {
    let message = "no provider with this id is configured";
    ServiceError::refused(UserErrorCode::UnknownProvider, path, message)
}
